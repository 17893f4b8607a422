// SPDX-License-Identifier: Apache-2.0
//! Hostile input, each refused by its name.
#![allow(missing_docs)]

mod common;

use common::*;
use dmsm_crypto::paillier::{
    check_public_key_shape, is_ciphertext, opens, Ciphertext, Error, PublicKey, SecretKey, SMALL_PRIMES_BELOW,
};
use dmsm_primitives::{blocks::Malformed, PaillierPublicKey};
use proptest::prelude::*;
use rug::Integer;

fn refusal(n: &Integer, h: &Integer) -> Error {
    let n = n.to_digits::<u8>(rug::integer::Order::Msf);
    let h = h.to_digits::<u8>(rug::integer::Order::Msf);
    let error = check_public_key_shape(&n, &h).unwrap_err();
    assert_eq!(PublicKey::from_bytes(&n, &h).unwrap_err(), error);
    error
}

fn n() -> Integer {
    integer(&modulus(key()))
}

fn h() -> Integer {
    integer(&generator(key()))
}

fn p() -> Integer {
    integer(&key().to_bytes()[..128])
}

/// A multiple of `factor` of 2048 bits that is 1 mod 4.
fn multiple(factor: u32) -> Integer {
    let mut other = (Integer::from(1) << 2047) / factor + 1;
    while Integer::from(&other * factor).mod_u(4) != 1 {
        other += 1;
    }
    other * factor
}

#[test]
fn key_fails_when_n_is_too_short() {
    assert_eq!(refusal(&Integer::from(15), &Integer::from(2)), Error::ModulusLength { bits: 8 });
    assert_eq!(refusal(&Integer::new(), &h()), Error::ModulusLength { bits: 0 });
    assert_eq!(refusal(&(n() >> 1), &Integer::from(2)), Error::ModulusLength { bits: 2048 });
    assert_eq!(refusal(&(n() >> 1024), &Integer::from(2)), Error::ModulusLength { bits: 1024 });
}

#[test]
fn key_fails_when_n_has_another_length() {
    for bits in [2056, 3064, 4104] {
        assert_eq!(refusal(&((Integer::from(1) << bits) - 1), &h()), Error::ModulusLength { bits });
    }
    let zero_first = [&[0], modulus(key()).as_slice()].concat();
    assert_eq!(
        check_public_key_shape(&zero_first, &generator(key())),
        Err(Error::ModulusLength { bits: 2056 })
    );
    let long = vec![0xff; 1 << 20];
    assert_eq!(check_public_key_shape(&long, &[2]), Err(Error::ModulusLength { bits: 8 << 20 }));
}

#[test]
fn key_fails_when_n_is_even() {
    assert_eq!(refusal(&(n() - 1), &h()), Error::EvenModulus);
}

#[test]
fn key_fails_when_n_has_a_small_factor() {
    for prime in [3, 5, 257, 65_521] {
        // The other factor may have a smaller one of its own.
        let Error::SmallFactor { prime: found } = refusal(&multiple(prime), &h()) else { panic!("{prime}") };
        assert!(found <= prime && multiple(prime).is_divisible_u(found));
    }
    // The last of them is the greatest prime below the bound.
    assert!(Integer::from(65_521).next_prime() > SMALL_PRIMES_BELOW);
}

#[test]
fn key_fails_when_n_is_not_one_modulo_four() {
    // p·q' with q' a prime that is 1 mod 4.
    let mut other = integer(&key().to_bytes()[128..]).next_prime();
    while other.mod_u(4) != 1 {
        other = other.next_prime();
    }
    assert_eq!(refusal(&(p() * other), &Integer::from(2)), Error::NotBlum);
}

#[test]
fn key_fails_when_n_is_a_perfect_power() {
    assert_eq!(refusal(&p().square(), &Integer::from(2)), Error::PerfectPower);
}

#[test]
fn key_fails_when_h_is_out_of_range() {
    for h in [Integer::new(), Integer::from(1), n() - 1, n(), n() + 2] {
        assert_eq!(refusal(&n(), &h), Error::GeneratorOutOfRange);
    }
    let zero_first = [&[0], &generator(key())[1..]].concat();
    assert_eq!(check_public_key_shape(&modulus(key()), &zero_first), Err(Error::GeneratorOutOfRange));
    assert_eq!(check_public_key_shape(&modulus(key()), &[]), Err(Error::GeneratorOutOfRange));
    assert_eq!(check_public_key_shape(&modulus(key()), &[7; 300]), Err(Error::GeneratorOutOfRange));
}

#[test]
fn key_fails_when_h_is_no_negated_square() {
    assert_eq!(refusal(&n(), &p()), Error::GeneratorNotNegatedSquare);
    let other = (2u32..).map(Integer::from).find(|h| h.jacobi(&n()) == -1).unwrap();
    assert_eq!(refusal(&n(), &other), Error::GeneratorNotNegatedSquare);
}

#[test]
fn key_of_the_chain_is_checked_as_well() {
    let mut key = key().public().to_primitive();
    key.n = vec![0xfe; 256].try_into().unwrap();
    assert_eq!(PublicKey::try_from(&key), Err(Error::EvenModulus));
    let empty = PaillierPublicKey { n: Default::default(), h: Default::default() };
    assert_eq!(PublicKey::try_from(&empty), Err(Error::ModulusLength { bits: 0 }));
}

fn ciphertext(value: &Integer) -> Result<Ciphertext, Error> {
    Ciphertext::from_bytes(key().public(), &wide(value, 512))
}

#[test]
fn ciphertext_fails_when_it_is_zero_or_n_or_a_multiple_of_a_factor() {
    for value in [Integer::new(), n(), n() * 5u32, p(), p() * 1_000_003u32, p().square()] {
        assert_eq!(ciphertext(&value), Err(Error::CiphertextNotInvertible));
        assert_eq!(key().decrypt_message(&wide(&value, 512)).unwrap_err(), Error::CiphertextNotInvertible);
    }
}

#[test]
fn ciphertext_fails_when_it_is_n_squared_or_more() {
    for value in [n().square(), n().square() + 1u32, (Integer::from(1) << 4096) - 1u32] {
        assert_eq!(ciphertext(&value), Err(Error::CiphertextOutOfRange));
    }
    assert!(ciphertext(&(n().square() - 1u32)).is_ok());
    assert!(ciphertext(&Integer::from(1)).is_ok());
}

#[test]
fn ciphertext_fails_when_its_length_is_wrong() {
    for found in [0, 1, 511, 513, 1024] {
        let refused = Err(Error::CiphertextLength { expected: 512, found });
        assert_eq!(Ciphertext::from_bytes(key().public(), &vec![1; found]), refused);
    }
    let refused = Error::CiphertextLength { expected: 512, found: 513 };
    assert_eq!(key().decrypt_message(&[1; 513]).unwrap_err(), refused);
    assert_eq!(key().decrypt_message(&[]).unwrap_err(), Error::CiphertextLength { expected: 512, found: 0 });
}

#[test]
fn ciphertext_for_the_chain_is_the_same() {
    let n_bytes = modulus(key());
    assert!(is_ciphertext(&n_bytes, &key().encrypt(&[1]).unwrap().to_bytes()));
    assert!(is_ciphertext(&n_bytes, &wide(&Integer::from(1), 512)));
    for refused in [Integer::new(), n(), p(), n().square(), n().square() + 1u32] {
        assert!(!is_ciphertext(&n_bytes, &wide(&refused, 512)));
    }
    for (n, c) in [(&n_bytes[..], &[1; 511][..]), (&n_bytes, &[]), (&[], &[]), (&[0; 256], &[1; 512])] {
        assert!(!is_ciphertext(n, c));
    }
}

#[test]
fn ciphertext_of_another_key_fails() {
    let foreign = stranger().public().encrypt(&[1]).unwrap();
    let own = key().encrypt(&[1]).unwrap();
    let public = key().public();
    assert_eq!(key().decrypt(&foreign).unwrap_err(), Error::ForeignCiphertext);
    assert_eq!(key().open(&foreign).unwrap_err(), Error::ForeignCiphertext);
    assert_eq!(public.add(&own, &foreign).unwrap_err(), Error::ForeignCiphertext);
    assert_eq!(public.add(&foreign, &own).unwrap_err(), Error::ForeignCiphertext);
    assert_eq!(public.multiply(&foreign, &[2]).unwrap_err(), Error::ForeignCiphertext);
    assert_eq!(public.add_constant(&foreign, &[2]).unwrap_err(), Error::ForeignCiphertext);
    assert_eq!(public.rerandomise(&foreign).unwrap_err(), Error::ForeignCiphertext);
}

#[test]
fn plaintext_fails_when_it_is_n_or_more() {
    let public = key().public();
    for m in [modulus(key()), vec![0xff; 256], vec![0; 257]] {
        assert_eq!(public.encrypt(&m), Err(Error::PlaintextOutOfRange));
        assert_eq!(public.encrypt_textbook(&m), Err(Error::PlaintextOutOfRange));
        assert_eq!(key().encrypt(&m), Err(Error::PlaintextOutOfRange));
        assert_eq!(public.multiply(&key().encrypt(&[1]).unwrap(), &m), Err(Error::PlaintextOutOfRange));
    }
}

#[test]
fn randomness_fails_outside_the_group() {
    for r in [Integer::new(), n(), p(), p() * 2u32, n() + 1u32] {
        let r = wide(&r, 256);
        assert_eq!(key().public().encrypt_with(&[1], &r), Err(Error::RandomnessOutOfRange));
        assert_eq!(key().encrypt_with(&[1], &r), Err(Error::RandomnessOutOfRange));
    }
    assert_eq!(key().public().encrypt_with(&[1], &[0; 257]), Err(Error::RandomnessOutOfRange));
}

#[test]
fn message_fails_when_its_blocks_are_swapped_or_missing() {
    let c = key().public().encrypt_message(&[3; 600]).unwrap();
    let (first, rest) = c.split_at(512);
    let swapped = [&rest[..512], first, &rest[512..]].concat();
    assert_eq!(key().decrypt_message(&swapped).unwrap_err(), Error::Message(Malformed::Order));
    assert_eq!(key().decrypt_message(&c[..1024]).unwrap_err(), Error::Message(Malformed::Order));
}

#[test]
fn message_fails_when_a_plaintext_is_no_block() {
    for m in [vec![9], wide(&(n() - 1u32), 256)] {
        let c = key().encrypt(&m).unwrap().to_bytes();
        assert_eq!(key().decrypt_message(&c).unwrap_err(), Error::Message(Malformed::Block));
    }
}

#[test]
fn opens_refuses_what_is_outside_its_domain() {
    let n = modulus(key());
    let c = key().encrypt(&[1]).unwrap();
    let opening = key().open(&c).unwrap();
    let (c, m, r) = (c.to_bytes(), opening.plaintext, opening.randomness);
    assert!(opens(&n, &c, &m, &r));
    assert!(opens(&n, &c, &[1], &r));
    let long = |bytes: &[u8]| [&[0], bytes].concat();
    let more = |bytes: &[u8]| wide(&(integer(bytes) + integer(&n)), 257);
    for (n, c, m, r) in [
        (&[][..], &c[..], &m[..], &r[..]),
        (&long(&n), &c, &m, &r),
        (&n[1..], &c, &m, &r),
        (&[0; 256], &c, &m, &r),
        (&wide(&(integer(&n) + 1u32), 256), &c, &m, &r),
        (&modulus(stranger()), &c, &m, &r),
        (&n, &[], &m, &r),
        (&n, &long(&c), &m, &r),
        (&n, &c[1..], &m, &r),
        (&n, &c, &more(&m), &r),
        (&n, &c, &m, &more(&r)),
        (&n, &c, &m, &[]),
        (&n, &c, &[], &r),
        (&n, &[0; 512], &[0], &[0]),
        (&n, &wide(&p(), 512), &m, &wide(&p(), 256)),
    ] {
        assert!(!opens(n, c, m, r));
    }
}

#[test]
fn secret_key_fails_when_malformed() {
    let good = key().to_bytes();
    let (p, q) = good.split_at(128);
    let composite = wide(&(integer(p) + 4u32), 128);
    let not_blum = (1u32..)
        .map(|step| integer(p) + (2 + 4 * step))
        .find(|value: &Integer| value.is_probably_prime(30) != rug::integer::IsPrime::No)
        .unwrap();
    for bytes in [
        vec![],
        good[1..].to_vec(),
        [&[0], &good[..]].concat(),
        vec![0; 256],
        vec![0xff; 256],
        [p, p].concat(),
        [p, &composite].concat(),
        [&wide(&not_blum, 128), q].concat(),
        [&[0; 127][..], &[7], q].concat(),
    ] {
        assert_eq!(SecretKey::from_bytes(&bytes).unwrap_err(), Error::MalformedSecretKey);
    }
    assert_eq!(SecretKey::generate(1024).unwrap_err(), Error::ModulusLength { bits: 1024 });
}

/// Any bytes, often of a length that is right somewhere.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![0usize..1100, Just(256), Just(384), Just(512), Just(1024)];
    length.prop_flat_map(|length| proptest::collection::vec(any::<u8>(), length))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_judged_without_panic(n in any_bytes(), h in any_bytes(), c in any_bytes()) {
        let _ = check_public_key_shape(&n, &h);
        prop_assert!(!opens(&n, &c, &h, &h));
        prop_assert!(!opens(&modulus(key()), &c, &h, &n));
        prop_assert!(!is_ciphertext(&n, &h) || n.len() * 2 == h.len());
        prop_assert_eq!(is_ciphertext(&modulus(key()), &c), Ciphertext::from_bytes(key().public(), &c).is_ok());
        if let Ok(c) = Ciphertext::from_bytes(key().public(), &c) {
            let _ = key().decrypt(&c).unwrap();
        }
        prop_assert!(key().decrypt_message(&c).is_err());
        let _ = SecretKey::from_bytes(&n);
    }

    #[test]
    fn any_odd_modulus_of_an_accepted_length_is_judged_without_panic(
        mut n in proptest::collection::vec(any::<u8>(), 256),
        m in proptest::collection::vec(any::<u8>(), 0..=256),
    ) {
        n[0] |= 0x80;
        n[255] |= 1;
        let _ = check_public_key_shape(&n, &m);
        prop_assert!(!opens(&n, &[5; 512], &m, &m));
    }
}
