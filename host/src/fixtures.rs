// SPDX-License-Identifier: Apache-2.0
//! Members with known secrets, for tests and benchmarks. A node never offers these functions.

use alloc::vec::Vec;
use dmsm_primitives::{BlsPublicKey, BlsSignature, MemberId, MemberKeys, PaillierPublicKey};
use sp_runtime_interface::{
    pass_by::{AllocateAndReturnByCodec, PassFatPointerAndRead},
    runtime_interface,
};

#[cfg(feature = "std")]
use dmsm_crypto::{bls, paillier};
#[cfg(feature = "std")]
use std::sync::OnceLock;

/// Secrets by number.
#[runtime_interface]
pub trait DmsmFixtures {
    /// The BLS public key of member `seed`.
    fn bls_public_key(seed: u32) -> AllocateAndReturnByCodec<Vec<u8>> {
        bls_secret(seed).public().0.to_vec()
    }

    /// A signature by member `seed`.
    fn bls_sign(seed: u32, message: PassFatPointerAndRead<&[u8]>) -> AllocateAndReturnByCodec<Vec<u8>> {
        bls::sign(&bls_secret(seed), message).0.to_vec()
    }

    /// A proof of possession by member `seed` for an identifier of 32 bytes.
    fn bls_prove_possession(
        seed: u32,
        member: PassFatPointerAndRead<&[u8]>,
    ) -> AllocateAndReturnByCodec<Vec<u8>> {
        let member = MemberId(member.try_into().expect("an identifier has 32 bytes"));
        bls::prove_possession(&bls_secret(seed), &member).0.to_vec()
    }

    /// (n, h) of a Paillier key of `bits`; one key for each length and process.
    fn paillier_key(bits: u32) -> AllocateAndReturnByCodec<(Vec<u8>, Vec<u8>)> {
        let key = paillier_secret(bits).public().to_primitive();
        (key.n.into_inner(), key.h.into_inner())
    }

    /// (ciphertext, plaintext, randomness) of a message of one block under the key of `bits`.
    fn paillier_encrypt_and_open(
        bits: u32,
        message: PassFatPointerAndRead<&[u8]>,
    ) -> AllocateAndReturnByCodec<(Vec<u8>, Vec<u8>, Vec<u8>)> {
        let secret = paillier_secret(bits);
        let ciphertext = secret.encrypt_message(message).expect("the message fits the key");
        let parsed =
            paillier::Ciphertext::from_bytes(secret.public(), &ciphertext).expect("it was just made");
        let opening = secret.open(&parsed).expect("it is the owner's");
        (ciphertext, opening.plaintext, opening.randomness)
    }
}

#[cfg(feature = "std")]
fn bls_secret(seed: u32) -> bls::SecretKey {
    let mut material = [0x5a; 32];
    material[..4].copy_from_slice(&seed.to_le_bytes());
    bls::SecretKey::derive(&material).expect("32 bytes are enough")
}

#[cfg(feature = "std")]
fn paillier_secret(bits: u32) -> &'static paillier::SecretKey {
    static KEYS: [OnceLock<paillier::SecretKey>; 3] = [const { OnceLock::new() }; 3];
    let index = dmsm_primitives::keys::MODULUS_BITS
        .iter()
        .position(|accepted| *accepted == bits)
        .expect("an accepted length");
    KEYS[index].get_or_init(|| paillier::SecretKey::generate(bits).expect("an accepted length"))
}

/// The public keys of member `seed`, with a Paillier key of `bits`.
pub fn member_keys(seed: u32, bits: u32) -> MemberKeys {
    let (n, h) = dmsm_fixtures::paillier_key(bits);
    MemberKeys {
        bls: BlsPublicKey(dmsm_fixtures::bls_public_key(seed).try_into().expect("96 bytes")),
        paillier: PaillierPublicKey {
            n: n.try_into().expect("an accepted length"),
            h: h.try_into().expect("an accepted length"),
        },
        proofs_digest: [0; 32],
    }
}

/// The proof of possession of member `seed` for an identifier.
pub fn possession(seed: u32, member: &MemberId) -> BlsSignature {
    BlsSignature(dmsm_fixtures::bls_prove_possession(seed, &member.0).try_into().expect("48 bytes"))
}

/// A signature by member `seed`.
pub fn sign(seed: u32, message: &[u8]) -> BlsSignature {
    BlsSignature(dmsm_fixtures::bls_sign(seed, message).try_into().expect("48 bytes"))
}
