// SPDX-License-Identifier: Apache-2.0
//! What the chain stores about requests, as clients read it. The order of the fields is the chain's.

use crate::{types::hex_bytes, AccountId};
use codec::{Decode, Encode};
use dmsm_primitives::{
    request::{ContentId, Rejection, RequestSeal},
    Amount, BlockNumber, MemberId, Moment, RequestId, Role,
};
use serde::Serialize;
use sp_crypto_hashing::sha2_256;
use std::fmt;

/// The terms of a kind of request on offer.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
pub struct RequestType {
    /// What it costs, minor units; at least 1.
    pub price: Amount,
    /// How long a processor has to accept, and how long again to answer, ms: 1 s to 30 days.
    pub time_limit: Moment,
    /// Who may ask; one to four.
    pub roles: Vec<Role>,
}

/// What a requester hands in beside its letter.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Order {
    /// Who is asked.
    pub processor: MemberId,
    /// What is asked (paper: CID).
    pub cid: ContentId,
    /// What the requester pays, minor units.
    pub price: Amount,
    /// How long the processor has after it accepted, ms.
    pub time_limit: Moment,
    /// When the requester signed, ms since the Unix epoch.
    pub timestamp: Moment,
}

impl Order {
    /// What the requester signs for it.
    pub fn seal(&self, requester: MemberId, ciphertext: &[u8]) -> RequestSeal {
        let Self { processor, cid, price, time_limit, timestamp } = *self;
        RequestSeal { requester, processor, cid, price, time_limit, timestamp, digest: sha2_256(ciphertext) }
    }
}

/// How far an open request is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpenState {
    /// The processor has not said anything yet.
    Requested,
    /// The processor must open the lock in time.
    Accepted {
        /// C = SHA-256(x), the hash-lock.
        #[serde(serialize_with = "hex_bytes")]
        lock: [u8; 32],
    },
}

/// An open request.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize)]
pub struct OpenRequest {
    /// Who asked.
    pub requester: MemberId,
    /// Whose money is held.
    pub payer: AccountId,
    /// Who is asked.
    pub processor: MemberId,
    /// What is asked.
    #[serde(serialize_with = "cid")]
    pub cid: ContentId,
    /// SHA-256 of the letter's ciphertext.
    #[serde(serialize_with = "hex_bytes")]
    pub digest: [u8; 32],
    /// What is held, minor units.
    pub price: Amount,
    /// How long an answer may take after acceptance, ms.
    pub time_limit: Moment,
    /// When it runs out, ms since the Unix epoch.
    pub deadline: Moment,
    /// How far it is.
    pub state: OpenState,
}

/// How a request ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub enum Ending {
    /// Answered in time, and paid.
    Fulfilled,
    /// Refused by the processor, and refunded.
    Rejected(Rejection),
    /// Taken back by the requester, and refunded.
    Cancelled,
    /// Not accepted in time, and refunded.
    Expired,
    /// Accepted and not answered in time, and refunded.
    TimedOut,
}

impl Ending {
    /// In one word.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Fulfilled => "fulfilled",
            Self::Rejected(_) => "rejected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::TimedOut => "timed-out",
        }
    }

    /// Why the processor refused it.
    pub const fn reason(&self) -> Option<Rejection> {
        match self {
            Self::Rejected(reason) => Some(*reason),
            _ => None,
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(reason) => write!(f, "rejected: {reason}"),
            other => f.write_str(other.name()),
        }
    }
}

/// A request that ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Settled {
    /// The request.
    pub request: RequestId,
    /// What was asked.
    pub cid: ContentId,
    /// How it ended.
    pub ending: Ending,
    /// In which block; the body of that block has the answer.
    pub at: BlockNumber,
}

/// Kind and digest; the digest in hexadecimal.
pub(crate) fn cid<S: serde::Serializer>(cid: &ContentId, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Shown {
        kind: dmsm_primitives::RequestKind,
        #[serde(serialize_with = "hex_bytes")]
        digest: [u8; 32],
    }
    Shown { kind: cid.kind, digest: cid.digest }.serialize(serializer)
}
