// SPDX-License-Identifier: Apache-2.0
//! Boneh–Lynn–Shacham short signatures (paper II.B) on BLS12-381.
//!
//! Signatures lie in G1, 48 bytes; public keys in G2, 96 bytes. The ciphersuite is the IETF's with
//! proofs of possession (draft-irtf-cfrg-bls-signature).
//!
//! # Security
//!
//! - Identity points and points outside the prime-order subgroups are refused.
//! - A proof of possession covers the member's identifier beside the key, under its own tag: nobody
//!   enrols another's key, or a key that cancels another's.
//! - [`verify_enrolled`] and [`verify_many`] leave out the subgroup check of the key. They are for
//!   keys that passed [`verify_possession`] when they were enrolled.

use crate::random::{Source, System, Unavailable};
use blst::{blst_scalar, min_sig, BLST_ERROR};
use core::fmt;
use dmsm_primitives::{BlsPublicKey, BlsSignature, MemberId};
use sha2::{Digest, Sha256};
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// Tag of message signatures.
pub const SIGNATURE_TAG: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_";

/// Tag of proofs of possession.
pub const POSSESSION_TAG: &[u8] = b"BLS_POP_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_";

/// Bits of the coefficients of [`verify_many`].
const BATCH_BITS: usize = 128;

/// Why a key, a signature or a proof is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// Bytes are no secret key: zero, or not below the group's order.
    #[error("not a BLS secret key")]
    MalformedSecretKey,
    /// A public key is no compressed point of the curve.
    #[error("not a BLS public key")]
    MalformedKey,
    /// A public key is the identity, under which anyone can sign.
    #[error("BLS public key is the identity")]
    IdentityKey,
    /// A public key is outside the prime-order subgroup.
    #[error("BLS public key outside the subgroup")]
    KeyNotInSubgroup,
    /// A signature is no compressed point of the curve.
    #[error("not a BLS signature")]
    MalformedSignature,
    /// A signature is the identity.
    #[error("BLS signature is the identity")]
    IdentitySignature,
    /// A signature is outside the prime-order subgroup.
    #[error("BLS signature outside the subgroup")]
    SignatureNotInSubgroup,
    /// The key did not sign the message; in a batch, at least one did not.
    #[error("wrong BLS signature")]
    WrongSignature,
    /// The proof is not of this member and this key.
    #[error("wrong proof of possession")]
    WrongPossession,
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] Unavailable),
}

/// A secret key κ. Wiped when dropped; not to be cloned.
pub struct SecretKey(min_sig::SecretKey);

// The inner key is wiped by its own `Drop`.
impl ZeroizeOnDrop for SecretKey {}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(<redacted>)")
    }
}

impl SecretKey {
    /// A new key, by the IETF's KeyGen from 32 bytes of the operating system.
    pub fn generate() -> Result<Self, Error> {
        let mut material = Zeroizing::new([0; 32]);
        System.fill(material.as_mut())?;
        Self::derive(&material)
    }

    /// The key of 32 uniform secret bytes.
    pub fn derive(material: &[u8; 32]) -> Result<Self, Error> {
        min_sig::SecretKey::key_gen(material, &[]).map(Self).map_err(|_| Error::MalformedSecretKey)
    }

    /// The public key Y = κ·G.
    pub fn public(&self) -> BlsPublicKey {
        BlsPublicKey(self.0.sk_to_pk().compress())
    }

    /// κ, big-endian.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The key of [`Self::to_bytes`]: 0 < κ < the group's order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, Error> {
        min_sig::SecretKey::from_bytes(bytes).map(Self).map_err(|_| Error::MalformedSecretKey)
    }
}

/// Signs a message: sig = κ·h(m).
pub fn sign(key: &SecretKey, message: &[u8]) -> BlsSignature {
    BlsSignature(key.0.sign(message, SIGNATURE_TAG, &[]).compress())
}

/// Verifies a signature under any key.
pub fn verify(key: &BlsPublicKey, message: &[u8], signature: &BlsSignature) -> Result<(), Error> {
    let key = checked_key(key)?;
    check(&key, message, SIGNATURE_TAG, signature, Error::WrongSignature)
}

/// Verifies a signature under a key whose subgroup was checked when it was enrolled.
///
/// # Security
///
/// Under a key outside the subgroup the answer means nothing.
pub fn verify_enrolled(key: &BlsPublicKey, message: &[u8], signature: &BlsSignature) -> Result<(), Error> {
    let key = enrolled_key(key)?;
    check(&key, message, SIGNATURE_TAG, signature, Error::WrongSignature)
}

/// A message, the enrolled key that is said to have signed it, and the signature.
pub type Signed<'a> = (&'a BlsPublicKey, &'a [u8], &'a BlsSignature);

/// Verifies many signatures under enrolled keys with one final exponentiation, several at a time on
/// the machine's threads. Nothing is wrong with none.
///
/// Each pairing is raised to its own coefficient, 128 bits of a hash of the whole batch, so that
/// wrong signatures do not cancel each other. The same batch gets the same answer on every machine.
pub fn verify_many(batch: &[Signed<'_>]) -> Result<(), Error> {
    if batch.is_empty() {
        return Ok(());
    }
    let mut keys = Vec::with_capacity(batch.len());
    let mut signatures = Vec::with_capacity(batch.len());
    let mut transcript = Sha256::new_with_prefix(b"dmsm/bls-batch/v1");
    for (key, message, signature) in batch {
        keys.push(enrolled_key(key)?);
        signatures.push(checked_signature(signature)?);
        transcript.update(key.0);
        transcript.update(Sha256::digest(message));
        transcript.update(signature.0);
    }
    let seed = transcript.finalize();
    let coefficients: Vec<_> = (0..batch.len() as u64).map(|index| coefficient(&seed, index)).collect();
    let messages: Vec<_> = batch.iter().map(|(_, message, _)| *message).collect();
    let answer = min_sig::Signature::verify_multiple_aggregate_signatures(
        &messages,
        SIGNATURE_TAG,
        &keys.iter().collect::<Vec<_>>(),
        false,
        &signatures.iter().collect::<Vec<_>>(),
        false,
        &coefficients,
        BATCH_BITS,
    );
    (answer == BLST_ERROR::BLST_SUCCESS).then_some(()).ok_or(Error::WrongSignature)
}

/// An odd number below 2^[`BATCH_BITS`]: never zero.
fn coefficient(seed: &[u8], index: u64) -> blst_scalar {
    let hash = Sha256::new_with_prefix(seed).chain_update(index.to_be_bytes()).finalize();
    let mut scalar = blst_scalar { b: [0; 32] };
    scalar.b.iter_mut().zip(hash).take(BATCH_BITS / 8).for_each(|(to, from)| *to = from);
    if let Some(lowest) = scalar.b.first_mut() {
        *lowest |= 1;
    }
    scalar
}

/// Proves that `member` has the secret key of its public key.
pub fn prove_possession(key: &SecretKey, member: &MemberId) -> BlsSignature {
    let message = possession(&key.public(), member);
    BlsSignature(key.0.sign(&message, POSSESSION_TAG, &[]).compress())
}

/// Checks a key and the proof that `member` has its secret: what enrolment asks for.
pub fn verify_possession(key: &BlsPublicKey, member: &MemberId, proof: &BlsSignature) -> Result<(), Error> {
    check(&checked_key(key)?, &possession(key, member), POSSESSION_TAG, proof, Error::WrongPossession)
}

/// Member's identifier ‖ public key.
fn possession(key: &BlsPublicKey, member: &MemberId) -> Vec<u8> {
    [member.0.as_slice(), &key.0].concat()
}

/// (8) e(G, sig) = e(Y, h(R))
fn check(
    key: &min_sig::PublicKey,
    message: &[u8],
    tag: &[u8],
    signature: &BlsSignature,
    wrong: Error,
) -> Result<(), Error> {
    let point = decoded_signature(signature)?;
    // blst checks the signature's subgroup while another thread hashes the message. The identity
    // verifies under no key that is not the identity itself.
    match point.verify(true, message, tag, &[], key, false) {
        BLST_ERROR::BLST_SUCCESS => Ok(()),
        _ => Err(checked_signature(signature).err().unwrap_or(wrong)),
    }
}

/// A point of the curve that is not the identity.
fn enrolled_key(key: &BlsPublicKey) -> Result<min_sig::PublicKey, Error> {
    // The identity is encoded as 0xc0 and zeros, and in no other way.
    if key.0.first() == Some(&0xc0) && key.0.iter().skip(1).all(|byte| *byte == 0) {
        return Err(Error::IdentityKey);
    }
    min_sig::PublicKey::uncompress(&key.0).map_err(|_| Error::MalformedKey)
}

fn checked_key(key: &BlsPublicKey) -> Result<min_sig::PublicKey, Error> {
    let key = enrolled_key(key)?;
    key.validate().map_err(|error| match error {
        BLST_ERROR::BLST_PK_IS_INFINITY => Error::IdentityKey,
        _ => Error::KeyNotInSubgroup,
    })?;
    Ok(key)
}

fn decoded_signature(signature: &BlsSignature) -> Result<min_sig::Signature, Error> {
    min_sig::Signature::uncompress(&signature.0).map_err(|_| Error::MalformedSignature)
}

fn checked_signature(signature: &BlsSignature) -> Result<min_sig::Signature, Error> {
    let signature = decoded_signature(signature)?;
    signature.validate(true).map_err(|error| match error {
        BLST_ERROR::BLST_PK_IS_INFINITY => Error::IdentitySignature,
        _ => Error::SignatureNotInSubgroup,
    })?;
    Ok(signature)
}
