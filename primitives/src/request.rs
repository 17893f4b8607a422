// SPDX-License-Identifier: Apache-2.0
//! A paid request: what is asked, how it is named, what either side signs (paper IV.B and V.B).

use crate::{
    signing::{self, Purpose},
    time::{Month, Period},
    DeviceId, MemberId, Moment,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Number of a request, counted from 0 over the whole chain and never used again.
pub type RequestId = u64;

/// Money in minor units, such as pence.
pub type Amount = u128;

/// What can be asked for. The energy centre sets which are on offer, and at what price.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum RequestKind {
    /// The bill of a month.
    BillDetails,
    /// Energy by half-hour.
    UsageDetails,
    /// How to pay less.
    SavingAdvice,
    /// Data for a group of data sharers.
    DataSharing,
}

impl RequestKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::BillDetails, Self::UsageDetails, Self::SavingAdvice, Self::DataSharing];

    /// The name, as on command lines and in policy files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BillDetails => "bill-details",
            Self::UsageDetails => "usage-details",
            Self::SavingAdvice => "saving-advice",
            Self::DataSharing => "data-sharing",
        }
    }
}

impl core::fmt::Display for RequestKind {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

/// The content identifier of a request (paper: `CID`): its kind, and SHA-256 of its content.
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
pub struct ContentId {
    /// What is asked for.
    pub kind: RequestKind,
    /// SHA-256 of the SCALE encoding of the [`Content`].
    pub digest: [u8; 32],
}

impl ContentId {
    /// Names a content.
    pub fn of(content: &Content) -> Self {
        Self { kind: content.question.kind(), digest: sp_crypto_hashing::sha2_256(&content.encode()) }
    }
}

/// What travels encrypted to the processor (paper: m).
///
/// The salt keeps the public [`ContentId`] from being opened by trying all months and meters.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo, serde::Serialize, serde::Deserialize)]
pub struct Content {
    /// Random bytes, new for each request.
    pub salt: [u8; 16],
    /// What is asked.
    pub question: Question,
}

/// What is asked about one meter of the requester.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// The bill of a month.
    Bill {
        /// The meter.
        meter: DeviceId,
        /// The month, in the region's time.
        month: Month,
    },
    /// Energy by half-hour.
    Usage {
        /// The meter.
        meter: DeviceId,
        /// Which half-hours.
        period: Period,
    },
    /// How to pay less.
    Advice {
        /// The meter.
        meter: DeviceId,
        /// Judged by the use of this month; `None` for the last one with readings.
        month: Option<Month>,
    },
}

impl Question {
    /// Its kind.
    pub const fn kind(&self) -> RequestKind {
        match self {
            Self::Bill { .. } => RequestKind::BillDetails,
            Self::Usage { .. } => RequestKind::UsageDetails,
            Self::Advice { .. } => RequestKind::SavingAdvice,
        }
    }

    /// Which meter it is about.
    pub const fn meter(&self) -> &DeviceId {
        match self {
            Self::Bill { meter, .. } | Self::Usage { meter, .. } | Self::Advice { meter, .. } => meter,
        }
    }
}

/// What a requester signs with its BLS key (paper: σ_u over M ‖ ID_u ‖ ID_p ‖ CID ‖ Timestamp, and
/// what the paper leaves open to change: amount, time limit).
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct RequestSeal {
    /// Who asks and pays.
    pub requester: MemberId,
    /// Who is asked.
    pub processor: MemberId,
    /// What is asked.
    pub cid: ContentId,
    /// What it costs, minor units.
    pub price: Amount,
    /// How long the processor has after it accepted, ms (paper: T).
    pub time_limit: Moment,
    /// When the requester signed, ms since the Unix epoch.
    pub timestamp: Moment,
    /// SHA-256 of the ciphertext.
    pub digest: [u8; 32],
}

impl RequestSeal {
    /// The bytes that are signed.
    pub fn signing_payload(&self, genesis: &[u8; 32]) -> Vec<u8> {
        signing::payload(Purpose::Request, genesis, self)
    }
}

/// What a processor signs with its BLS key for an answer (paper: σ_p over M ‖ ID_p ‖ ID_u ‖
/// Timestamp; the request's number stands for the time, and the request's digest ties it to what
/// was asked).
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct AnswerSeal {
    /// The request.
    pub request: RequestId,
    /// Who answers.
    pub processor: MemberId,
    /// Who asked.
    pub requester: MemberId,
    /// What was asked.
    pub cid: ContentId,
    /// SHA-256 of the request's ciphertext.
    pub request_digest: [u8; 32],
    /// SHA-256 of the requester's modulus that the answer was made under.
    pub requester_key: [u8; 32],
    /// SHA-256 of the answer's ciphertext.
    pub digest: [u8; 32],
}

impl AnswerSeal {
    /// The bytes that are signed.
    pub fn signing_payload(&self, genesis: &[u8; 32]) -> Vec<u8> {
        signing::payload(Purpose::Answer, genesis, self)
    }
}

/// Why a processor rejects a request.
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
#[serde(rename_all = "kebab-case")]
pub enum Rejection {
    /// It does not decrypt to a question.
    Unreadable,
    /// The content is not what the CID names.
    ContentMismatch,
    /// The meter is not the requester's.
    ForeignMeter,
    /// There are no readings to answer from.
    NoData,
    /// The period is empty, too long for an answer, or in the future.
    PeriodRefused,
    /// The processor does not serve this kind.
    NotServed,
}

impl core::fmt::Display for Rejection {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "it does not decrypt to a question",
            Self::ContentMismatch => "its content is not what its CID names",
            Self::ForeignMeter => "the meter is not the requester's",
            Self::NoData => "there are no readings to answer from",
            Self::PeriodRefused => "the period is empty, too long, or in the future",
            Self::NotServed => "the processor does not serve this kind",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks;
    use codec::DecodeAll;
    use proptest::prelude::*;

    const QUESTION: Question =
        Question::Bill { meter: DeviceId([1; 32]), month: Month { year: 2012, month: 1 } };

    #[test]
    fn the_content_identifier_hides_and_binds_the_question() {
        let one = ContentId::of(&Content { salt: [1; 16], question: QUESTION });
        let other = ContentId::of(&Content { salt: [2; 16], question: QUESTION });
        assert_eq!(one.kind, RequestKind::BillDetails);
        assert_ne!(one.digest, other.digest);
    }

    #[test]
    fn every_content_fits_one_block_of_the_shortest_key() {
        let longest = Question::Usage {
            meter: DeviceId([255; 32]),
            period: Period { from: u64::MAX, until: u64::MAX },
        };
        let content = Content { salt: [0; 16], question: longest };
        assert!(content.encoded_size() <= blocks::capacity(2048 / 8));
    }

    #[test]
    fn every_field_changes_what_is_signed() {
        let seal = RequestSeal {
            requester: MemberId([1; 32]),
            processor: MemberId([2; 32]),
            cid: ContentId { kind: RequestKind::BillDetails, digest: [3; 32] },
            price: 4,
            time_limit: 5,
            timestamp: 6,
            digest: [7; 32],
        };
        let mut variants = alloc::vec![seal.clone(); 9];
        variants[1].requester = MemberId([9; 32]);
        variants[2].processor = MemberId([9; 32]);
        variants[3].cid.kind = RequestKind::UsageDetails;
        variants[4].cid.digest = [9; 32];
        variants[5].price = 9;
        variants[6].time_limit = 9;
        variants[7].timestamp = 9;
        variants[8].digest = [9; 32];
        let mut payloads: Vec<_> = variants.iter().map(|seal| seal.signing_payload(&[0; 32])).collect();
        payloads.push(seal.signing_payload(&[1; 32]));
        payloads.sort();
        payloads.dedup();
        assert_eq!(payloads.len(), 10);
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_without_panic(bytes: Vec<u8>) {
            let _ = Content::decode_all(&mut &bytes[..]);
        }
    }
}
