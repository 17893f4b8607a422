// SPDX-License-Identifier: Apache-2.0
//! What blocks say about requests.

use crate::{
    block::{self, Block, Read},
    client::{AtBlock, Link},
    submit::events,
    types::hex_bytes,
    Error,
};
use codec::{Decode, DecodeAll};
use dmsm_primitives::{
    request::{ContentId, Rejection},
    Amount, BlockNumber, MemberId, Moment, RequestId, Score,
};
use serde::Serialize;
use std::fmt;

/// What happened to a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Progress {
    /// It stands on chain, and the money is held.
    Requested {
        /// Until when it must be accepted, ms since the Unix epoch.
        deadline: Moment,
    },
    /// The processor will answer in time or lose credit.
    Accepted {
        /// C = SHA-256(x), the hash-lock.
        #[serde(serialize_with = "hex_bytes")]
        lock: [u8; 32],
        /// The processor's score.
        credit: Score,
        /// Until when it must be answered, ms since the Unix epoch.
        deadline: Moment,
    },
    /// It was answered and paid.
    Fulfilled {
        /// x, the preimage of the lock.
        #[serde(serialize_with = "hex_bytes")]
        preimage: [u8; 32],
        /// SHA-256 of the answer's ciphertext, masked if it lies in the cloud.
        #[serde(serialize_with = "hex_bytes")]
        digest: [u8; 32],
        /// The cloud that holds the answer, if the block does not.
        cloud: Option<MemberId>,
    },
    /// The processor refused it, and the money is free again.
    Rejected {
        /// Why.
        reason: Rejection,
    },
    /// The requester took it back, and the money is free again.
    Cancelled,
    /// It was not accepted in time, and the money is free again.
    Expired,
    /// It was accepted and not answered in time, and the money is free again.
    TimedOut,
}

impl Progress {
    /// Whether nothing comes after it.
    pub const fn is_end(&self) -> bool {
        !matches!(self, Self::Requested { .. } | Self::Accepted { .. })
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Requested { .. } => f.write_str("requested"),
            Self::Accepted { credit, .. } => write!(f, "accepted by a processor with credit {credit}"),
            Self::Fulfilled { .. } => f.write_str("fulfilled and paid"),
            Self::Rejected { reason } => write!(f, "rejected and refunded: {reason}"),
            Self::Cancelled => f.write_str("cancelled and refunded"),
            Self::Expired => f.write_str("not accepted in time and refunded"),
            Self::TimedOut => f.write_str("not answered in time and refunded"),
        }
    }
}

/// A state that a request reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Stage {
    /// The request.
    pub request: RequestId,
    /// Number of the block.
    pub block: BlockNumber,
    /// Time of the block, ms since the Unix epoch.
    pub time: Moment,
    /// What happened.
    #[serde(flatten)]
    pub progress: Progress,
}

/// An event about a request.
pub(crate) struct Happened {
    pub(crate) stage: Stage,
    /// Of a new request: who asks, and what.
    pub(crate) asked: Option<(MemberId, ContentId)>,
    /// Position of the extrinsic that caused it; `None` for what happens by itself.
    pub(crate) extrinsic: Option<u32>,
}

/// What happened to requests in a block.
pub(crate) struct Happenings(pub(crate) Vec<Happened>);

impl Read for Happenings {
    async fn read(link: &Link, at: &AtBlock, number: u32) -> Result<Block<Self>, Error> {
        let Block { hash, parent, content: bodies, .. } = block::body(link, number).await?;
        // The author puts the time in before all else.
        let first = bodies.into_iter().take(FIRST_EXTRINSICS).collect();
        let time = block::time(&block::calls(at, first).await?)?;
        let mut happenings = Vec::new();
        for event in events(link, at, number, hash).await?.iter() {
            let event = event?;
            if event.pallet_name() != "Prepaid" {
                continue;
            }
            let fields = event.field_bytes();
            let unreadable = Error::Unreadable { what: "an event of a request" };
            let Some((request, progress, asked)) = decode(event.event_name(), fields).ok_or(unreadable)?
            else {
                continue;
            };
            let extrinsic = match event.phase() {
                subxt::events::Phase::ApplyExtrinsic(index) => Some(index),
                _ => None,
            };
            let stage = Stage { request, block: number, time, progress };
            happenings.push(Happened { stage, asked, extrinsic });
        }
        Ok(Block { number, hash, parent, content: Self(happenings) })
    }
}

/// Among which the time is looked for.
const FIRST_EXTRINSICS: usize = 4;

pub(crate) type Decoded = (RequestId, Progress, Option<(MemberId, ContentId)>);

/// An event by its name; `Some(None)` for one that is about no request, `None` for unreadable bytes.
pub(crate) fn decode(name: &str, fields: &[u8]) -> Option<Option<Decoded>> {
    fn all<T: Decode>(mut fields: &[u8]) -> Option<T> {
        T::decode_all(&mut fields).ok()
    }
    Some(Some(match name {
        "Requested" => {
            let (request, requester, _, cid, _, deadline): (
                RequestId,
                MemberId,
                MemberId,
                ContentId,
                Amount,
                Moment,
            ) = all(fields)?;
            (request, Progress::Requested { deadline }, Some((requester, cid)))
        }
        "Accepted" => {
            let (request, lock, credit, deadline) = all(fields)?;
            (request, Progress::Accepted { lock, credit, deadline }, None)
        }
        "Fulfilled" => {
            let (request, preimage, digest, cloud) = all(fields)?;
            (request, Progress::Fulfilled { preimage, digest, cloud }, None)
        }
        "Rejected" => {
            let (request, reason) = all(fields)?;
            (request, Progress::Rejected { reason }, None)
        }
        "Cancelled" => (all(fields)?, Progress::Cancelled, None),
        "Expired" => (all(fields)?, Progress::Expired, None),
        "TimedOut" => (all(fields)?, Progress::TimedOut, None),
        _ => return Some(None),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;

    #[test]
    fn events_are_read_by_name_and_cut_ones_refused() {
        let fields = (7u64, Rejection::NoData).encode();
        let (request, progress, asked) = decode("Rejected", &fields).unwrap().unwrap();
        assert_eq!((request, progress, asked), (7, Progress::Rejected { reason: Rejection::NoData }, None));
        for length in 0..fields.len() {
            assert!(decode("Rejected", &fields[..length]).is_none());
        }
        assert_eq!(decode("RequestTypeSet", &[]), Some(None));
    }

    #[test]
    fn a_stage_is_one_object() {
        let progress = Progress::Accepted { lock: [1; 32], credit: 500, deadline: 9 };
        let json = serde_json::to_value(Stage { request: 3, block: 4, time: 5, progress }).unwrap();
        assert_eq!(json["state"], "accepted");
        assert_eq!(json["credit"], 500);
        assert_eq!(json["request"], 3);
    }
}
