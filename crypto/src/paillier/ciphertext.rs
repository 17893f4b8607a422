// SPDX-License-Identifier: Apache-2.0
//! Ciphertexts.

use super::{modulus::Modulus, Error, PublicKey};
use core::fmt;
use rug::{integer::Order, Integer};
use std::sync::Arc;

/// A ciphertext under one key: a member of Z*ₙ².
#[derive(Clone, PartialEq, Eq)]
pub struct Ciphertext {
    pub(super) value: Integer,
    pub(super) modulus: Arc<Modulus>,
}

impl Ciphertext {
    /// A ciphertext of `key` from exactly twice the bytes of its modulus, big-endian.
    ///
    /// Errors: [`Error::CiphertextLength`], [`Error::CiphertextOutOfRange`] from n² on,
    /// [`Error::CiphertextNotInvertible`] for 0, n and every multiple of a factor of n.
    pub fn from_bytes(key: &PublicKey, bytes: &[u8]) -> Result<Self, Error> {
        let modulus = key.modulus();
        let value = modulus.ciphertext(bytes)?;
        Ok(Self { value, modulus: Arc::clone(modulus) })
    }

    /// Twice the bytes of the modulus, big-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.modulus.ciphertext_bytes()];
        self.value.write_digits(&mut bytes, Order::Msf);
        bytes
    }

    /// Refuses a ciphertext of another key.
    pub(super) fn under(&self, modulus: &Arc<Modulus>) -> Result<&Integer, Error> {
        if Arc::ptr_eq(&self.modulus, modulus) || self.modulus == *modulus {
            Ok(&self.value)
        } else {
            Err(Error::ForeignCiphertext)
        }
    }
}

/// Whether the bytes are a ciphertext under the modulus: what [`Ciphertext::from_bytes`] accepts,
/// for an n that passed [`super::check_public_key_shape`] before. Total and deterministic: it
/// decides in consensus.
pub fn is_ciphertext(n: &[u8], bytes: &[u8]) -> bool {
    Modulus::parse(n).and_then(|modulus| modulus.ciphertext(bytes)).is_ok()
}

impl fmt::Debug for Ciphertext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ciphertext({:x})", self.value)
    }
}
