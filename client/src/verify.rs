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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{block::Notify, DeviceStatus};
    use dmsm_crypto::paillier;
    use dmsm_primitives::{
        BlsSignature, DeviceId, MemberId, Reading, RegionId, ReportingPolicy, Rule, SignedReading,
    };
    use dmsm_vault::{Contents, WorkFactor};
    use ed25519_dalek::{Signer, SigningKey};

    const GENESIS: [u8; 32] = [9; 32];

    /// An owner with a device, a processor, and one true notice.
    struct World {
        vault: Vault,
        processor: bls::SecretKey,
        device_key: SigningKey,
        device: Device,
    }

    impl World {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let contents = Contents {
                seed: None,
                paillier: paillier::SecretKey::generate(2048).unwrap(),
                bls: bls::SecretKey::generate().unwrap(),
                identity: None,
                data_seed: [0; 32].into(),
            };
            let path = folder.path().join("vault");
            let vault = Vault::create_with(&path, &"x".into(), contents, WorkFactor::FAST).unwrap();
            let device_key = SigningKey::from_bytes(&[5; 32]);
            let rule =
                |high| Rule { low: 10, high, temperature_warning: 50, policy: ReportingPolicy::OnChange };
            let device = Device {
                owner: MemberId([2; 32]),
                key: DevicePublicKey(device_key.verifying_key().to_bytes()),
                region: RegionId(1),
                status: DeviceStatus::Connected,
                rules: vec![(3, rule(100)), (8, rule(1000))],
            };
            Self { vault, processor: bls::SecretKey::generate().unwrap(), device_key, device }
        }

        fn reading(&self, power: i64) -> SignedReading {
            let reading =
                Reading { device: self.device.id(), sequence: 7, taken_at: 1, power, temperature: Some(20) };
            let signature = self.device_key.sign(&reading.signing_payload(&GENESIS)).to_bytes();
            SignedReading { reading, signature: DeviceSignature(signature) }
        }

        fn notice(&self, power: i64, judged_at: u32) -> Notice {
            let reading = self.reading(power);
            let rule = self.device.rule_at(judged_at).unwrap();
            Notice { verdict: rule.judge(&reading.reading), reading }
        }

        /// As a processor seals any message.
        fn seal(&self, message: &[u8], judged_at: u32) -> SealedNotice {
            let public = self.vault.paillier().public();
            let ciphertext = public.encrypt_message(message).unwrap();
            let notify = Notify {
                device: self.device.id(),
                previous: 6,
                sequence: 7,
                judged_at,
                ciphertext: ciphertext.clone(),
                signature: BlsSignature([0; 48]),
            };
            let seal = notify.seal(MemberId([1; 32]), self.device.owner, &modulus(&self.vault));
            self.sign(seal, ciphertext)
        }

        fn sign(&self, seal: NoticeSeal, ciphertext: Vec<u8>) -> SealedNotice {
            let signature = bls::sign(&self.processor, &seal.signing_payload(&GENESIS));
            SealedNotice { block: judged(&seal) + 1, seal, signature, ciphertext }
        }

        fn check(&self, sealed: &SealedNotice) -> Result<Notice, Flaw> {
            let keys = [bls::SecretKey::generate().unwrap().public(), self.processor.public()];
            let key = signing_key(&sealed.seal, &sealed.signature, &keys, &GENESIS);
            verify(sealed, key.as_ref(), &self.device, &self.vault, &GENESIS)
        }
    }

    fn judged(seal: &NoticeSeal) -> u32 {
        seal.judged_at
    }

    fn encoded(notice: &Notice) -> Vec<u8> {
        codec::Encode::encode(notice)
    }

    #[test]
    fn a_true_notice_is_verified_by_the_rule_of_its_time() {
        let world = World::new();
        for judged_at in [3, 7, 8, 900] {
            let notice = world.notice(500, judged_at);
            assert_eq!(world.check(&world.seal(&encoded(&notice), judged_at)), Ok(notice));
        }
        // Judged by the rule of before.
        let notice = world.notice(500, 7);
        let late = world.seal(&encoded(&notice), 8);
        assert_eq!(world.check(&late), Err(Flaw::False(Falsehood::WrongVerdict)));
    }

    #[test]
    fn every_lie_is_named() {
        let world = World::new();
        let falsehood = |sealed: &SealedNotice| match world.check(sealed) {
            Err(Flaw::False(falsehood)) => falsehood,
            other => panic!("{other:?}"),
        };
        let unreadable = world.seal(b"no notice", 5);
        assert_eq!(falsehood(&unreadable), Falsehood::Unreadable);

        let mut other = world.notice(50, 5);
        other.reading.reading.device = DeviceId([8; 32]);
        assert_eq!(falsehood(&world.seal(&encoded(&other), 5)), Falsehood::WrongDevice);

        let mut other = world.notice(50, 5);
        other.reading.reading.sequence = 8;
        assert_eq!(falsehood(&world.seal(&encoded(&other), 5)), Falsehood::WrongSequence);

        let mut other = world.notice(50, 5);
        other.reading.reading.power = 51;
        assert_eq!(falsehood(&world.seal(&encoded(&other), 5)), Falsehood::WrongSignature);

        let mut other = world.notice(50, 5);
        other.verdict.temperature_too_high = true;
        assert_eq!(falsehood(&world.seal(&encoded(&other), 5)), Falsehood::WrongVerdict);
    }

    #[test]
    fn what_no_processor_signed_is_no_notice() {
        let world = World::new();
        let good = world.seal(&encoded(&world.notice(50, 5)), 5);
        let mut forged = good.clone();
        forged.seal.previous = 5;
        assert_eq!(world.check(&forged), Err(Flaw::SealNotSigned));
        let mut swapped = good.clone();
        swapped.ciphertext = world.seal(&encoded(&world.notice(50, 5)), 5).ciphertext;
        assert_eq!(world.check(&swapped), Err(Flaw::SealNotSigned));
    }

    #[test]
    fn what_cannot_be_judged_is_not_called_false() {
        let world = World::new();
        let message = encoded(&world.notice(50, 5));
        let forgotten = world.check(&world.seal(&message, 2)).unwrap_err();
        assert_eq!(forgotten, Flaw::RuleForgotten);
        let good = world.seal(&message, 5);
        let seal = NoticeSeal { owner_key: [0; 32], ..good.seal };
        let other = world.check(&world.sign(seal, good.ciphertext)).unwrap_err();
        assert_eq!(other, Flaw::OtherKey);
        assert!(!forgotten.is_false() && !other.is_false());
    }

    #[test]
    fn a_signature_that_anything_verifies_under_a_small_key_is_refused() {
        // The neutral element as key and as R, and s = 0: valid for every message if not strict.
        let mut key = [0; 32];
        key[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!device_signed(&DevicePublicKey(key), b"anything", &DeviceSignature(signature)));
    }
}
