// SPDX-License-Identifier: Apache-2.0
//! Keys and ciphertexts that follow from a seed. What was stored under them is lost if one of these
//! answers changes.
#![allow(missing_docs)]

mod common;

use common::*;
use dmsm_crypto::paillier::{Error, SecretKey};
use sha2::{Digest, Sha256};

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[test]
fn a_seed_gives_the_key_and_the_ciphertexts_of_python() {
    for vector in vectors::<Vec<DerivedVectors>>("derived.json") {
        let key = SecretKey::derive(vector.bits, &array(&vector.seed)).unwrap();
        assert_eq!(key.public().bits(), vector.bits);
        assert_eq!(sha256(&modulus(&key)), vector.n_sha256, "data keys would be lost");
        for case in &vector.cases {
            let ciphertext = key.encrypt_derived(&bytes(&case.m), &array(&case.seed)).unwrap();
            assert_eq!(sha256(&ciphertext.to_bytes()), case.c_sha256);
            assert_eq!(hex::encode(key.decrypt(&ciphertext).unwrap()), case.m);
        }
    }
}

#[test]
fn a_derived_key_is_a_key_like_another() {
    let derived = SecretKey::derive(2048, &[1; 32]).unwrap();
    let again = SecretKey::from_bytes(&derived.to_bytes()).unwrap();
    assert_eq!(again.public(), derived.public());
    assert_eq!(again.public(), SecretKey::derive(2048, &[1; 32]).unwrap().public());
    let ciphertext = derived.public().encrypt_message(b"hello").unwrap();
    assert_eq!(&**again.decrypt_message(&ciphertext).unwrap(), b"hello");
}

#[test]
fn any_bit_of_a_seed_gives_another_key_and_another_ciphertext() {
    let seed = [0x5a; 32];
    let base = key().encrypt_derived(b"m", &seed).unwrap();
    assert_eq!(key().encrypt_derived(b"m", &seed).unwrap(), base);
    for bit in [0, 1, 100, 255] {
        let mut other = seed;
        other[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(key().encrypt_derived(b"m", &other).unwrap(), base);
    }
    let key = SecretKey::derive(2048, &seed).unwrap();
    let mut other = seed;
    other[31] ^= 0x80;
    assert_ne!(SecretKey::derive(2048, &other).unwrap().public(), key.public());
}

#[test]
fn derive_fails_when_the_length_is_not_accepted() {
    for bits in [0, 1024, 2047, 8192] {
        assert_eq!(SecretKey::derive(bits, &[0; 32]).unwrap_err(), Error::ModulusLength { bits });
    }
}

#[test]
fn encrypt_derived_fails_when_the_plaintext_is_not_below_the_modulus() {
    let n = modulus(key());
    assert_eq!(key().encrypt_derived(&n, &[0; 32]), Err(Error::PlaintextOutOfRange));
}
