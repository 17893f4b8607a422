// SPDX-License-Identifier: Apache-2.0
//! A device: its key, its rule, what it signs.

use dmsm_client::Client;
use dmsm_primitives::{DeviceId, DevicePublicKey, DeviceSignature, MemberId, Reading, Rule, SignedReading};
use ed25519_dalek::{Signer, SigningKey};
use std::{
    fs::File,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// A device of a household.
#[derive(Clone)]
pub struct Device {
    /// Its identifier on chain.
    pub id: DeviceId,
    /// By which its readings are judged.
    pub rule: Rule,
    /// Its key as a file, for `dmsm device`.
    pub key_file: PathBuf,
    key: SigningKey,
    genesis: [u8; 32],
}

impl Device {
    /// A device with a key that follows from `number`, which is above 0.
    pub(crate) fn new(owner: &MemberId, number: u8, rule: Rule, folder: &Path, genesis: [u8; 32]) -> Self {
        let key = SigningKey::from_bytes(&[number; 32]);
        let key_file = folder.join(format!("device-{number}.key"));
        let file = File::options().write(true).create_new(true).mode(0o600).open(&key_file);
        let content = format!("0x{}\n", hex::encode(key.to_bytes()));
        file.and_then(|mut file| file.write_all(content.as_bytes())).expect("the key file can be written");
        let id = DeviceId::derive(owner, key.verifying_key().as_bytes());
        Self { id, rule, key_file, key, genesis }
    }

    pub(crate) fn public(&self) -> DevicePublicKey {
        DevicePublicKey(self.key.verifying_key().to_bytes())
    }

    /// Signs that it belongs to `owner`.
    pub(crate) fn connection_proof(&self, owner: &MemberId, client: &Client) -> DeviceSignature {
        DeviceSignature(self.key.sign(&client.connection_payload(&self.id, owner)).to_bytes())
    }

    /// Signs a reading.
    pub fn sign(&self, reading: Reading) -> SignedReading {
        let signature = self.key.sign(&reading.signing_payload(&self.genesis)).to_bytes();
        SignedReading { reading, signature: DeviceSignature(signature) }
    }
}
