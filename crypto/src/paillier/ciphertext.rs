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
        let expected = modulus.ciphertext_bytes();
        if bytes.len() != expected {
            return Err(Error::CiphertextLength { expected, found: bytes.len() });
        }
        let value = Integer::from_digits(bytes, Order::Msf);
        if value >= modulus.n2 {
            return Err(Error::CiphertextOutOfRange);
        }
        if !modulus.is_unit(&value) {
            return Err(Error::CiphertextNotInvertible);
        }
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

impl fmt::Debug for Ciphertext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ciphertext({:x})", self.value)
    }
}
