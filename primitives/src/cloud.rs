// SPDX-License-Identifier: Apache-2.0
//! What members and the cloud sign for each other, and the mask of an answer that waits there.
//!
//! A call to the cloud carries a member's BLS signature over everything that matters in it, in one
//! header:
//!
//! ```text
//! Authorization: DMSM member=<64 hex>,time=<ms>,nonce=<32 hex>,signature=<96 hex>
//! ```
//!
//! An answer too long for a block lies masked in the cloud before the preimage x of its lock is
//! published; publishing x unmasks it. So answer and payment still change hands in one call.

use crate::{
    signing::{self, Purpose},
    BlsSignature, MemberId, Moment,
};
use alloc::{format, string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Word before the fields of the header.
pub const SCHEME: &str = "DMSM";
/// How far a call's time may be from the cloud's clock, ms.
pub const MAX_CALL_SKEW: Moment = 60_000;

const MASK_TAG: &[u8; 16] = b"dmsm/mask/v1\0\0\0\0";

/// What a member signs for one call.
#[derive(Clone, PartialEq, Eq, Debug, Encode)]
pub struct CallSeal<'a> {
    /// Who calls.
    pub member: MemberId,
    /// The HTTP method, in capitals.
    pub method: &'a str,
    /// Path and query as they stand in the request line.
    pub path: &'a str,
    /// SHA-256 of the body, also where it is empty.
    pub body: [u8; 32],
    /// The caller's clock, ms since the Unix epoch.
    pub time: Moment,
    /// Random; works once.
    pub nonce: [u8; 16],
}

impl CallSeal<'_> {
    /// The bytes that are signed.
    pub fn signing_payload(&self, genesis: &[u8; 32]) -> Vec<u8> {
        signing::payload(Purpose::CloudCall, genesis, self)
    }

    /// The value of the header `Authorization`.
    pub fn authorization(&self, signature: &BlsSignature) -> String {
        Authorization { member: self.member, time: self.time, nonce: self.nonce, signature: *signature }
            .header()
    }
}

/// What the header `Authorization` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Authorization {
    /// Who calls.
    pub member: MemberId,
    /// The caller's clock, ms since the Unix epoch.
    pub time: Moment,
    /// Works once.
    pub nonce: [u8; 16],
    /// Over the [`CallSeal`].
    pub signature: BlsSignature,
}

impl Authorization {
    /// The header's value.
    pub fn header(&self) -> String {
        let Self { member, time, nonce, signature } = self;
        format!(
            "{SCHEME} member={},time={time},nonce={},signature={}",
            hex::encode(member.0),
            hex::encode(nonce),
            hex::encode(signature.0),
        )
    }

    /// Reads a header's value: all fields, in this order, nothing else.
    pub fn parse(header: &str) -> Option<Self> {
        fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
            let mut bytes = [0; N];
            hex::decode_to_slice(text, &mut bytes).ok().map(|()| bytes)
        }
        let mut fields = header.strip_prefix(SCHEME)?.strip_prefix(' ')?.split(',');
        let mut field = |name: &str| fields.next()?.strip_prefix(name)?.strip_prefix('=');
        let (member, time, nonce, signature) =
            (field("member")?, field("time")?, field("nonce")?, field("signature")?);
        let digits = time.bytes().all(|byte| byte.is_ascii_digit());
        let parsed = Self {
            member: MemberId(bytes(member)?),
            time: time.parse().ok().filter(|_| digits)?,
            nonce: bytes(nonce)?,
            signature: BlsSignature(bytes(signature)?),
        };
        fields.next().is_none().then_some(parsed)
    }
}

/// What the cloud answers for: it holds a blob.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ReceiptSeal {
    /// Who holds it.
    pub cloud: MemberId,
    /// Who handed it in.
    pub owner: MemberId,
    /// SHA-256 of it.
    pub digest: [u8; 32],
    /// Its length.
    pub bytes: u32,
}

impl ReceiptSeal {
    /// The bytes that are signed.
    pub fn signing_payload(&self, genesis: &[u8; 32]) -> Vec<u8> {
        signing::payload(Purpose::Receipt, genesis, self)
    }
}

/// A signed storage receipt. Its owner is whoever shows it.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Receipt {
    /// Who holds the blob.
    pub cloud: MemberId,
    /// SHA-256 of it.
    pub digest: [u8; 32],
    /// Its length.
    pub bytes: u32,
    /// The cloud's, over the [`ReceiptSeal`].
    pub signature: BlsSignature,
}

impl Receipt {
    /// What the cloud signed for this owner.
    pub fn seal(&self, owner: MemberId) -> ReceiptSeal {
        ReceiptSeal { cloud: self.cloud, owner, digest: self.digest, bytes: self.bytes }
    }
}

/// Masks or unmasks an answer: XOR with SHA-256(tag ‖ x ‖ i), i = 0, 1, … as 8 bytes big-endian.
///
/// x opens one lock and is used for one answer, so no two answers share a mask.
pub fn mask(bytes: &mut [u8], preimage: &[u8; 32]) {
    let mut input = [0; 56];
    input[..16].copy_from_slice(MASK_TAG);
    input[16..48].copy_from_slice(preimage);
    for (block, index) in bytes.chunks_mut(32).zip(0u64..) {
        input[48..].copy_from_slice(&index.to_be_bytes());
        let stream = sp_crypto_hashing::sha2_256(&input);
        block.iter_mut().zip(stream).for_each(|(byte, other)| *byte ^= other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn authorization() -> Authorization {
        Authorization {
            member: MemberId([1; 32]),
            time: 1_700_000_000_000,
            nonce: [2; 16],
            signature: BlsSignature([3; 48]),
        }
    }

    #[test]
    fn the_header_is_read_as_it_is_written_and_not_otherwise() {
        let header = authorization().header();
        assert_eq!(Authorization::parse(&header), Some(authorization()));
        for wrong in [
            header.replace("DMSM ", "DMSM"),
            header.replace("DMSM", "Bearer"),
            header.replace("time=", "time=+"),
            header.replace(",nonce=", ",once="),
            [&header, ",x=1"].concat(),
            header[..header.len() - 2].into(),
        ] {
            assert_eq!(Authorization::parse(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_field_of_a_call_changes_what_is_signed() {
        let seal = CallSeal {
            member: MemberId([1; 32]),
            method: "GET",
            path: "/v1/blobs",
            body: [0; 32],
            time: 4,
            nonce: [5; 16],
        };
        let mut variants = alloc::vec![seal.clone(); 7];
        variants[1].member = MemberId([9; 32]);
        variants[2].method = "PUT";
        variants[3].path = "/v1/blobs/";
        variants[4].body = [9; 32];
        variants[5].time = 9;
        variants[6].nonce = [9; 16];
        let mut payloads: Vec<_> = variants.iter().map(|seal| seal.signing_payload(&[0; 32])).collect();
        payloads.push(seal.signing_payload(&[1; 32]));
        payloads.sort();
        payloads.dedup();
        assert_eq!(payloads.len(), 8);
    }

    #[test]
    fn a_mask_is_its_own_inverse_and_differs_by_preimage() {
        let answer: Vec<u8> = (0..1_000).map(|i| i as u8).collect();
        let (mut one, mut other) = (answer.clone(), answer.clone());
        mask(&mut one, &[1; 32]);
        mask(&mut other, &[2; 32]);
        assert!(one != answer && one != other);
        assert!(one[..32] != one[32..64], "blocks have streams of their own");
        mask(&mut one, &[1; 32]);
        assert_eq!(one, answer);
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_panic(text in ".{0,400}") {
            let _ = Authorization::parse(&text);
        }
    }
}
