// SPDX-License-Identifier: Apache-2.0
//! Known answers of python `phe`, in both directions, and of the paper's equations as they stand.
#![allow(missing_docs)]

mod common;

use common::*;
use dmsm_crypto::paillier::{opens, Ciphertext};
use rug::Integer;

#[test]
fn our_ciphertexts_are_those_of_phe() {
    for (vector, key) in vectors::<Vec<PaillierVectors>>("paillier.json").iter().zip(KEYS.iter().step_by(2)) {
        assert_eq!(key.public().bits(), vector.bits);
        for case in &vector.cases {
            let (m, r) = (bytes(&case.m), bytes(&case.r));
            assert_eq!(hex::encode(key.public().encrypt_with(&m, &r).unwrap().to_bytes()), case.c);
            assert_eq!(hex::encode(key.encrypt_with(&m, &r).unwrap().to_bytes()), case.c);
        }
    }
}

#[test]
fn ciphertexts_of_phe_decrypt_and_open() {
    for (vector, key) in vectors::<Vec<PaillierVectors>>("paillier.json").iter().zip(KEYS.iter().step_by(2)) {
        for case in &vector.cases {
            let c = Ciphertext::from_bytes(key.public(), &bytes(&case.c)).unwrap();
            assert_eq!(hex::encode(key.decrypt(&c).unwrap()), case.m);
            let opening = key.open(&c).unwrap();
            assert_eq!(hex::encode(&opening.plaintext), case.m);
            assert_eq!(hex::encode(&opening.randomness), case.r);
            assert!(opens(&modulus(key), &c.to_bytes(), &opening.plaintext, &opening.randomness));
        }
    }
}

#[test]
fn sums_and_products_are_those_of_phe() {
    for (vector, key) in vectors::<Vec<PaillierVectors>>("paillier.json").iter().zip(KEYS.iter().step_by(2)) {
        let public = key.public();
        let read = |index: usize| Ciphertext::from_bytes(public, &bytes(&vector.cases[index].c)).unwrap();
        let (first, second) = (read(vector.first), read(vector.second));
        assert_eq!(hex::encode(public.add(&first, &second).unwrap().to_bytes()), vector.sum);
        let product = public.multiply(&first, &bytes(&vector.constant)).unwrap();
        assert_eq!(hex::encode(product.to_bytes()), vector.product);
    }
}

#[test]
fn h_is_derived_as_documented() {
    for (vector, key) in vectors::<Vec<PaillierVectors>>("paillier.json").iter().zip(KEYS.iter().step_by(2)) {
        assert_eq!(hex::encode(generator(key)), vector.h);
    }
}

/// Equations (1) to (7) word for word, against the library.
#[test]
fn the_papers_equations_agree() {
    let secret = key().to_bytes();
    let (p, q) = secret.split_at(secret.len() / 2);
    let (p, q) = (integer(p), integer(q));
    let n = Integer::from(&p * &q); // (1)
    let n2 = Integer::from(n.square_ref());
    let g = Integer::from(&n + 1);
    let (m, r) = (Integer::from(123_456_789), Integer::from(987_654_321));
    let power = |base: &Integer, exponent: &Integer| Integer::from(base.pow_mod_ref(exponent, &n2).unwrap());
    let c = power(&g, &m) * power(&r, &n) % &n2; // (2)
    let lambda = Integer::from(&p - 1).lcm(&Integer::from(&q - 1)); // (3)
    let l = |u: Integer| -> Integer { (u - 1) / &n }; // (4)
    let k: Integer = l(power(&g, &lambda)); // (5)
    let mu = k.invert(&n).unwrap(); // (6)
    assert_eq!(l(power(&c, &lambda)) * mu % &n, m); // (7)

    let ours = key().public().encrypt_with(&wide(&m, 8), &wide(&r, 8)).unwrap();
    assert_eq!(integer(&ours.to_bytes()), c);
    assert_eq!(integer(&key().decrypt(&ours).unwrap()), m);
}
