// SPDX-License-Identifier: Apache-2.0
//! Decryption, equations (3) to (7), by CRT.

use super::{keys::Factor, Ciphertext, Error, SecretKey};
use crate::wipe::Secret;
use rug::Integer;
use zeroize::Zeroizing;

impl SecretKey {
    /// The plaintext, big-endian, in as many bytes as n has.
    ///
    /// # Security
    ///
    /// Constant-time powers. What comes out is only as honest as the ciphertext: verify who signed
    /// that first.
    pub fn decrypt(&self, ciphertext: &Ciphertext) -> Result<Zeroizing<Vec<u8>>, Error> {
        let modulus = self.public().modulus();
        let c = ciphertext.under(modulus)?;
        Ok(self.plaintext(c).to_bytes(modulus.bytes()))
    }

    /// m of a ciphertext in Z*ₙ².
    pub(super) fn plaintext(&self, c: &Integer) -> Secret {
        let half = |factor: &Factor| {
            // (3) λ, modulo p alone: the order p − 1.
            let u = Secret::from(Integer::from(c % &*factor.square));
            let u = Secret::from(Integer::from(u.secure_pow_mod_ref(&factor.order, &factor.square)));
            // (4) L(u) = (u − 1)/p, exact because u ≡ 1 mod p.
            let l = Secret::from(Integer::from(&*u - 1u32).div_exact(&factor.prime));
            // (5), (6), (7) m = L(c^λ)·μ, modulo p.
            Secret::from(Integer::from(&*l * &*factor.scale) % &*factor.prime)
        };
        self.join(&half(&self.p), &half(&self.q))
    }

    /// The x in [0, n) with x ≡ a mod p and x ≡ b mod q: b + q·((a − b)·q^(−1) mod p).
    pub(super) fn join(&self, a: &Integer, b: &Integer) -> Secret {
        // q < 2p, so this is positive whichever of a and b is greater: no sign to branch on.
        let difference = Secret::from(Integer::from(&*self.p.prime << 1) + a - b);
        let lift = Secret::from(Integer::from(&*difference * &*self.q_inverse) % &*self.p.prime);
        (Integer::from(&*lift * &*self.q.prime) + b).into()
    }
}
