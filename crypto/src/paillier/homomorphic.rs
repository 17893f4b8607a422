// SPDX-License-Identifier: Apache-2.0
//! Arithmetic on ciphertexts: sums of plaintexts, multiples, fresh randomness.
//!
//! Sums and multiples count modulo n: who adds packed values keeps them below their guard bits.

use super::{Ciphertext, Error, PublicKey};
use crate::wipe::Secret;
use rug::Integer;
use std::sync::Arc;

impl PublicKey {
    /// A ciphertext of m₁ + m₂ mod n: c₁·c₂ mod n².
    pub fn add(&self, first: &Ciphertext, second: &Ciphertext) -> Result<Ciphertext, Error> {
        let product = Integer::from(first.under(self.modulus())? * second.under(self.modulus())?);
        Ok(self.ciphertext(product % &self.modulus().n2))
    }

    /// A ciphertext of the sum of all plaintexts mod n; of 0, and not hidden, if there are none.
    pub fn sum<'a>(
        &self,
        ciphertexts: impl IntoIterator<Item = &'a Ciphertext>,
    ) -> Result<Ciphertext, Error> {
        ciphertexts.into_iter().try_fold(self.ciphertext(Integer::from(1)), |sum, next| self.add(&sum, next))
    }

    /// A ciphertext of m + k mod n for 0 <= k < n: c·g^k mod n². Its randomness is that of c.
    pub fn add_constant(&self, ciphertext: &Ciphertext, constant: &[u8]) -> Result<Ciphertext, Error> {
        let k = self.modulus().plaintext(constant)?;
        let product = Integer::from(ciphertext.under(self.modulus())? * &*self.modulus().power_of_g(&k));
        Ok(self.ciphertext(product % &self.modulus().n2))
    }

    /// A ciphertext of m·k mod n for 0 <= k < n: c^k mod n².
    ///
    /// # Security
    ///
    /// Constant-time in k but for k = 0. The randomness is r^k: whoever knows c sees k in the result
    /// if k is guessable; [`Self::rerandomise`] hides it. Zero times anything is the ciphertext 1.
    pub fn multiply(&self, ciphertext: &Ciphertext, constant: &[u8]) -> Result<Ciphertext, Error> {
        let k = self.modulus().plaintext(constant)?;
        let c = ciphertext.under(self.modulus())?;
        if k.is_zero() {
            return Ok(self.ciphertext(Integer::from(1)));
        }
        Ok(self.ciphertext(Integer::from(c.secure_pow_mod_ref(&k, &self.modulus().n2))))
    }

    /// Another ciphertext of the same plaintext: c·h_s^α mod n² for a fresh α.
    pub fn rerandomise(&self, ciphertext: &Ciphertext) -> Result<Ciphertext, Error> {
        self.randomise(&Secret::from(ciphertext.under(self.modulus())?.clone()))
    }

    fn ciphertext(&self, value: Integer) -> Ciphertext {
        Ciphertext { value, modulus: Arc::clone(self.modulus()) }
    }
}
