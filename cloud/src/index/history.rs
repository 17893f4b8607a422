// SPDX-License-Identifier: Apache-2.0
//! What history queries ask and answer, as JSON.

use super::Cursor;
use dmsm_primitives::{BlockNumber, Day, DeviceId, MemberId, Moment, RequestId, RequestKind, Score};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Entries in one page at most.
pub const MAX_LIMIT: u32 = 1_000;
/// Entries in one page, if none says.
pub const DEFAULT_LIMIT: u32 = 100;

/// Which page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Where the page before ended, as its `next` says; without it, the first page.
    #[param(value_type = Option<String>)]
    pub after: Option<Cursor>,
    /// Entries at most, 1 to 1,000; 100 without it.
    #[serde(default = "default_limit", deserialize_with = "limit")]
    #[param(minimum = 1, maximum = 1_000, default = 100, required = false)]
    pub limit: u32,
}

impl Default for Paging {
    fn default() -> Self {
        Self { after: None, limit: DEFAULT_LIMIT }
    }
}

fn default_limit() -> u32 {
    DEFAULT_LIMIT
}

fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(serde::de::Error::custom(format_args!("limit: give 1 to {MAX_LIMIT}"))),
    }
}

/// A finalized block.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct FinalizedBlock {
    /// Its number.
    pub number: BlockNumber,
    /// Its hash, 0x and 64 digits.
    pub hash: String,
}

/// A page of entries.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Where the next page begins: its `after`; null at the end.
    #[schema(value_type = Option<String>)]
    pub next: Option<Cursor>,
    /// Up to which block the answer is complete.
    pub finalized: FinalizedBlock,
}

/// Which notices: of one device, owner or processor, or all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoticeFilter {
    /// About this device.
    #[param(value_type = Option<String>)]
    pub device: Option<DeviceId>,
    /// For this owner.
    #[param(value_type = Option<String>)]
    pub owner: Option<MemberId>,
    /// From this processor.
    #[param(value_type = Option<String>)]
    pub processor: Option<MemberId>,
    /// Written down on this day (UTC) or later.
    #[param(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
    /// Written down on this day (UTC) or earlier.
    #[param(value_type = Option<String>, format = Date)]
    pub to: Option<Day>,
}

/// A notice. Its ciphertext is in the body of its block.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct NoticeEntry {
    /// About which device.
    #[schema(value_type = String)]
    pub device: DeviceId,
    /// Whose device.
    #[schema(value_type = String)]
    pub owner: MemberId,
    /// Who wrote it.
    #[schema(value_type = String)]
    pub processor: MemberId,
    /// Sequence of the device's notice before it; 0 if there was none.
    pub previous: u64,
    /// Sequence of the reading that raised it.
    pub sequence: u64,
    /// SHA-256 of its ciphertext, hexadecimal.
    pub digest: String,
    /// Number of its block.
    pub block: BlockNumber,
    /// Position among the block's events.
    pub position: u32,
    /// Time of the block, ms since the Unix epoch.
    pub time: Moment,
}

/// Which requests: of one requester or one processor, or all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RequestFilter {
    /// Who asked.
    #[param(value_type = Option<String>)]
    pub requester: Option<MemberId>,
    /// Who was asked.
    #[param(value_type = Option<String>)]
    pub processor: Option<MemberId>,
    /// What was asked for: bill-details, usage-details, saving-advice or data-sharing.
    #[param(value_type = Option<String>)]
    pub kind: Option<RequestKind>,
    /// Asked on this day (UTC) or later.
    #[param(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
    /// Asked on this day (UTC) or earlier.
    #[param(value_type = Option<String>, format = Date)]
    pub to: Option<Day>,
}

/// How far a request is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RequestState {
    /// It stands on chain.
    Requested,
    /// The processor will answer.
    Accepted,
    /// It is answered and paid.
    Fulfilled,
    /// The processor refused it.
    Rejected,
    /// The requester took it back.
    Cancelled,
    /// It was not accepted in time.
    Expired,
    /// It was accepted and not answered in time.
    TimedOut,
}

/// A request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct RequestEntry {
    /// Its number.
    pub request: RequestId,
    /// Who asked.
    #[schema(value_type = String)]
    pub requester: MemberId,
    /// Who was asked.
    #[schema(value_type = String)]
    pub processor: MemberId,
    /// What was asked for.
    #[schema(value_type = String)]
    pub kind: RequestKind,
    /// SHA-256 of what was asked, hexadecimal.
    pub content: String,
    /// Price, minor units, decimal.
    pub price: String,
    /// How far it is.
    pub state: RequestState,
    /// When it was asked; this and all times: ms since the Unix epoch, of the block.
    pub requested_at: Moment,
    /// Until when it had to be accepted.
    pub accept_by: Moment,
    /// When it was accepted.
    pub accepted_at: Option<Moment>,
    /// Until when it had to be answered.
    pub answer_by: Option<Moment>,
    /// When it came to its end.
    pub ended_at: Option<Moment>,
    /// SHA-256 of the answer's ciphertext, hexadecimal; masked if a cloud holds it.
    pub answer: Option<String>,
    /// Which cloud holds the answer, if not a block.
    #[schema(value_type = Option<String>)]
    pub cloud: Option<MemberId>,
    /// Number of the block in which it was asked.
    pub block: BlockNumber,
    /// Position among the block's events.
    pub position: u32,
}

/// Which records: of one processor, of one meter, of both, or all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecordFilter {
    /// Whose.
    #[param(value_type = Option<String>)]
    pub processor: Option<MemberId>,
    /// Of this meter.
    #[param(value_type = Option<String>)]
    pub meter: Option<DeviceId>,
    /// Of this day or later.
    #[param(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
    /// Of this day or earlier.
    #[param(value_type = Option<String>, format = Date)]
    pub to: Option<Day>,
}

/// A stored meter-day. Only those stand here whose manifest was found and is the one that was
/// anchored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct RecordEntry {
    /// Whose.
    #[schema(value_type = String)]
    pub processor: MemberId,
    /// Region and month, REGION/YYYY-MM: names the data key.
    pub scope: String,
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    /// Which version of the day; of a meter the highest counts.
    pub version: u16,
    /// Its place in the batch.
    pub index: u32,
    /// The meter.
    #[schema(value_type = String)]
    pub meter: DeviceId,
    /// Bit i is set if half-hour i has readings.
    pub present: u64,
    /// M*, SHA-256 of the plaintext, hexadecimal.
    pub digest: String,
    /// SHA-256 of the ciphertext, hexadecimal.
    pub ciphertext: String,
    /// Number of the block in which it was anchored.
    pub block: BlockNumber,
}

/// Which changes of credit: of one processor, or all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CreditFilter {
    /// Whose.
    #[param(value_type = Option<String>)]
    pub processor: Option<MemberId>,
    /// For what.
    pub conduct: Option<ConductKind>,
    /// Written down on this day (UTC) or later.
    #[param(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
    /// Written down on this day (UTC) or earlier.
    #[param(value_type = Option<String>, format = Date)]
    pub to: Option<Day>,
}

/// What changes credit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConductKind {
    /// It delivered what was paid for.
    Delivered,
    /// It accepted and did not deliver in time.
    TimedOut,
    /// It was proved to have made a false notice.
    FalseNotice,
    /// It was proved to have dealt a bad share.
    BadShare,
}

/// A change of credit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct CreditEntry {
    /// Whose.
    #[schema(value_type = String)]
    pub processor: MemberId,
    /// Towards whom it behaved so.
    #[schema(value_type = String)]
    pub counterparty: MemberId,
    /// What it did.
    pub conduct: ConductKind,
    /// What it was paid for a delivery, minor units, decimal.
    pub price: Option<String>,
    /// What that is worth, points.
    pub change: i16,
    /// The score before it.
    pub before: Score,
    /// The score after it, 0 to 1,000.
    pub after: Score,
    /// Number of its block.
    pub block: BlockNumber,
    /// Position among the block's events.
    pub position: u32,
    /// Time of the block, ms since the Unix epoch.
    pub time: Moment,
}
