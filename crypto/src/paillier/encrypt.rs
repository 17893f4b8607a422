// SPDX-License-Identifier: Apache-2.0
//! Encryption, equation (2): M = g^m·r^n mod n².

use super::{keys::Factor, Ciphertext, Error, PublicKey, SecretKey};
use crate::{
    random::{Source, Stream, System, Unavailable},
    wipe::Secret,
};
use rug::Integer;
use std::sync::Arc;

impl PublicKey {
    /// Encrypts 0 <= m < n with randomness of Damgård, Jurik and Nielsen: r^n of (2) is h_s^α, α
    /// uniform of 384, 448 or 512 bits for n of 2048, 3072 or 4096.
    ///
    /// # Security
    ///
    /// Rests, beside Paillier's, on the assumption that h_s^α with α this short looks like a random
    /// n-th residue. Constant-time in α and m: every table entry is read at each lookup.
    pub fn encrypt(&self, plaintext: &[u8]) -> Result<Ciphertext, Error> {
        let m = self.modulus().plaintext(plaintext)?;
        self.randomise(&self.modulus().power_of_g(&m))
    }

    /// The textbook: encrypts 0 <= m < n with r uniform in Z*ₙ. Some 20 times slower than
    /// [`Self::encrypt`].
    pub fn encrypt_textbook(&self, plaintext: &[u8]) -> Result<Ciphertext, Error> {
        let m = self.modulus().plaintext(plaintext)?;
        let r = self.uniform_unit()?;
        self.textbook(&m, &r)
    }

    /// Encrypts 0 <= m < n with a given r in Z*ₙ: the one ciphertext of both.
    ///
    /// # Security
    ///
    /// An r that is known or used twice shows m. For checks and vectors.
    pub fn encrypt_with(&self, plaintext: &[u8], randomness: &[u8]) -> Result<Ciphertext, Error> {
        let m = self.modulus().plaintext(plaintext)?;
        let r = self.modulus().randomness(randomness)?;
        self.textbook(&m, &r)
    }

    fn textbook(&self, m: &Integer, r: &Integer) -> Result<Ciphertext, Error> {
        let modulus = self.modulus();
        // (2) M = g^m·r^n mod n². The exponent n and the modulus are public.
        let residue = r.pow_mod_ref(&modulus.n, &modulus.n2).map(|power| Secret::from(Integer::from(power)));
        let residue = residue.ok_or(Error::RandomnessOutOfRange)?;
        let value = Integer::from(&*modulus.power_of_g(m) * &*residue) % &modulus.n2;
        Ok(Ciphertext { value, modulus: Arc::clone(modulus) })
    }

    /// `value`·h_s^α mod n² for a fresh α.
    pub(super) fn randomise(&self, value: &Secret) -> Result<Ciphertext, Error> {
        let alpha = System.bits(self.alpha_bits())?;
        // (2) with r^n = h_s^α = (h^α)^n mod n²
        let table = self.table().ok_or(Error::EvenModulus)?;
        Ok(Ciphertext { value: table.power_times(&alpha, value), modulus: Arc::clone(self.modulus()) })
    }

    /// Uniform in Z*ₙ.
    fn uniform_unit(&self) -> Result<Secret, Unavailable> {
        loop {
            let r = System.below(&self.modulus().n)?;
            if self.modulus().is_unit(&r) {
                return Ok(r);
            }
        }
    }
}

impl SecretKey {
    /// Encrypts 0 <= m < n under its own key, by CRT: a uniform n-th residue modulo n² is a uniform
    /// p-th power modulo p² and a uniform q-th power modulo q², because a ↦ a^q permutes Z*ₚ.
    pub fn encrypt(&self, plaintext: &[u8]) -> Result<Ciphertext, Error> {
        self.encrypt_from(&mut System, plaintext)
    }

    /// As [`Self::encrypt`], with randomness from a secret `seed`: the one ciphertext of both.
    ///
    /// A meter-day that is sealed again after a crash gives the ciphertext that is stored already.
    ///
    /// # Security
    ///
    /// A seed that is used for two plaintexts shows their difference. It must be uniform, secret,
    /// and of this plaintext alone.
    pub fn encrypt_derived(&self, plaintext: &[u8], seed: &[u8; 32]) -> Result<Ciphertext, Error> {
        self.encrypt_from(&mut Stream::new(seed), plaintext)
    }

    fn encrypt_from(&self, source: &mut impl Source, plaintext: &[u8]) -> Result<Ciphertext, Error> {
        let m = self.public().modulus().plaintext(plaintext)?;
        let a = source.below(&self.p.prime)?;
        let b = source.below(&self.q.prime)?;
        Ok(self.join_residue(&m, &a, &b))
    }

    /// As [`PublicKey::encrypt_with`], by CRT.
    pub fn encrypt_with(&self, plaintext: &[u8], randomness: &[u8]) -> Result<Ciphertext, Error> {
        let modulus = self.public().modulus();
        let m = modulus.plaintext(plaintext)?;
        let r = modulus.randomness(randomness)?;
        // r^n = (r^q)^p modulo p², and r^q matters modulo p alone; there q counts modulo p − 1.
        let half = |factor: &Factor| {
            let r = Secret::from(Integer::from(&*r % &*factor.prime));
            Secret::from(Integer::from(r.secure_pow_mod_ref(&factor.other, &factor.prime)))
        };
        Ok(self.join_residue(&m, &half(&self.p), &half(&self.q)))
    }

    /// g^m·ρ with ρ ≡ a^p mod p², ρ ≡ b^q mod q².
    fn join_residue(&self, m: &Integer, a: &Secret, b: &Secret) -> Ciphertext {
        let modulus = self.public().modulus();
        let half = |base: &Secret, factor: &Factor| {
            Secret::from(Integer::from(base.secure_pow_mod_ref(&factor.prime, &factor.square)))
        };
        let (a, b) = (half(a, &self.p), half(b, &self.q));
        // ρ = b + q²·((a − b)·(q²)^(−1) mod p²); q² < 4p² keeps the difference positive.
        let difference = Secret::from(Integer::from(&*self.p.square << 2) + &*a - &*b);
        let lift = Secret::from(Integer::from(&*difference * &*self.q_square_inverse) % &*self.p.square);
        let residue = Secret::from(Integer::from(&*lift * &*self.q.square) + &*b);
        // (2) M = g^m·r^n mod n²
        let value = Integer::from(&*modulus.power_of_g(m) * &*residue) % &modulus.n2;
        Ciphertext { value, modulus: Arc::clone(modulus) }
    }
}
