// SPDX-License-Identifier: Apache-2.0
//! What is refused, by name.

use crate::random::Unavailable;
use dmsm_primitives::blocks::Malformed;

/// Why a key, a number, a ciphertext or a message is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// n has a length that is not accepted, or a leading zero bit.
    #[error("modulus of {bits} bits; accepted are 2048, 3072 and 4096")]
    ModulusLength {
        /// Significant bits of the modulus that was given.
        bits: u32,
    },
    /// n is even.
    #[error("even modulus")]
    EvenModulus,
    /// A prime below [`super::SMALL_PRIMES_BELOW`] divides n.
    #[error("modulus divisible by {prime}")]
    SmallFactor {
        /// The smallest prime that divides it.
        prime: u32,
    },
    /// n is no product of two primes that are 3 mod 4: it is not 1 mod 4.
    #[error("modulus is not of Blum's form")]
    NotBlum,
    /// n is a power of another number.
    #[error("modulus is a perfect power")]
    PerfectPower,
    /// h has a leading zero byte, or lies outside 1 < h < n − 1.
    #[error("h out of range")]
    GeneratorOutOfRange,
    /// h is not coprime to n, or its Jacobi symbol shows that it is no −y².
    #[error("h is not the negative of a square modulo n")]
    GeneratorNotNegatedSquare,
    /// A plaintext or a constant is not below n.
    #[error("plaintext not below the modulus")]
    PlaintextOutOfRange,
    /// Randomness outside Z*ₙ.
    #[error("randomness outside the group of the modulus")]
    RandomnessOutOfRange,
    /// A ciphertext is not exactly twice as long as its modulus; a message is not a whole number of
    /// ciphertexts.
    #[error("ciphertext of {found} bytes where {expected} are due")]
    CiphertextLength {
        /// Bytes that are due: those of one ciphertext.
        expected: usize,
        /// Bytes that were given.
        found: usize,
    },
    /// A ciphertext is not below n².
    #[error("ciphertext not below the square of the modulus")]
    CiphertextOutOfRange,
    /// A ciphertext is 0, or shares a factor with n.
    #[error("ciphertext not invertible")]
    CiphertextNotInvertible,
    /// A ciphertext belongs to another key.
    #[error("ciphertext of another key")]
    ForeignCiphertext,
    /// A message has more than [`super::MAX_MESSAGE_BLOCKS`] blocks.
    #[error("message too long")]
    MessageTooLong,
    /// A decrypted message is malformed.
    #[error(transparent)]
    Message(#[from] Malformed),
    /// Bytes are no secret key: wrong length, factors that are no primes, equal, not 3 mod 4, or of
    /// which one divides the other less one.
    #[error("not a Paillier secret key")]
    MalformedSecretKey,
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] Unavailable),
}
