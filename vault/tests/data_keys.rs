// SPDX-License-Identifier: Apache-2.0
//! Data keys and sealed meter-days: always the same, and never a stranger's.
#![allow(missing_docs)]

use dmsm_crypto::{
    bls, packing,
    paillier::{self, Ciphertext},
};
use dmsm_primitives::{
    records::{ALL_PRESENT, SLOTS},
    time::Month,
    Day, DeviceId, RegionId, Scope,
};
use dmsm_vault::{Contents, DataKeyPair, Error, SealError, SecretString, ToSeal, Vault, WorkFactor};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, sync::LazyLock};

const SCOPE: Scope = Scope { region: RegionId(1), month: Month { year: 2012, month: 1 } };
const DAY: Day = Day(15_340); // 2012-01-01

#[derive(Deserialize)]
struct Vectors {
    data_seed: String,
    scopes: Vec<ScopeVector>,
}

#[derive(Deserialize)]
struct ScopeVector {
    region: u32,
    year: u16,
    month: u8,
    n_sha256: String,
    days: Vec<DayVector>,
}

#[derive(Deserialize)]
struct DayVector {
    meter: String,
    day: u32,
    version: u16,
    present: u64,
    energy: Vec<u32>,
    nonce: String,
    digest: String,
    ciphertext_sha256: String,
}

fn array<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../vectors/data_keys.json")).unwrap()
}

/// A vault with this data seed; its other keys are `number`'s.
fn vault(data_seed: [u8; 32], number: u8) -> Vault {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("vault");
    let contents = Contents {
        seed: None,
        paillier: paillier::SecretKey::derive(2048, &[number; 32]).unwrap(),
        bls: bls::SecretKey::derive(&[number; 32]).unwrap(),
        identity: None,
        data_seed: data_seed.into(),
    };
    let passphrase = SecretString::from("horse");
    Vault::create_with(&path, &passphrase, contents, WorkFactor::FAST).unwrap();
    Vault::open(&path, &passphrase).unwrap()
}

static VAULT: LazyLock<Vault> = LazyLock::new(|| vault([3; 32], 1));
static KEY: LazyLock<DataKeyPair> = LazyLock::new(|| VAULT.data_key(&SCOPE).unwrap());

fn to_seal() -> ToSeal {
    ToSeal {
        meter: DeviceId([8; 32]),
        day: DAY,
        version: 0,
        present: ALL_PRESENT,
        energy: std::array::from_fn(|slot| 100 + slot as u32),
    }
}

#[test]
fn keys_and_sealed_days_are_those_of_python() {
    let vectors = vectors();
    let vault = vault(array(&vectors.data_seed), 1);
    for vector in vectors.scopes {
        let month = Month { year: vector.year, month: vector.month };
        let key = vault.data_key(&Scope { region: RegionId(vector.region), month }).unwrap();
        assert_eq!(sha256(&key.public().to_primitive().n), vector.n_sha256, "data keys would be lost");
        for day in vector.days {
            let to_seal = ToSeal {
                meter: DeviceId(array(&day.meter)),
                day: Day(day.day),
                version: day.version,
                present: day.present,
                energy: packing::energies(&day.energy).unwrap(),
            };
            let sealed = key.seal_meter_day(&to_seal).unwrap();
            assert_eq!(hex::encode(sealed.nonce), day.nonce);
            assert_eq!(hex::encode(sealed.digest), day.digest);
            assert_eq!(sha256(&sealed.ciphertext), day.ciphertext_sha256);
        }
    }
}

#[test]
fn what_is_sealed_comes_out_under_the_scopes_key() {
    let sealed = KEY.seal_meter_day(&to_seal()).unwrap();
    let ciphertext = Ciphertext::from_bytes(KEY.public(), &sealed.ciphertext).unwrap();
    let day = packing::unpack(&KEY.decrypt(&ciphertext).unwrap()).unwrap();
    assert_eq!(day, packing::MeterDay { energy: to_seal().energy, nonce: sealed.nonce });
    assert_eq!(packing::pack(&day).digest(), sealed.digest);
    assert_eq!(sealed.ciphertext.len(), 768);
}

#[test]
fn the_same_day_seals_to_the_same_bytes_in_another_run() {
    let sealed = KEY.seal_meter_day(&to_seal()).unwrap();
    assert_eq!(KEY.seal_meter_day(&to_seal()).unwrap(), sealed);
    // Derived anew, from a vault whose other keys were rotated.
    let rotated = vault([3; 32], 2);
    assert_ne!(rotated.paillier().public(), VAULT.paillier().public());
    let again = rotated.data_key(&SCOPE).unwrap();
    assert_eq!(again.public(), KEY.public());
    assert_eq!(again.seal_meter_day(&to_seal()).unwrap(), sealed);
}

#[test]
fn anything_that_changes_changes_the_nonce_and_the_randomness() {
    let mut days = vec![to_seal()];
    let mut change = |edit: fn(&mut ToSeal)| {
        let mut day = to_seal();
        edit(&mut day);
        days.push(day);
    };
    change(|day| day.meter.0[31] ^= 1);
    change(|day| day.day = Day(DAY.0 + 1));
    change(|day| day.version = 1);
    change(|day| (day.present, day.energy[0]) = (ALL_PRESENT ^ 1, 0));
    change(|day| day.energy[0] = 0);
    change(|day| day.energy[47] += 1);
    change(|day| day.energy.swap(0, 1));
    let sealed: Vec<_> = days.iter().map(|day| KEY.seal_meter_day(day).unwrap()).collect();
    let randomness = |ciphertext: &[u8]| {
        let ciphertext = Ciphertext::from_bytes(KEY.public(), ciphertext).unwrap();
        KEY.secret().open(&ciphertext).unwrap().randomness
    };
    let nonces: BTreeSet<_> = sealed.iter().map(|sealed| sealed.nonce).collect();
    let randomness: BTreeSet<_> = sealed.iter().map(|sealed| randomness(&sealed.ciphertext)).collect();
    assert_eq!((nonces.len(), randomness.len()), (days.len(), days.len()));
}

#[test]
fn every_scope_and_every_seed_has_its_own_key() {
    let other_scopes = [
        Scope { region: RegionId(2), ..SCOPE },
        Scope { month: Month { year: 2012, month: 2 }, ..SCOPE },
        Scope { month: Month { year: 2013, month: 1 }, ..SCOPE },
    ];
    let mut moduli: Vec<_> =
        other_scopes.iter().map(|scope| VAULT.data_key(scope).unwrap().public().to_primitive().n).collect();
    moduli.push(KEY.public().to_primitive().n);
    moduli.push(vault([4; 32], 1).data_key(&SCOPE).unwrap().public().to_primitive().n);
    moduli.push(VAULT.paillier().public().to_primitive().n);
    for (index, modulus) in moduli.iter().enumerate() {
        assert!(!moduli[..index].contains(modulus));
    }
}

#[test]
fn data_key_fails_when_the_month_is_none() {
    for (year, month) in [(2012, 0), (2012, 13), (1969, 12), (10_000, 1)] {
        let scope = Scope { month: Month { year, month }, ..SCOPE };
        let error = VAULT.data_key(&scope).unwrap_err();
        assert!(matches!(error, Error::BadScope { scope: named } if named == scope), "{error}");
    }
}

#[test]
fn seal_fails_when_the_day_is_of_another_month() {
    for day in [Day(15_339), Day(15_371), Day(u32::MAX)] {
        let error = KEY.seal_meter_day(&ToSeal { day, ..to_seal() }).unwrap_err();
        assert_eq!(error, SealError::OtherMonth { day, scope: SCOPE });
    }
}

#[test]
fn seal_fails_when_half_hours_are_said_to_be_present_that_no_day_has() {
    for present in [ALL_PRESENT + 1, u64::MAX] {
        let error = KEY.seal_meter_day(&ToSeal { present, ..to_seal() }).unwrap_err();
        assert_eq!(error, SealError::NoSuchHalfHour);
    }
}

#[test]
fn seal_fails_when_a_half_hour_without_readings_has_energy() {
    for slot in 0..SLOTS {
        let day = ToSeal { present: ALL_PRESENT ^ 1 << slot, ..to_seal() };
        assert_eq!(KEY.seal_meter_day(&day).unwrap_err(), SealError::EnergyWithoutReadings { slot });
    }
}

#[test]
fn no_data_key_is_shown() {
    assert_eq!(format!("{:?}", *KEY), "DataKeyPair(1/2012-01, <redacted>)");
}
