// SPDX-License-Identifier: Apache-2.0
//! When a meter-day is recorded (paper, III.C): which of those that changed are closed, and the
//! batches that the worker has sealed and anchored.

use crate::{
    pricing::Slots,
    store::{Changed, MeterDayStore, StoreError, Verdict},
    warnings::Warnings,
};
use dmsm_primitives::{
    records::ALL_PRESENT,
    storage::{OpenBatch, MAX_OPEN_BATCHES},
    time::DAY_MILLIS,
    Day, Moment,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a day is over before anything of it is recorded, ms: its last readings are on their way.
pub const SETTLING: Moment = 60 * 60 * 1_000;

/// Meter-days looked at in one call at most: a full batch.
const MAX_JUDGED: u32 = dmsm_primitives::records::MAX_BATCH;
/// How long one call looks at meter-days; the next one goes on.
const JUDGING: Duration = Duration::from_secs(3);
/// Meter-days whose verdicts are kept together.
const PAGE: u32 = 256;

/// Records meter-days.
pub struct MeterDays {
    store: Arc<dyn MeterDayStore>,
    close_after: Moment,
    warnings: Warnings,
}

impl MeterDays {
    /// Records what is in `store`; a meter-day with gaps once no reading of it has come for
    /// `close_after`.
    pub fn new(store: Arc<dyn MeterDayStore>, close_after: Duration) -> Self {
        let close_after = u64::try_from(close_after.as_millis()).unwrap_or(u64::MAX);
        Self { store, close_after, warnings: Warnings::default() }
    }

    /// The batches that wait for their anchors, after cutting new ones of what is closed. By `chain`
    /// days are over, by `now` readings are long ago; both in ms since the Unix epoch.
    ///
    /// Does a bounded part of the work that is left: the oldest days first.
    pub async fn open_batches(&self, chain: Moment, now: Moment) -> Result<Vec<OpenBatch>, StoreError> {
        self.store.scan(now).await?;
        let open = self.store.open_batches().await?;
        if open.len() >= MAX_OPEN_BATCHES as usize {
            return Ok(open);
        }
        self.judge(chain, now).await?;
        self.store.cut(now).await?;
        self.store.open_batches().await
    }

    /// Looks at changed meter-days.
    async fn judge(&self, chain: Moment, now: Moment) -> Result<(), StoreError> {
        let deadline = Instant::now() + JUDGING;
        let today = chain.saturating_sub(SETTLING) / DAY_MILLIS;
        let today = Day(u32::try_from(today).unwrap_or(u32::MAX));
        // Without a clock nothing is long ago.
        let quiet = now.checked_sub(self.close_after);
        if let Some(quiet) = quiet {
            self.store.wake(quiet, MAX_JUDGED).await?;
        }
        let mut judged = 0;
        while judged < MAX_JUDGED && Instant::now() < deadline {
            let changed = self.store.changed(today, PAGE).await?;
            let mut verdicts = Vec::with_capacity(changed.len());
            for changed in changed {
                verdicts.push((changed, self.verdict(&changed, quiet).await?));
                if Instant::now() >= deadline {
                    break;
                }
            }
            if verdicts.is_empty() {
                break;
            }
            self.store.judged(&verdicts).await?;
            judged += verdicts.len() as u32;
        }
        Ok(())
    }

    /// `quiet`: of what changed later, more may come.
    async fn verdict(&self, changed: &Changed, quiet: Option<Moment>) -> Result<Verdict, StoreError> {
        let Changed { meter, day, changed_at, .. } = changed;
        let half_hours = day.half_hours().ok_or(StoreError::Corrupt)?;
        let sums = self.store.half_hours(meter, half_hours).await?;
        let Ok(slots) = Slots::of(*day, &sums) else {
            let detail = format!("meter {meter}, {day}: a half-hour above {} Wh is not recorded", u32::MAX);
            self.warnings.warn("meter-day-too-large", &detail);
            return Ok(Verdict::TooLarge);
        };
        let newest = self.store.newest(meter, *day).await?;
        let same = newest.map_or(slots.present == 0, |newest| newest == slots);
        let whole = slots.present == ALL_PRESENT || quiet.is_some_and(|quiet| *changed_at <= quiet);
        Ok(match (same, whole) {
            (true, _) => Verdict::Unchanged,
            (false, false) => Verdict::Incomplete,
            (false, true) => Verdict::Closed(slots),
        })
    }
}
