// SPDX-License-Identifier: Apache-2.0
//! The cloud's vault.

use super::member::Member;
use dmsm_crypto::{bls, paillier};
use dmsm_primitives::Role;
use dmsm_vault::{Contents, Identity, Vault, WorkFactor};
use std::{path::Path, sync::OnceLock};
use tempfile::TempDir;

pub const PASSPHRASE: &str = "correct horse";
const SEED: u8 = 9;

fn identity() -> Identity {
    Identity { real_world: b"a cloud of tests".to_vec(), salt: [SEED; 16] }
}

/// The cloud as a member.
pub fn cloud() -> Member {
    Member { id: identity().member_id(), ..Member::new(SEED, Role::Cloud) }
}

/// A vault with the cloud's keys; with its identifier if wanted.
pub fn create(path: &Path, with_identity: bool) {
    let contents = Contents {
        seed: None,
        paillier: paillier::SecretKey::generate(2048).unwrap(),
        bls: bls::SecretKey::derive(&[SEED; 32]).unwrap(),
        identity: with_identity.then(identity),
        data_seed: [0; 32].into(),
    };
    Vault::create_with(path, &PASSPHRASE.into(), contents, WorkFactor::FAST).unwrap();
}

/// Opens the one vault of all tests.
pub fn open() -> Vault {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        create(&folder.path().join("vault"), true);
        folder
    });
    Vault::open(&folder.path().join("vault"), &PASSPHRASE.into()).unwrap()
}
