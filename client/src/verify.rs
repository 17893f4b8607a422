// SPDX-License-Identifier: Apache-2.0
//! Whether a notice is true. No network here.
//!
//! In this order: the processor signed the seal; the ciphertext was made under the vault's present
//! key; the rule of that time is known; the ciphertext holds one readable notice; it speaks of that
//! device and sequence; the device signed the reading, strictly; the rule says the same about it
//! ([`Notice::check`]).

use crate::{Device, SealedNotice};
use dmsm_crypto::bls;
use dmsm_primitives::{BlsPublicKey, DevicePublicKey, DeviceSignature, Falsehood, Notice, NoticeSeal};
use dmsm_vault::Vault;
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Serialize, Serializer};
use sp_crypto_hashing::sha2_256;
use std::fmt;

/// What is wrong with a notice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flaw {
    /// It is false, and the chain will say so too.
    False(Falsehood),
    /// No key that the processor has or had signed the seal.
    SealNotSigned,
    /// It was encrypted under another key than the vault's: of before a rotation.
    OtherKey,
    /// The rule of its time is no longer remembered.
    RuleForgotten,
}

impl Flaw {
    /// Whether somebody lied. Otherwise the notice cannot be judged with what there is.
    pub fn is_false(&self) -> bool {
        matches!(self, Self::False(_) | Self::SealNotSigned)
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::False(falsehood) => falsehood.fmt(f),
            Self::SealNotSigned => f.write_str("the processor did not sign it"),
            Self::OtherKey => f.write_str("encrypted under another key than the vault's"),
            Self::RuleForgotten => f.write_str("the rule of its time is forgotten"),
        }
    }
}

impl Serialize for Flaw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::False(falsehood) => falsehood.serialize(serializer),
            Self::SealNotSigned => serializer.serialize_str("seal-not-signed"),
            Self::OtherKey => serializer.serialize_str("other-key"),
            Self::RuleForgotten => serializer.serialize_str("rule-forgotten"),
        }
    }
}

/// The first of the keys that signed a seal.
pub fn signing_key(
    seal: &NoticeSeal,
    signature: &dmsm_primitives::BlsSignature,
    keys: &[BlsPublicKey],
    genesis: &[u8; 32],
) -> Option<BlsPublicKey> {
    let payload = seal.signing_payload(genesis);
    keys.iter().find(|key| bls::verify_enrolled(key, &payload, signature).is_ok()).copied()
}

/// Whether a device's key signed a payload. Strict: no key or signature of small order, so nothing
/// is signed by accident.
pub fn device_signed(key: &DevicePublicKey, payload: &[u8], signature: &DeviceSignature) -> bool {
    VerifyingKey::from_bytes(&key.0)
        .is_ok_and(|key| key.verify_strict(payload, &Signature::from_bytes(&signature.0)).is_ok())
}

/// Decrypts a notice and checks all of it. `signed_by` is what [`signing_key`] found.
pub fn verify(
    sealed: &SealedNotice,
    signed_by: Option<&BlsPublicKey>,
    device: &Device,
    vault: &Vault,
    genesis: &[u8; 32],
) -> Result<Notice, Flaw> {
    let seal = &sealed.seal;
    signed_by.ok_or(Flaw::SealNotSigned)?;
    if seal.digest != sha2_256(&sealed.ciphertext) {
        return Err(Flaw::SealNotSigned);
    }
    if seal.owner_key != sha2_256(&modulus(vault)) {
        return Err(Flaw::OtherKey);
    }
    let rule = device.rule_at(seal.judged_at).ok_or(Flaw::RuleForgotten)?;
    let plaintext = vault
        .paillier()
        .decrypt_message(&sealed.ciphertext)
        .map_err(|_| Flaw::False(Falsehood::Unreadable))?;
    let signed = |payload: &[u8], signature: &DeviceSignature| device_signed(&device.key, payload, signature);
    Notice::check(&plaintext, seal, rule, genesis, signed).map_err(Flaw::False)
}

/// The vault's modulus n, big-endian.
pub(crate) fn modulus(vault: &Vault) -> Vec<u8> {
    vault.paillier().public().to_primitive().n.into_inner()
}
