// SPDX-License-Identifier: Apache-2.0
//! BLS: known answers of `py_ecc`, properties, hostile input.
#![allow(missing_docs)]

mod common;

use common::*;
use dmsm_crypto::bls::*;
use dmsm_primitives::{BlsPublicKey, BlsSignature, MemberId};
use proptest::prelude::*;

fn key(seed: u8) -> SecretKey {
    SecretKey::derive(&[seed; 32]).unwrap()
}

const IDENTITY_KEY: BlsPublicKey = {
    let mut bytes = [0; 96];
    bytes[0] = 0xc0;
    BlsPublicKey(bytes)
};

const IDENTITY_SIGNATURE: BlsSignature = {
    let mut bytes = [0; 48];
    bytes[0] = 0xc0;
    BlsSignature(bytes)
};

#[test]
fn answers_are_those_of_py_ecc() {
    for case in vectors::<BlsVectors>("bls.json").cases {
        let key = SecretKey::from_bytes(&array(&case.secret)).unwrap();
        let (message, member) = (bytes(&case.message), MemberId(array(&case.member)));
        let public = BlsPublicKey(array(&case.public));
        assert_eq!(key.public(), public);
        assert_eq!(sign(&key, &message), BlsSignature(array(&case.signature)));
        assert_eq!(prove_possession(&key, &member), BlsSignature(array(&case.possession)));
        verify(&public, &message, &BlsSignature(array(&case.signature))).unwrap();
        verify_possession(&public, &member, &BlsSignature(array(&case.possession))).unwrap();
        // The hash to the curve itself: what the secret key 1 signs.
        let one = SecretKey::from_bytes(&array(&format!("{:064x}", 1))).unwrap();
        assert_eq!(hex::encode(sign(&one, &message).0), case.hash);
    }
}

#[test]
fn a_generated_key_signs_and_comes_back_from_its_bytes() {
    let key = SecretKey::generate().unwrap();
    let again = SecretKey::from_bytes(&key.to_bytes()).unwrap();
    assert_eq!(key.public(), again.public());
    verify(&key.public(), b"m", &sign(&again, b"m")).unwrap();
    assert_ne!(key.public(), SecretKey::generate().unwrap().public());
}

#[test]
fn nothing_secret_is_shown() {
    assert_eq!(format!("{:?}", key(1)), "SecretKey(<redacted>)");
}

#[test]
fn verify_fails_when_the_message_or_the_key_is_another() {
    let signature = sign(&key(1), b"message");
    for verify in [verify, verify_enrolled] {
        verify(&key(1).public(), b"message", &signature).unwrap();
        assert_eq!(verify(&key(1).public(), b"massage", &signature), Err(Error::WrongSignature));
        assert_eq!(verify(&key(2).public(), b"message", &signature), Err(Error::WrongSignature));
    }
}

#[test]
fn verify_fails_when_the_key_is_the_identity() {
    for verify in [verify, verify_enrolled] {
        assert_eq!(verify(&IDENTITY_KEY, b"m", &sign(&key(1), b"m")), Err(Error::IdentityKey));
        assert_eq!(verify(&IDENTITY_KEY, b"m", &IDENTITY_SIGNATURE), Err(Error::IdentityKey));
    }
    assert_eq!(
        verify_possession(&IDENTITY_KEY, &MemberId([1; 32]), &IDENTITY_SIGNATURE),
        Err(Error::IdentityKey)
    );
}

#[test]
fn verify_fails_when_the_key_is_outside_the_subgroup() {
    let outside = BlsPublicKey(array(&vectors::<BlsVectors>("bls.json").key_outside));
    let signature = sign(&key(1), b"m");
    assert_eq!(verify(&outside, b"m", &signature), Err(Error::KeyNotInSubgroup));
    assert_eq!(verify_possession(&outside, &MemberId([1; 32]), &signature), Err(Error::KeyNotInSubgroup));
}

#[test]
fn verify_fails_when_the_signature_is_outside_the_subgroup_or_the_identity() {
    let outside = BlsSignature(array(&vectors::<BlsVectors>("bls.json").signature_outside));
    let public = key(1).public();
    for verify in [verify, verify_enrolled] {
        assert_eq!(verify(&public, b"m", &outside), Err(Error::SignatureNotInSubgroup));
        assert_eq!(verify(&public, b"m", &IDENTITY_SIGNATURE), Err(Error::IdentitySignature));
    }
    assert_eq!(verify_many(&[(&public, b"m", &outside)]), Err(Error::SignatureNotInSubgroup));
}

#[test]
fn verify_fails_when_a_point_is_malformed() {
    let (public, signature) = (key(1).public(), sign(&key(1), b"m"));
    for byte in [0, 0x40, 0x80, 0xa0, 0xe0, 0xff] {
        let mut wrong = [byte; 96];
        wrong[95] = 3;
        assert_eq!(verify(&BlsPublicKey(wrong), b"m", &signature), Err(Error::MalformedKey), "{byte:x}");
        let mut wrong = [byte; 48];
        wrong[47] = 1;
        assert!(verify(&public, b"m", &BlsSignature(wrong)).is_err());
    }
    assert_eq!(verify(&public, b"m", &BlsSignature([0; 48])), Err(Error::MalformedSignature));
}

#[test]
fn possession_fails_when_the_proof_is_missing() {
    let missing = BlsSignature([0; 48]);
    assert_eq!(
        verify_possession(&key(1).public(), &MemberId([1; 32]), &missing),
        Err(Error::MalformedSignature)
    );
    assert_eq!(
        verify_possession(&key(1).public(), &MemberId([1; 32]), &IDENTITY_SIGNATURE),
        Err(Error::IdentitySignature)
    );
}

#[test]
fn possession_fails_when_the_proof_is_foreign() {
    let (mine, yours) = (MemberId([1; 32]), MemberId([2; 32]));
    let (public, proof) = (key(1).public(), prove_possession(&key(1), &mine));
    verify_possession(&public, &mine, &proof).unwrap();
    // Another member shows my key and my proof; I show another's proof for my key.
    assert_eq!(verify_possession(&public, &yours, &proof), Err(Error::WrongPossession));
    let foreign = prove_possession(&key(2), &mine);
    assert_eq!(verify_possession(&public, &mine, &foreign), Err(Error::WrongPossession));
}

#[test]
fn a_signature_is_no_proof_and_a_proof_no_signature() {
    let member = MemberId([1; 32]);
    let message = [&member.0[..], &key(1).public().0].concat();
    let signature = sign(&key(1), &message);
    assert_eq!(verify_possession(&key(1).public(), &member, &signature), Err(Error::WrongPossession));
    let proof = prove_possession(&key(1), &member);
    assert_eq!(verify(&key(1).public(), &message, &proof), Err(Error::WrongSignature));
}

#[test]
fn secret_key_fails_when_zero_or_too_great() {
    for bytes in [[0; 32], [0xff; 32]] {
        assert_eq!(SecretKey::from_bytes(&bytes).unwrap_err(), Error::MalformedSecretKey);
    }
}

#[test]
fn a_batch_fails_when_any_signature_is_wrong() {
    let keys: Vec<_> = (1..=6).map(key).collect();
    let publics: Vec<_> = keys.iter().map(SecretKey::public).collect();
    // Two of the messages are equal.
    let messages: Vec<Vec<u8>> = (0..6).map(|index| vec![index as u8 / 2; index / 2]).collect();
    let mut signatures: Vec<_> =
        keys.iter().zip(&messages).map(|(key, message)| sign(key, message)).collect();
    let check = |signatures: &[BlsSignature]| {
        let batch: Vec<_> =
            (0..6).map(|index| (&publics[index], &messages[index][..], &signatures[index])).collect();
        verify_many(&batch)
    };
    check(&signatures).unwrap();
    verify_many(&[]).unwrap();
    for index in 0..6 {
        let mut wrong = signatures.clone();
        wrong[index] = sign(&keys[index], b"other");
        assert_eq!(check(&wrong), Err(Error::WrongSignature), "{index}");
    }
    // Swapped, their sum is right: only the coefficients tell.
    signatures.swap(2, 3);
    assert_eq!(check(&signatures), Err(Error::WrongSignature));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_message_verifies_and_no_flipped_bit_does(
        seed: [u8; 32],
        message in proptest::collection::vec(any::<u8>(), 0..300),
        bit in 0usize..48 * 8,
    ) {
        let key = SecretKey::derive(&seed).unwrap();
        let mut signature = sign(&key, &message);
        prop_assert_eq!(verify(&key.public(), &message, &signature), Ok(()));
        signature.0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify(&key.public(), &message, &signature).is_err());
    }

    #[test]
    fn any_bytes_are_judged_without_panic(mut public: [u8; 96], mut signature: [u8; 48], compressed: bool) {
        if compressed {
            public[0] = public[0] & 0x1f | 0x80;
            signature[0] = signature[0] & 0x1f | 0x80;
        }
        let (public, signature) = (BlsPublicKey(public), BlsSignature(signature));
        prop_assert!(verify(&public, b"m", &signature).is_err());
        prop_assert!(verify_enrolled(&public, b"m", &signature).is_err());
        prop_assert!(verify_possession(&public, &MemberId([1; 32]), &signature).is_err());
        prop_assert!(verify_many(&[(&public, b"m", &signature)]).is_err());
        prop_assert!(verify(&key(1).public(), b"m", &signature).is_err());
    }
}
