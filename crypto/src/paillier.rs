// SPDX-License-Identifier: Apache-2.0
//! The Paillier cryptosystem (paper II.C).
//!
//! | Value | Domain |
//! |---|---|
//! | n | 2048, 3072 or 4096 bits; p·q with p ≡ q ≡ 3 mod 4 |
//! | h | −y² mod n, 1 < h < n − 1 |
//! | plaintext m | 0 <= m < n |
//! | randomness r | Z*ₙ, as 1 <= r < n coprime to n |
//! | ciphertext c | Z*ₙ², as 1 <= c < n² coprime to n, in exactly twice the bytes of n |
//!
//! Numbers go in and out as big-endian bytes, so that no caller needs a big-integer library.

mod ciphertext;
mod decrypt;
mod encrypt;
mod error;
mod fixed_base;
mod homomorphic;
mod keys;
mod message;
mod modulus;
mod opening;

pub use ciphertext::{is_ciphertext, Ciphertext};
pub use error::Error;
pub use keys::{PublicKey, SecretKey};
pub use message::MAX_MESSAGE_BLOCKS;
pub use modulus::{check_public_key_shape, SMALL_PRIMES_BELOW};
pub use opening::{opens, Opening};
