// SPDX-License-Identifier: Apache-2.0
//! Fixed keys and vectors.
#![allow(dead_code, missing_docs)]

use dmsm_crypto::paillier::SecretKey;
use serde::{de::DeserializeOwned, Deserialize};
use std::sync::LazyLock;

#[derive(Deserialize)]
pub struct Key {
    pub bits: u32,
    pub p: String,
    pub q: String,
}

#[derive(Deserialize)]
pub struct Case {
    pub m: String,
    pub r: String,
    pub c: String,
}

#[derive(Deserialize)]
pub struct PaillierVectors {
    pub bits: u32,
    pub h: String,
    pub cases: Vec<Case>,
    pub first: usize,
    pub second: usize,
    pub sum: String,
    pub constant: String,
    pub product: String,
}

#[derive(Deserialize)]
pub struct BlsCase {
    pub secret: String,
    pub public: String,
    pub message: String,
    pub hash: String,
    pub signature: String,
    pub member: String,
    pub possession: String,
}

#[derive(Deserialize)]
pub struct BlsVectors {
    pub cases: Vec<BlsCase>,
    pub key_outside: String,
    pub signature_outside: String,
}

#[derive(Deserialize)]
pub struct PackedDay {
    pub energy: Vec<u32>,
    pub nonce: String,
    pub plaintext: String,
    pub digest: String,
}

#[derive(Deserialize)]
pub struct PackingVectors {
    pub days: Vec<PackedDay>,
    pub times: Vec<u32>,
    pub sum: String,
    pub totals: Vec<u64>,
}

#[derive(Deserialize)]
pub struct DerivedCase {
    pub m: String,
    pub seed: String,
    pub c_sha256: String,
}

#[derive(Deserialize)]
pub struct DerivedVectors {
    pub bits: u32,
    pub seed: String,
    pub n_sha256: String,
    pub cases: Vec<DerivedCase>,
}

pub fn vectors<T: DeserializeOwned>(file: &str) -> T {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(file);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The keys of `keys.json`: two each of 2048, 3072 and 4096 bits.
pub static KEYS: LazyLock<Vec<SecretKey>> = LazyLock::new(|| {
    let keys: Vec<Key> = vectors("keys.json");
    keys.iter().map(|key| SecretKey::from_bytes(&bytes(&format!("{}{}", key.p, key.q))).unwrap()).collect()
});

/// The first key of 2048 bits.
pub fn key() -> &'static SecretKey {
    &KEYS[0]
}

/// Another key of 2048 bits.
pub fn stranger() -> &'static SecretKey {
    &KEYS[1]
}

pub fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

pub fn array<const N: usize>(text: &str) -> [u8; N] {
    bytes(text).try_into().unwrap()
}

/// n of a key.
pub fn modulus(key: &SecretKey) -> Vec<u8> {
    key.public().to_primitive().n.to_vec()
}

/// h of a key.
pub fn generator(key: &SecretKey) -> Vec<u8> {
    key.public().to_primitive().h.to_vec()
}

/// Big-endian `value` in `length` bytes.
pub fn wide(value: &rug::Integer, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    value.write_digits(&mut bytes, rug::integer::Order::Msf);
    bytes
}

pub fn integer(bytes: &[u8]) -> rug::Integer {
    rug::Integer::from_digits(bytes, rug::integer::Order::Msf)
}
