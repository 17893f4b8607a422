// SPDX-License-Identifier: Apache-2.0
//! Properties over the whole domain, its edges included.
#![allow(missing_docs)]

mod common;

use common::*;
use dmsm_crypto::paillier::{opens, Ciphertext, Error, PublicKey, SecretKey, MAX_MESSAGE_BLOCKS};
use proptest::prelude::*;
use rug::Integer;

fn n() -> Integer {
    integer(&modulus(key()))
}

/// 0 <= m < n, edges often.
fn plaintext() -> impl Strategy<Value = Integer> {
    prop_oneof![
        1 => Just(Integer::new()),
        1 => Just(Integer::from(1)),
        1 => Just(n() - 1),
        6 => proptest::collection::vec(any::<u8>(), 256).prop_map(|bytes| integer(&bytes) % n()),
    ]
}

fn decrypted(ciphertext: &Ciphertext) -> Integer {
    integer(&key().decrypt(ciphertext).unwrap())
}

fn encrypted(m: &Integer) -> Ciphertext {
    key().public().encrypt(&wide(m, 256)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_way_to_encrypt_decrypts(m in plaintext()) {
        let bytes = wide(&m, 256);
        let public = key().public();
        for c in [public.encrypt(&bytes), public.encrypt_textbook(&bytes), key().encrypt(&bytes)] {
            prop_assert_eq!(&decrypted(&c.unwrap()), &m);
        }
    }

    #[test]
    fn every_ciphertext_opens_once(m in plaintext()) {
        let n = modulus(key());
        for c in [encrypted(&m), key().encrypt(&wide(&m, 256)).unwrap()] {
            let opening = key().open(&c).unwrap();
            prop_assert_eq!(&integer(&opening.plaintext), &m);
            prop_assert_eq!(&key().public().encrypt_with(&opening.plaintext, &opening.randomness).unwrap(), &c);
            prop_assert!(opens(&n, &c.to_bytes(), &opening.plaintext, &opening.randomness));
            // A block of a message, one byte shorter, opens as well.
            prop_assert_eq!(opening.plaintext[0] == 0, opens(&n, &c.to_bytes(), &opening.plaintext[1..], &opening.randomness));
            let other = wide(&(Integer::from(&m + 1) % integer(&n)), 256);
            prop_assert!(!opens(&n, &c.to_bytes(), &other, &opening.randomness));
            let other = wide(&(integer(&n) - integer(&opening.randomness)), 256);
            prop_assert!(!opens(&n, &c.to_bytes(), &opening.plaintext, &other));
        }
    }

    #[test]
    fn crt_encryption_equals_the_textbook(m in plaintext(), r in plaintext()) {
        let (m, r) = (wide(&m, 256), wide(&r, 256));
        prop_assert_eq!(key().encrypt_with(&m, &r), key().public().encrypt_with(&m, &r));
    }

    #[test]
    fn sums_count_modulo_n(a in plaintext(), b in plaintext()) {
        let public = key().public();
        let sum = Integer::from(&a + &b) % n();
        prop_assert_eq!(&decrypted(&public.add(&encrypted(&a), &encrypted(&b)).unwrap()), &sum);
        prop_assert_eq!(&decrypted(&public.sum([&encrypted(&a), &encrypted(&b)]).unwrap()), &sum);
        prop_assert_eq!(&decrypted(&public.add_constant(&encrypted(&a), &wide(&b, 256)).unwrap()), &sum);
    }

    #[test]
    fn multiples_count_modulo_n(a in plaintext(), k in plaintext()) {
        let product = key().public().multiply(&encrypted(&a), &wide(&k, 256)).unwrap();
        prop_assert_eq!(decrypted(&product), a * k % n());
    }

    #[test]
    fn fresh_randomness_keeps_the_plaintext(m in plaintext()) {
        let c = encrypted(&m);
        let fresh = key().public().rerandomise(&c).unwrap();
        prop_assert_ne!(&fresh, &c);
        prop_assert_eq!(decrypted(&fresh), m);
    }

    #[test]
    fn messages_round_trip(message in proptest::collection::vec(any::<u8>(), 0..800)) {
        for c in [key().public().encrypt_message(&message), key().encrypt_message(&message)] {
            prop_assert_eq!(&**key().decrypt_message(&c.unwrap()).unwrap(), &message[..]);
        }
    }
}

#[test]
fn the_same_plaintext_never_encrypts_the_same() {
    let first = key().public().encrypt(&[5]).unwrap();
    assert_ne!(first, key().public().encrypt(&[5]).unwrap());
    assert_ne!(key().encrypt(&[5]).unwrap(), key().encrypt(&[5]).unwrap());
}

#[test]
fn every_length_of_key_works() {
    for key in KEYS.iter() {
        let public = PublicKey::try_from(&key.public().to_primitive()).unwrap().with_tables();
        assert_eq!(public, *key.public());
        let c = public.encrypt_message(b"a message").unwrap();
        assert_eq!(c.len(), public.ciphertext_bytes());
        assert_eq!(&**key.decrypt_message(&c).unwrap(), b"a message");
        let c = key.encrypt_message(&vec![7; 600]).unwrap();
        assert_eq!(&**key.decrypt_message(&c).unwrap(), &[7; 600][..]);
    }
}

#[test]
fn no_ciphertexts_sum_to_nothing() {
    assert_eq!(decrypted(&key().public().sum([]).unwrap()), 0);
}

#[test]
fn a_generated_key_works_and_comes_back_from_its_bytes() {
    let key = SecretKey::generate(2048).unwrap();
    let again = SecretKey::from_bytes(&key.to_bytes()).unwrap();
    assert_eq!(key.public(), again.public());
    let c = key.public().encrypt_message(b"hello").unwrap();
    assert_eq!(&**again.decrypt_message(&c).unwrap(), b"hello");
    assert_eq!(modulus(&key).len(), 256);
}

#[test]
fn a_message_too_long_is_refused_before_any_work() {
    let message = vec![0; MAX_MESSAGE_BLOCKS * 248 + 1];
    assert_eq!(key().public().encrypt_message(&message), Err(Error::MessageTooLong));
    let ciphertext = vec![1; (MAX_MESSAGE_BLOCKS + 1) * 512];
    assert_eq!(key().decrypt_message(&ciphertext).unwrap_err(), Error::MessageTooLong);
}

#[test]
fn nothing_secret_is_shown() {
    let secret = hex::encode(&key().to_bytes()[..8]);
    let shown = format!("{:?}{:?}", key(), key().open(&encrypted(&Integer::from(9))).unwrap());
    assert!(!shown.contains(&secret));
    assert_eq!(shown, "SecretKey(<redacted>, 2048 bits)Opening(<redacted>)");
}
