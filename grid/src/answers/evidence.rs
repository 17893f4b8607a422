// SPDX-License-Identifier: Apache-2.0
//! What a household checks its bill with: the energies behind it as the readings give them now, and
//! what of them is anchored on chain.

use crate::{
    error::AppError,
    pricing::{self, HalfHourSum, Slots, Tariff, UtcOffset},
    store::MeterDayStore,
};
use codec::Compact;
use dmsm_primitives::{
    answer::{Anchored, Evidence, MeterDay},
    records::Inclusion,
    time::HALF_HOURS_A_DAY,
    Day, DeviceId, HalfHour,
};
use std::ops::Range;

/// The half-hours of every UTC day that shares one with these.
pub(super) fn whole_days(half_hours: &Range<u32>) -> Range<u32> {
    let end = half_hours.end.next_multiple_of(HALF_HOURS_A_DAY);
    half_hours.start / HALF_HOURS_A_DAY * HALF_HOURS_A_DAY..end
}

/// The evidence of a meter's bill of `half_hours`; `sums` are those of [`whole_days`]. `None` where
/// nothing was ever anchored.
pub(super) async fn evidence(
    store: &dyn MeterDayStore,
    meter: &DeviceId,
    half_hours: Range<u32>,
    sums: &[HalfHourSum],
    tariff: &Tariff,
    offset: UtcOffset,
) -> Result<Option<Evidence>, AppError> {
    if !store.anchors().await? {
        return Ok(None);
    }
    let mut days = Vec::new();
    for first in whole_days(&half_hours).step_by(HALF_HOURS_A_DAY as usize) {
        let day = Day::of(HalfHour(first));
        let energy = Slots::of(day, sums)?.energy.map(Compact).to_vec();
        days.push(MeterDay { day, energy, anchored: anchored(store, meter, day).await? });
    }
    Ok(Some(Evidence { bands: pricing::runs(tariff, half_hours, offset), days }))
}

async fn anchored(
    store: &dyn MeterDayStore,
    meter: &DeviceId,
    day: Day,
) -> Result<Option<Anchored>, AppError> {
    let Some(batch) = store.anchored(meter, day).await? else { return Ok(None) };
    let found = (0..).zip(&batch.records).find(|(_, record)| record.meter == *meter);
    Ok(found.and_then(|(index, record)| {
        let inclusion = Inclusion::prove(&batch.records, index)?;
        Some(Anchored { version: batch.version, nonce: batch.nonce, record: *record, inclusion })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsm_primitives::Month;

    #[test]
    fn days_that_share_one_half_hour_are_whole() {
        let january = |minutes| {
            let offset = UtcOffset::from_minutes(minutes).unwrap();
            whole_days(&offset.half_hours(Month { year: 2012, month: 1 }).unwrap())
        };
        let first = 15_340 * 48;
        assert_eq!(january(0), first..first + 31 * 48);
        assert_eq!(january(30), first - 48..first + 31 * 48);
        assert_eq!(january(-30), first..first + 32 * 48);
    }
}
