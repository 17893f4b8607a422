// SPDX-License-Identifier: Apache-2.0
//! The modulus and what can be seen of it without its factors.

use super::Error;
use crate::wipe::Secret;
use dmsm_primitives::keys::MODULUS_BITS;
use rug::{integer::Order, Integer};
use std::sync::LazyLock;

/// No prime below this bound divides an accepted modulus.
pub const SMALL_PRIMES_BELOW: u32 = 1 << 16;

/// Odd primes below [`SMALL_PRIMES_BELOW`], rising.
static SMALL_PRIMES: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let mut primes: Vec<u32> = Vec::new();
    for candidate in (3..SMALL_PRIMES_BELOW).step_by(2) {
        let composite = primes
            .iter()
            .take_while(|prime| **prime <= candidate / **prime)
            .any(|prime| candidate % prime == 0);
        if !composite {
            primes.push(candidate);
        }
    }
    primes
});

/// The cheap checks of a public key, as the chain makes them: deterministic, total over any bytes,
/// about a millisecond.
///
/// n: accepted length, odd, no prime factor below [`SMALL_PRIMES_BELOW`], 1 mod 4, no perfect power.
/// h: no leading zero byte, 1 < h < n − 1, coprime to n, Jacobi symbol 1 as every −y² has modulo a
/// Blum integer. n − 1 = −1² is refused because its powers are two numbers.
///
/// # Security
///
/// This does not show that n has two prime factors. That takes the proofs whose digest the member
/// publishes.
pub fn check_public_key_shape(n: &[u8], h: &[u8]) -> Result<(), Error> {
    shape(n, h).map(|_| ())
}

/// [`check_public_key_shape`], keeping n and h.
pub(super) fn shape(n: &[u8], h: &[u8]) -> Result<(Modulus, Integer), Error> {
    let modulus = Modulus::parse(n)?;
    let n = &modulus.n;
    if let Some(prime) = SMALL_PRIMES.iter().find(|prime| n.is_divisible_u(**prime)) {
        return Err(Error::SmallFactor { prime: *prime });
    }
    if n.mod_u(4) != 1 {
        return Err(Error::NotBlum);
    }
    if n.is_perfect_power() {
        return Err(Error::PerfectPower);
    }
    if h.len() > modulus.bytes() || h.first() == Some(&0) {
        return Err(Error::GeneratorOutOfRange);
    }
    let h = Integer::from_digits(h, Order::Msf);
    if h <= 1 || h >= Integer::from(n - 1) {
        return Err(Error::GeneratorOutOfRange);
    }
    if h.jacobi(n) != 1 {
        return Err(Error::GeneratorNotNegatedSquare);
    }
    Ok((modulus, h))
}

/// n and n².
#[derive(PartialEq, Eq)]
pub(super) struct Modulus {
    pub(super) n: Integer,
    pub(super) n2: Integer,
}

impl Modulus {
    pub(super) fn new(n: Integer) -> Self {
        Self { n2: Integer::from(n.square_ref()), n }
    }

    /// An odd number of an accepted length.
    pub(super) fn parse(n: &[u8]) -> Result<Self, Error> {
        let longest = MODULUS_BITS.iter().max().map_or(0, |bits| *bits as usize / 8);
        let value = Integer::from_digits(n.get(..longest.min(n.len())).unwrap_or_default(), Order::Msf);
        let bits = value.significant_bits();
        if !MODULUS_BITS.contains(&bits) || n.len() != bits as usize / 8 {
            let bits = u32::try_from(n.len().saturating_mul(8)).unwrap_or(u32::MAX).max(bits);
            return Err(Error::ModulusLength { bits });
        }
        if value.is_even() {
            return Err(Error::EvenModulus);
        }
        Ok(Self::new(value))
    }

    /// Bytes of n.
    pub(super) fn bytes(&self) -> usize {
        self.n.significant_bits().div_ceil(8) as usize
    }

    /// Bytes of one ciphertext.
    pub(super) fn ciphertext_bytes(&self) -> usize {
        2 * self.bytes()
    }

    /// c in Z*ₙ², from exactly twice the bytes of n.
    pub(super) fn ciphertext(&self, bytes: &[u8]) -> Result<Integer, Error> {
        let expected = self.ciphertext_bytes();
        if bytes.len() != expected {
            return Err(Error::CiphertextLength { expected, found: bytes.len() });
        }
        let value = Integer::from_digits(bytes, Order::Msf);
        if value >= self.n2 {
            return Err(Error::CiphertextOutOfRange);
        }
        if !self.is_unit(&value) {
            return Err(Error::CiphertextNotInvertible);
        }
        Ok(value)
    }

    /// 0 <= m < n, from at most the bytes of n.
    pub(super) fn plaintext(&self, bytes: &[u8]) -> Result<Secret, Error> {
        if bytes.len() > self.bytes() {
            return Err(Error::PlaintextOutOfRange);
        }
        let m = Secret::from(Integer::from_digits(bytes, Order::Msf));
        if *m < self.n {
            Ok(m)
        } else {
            Err(Error::PlaintextOutOfRange)
        }
    }

    /// r in Z*ₙ, from at most the bytes of n.
    pub(super) fn randomness(&self, bytes: &[u8]) -> Result<Secret, Error> {
        if bytes.len() > self.bytes() {
            return Err(Error::RandomnessOutOfRange);
        }
        let r = Secret::from(Integer::from_digits(bytes, Order::Msf));
        if *r < self.n && self.is_unit(&r) {
            Ok(r)
        } else {
            Err(Error::RandomnessOutOfRange)
        }
    }

    /// Whether `value` is coprime to n. gcd(0, n) = n, so 0 is not.
    pub(super) fn is_unit(&self, value: &Integer) -> bool {
        Integer::from(value.gcd_ref(&self.n)) == 1
    }

    /// g^m = (1 + n)^m = 1 + m·n mod n², below n² because m < n.
    pub(super) fn power_of_g(&self, m: &Integer) -> Secret {
        (Integer::from(m * &self.n) + 1u32).into()
    }
}
