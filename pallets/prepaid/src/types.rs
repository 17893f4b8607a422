// SPDX-License-Identifier: Apache-2.0
//! What is stored and what travels.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use dmsm_primitives::{
    cloud::Receipt,
    request::{AnswerSeal, ContentId, Rejection, RequestSeal},
    Amount, MemberId, Moment, RequestId, Role,
};
use frame_support::pallet_prelude::{BoundedVec, ConstU32};
use scale_info::TypeInfo;
use sp_io::hashing::sha2_256;

/// Most outcomes that are remembered for each requester.
pub const MAX_RECENT: u32 = 16;

/// Longest preimage that is looked at; the right one has exactly 32 bytes.
pub const MAX_PREIMAGE: u32 = 64;

/// Longest answer that is looked at, bytes; the longest right one is `Config::MaxAnswer`.
pub const MAX_ANSWER_READ: u32 = 16 * 1_024;

/// Longest answer that lies in the cloud, bytes of ciphertext.
pub const MAX_ANSWER_IN_CLOUD: u32 = 1 << 20;

/// How an answer is handed in.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Delivery {
    /// As it is: whole blocks under the requester's key.
    InBlock(BoundedVec<u8, ConstU32<MAX_ANSWER_READ>>),
    /// It lies in the cloud, masked by the preimage that is shown with this
    /// ([`dmsm_primitives::cloud::mask`]).
    InCloud(Receipt),
}

impl Delivery {
    /// SHA-256 of what was handed in: of the ciphertext, or of the masked ciphertext in the cloud.
    pub fn digest(&self) -> [u8; 32] {
        match self {
            Self::InBlock(answer) => sha2_256(answer),
            Self::InCloud(receipt) => receipt.digest,
        }
    }

    /// Who holds it, if it is not in the block.
    pub fn cloud(&self) -> Option<MemberId> {
        match self {
            Self::InBlock(_) => None,
            Self::InCloud(receipt) => Some(receipt.cloud),
        }
    }
}

/// A kind of request on offer.
#[derive(
    Clone,
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
pub struct RequestType {
    /// What it costs, minor units; at least 1.
    pub price: Amount,
    /// How long a processor has to accept, and how long again to answer, ms (paper: T).
    pub time_limit: Moment,
    /// Who may ask.
    pub roles: BoundedVec<Role, ConstU32<4>>,
}

/// What a requester hands in beside its letter.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Order {
    /// Who is asked.
    pub processor: MemberId,
    /// What is asked (paper: CID).
    pub cid: ContentId,
    /// What the requester pays, minor units: the price of the kind.
    pub price: Amount,
    /// The time limit of the kind, ms.
    pub time_limit: Moment,
    /// When the requester signed, ms since the Unix epoch; later than that of its last request.
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
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum State {
    /// The processor has not said anything yet.
    Requested,
    /// The processor must open the lock in time.
    Accepted {
        /// C = SHA-256(x), the hash-lock.
        lock: [u8; 32],
    },
}

/// An open request.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Request<AccountId> {
    /// Who asked.
    pub requester: MemberId,
    /// Whose money is held.
    pub payer: AccountId,
    /// Who is asked.
    pub processor: MemberId,
    /// What is asked.
    pub cid: ContentId,
    /// SHA-256 of the letter's ciphertext.
    pub digest: [u8; 32],
    /// What is held.
    pub price: Amount,
    /// How long an answer may take after acceptance, ms.
    pub time_limit: Moment,
    /// When it runs out: from the first block at or after this time on, nothing but a refund.
    pub deadline: Moment,
    /// How far it is.
    pub state: State,
}

impl<AccountId> Request<AccountId> {
    /// What the processor signs for an answer, made under the modulus `n` of the requester and handed
    /// in with this digest.
    pub fn answer_seal(&self, request: RequestId, n: &[u8], digest: [u8; 32]) -> AnswerSeal {
        AnswerSeal {
            request,
            processor: self.processor,
            requester: self.requester,
            cid: self.cid,
            request_digest: self.digest,
            requester_key: sha2_256(n),
            digest,
        }
    }
}

/// How a request ended.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Outcome {
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

/// A request that ended.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Settled<BlockNumber> {
    /// The request.
    pub request: RequestId,
    /// What was asked.
    pub cid: ContentId,
    /// How it ended.
    pub outcome: Outcome,
    /// In which block; its body has the answer.
    pub at: BlockNumber,
}
