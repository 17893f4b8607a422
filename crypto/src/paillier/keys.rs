// SPDX-License-Identifier: Apache-2.0
//! Key pairs.

use super::{
    fixed_base::FixedBase,
    modulus::{shape, Modulus},
    Error,
};
use crate::{
    random::{Source, Stream, System},
    wipe::Secret,
};
use core::fmt;
use dmsm_primitives::{keys::MODULUS_BITS, PaillierPublicKey};
use rug::{
    integer::{IsPrime, Order},
    ops::RemRounding,
    Integer,
};
use sha2::{Digest, Sha256};
use std::sync::{Arc, OnceLock};
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// Rounds of GMP's primality test: Baillie–PSW, then Miller–Rabin for each above 24.
const PRIMALITY_ROUNDS: u32 = 40;

/// Starts the hash that h of a generated key comes from.
const GENERATOR_TAG: &[u8] = b"dmsm/paillier/h/v1";

/// A public key whose shape was checked. Clones share one table.
///
/// The table of h_s for [`PublicKey::encrypt`] (98 kB at 3072 bits) is made once, at the first
/// encryption or by [`PublicKey::with_tables`]; making it takes about as long as one textbook
/// encryption and a half.
#[derive(Clone)]
pub struct PublicKey(Arc<Inner>);

struct Inner {
    modulus: Arc<Modulus>,
    h: Integer,
    table: OnceLock<FixedBase>,
}

impl PublicKey {
    pub(super) fn new(modulus: Modulus, h: Integer) -> Self {
        Self(Arc::new(Inner { modulus: Arc::new(modulus), h, table: OnceLock::new() }))
    }

    /// The key of n and h, big-endian, after every check of
    /// [`check_public_key_shape`](super::check_public_key_shape).
    pub fn from_bytes(n: &[u8], h: &[u8]) -> Result<Self, Error> {
        let (modulus, h) = shape(n, h)?;
        Ok(Self::new(modulus, h))
    }

    /// The bytes that are published.
    pub fn to_primitive(&self) -> PaillierPublicKey {
        let bytes = |value: &Integer| value.to_digits::<u8>(Order::Msf);
        PaillierPublicKey {
            n: bytes(&self.0.modulus.n).try_into().unwrap_or_default(),
            h: bytes(&self.0.h).try_into().unwrap_or_default(),
        }
    }

    /// The same key, with its table made.
    pub fn with_tables(self) -> Self {
        self.table();
        self
    }

    /// Bits of n.
    pub fn bits(&self) -> u32 {
        self.0.modulus.n.significant_bits()
    }

    /// Bytes of one ciphertext.
    pub fn ciphertext_bytes(&self) -> usize {
        self.0.modulus.ciphertext_bytes()
    }

    pub(super) fn modulus(&self) -> &Arc<Modulus> {
        &self.0.modulus
    }

    /// Bits of α in h_s^α: 384, 448, 512 for n of 2048, 3072, 4096 bits.
    ///
    /// Damgård, Jurik and Nielsen draw α of half the length of n, where h_s^α looks random if
    /// factoring n is hard (Goldreich and Rosen). Shorter α rest on the assumption that powers of a
    /// short exponent look random in this group. The best attack known against an outsider takes
    /// 2^(bits/2) steps (Pollard's lambda): 2^192, 2^224, 2^256, far above factoring n (about 2^112,
    /// 2^128, 2^150).
    pub(super) fn alpha_bits(&self) -> u32 {
        match self.bits() {
            0..=2048 => 384,
            2049..=3072 => 448,
            _ => 512,
        }
    }

    /// The table of h_s = h^n mod n². Derived here, never taken from anyone: it is an n-th residue.
    pub(super) fn table(&self) -> Option<&FixedBase> {
        let Modulus { n, n2 } = &*self.0.modulus;
        if let Some(table) = self.0.table.get() {
            return Some(table);
        }
        let residue = Integer::from(self.0.h.pow_mod_ref(n, n2)?);
        let table = FixedBase::new(&residue, n2, self.alpha_bits())?;
        Some(self.0.table.get_or_init(|| table))
    }
}

impl TryFrom<&PaillierPublicKey> for PublicKey {
    type Error = Error;

    fn try_from(key: &PaillierPublicKey) -> Result<Self, Error> {
        Self::from_bytes(&key.n, &key.h)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.modulus.n == other.0.modulus.n && self.0.h == other.0.h
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} bits, n = 0x{:x})", self.bits(), self.0.modulus.n)
    }
}

/// What is known modulo one prime factor, p; the other is q.
pub(super) struct Factor {
    /// p.
    pub(super) prime: Secret,
    /// p².
    pub(super) square: Secret,
    /// p − 1.
    pub(super) order: Secret,
    /// q mod (p − 1): raising to it is raising to n in Z*ₚ.
    pub(super) other: Secret,
    /// n^(−1) mod (p − 1): raising to it takes the n-th root in Z*ₚ.
    pub(super) root: Secret,
    /// L(g^(p−1) mod p²)^(−1) mod p with g = n + 1, which is (−q)^(−1) mod p: (5) and (6).
    pub(super) scale: Secret,
}

impl Factor {
    /// `None` if q − or n − has no inverse where one is due.
    fn new(p: &Integer, q: &Integer) -> Option<Self> {
        let order = Secret::from(Integer::from(p - 1u32));
        let other = Secret::from(Integer::from(q % &*order));
        let root = Integer::from(other.invert_ref(&order)?).into();
        let scale = Integer::from(Integer::from(-q).rem_euc(p).invert_ref(p)?).into();
        let square = Integer::from(p.square_ref()).into();
        Some(Self { prime: p.clone().into(), square, order, other, root, scale })
    }
}

/// A key pair. Wiped when dropped; not to be cloned.
pub struct SecretKey {
    public: PublicKey,
    pub(super) p: Factor,
    pub(super) q: Factor,
    /// q^(−1) mod p.
    pub(super) q_inverse: Secret,
    /// (q²)^(−1) mod p².
    pub(super) q_square_inverse: Secret,
}

impl ZeroizeOnDrop for SecretKey {}

impl SecretKey {
    /// A new key of `bits` bits: 2048, 3072 or 4096. Takes about a second at 3072.
    pub fn generate(bits: u32) -> Result<Self, Error> {
        Self::generate_from(&mut System, bits)
    }

    /// The key of a secret uniform `seed`: the same of the same, for ever. As [`Self::generate`]
    /// otherwise.
    ///
    /// Candidates for p and q are taken in turn from the key stream of ChaCha20 under the seed,
    /// half the bytes of n each, big-endian. What is encrypted under a derived key is lost if this
    /// ever changes: `crypto/vectors/derived.json` pins it.
    ///
    /// # Security
    ///
    /// The seed is the key: 256 bits that nobody else has.
    pub fn derive(bits: u32, seed: &[u8; 32]) -> Result<Self, Error> {
        Self::generate_from(&mut Stream::new(seed), bits)
    }

    fn generate_from(source: &mut impl Source, bits: u32) -> Result<Self, Error> {
        if !MODULUS_BITS.contains(&bits) {
            return Err(Error::ModulusLength { bits });
        }
        loop {
            let (p, q) = (prime(source, bits / 2)?, prime(source, bits / 2)?);
            let distance = Secret::from(Integer::from(&*p - &*q).abs());
            let common = Secret::from(Integer::from(&*p - 1u32).gcd(&Integer::from(&*q - 1u32)));
            // As FIPS 186-5 A.1.3 wants them apart; gcd(p − 1, q − 1) = 2 as h's order wants them.
            if distance.significant_bits() > bits / 2 - 100 && *common == 2 {
                if let Some(key) = Self::new(&p, &q) {
                    return Ok(key);
                }
            }
        }
    }

    fn new(p: &Secret, q: &Secret) -> Option<Self> {
        // (1) n = p·q
        let modulus = Modulus::new(Integer::from(&**p * &**q));
        let h = generator(&modulus);
        let (p, q) = (Factor::new(p, q)?, Factor::new(q, p)?);
        Some(Self {
            q_inverse: Integer::from(q.prime.invert_ref(&p.prime)?).into(),
            q_square_inverse: Integer::from(q.square.invert_ref(&p.square)?).into(),
            public: PublicKey::new(modulus, h),
            p,
            q,
        })
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// p ‖ q, big-endian, each of half the bytes of n. h follows from them.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let half = self.half();
        let mut bytes = Zeroizing::new(Vec::with_capacity(2 * half));
        bytes.extend_from_slice(&self.p.prime.to_bytes(half));
        bytes.extend_from_slice(&self.q.prime.to_bytes(half));
        bytes
    }

    /// The key of [`Self::to_bytes`]. Checks lengths, primality, 3 mod 4 and p ≠ q.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let bits = u32::try_from(bytes.len().saturating_mul(8)).unwrap_or(u32::MAX);
        if !MODULUS_BITS.contains(&bits) {
            return Err(Error::MalformedSecretKey);
        }
        let (p, q) = bytes.split_at(bytes.len() / 2);
        let read = |bytes: &[u8]| {
            let value = Secret::from(Integer::from_digits(bytes, Order::Msf));
            let good = value.significant_bits() == bits / 2
                && value.mod_u(4) == 3
                && value.is_probably_prime(PRIMALITY_ROUNDS) != IsPrime::No;
            good.then_some(value).ok_or(Error::MalformedSecretKey)
        };
        let (p, q) = (read(p)?, read(q)?);
        let key = Self::new(&p, &q).ok_or(Error::MalformedSecretKey)?;
        if *p == *q || key.public.bits() != bits {
            return Err(Error::MalformedSecretKey);
        }
        Ok(key)
    }

    /// Bytes of a prime factor.
    fn half(&self) -> usize {
        self.public.modulus().bytes() / 2
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(<redacted>, {} bits)", self.public.bits())
    }
}

/// A prime of exactly `bits` bits, 3 mod 4, whose two highest bits are set so that the product of
/// two has exactly twice as many.
fn prime(source: &mut impl Source, bits: u32) -> Result<Secret, Error> {
    loop {
        let mut candidate = source.bits(bits)?.into_inner();
        for position in [0, 1, bits - 2, bits - 1] {
            candidate.set_bit(position, true);
        }
        let candidate = Secret::from(candidate);
        if candidate.is_probably_prime(PRIMALITY_ROUNDS) != IsPrime::No {
            return Ok(candidate);
        }
    }
}

/// h = −y² mod n, with y the first unit among SHA-256 streams of n: nobody chose it.
fn generator(modulus: &Modulus) -> Integer {
    let n = &modulus.n;
    let seed = n.to_digits::<u8>(Order::Msf);
    let mut counter = 0u32;
    loop {
        // 128 bits more than n has, so that y mod n is uniform.
        let mut stream = Vec::new();
        while stream.len() < seed.len() + 16 {
            let block = Sha256::new().chain_update(GENERATOR_TAG).chain_update(counter.to_be_bytes());
            stream.extend_from_slice(&block.chain_update(&seed).finalize());
            counter = counter.wrapping_add(1);
        }
        let y = Integer::from_digits(&stream, Order::Msf) % n;
        let h = (-y.square()).rem_euc(n);
        if modulus.is_unit(&h) && h > 1 && h < Integer::from(n - 1u32) {
            return h;
        }
    }
}
