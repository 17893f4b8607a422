// SPDX-License-Identifier: Apache-2.0
//! Openings: the plaintext and the randomness of a ciphertext, which its owner can show and anyone
//! can check.

use super::{keys::Factor, modulus::Modulus, Ciphertext, Error, SecretKey};
use crate::wipe::Secret;
use rug::{integer::Order, Integer};

/// What a ciphertext was made of. Whoever has it knows the plaintext of this ciphertext and nothing
/// of any other.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    /// m, big-endian, as many bytes as n has. A block of a message is all but the first, which is 0.
    pub plaintext: Vec<u8>,
    /// r in Z*ₙ, big-endian, as many bytes as n has.
    pub randomness: Vec<u8>,
}

impl core::fmt::Debug for Opening {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Opening(<redacted>)")
    }
}

impl SecretKey {
    /// The one (m, r) with 0 <= m < n and r in Z*ₙ that [`opens`] accepts for this ciphertext,
    /// whichever way it was encrypted.
    pub fn open(&self, ciphertext: &Ciphertext) -> Result<Opening, Error> {
        let modulus = self.public().modulus();
        let c = ciphertext.under(modulus)?;
        // c mod n = r^n mod n, because g^m ≡ 1 mod n: r is the n-th root, modulo p and modulo q.
        let half = |factor: &Factor| {
            let residue = Secret::from(Integer::from(c % &*factor.prime));
            Secret::from(Integer::from(residue.secure_pow_mod_ref(&factor.root, &factor.prime)))
        };
        let r = self.join(&half(&self.p), &half(&self.q));
        Ok(Opening {
            plaintext: self.plaintext(c).to_bytes(modulus.bytes()).to_vec(),
            randomness: r.to_bytes(modulus.bytes()).to_vec(),
        })
    }
}

/// Whether c = (1 + m·n)·r^n mod n². Total over any bytes and deterministic: it decides in consensus.
///
/// n: an odd number of an accepted length, without leading zeros. c: exactly twice as long, below
/// n². m and r: no longer than n, leading zeros allowed, 0 <= m < n, r in Z*ₙ. Anything else does
/// not open.
///
/// # Security
///
/// For a Paillier–Blum n no ciphertext opens in two ways. Under an n that shares a factor with φ(n)
/// its owner could open one falsely, such as n = p²·q, which has an accepted shape. Proofs that n is
/// Paillier–Blum are not checked yet: until they are, an opening proves as much as whoever enrolled
/// the key trusts its owner.
pub fn opens(n: &[u8], ciphertext: &[u8], plaintext: &[u8], randomness: &[u8]) -> bool {
    let check = || -> Result<bool, Error> {
        let modulus = Modulus::parse(n)?;
        if ciphertext.len() != modulus.ciphertext_bytes() {
            return Ok(false);
        }
        let m = modulus.plaintext(plaintext)?;
        let r = modulus.randomness(randomness)?;
        // (2) M = g^m·r^n mod n²
        let residue =
            Integer::from(r.pow_mod_ref(&modulus.n, &modulus.n2).ok_or(Error::RandomnessOutOfRange)?);
        let expected = Integer::from(&*modulus.power_of_g(&m) * &residue) % &modulus.n2;
        Ok(Integer::from_digits(ciphertext, Order::Msf) == expected)
    };
    check().unwrap_or(false)
}
