// SPDX-License-Identifier: Apache-2.0
//! Meter-days that wait for a batch, batches, and what came of sealing them. Both backends
//! understand the same SQL, which stands in [`sql`]; [`backend`] runs it on either.

mod backend;
mod rows;
mod sql;

use super::{BillingStore, StoreError};
use crate::pricing::Slots;
use async_trait::async_trait;
use dmsm_primitives::{
    storage::{OpenBatch, SealedRow, ToSealRow},
    Day, DeviceId, Moment, Record,
};
use std::ops::RangeInclusive;

/// Readings that one [`MeterDayStore::scan`] looks through, signed and imported ones each.
pub const SCAN_ROWS: u32 = 20_000;
/// Rows of one answer to [`MeterDayStore::history`] and [`MeterDayStore::waiting_on`].
pub const MAX_SHOWN: u32 = 10_000;

/// Names a batch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct BatchId {
    /// Its day.
    pub day: Day,
    /// Which version of the day, from 0.
    pub version: u16,
}

impl std::fmt::Display for BatchId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "version {} of {}", self.version, self.day)
    }
}

/// Why a batch is not what the worker takes it for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BatchFault {
    /// There is none, or it was given up.
    #[error("there is no batch that is {0}")]
    Unknown(BatchId),
    /// Another row or root is stored already; nothing of the message was.
    #[error("{0} holds something else")]
    Differs(BatchId),
    /// Not all of its rows are sealed.
    #[error("{0} is not wholly sealed")]
    Unsealed(BatchId),
    /// It is anchored as it is.
    #[error("{0} is anchored as it is")]
    Anchored(BatchId),
}

/// A meter-day of which readings came since it was looked at last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Changed {
    /// The meter.
    pub meter: DeviceId,
    /// The day.
    pub day: Day,
    /// No reading of it was accepted later, ms since the Unix epoch.
    pub changed_at: Moment,
    /// The scan that saw it: a verdict holds unless another one did since.
    pub(super) scan: i64,
}

/// What a meter-day turned out to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// As it was recorded last.
    Unchanged,
    /// Half-hours are missing and may still come.
    Incomplete,
    /// More was used in a half-hour than a record holds.
    TooLarge,
    /// To be recorded.
    Closed(Slots),
}

/// Why a meter-day waits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Waiting {
    /// It was not looked at since its last reading: its day is not over, or others come first.
    Changed,
    /// Half-hours are missing and may still come.
    Incomplete,
    /// More was used in a half-hour than a record holds.
    TooLarge,
    /// For its batch: an earlier version of its day is not anchored, or enough batches are open.
    Closed,
}

/// Where a meter-day is anchored, and what is needed to prove it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AnchoredBatch {
    /// The version.
    pub version: u16,
    /// Of this meter's row.
    pub nonce: [u8; 16],
    /// All records of the batch, in order of their meters.
    pub records: Vec<Record>,
}

/// Counts of everything.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Totals {
    /// Batches that are cut and not anchored.
    pub open_batches: u64,
    /// Batches that are anchored.
    pub anchored_batches: u64,
    /// Meter-days in anchored batches, corrections counted again.
    pub anchored_meter_days: u64,
    /// Meter-days that no record holds.
    pub refused_meter_days: u64,
}

/// What became of a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BatchState {
    /// Cut, not anchored.
    Open,
    /// Anchored.
    Anchored,
    /// Given up; its meter-days went back to wait.
    Released,
}

/// A batch as operators see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BatchStatus {
    /// Which.
    pub id: BatchId,
    /// Its meter-days.
    pub meter_days: u32,
    /// Those that are not sealed yet.
    pub unsealed: u32,
    /// What became of it.
    pub state: BatchState,
}

/// Meter-days of one day that wait for one reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WaitingDays {
    /// The day.
    pub day: Day,
    /// Why.
    pub reason: Waiting,
    /// How many.
    pub meters: u64,
    /// When the first of them changed last, ms since the Unix epoch.
    pub since: Moment,
}

/// Meter-days on their way into batches, and the batches.
///
/// Batches of a day are versions 0, 1, 2, … of it, at most one of them open. What is in a batch
/// never changes. Each method is one transaction; doing one again changes nothing.
#[async_trait]
pub trait MeterDayStore: BillingStore {
    /// Looks through readings and imports that came since the last scan and notes their meter-days
    /// as changed, [`SCAN_ROWS`] readings at most. `now` is in ms since the Unix epoch.
    async fn scan(&self, now: Moment) -> Result<(), StoreError>;

    /// Notes incomplete meter-days as changed whose last change is as old as this: about `limit`, and
    /// those that changed together with the last of them.
    async fn wake(&self, changed_until: Moment, limit: u32) -> Result<(), StoreError>;

    /// Changed meter-days of days before `before`, oldest day first, in order of their meters.
    async fn changed(&self, before: Day, limit: u32) -> Result<Vec<Changed>, StoreError>;

    /// The newest of what was cut into batches of a meter-day.
    async fn newest(&self, meter: &DeviceId, day: Day) -> Result<Option<Slots>, StoreError>;

    /// Keeps verdicts, except on those that changed since.
    async fn judged(&self, verdicts: &[(Changed, Verdict)]) -> Result<(), StoreError>;

    /// Cuts closed meter-days into batches, oldest day first, until as many are open as may be.
    async fn cut(&self, now: Moment) -> Result<(), StoreError>;

    /// The open batches, oldest first.
    async fn open_batches(&self) -> Result<Vec<OpenBatch>, StoreError>;

    /// Rows of a batch that are not sealed, in order of their meters. [`BatchFault::Unknown`].
    async fn unsealed(&self, batch: BatchId, limit: u32) -> Result<Vec<ToSealRow>, StoreError>;

    /// Keeps what came of rows. [`BatchFault::Differs`] if anything else is there, or a meter is not
    /// in the batch; then none is kept.
    async fn seal(&self, batch: BatchId, rows: &[SealedRow]) -> Result<(), StoreError>;

    /// The records of a batch in order of their meters; `None` while any is unsealed.
    async fn manifest(&self, batch: BatchId) -> Result<Option<Vec<Record>>, StoreError>;

    /// Marks a batch as anchored under `root`. [`BatchFault::Differs`] if its records have another
    /// root, [`BatchFault::Unsealed`].
    async fn anchor(&self, batch: BatchId, root: &[u8; 32]) -> Result<(), StoreError>;

    /// Whether any batch was ever anchored.
    async fn anchors(&self) -> Result<bool, StoreError>;

    /// The newest anchored batch that has a meter-day.
    async fn anchored(&self, meter: &DeviceId, day: Day) -> Result<Option<AnchoredBatch>, StoreError>;

    /// Counts.
    async fn totals(&self) -> Result<Totals, StoreError>;

    /// Batches of these days, or the open ones alone, and what waits on the days; each in order,
    /// [`MAX_SHOWN`] at most.
    async fn history(
        &self,
        days: RangeInclusive<Day>,
        open_only: bool,
    ) -> Result<(Vec<BatchStatus>, Vec<WaitingDays>), StoreError>;

    /// The meters that wait on a day, why, and when they changed last; [`MAX_SHOWN`] at most.
    async fn waiting_on(&self, day: Day) -> Result<Vec<(DeviceId, Waiting, Moment)>, StoreError>;

    /// Has what was recorded or refused of a meter on these days compared with its readings again,
    /// and says how many days.
    async fn recheck(&self, meter: &DeviceId, days: RangeInclusive<Day>) -> Result<u64, StoreError>;

    /// Gives an open batch up whose version the chain has under another root: the version stays used,
    /// the meter-days wait again. Says how many. [`BatchFault::Unknown`], [`BatchFault::Anchored`],
    /// also if this is the root of its own records.
    async fn release(&self, batch: BatchId, taken_by: &[u8; 32]) -> Result<u64, StoreError>;
}
