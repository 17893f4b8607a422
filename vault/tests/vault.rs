// SPDX-License-Identifier: Apache-2.0
//! A vault and its file.
#![allow(missing_docs)]

use dmsm_crypto::{bls, paillier};
use dmsm_vault::{Contents, Error, Identity, SecretString, Vault, WorkFactor};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

const SEED: [u8; 32] = *b"this is the seed of an account!!";
const DATA_SEED: [u8; 32] = *b"all data keys come from this one";

fn passphrase() -> SecretString {
    SecretString::from("correct horse battery staple")
}

/// p ‖ q of the test key of `bits` bits.
fn factors(bits: u64) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crypto/vectors/keys.json");
    let keys: Vec<serde_json::Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let key = keys.iter().find(|key| key["bits"] == bits).unwrap();
    hex::decode(format!("{}{}", key["p"].as_str().unwrap(), key["q"].as_str().unwrap())).unwrap()
}

fn contents() -> Contents {
    Contents {
        seed: Some(SEED.into()),
        paillier: paillier::SecretKey::from_bytes(&factors(2048)).unwrap(),
        bls: bls::SecretKey::derive(&[7; 32]).unwrap(),
        identity: Some(Identity { real_world: b"ES-METER-0042-Calle Mayor".to_vec(), salt: [9; 16] }),
        data_seed: DATA_SEED.into(),
    }
}

/// A folder with a vault in it.
fn vault() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("member.vault");
    Vault::create_with(&path, &passphrase(), contents(), WorkFactor::FAST).unwrap();
    (folder, path)
}

#[test]
fn what_is_put_in_comes_out() {
    let (_folder, path) = vault();
    let vault = Vault::open(&path, &passphrase()).unwrap();
    assert_eq!(vault.path(), path);
    assert_eq!(vault.seed(), Some(&SEED));
    assert_eq!(vault.data_seed(), &DATA_SEED);
    assert_eq!(vault.bls().public(), contents().bls.public());
    assert_eq!(vault.paillier().public(), contents().paillier.public());
    assert_eq!(vault.identity(), contents().identity.as_ref());
    assert_eq!(vault.identity().unwrap().member_id(), contents().identity.unwrap().member_id());
    let ciphertext = contents().paillier.public().encrypt_message(b"for the owner").unwrap();
    assert_eq!(&**vault.paillier().decrypt_message(&ciphertext).unwrap(), b"for the owner");
}

#[test]
fn what_is_optional_may_be_absent() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("vault");
    let contents = Contents { seed: None, identity: None, ..contents() };
    let made = Vault::create_with(&path, &passphrase(), contents, WorkFactor::FAST).unwrap();
    assert_eq!((made.seed(), made.identity()), (None, None));
    let opened = Vault::open(&path, &passphrase()).unwrap();
    assert_eq!((opened.seed(), opened.identity()), (None, None));
}

#[test]
fn the_usual_work_factor_works() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("vault");
    Vault::create(&path, &passphrase(), contents()).unwrap();
    Vault::open(&path, &passphrase()).unwrap();
    assert!(String::from_utf8_lossy(&fs::read(&path).unwrap()).lines().nth(1).unwrap().ends_with(" 17"));
}

#[test]
fn the_file_is_its_owners_alone_and_nothing_stands_beside_it() {
    let (folder, path) = vault();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn no_key_byte_stands_in_the_file() {
    let (_folder, path) = vault();
    let file = fs::read(path).unwrap();
    let contents = contents();
    let secrets = [
        &SEED[..],
        &DATA_SEED[..],
        &contents.bls.to_bytes()[..],
        &contents.paillier.to_bytes(),
        &contents.identity.as_ref().unwrap().real_world,
    ];
    for window in secrets.iter().flat_map(|secret| secret.windows(6)) {
        assert!(!file.windows(6).any(|bytes| bytes == window));
    }
}

#[test]
fn nothing_secret_is_shown() {
    let (_folder, path) = vault();
    let vault = Vault::open(&path, &passphrase()).unwrap();
    assert_eq!(format!("{vault:?}"), format!("Vault({}, <redacted>)", path.display()));
    assert_eq!(
        format!("{:?}{:?}", contents(), vault.identity()),
        "Contents(<redacted>)Some(Identity(<redacted>))"
    );
}

#[test]
fn create_fails_when_a_file_stands_there() {
    let (folder, path) = vault();
    let before = fs::read(&path).unwrap();
    let error = Vault::create_with(&path, &passphrase(), contents(), WorkFactor::FAST).unwrap_err();
    assert!(matches!(&error, Error::AlreadyExists { path: named } if *named == path), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
    // Nor through a link that points nowhere.
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(folder.path().join("nowhere"), &link).unwrap();
    let error = Vault::create_with(&link, &passphrase(), contents(), WorkFactor::FAST).unwrap_err();
    assert!(matches!(error, Error::AlreadyExists { .. }));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn create_fails_when_the_folder_is_missing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("missing/vault");
    let error = Vault::create_with(&path, &passphrase(), contents(), WorkFactor::FAST).unwrap_err();
    assert!(matches!(&error, Error::Io { action: "write", .. }), "{error}");
}

#[test]
fn create_fails_when_the_passphrase_is_empty() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("vault");
    let error = Vault::create(&path, &SecretString::from(""), contents()).unwrap_err();
    assert!(matches!(error, Error::EmptyPassphrase));
    assert!(!path.exists());
}

#[test]
fn open_fails_when_there_is_no_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("vault");
    let error = Vault::open(&path, &passphrase()).unwrap_err();
    assert!(matches!(&error, Error::NotFound { path: named } if *named == path));
    assert!(error.to_string().contains("dmsm keys generate"), "{error}");
}

#[test]
fn open_fails_when_the_passphrase_is_wrong() {
    let (_folder, path) = vault();
    for wrong in ["", "correct horse battery stapl", "Correct horse battery staple"] {
        let error = Vault::open(&path, &SecretString::from(wrong)).unwrap_err();
        assert!(matches!(&error, Error::WrongPassphrase { path: named } if *named == path), "{error}");
    }
}

#[test]
fn open_fails_when_others_can_read_the_file() {
    let (_folder, path) = vault();
    for mode in [0o640, 0o604, 0o620, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let error = Vault::open(&path, &passphrase()).unwrap_err();
        assert!(matches!(&error, Error::PermissionsTooOpen { mode: named, .. } if *named == mode));
        assert!(error.to_string().contains(&format!("chmod 600 {}", path.display())), "{error}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    Vault::open(&path, &passphrase()).unwrap();
}

/// Opens the vault after `change` to its bytes.
fn changed(path: &Path, change: impl FnOnce(&mut Vec<u8>)) -> Result<Vault, Error> {
    let good = fs::read(path).unwrap();
    let mut bytes = good.clone();
    change(&mut bytes);
    fs::write(path, &bytes).unwrap();
    let result = Vault::open(path, &passphrase());
    fs::write(path, good).unwrap();
    result
}

#[test]
fn open_fails_when_the_file_is_cut() {
    let (_folder, path) = vault();
    for length in (0..fs::read(&path).unwrap().len()).step_by(7) {
        let error = changed(&path, |bytes| bytes.truncate(length)).unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{length}: {error}");
    }
    Vault::open(&path, &passphrase()).unwrap();
}

#[test]
fn open_fails_when_any_byte_is_changed() {
    let (_folder, path) = vault();
    let file = fs::read(&path).unwrap();
    // Version line, the passphrase's lock of two lines, the header's seal, the content.
    let seal = file.windows(4).position(|bytes| bytes == b"--- ").unwrap();
    let lock = file.iter().position(|byte| *byte == b'\n').unwrap() + 1..seal;
    let mut locks = 0;
    for position in 0..file.len() {
        match changed(&path, |bytes| bytes[position] ^= 1).unwrap_err() {
            Error::Damaged { .. } => {}
            Error::WrongPassphrase { .. } => {
                assert!(lock.contains(&position), "{position}");
                locks += 1;
            }
            other => panic!("{position}: {other}"),
        }
    }
    // A changed lock cannot be told from a wrong passphrase.
    assert!(locks > 50);
}

#[test]
fn open_fails_when_the_file_has_more_bytes_or_is_no_vault() {
    let (_folder, path) = vault();
    for change in [
        (|bytes: &mut Vec<u8>| bytes.push(0)) as fn(&mut Vec<u8>),
        |bytes| bytes.resize(1 << 20, 0),
        |bytes| *bytes = b"not a vault".to_vec(),
        |bytes| *bytes = vec![0xff; 4096],
    ] {
        assert!(matches!(changed(&path, change).unwrap_err(), Error::Damaged { .. }));
    }
}

#[test]
fn open_fails_when_the_file_asks_for_too_much_work() {
    let (_folder, path) = vault();
    let error = changed(&path, |bytes| {
        let line = bytes.windows(4).position(|bytes| bytes == b" 10\n").unwrap();
        bytes[line + 1..line + 3].copy_from_slice(b"30");
    });
    assert!(matches!(error.unwrap_err(), Error::Damaged { .. }));
}
