// SPDX-License-Identifier: Apache-2.0
//! Bills and usage.

use super::{Series, Tariff, TooLarge, UtcOffset};
use codec::Compact;
use dmsm_primitives::{
    answer::{Bill, BillLine, MinorUnits, Price, Run, Usage, WattHours},
    DeviceId, HalfHour, Month, Period,
};
use std::ops::Range;

/// Wh × thousandths of a minor unit a kWh make millionths of a minor unit.
const MILLIONTHS: u128 = 1_000_000;

/// The bill of `month`, whose half-hours `series` holds.
///
/// Every band has its line, also where nothing was used in it. The standing charge is due for each
/// day of the month; it is summed in thousandths of a minor unit and rounded once, half up.
///
/// # Errors
///
/// [`TooLarge`] if a number does not fit the answer.
pub fn bill(
    series: &Series,
    tariff: &Tariff,
    meter: DeviceId,
    month: Month,
    offset: UtcOffset,
) -> Result<Bill, TooLarge> {
    let mut energies = vec![0u128; tariff.bands().len()];
    for sum in series.sums() {
        let band = tariff.band_at(offset.half_hour_of_week(sum.half_hour));
        if let Some(energy) = energies.get_mut(band) {
            *energy += u128::from(used(sum.watt_hours()));
        }
    }
    let lines = tariff.bands().iter().zip(energies).map(|(band, energy)| {
        let cost = Cost::default().plus(energy, band.price)?.minor_units()?;
        let energy = WattHours::try_from(energy).map_err(|_| TooLarge)?;
        Ok(BillLine { band: band.name.clone(), energy, price: band.price, cost })
    });
    let lines: Vec<_> = lines.collect::<Result<_, TooLarge>>()?;
    let standing_days = u16::from(month.days());
    let standing_charge =
        minor_units(u128::from(tariff.standing_charge()) * u128::from(standing_days), 1_000)?;
    Ok(Bill {
        meter,
        month,
        utc_offset_minutes: offset.minutes(),
        tariff: tariff.name().to_owned(),
        currency: tariff.currency().to_owned(),
        energy: total(lines.iter().map(|line| line.energy))?,
        export: export(series)?,
        standing_days,
        standing_charge,
        total: total(lines.iter().map(|line| line.cost).chain([standing_charge]))?,
        quality: series.quality(),
        evidence: None,
        lines,
    })
}

/// The energy of each half-hour of `period`, which `series` holds.
///
/// # Errors
///
/// [`TooLarge`] if a number does not fit the answer.
pub fn usage(series: &Series, meter: DeviceId, period: Period) -> Result<Usage, TooLarge> {
    let energy = series.all().map(|(_, sum)| {
        let energy = sum.map_or(0, |sum| used(sum.watt_hours()));
        u32::try_from(energy).map(Compact).map_err(|_| TooLarge)
    });
    Ok(Usage {
        meter,
        period,
        energy: energy.collect::<Result<_, _>>()?,
        export: export(series)?,
        quality: series.quality(),
    })
}

/// Which line of a bill each of these half-hours counts in, as runs.
pub fn runs(tariff: &Tariff, half_hours: Range<u32>, offset: UtcOffset) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for half_hour in half_hours.map(HalfHour) {
        // A tariff has at most `MAX_BANDS` bands.
        let line = tariff.band_at(offset.half_hour_of_week(half_hour)) as u8;
        match runs.last_mut().filter(|run| run.line == line && run.half_hours < u16::MAX) {
            Some(run) => run.half_hours += 1,
            None => runs.push(Run { line, half_hours: 1 }),
        }
    }
    runs
}

/// What was used of the energy of a half-hour, Wh.
pub(super) fn used(energy: i64) -> WattHours {
    WattHours::try_from(energy).unwrap_or(0)
}

/// What was fed in over all half-hours.
fn export(series: &Series) -> Result<WattHours, TooLarge> {
    total(
        series.sums().iter().map(|sum| sum.watt_hours()).filter(|energy| *energy < 0).map(i64::unsigned_abs),
    )
}

fn total(mut parts: impl Iterator<Item = u64>) -> Result<u64, TooLarge> {
    parts.try_fold(0u64, |sum, part| sum.checked_add(part)).ok_or(TooLarge)
}

/// What energy costs, exact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Cost {
    millionths: u128,
}

impl Cost {
    /// With so much energy at this price.
    pub fn plus(self, energy: u128, price: Price) -> Result<Self, TooLarge> {
        let more = energy.checked_mul(price.into()).ok_or(TooLarge)?;
        let millionths = self.millionths.checked_add(more).ok_or(TooLarge)?;
        Ok(Self { millionths })
    }

    /// Rounded half up.
    pub fn minor_units(self) -> Result<MinorUnits, TooLarge> {
        minor_units(self.millionths, MILLIONTHS)
    }
}

/// A sum of `parts`-th parts of a minor unit, rounded half up.
fn minor_units(sum: u128, parts: u128) -> Result<MinorUnits, TooLarge> {
    let rounded = sum.checked_add(parts / 2).ok_or(TooLarge)? / parts;
    MinorUnits::try_from(rounded).map_err(|_| TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::{
        series::tests::sum,
        tariff::tests::{day_and_night, draft, flat},
        HalfHourSum, MAX_PRICE,
    };
    use proptest::prelude::*;

    const METER: DeviceId = DeviceId([1; 32]);
    const JANUARY: Month = Month { year: 2012, month: 1 };
    const UTC: UtcOffset = UtcOffset::UTC;

    fn january(offset: UtcOffset, power: impl Fn(u32) -> i128) -> Series {
        let half_hours = offset.half_hours(JANUARY).unwrap();
        let sums = half_hours.clone().zip(0..).map(|(half_hour, n)| sum(half_hour, power(n), 1)).collect();
        Series::new(half_hours, sums).unwrap()
    }

    fn bill_of(series: &Series, tariff: &Tariff) -> Bill {
        bill(series, tariff, METER, JANUARY, UTC).unwrap()
    }

    #[test]
    fn a_line_is_rounded_once_half_up() {
        // One Wh: half a millionth below, at and above half a penny.
        for (price, cost) in [(499_999, 0), (500_000, 1), (500_001, 1), (1_499_999, 1), (1_500_000, 2)] {
            let series = january(UTC, |n| if n == 0 { 2_000 } else { 0 });
            let bill = bill_of(&series, &flat(price));
            assert_eq!((bill.lines[0].energy, bill.lines[0].cost, bill.total), (1, cost, cost), "{price}");
        }
        // Each half-hour alone would cost 0.4 minor units and be rounded away.
        let bill = bill_of(&january(UTC, |_| 2_000), &flat(400_000));
        assert_eq!(bill.total, 595, "1488 × 0.4 = 595.2");
    }

    #[test]
    fn the_standing_charge_is_rounded_once_over_all_days() {
        for (thousandths, charge) in [(0, 0), (16, 0), (17, 1), (1_000, 31), (26_130, 810)] {
            let mut draft = draft(&[("flat", 0)], &[(127, 0, 48, "flat")]);
            draft.standing_charge = thousandths;
            let bill = bill_of(&january(UTC, |_| 0), &draft.try_into().unwrap());
            assert_eq!((bill.standing_days, bill.standing_charge, bill.total), (31, charge, charge));
        }
    }

    #[test]
    fn energy_falls_into_the_band_of_the_regions_time() {
        // 1 Wh in each half-hour of the first hour of the region's day 07:00, 1 kWh at 06:30.
        let power = |n| match n % 48 {
            13 => 2_000_000,
            14 | 15 => 2_000,
            _ => 0,
        };
        for minutes in [-330, 0, 60, 570] {
            let offset = UtcOffset::from_minutes(minutes).unwrap();
            let bill = bill(&january(offset, power), &day_and_night(2, 1), METER, JANUARY, offset).unwrap();
            let energies: Vec<_> = bill.lines.iter().map(|line| (line.band.as_str(), line.energy)).collect();
            assert_eq!(energies, [("day", 62), ("night", 31_000)], "{minutes}");
        }
    }

    #[test]
    fn export_is_shown_and_not_paid() {
        let bill = bill_of(&january(UTC, |n| if n % 2 == 0 { -2_000 } else { 2_000 }), &flat(1_000_000));
        assert_eq!((bill.energy, bill.export, bill.total), (744, 744, 744));
    }

    #[test]
    fn too_large_numbers_are_an_error_and_no_panic() {
        let series = january(UTC, |_| i64::MAX.into());
        assert_eq!(bill(&series, &flat(MAX_PRICE), METER, JANUARY, UTC), Err(TooLarge));
        assert!(bill(&series, &flat(1), METER, JANUARY, UTC).is_ok());
        assert_eq!(usage(&series, METER, Period { from: 0, until: 0 }), Err(TooLarge));
        let export = january(UTC, |_| i64::MIN.into());
        assert!(bill(&export, &flat(MAX_PRICE), METER, JANUARY, UTC).is_ok());
    }

    #[test]
    fn usage_shows_each_half_hour_in_order() {
        let half_hours = [sum(10, 2_000, 1), sum(12, -4_000, 1), sum(13, 6_000, 1)];
        let series = Series::new(10..15, half_hours.to_vec()).unwrap();
        let usage = usage(&series, METER, Period { from: 0, until: 0 }).unwrap();
        assert_eq!(usage.energy, [1, 0, 0, 3, 0].map(Compact));
        assert_eq!((usage.export, usage.quality.missing.count), (2, 2));
    }

    #[test]
    fn runs_follow_the_bands_through_the_regions_time() {
        // Night is from 23:00 to 07:00 in the region's time.
        let run = |line, half_hours| Run { line, half_hours };
        let tariff = day_and_night(2, 1);
        let first = UTC.half_hours(JANUARY).unwrap().start;
        let expected = [run(1, 14), run(0, 32), run(1, 16), run(0, 32), run(1, 2)];
        assert_eq!(runs(&tariff, first..first + 96, UTC), expected);
        let east = UtcOffset::from_minutes(60).unwrap();
        assert_eq!(runs(&tariff, first..first + 20, east), [run(1, 12), run(0, 8)]);
        assert_eq!(runs(&flat(1), first..first + 1_488, UTC), [run(0, 1_488)]);
        assert_eq!(runs(&flat(1), 0..70_000, UTC), [run(0, u16::MAX), run(0, 4_465)]);
        assert_eq!(runs(&flat(1), 0..0, UTC), []);
    }

    fn any_series() -> impl Strategy<Value = Series> {
        let power = prop_oneof![-10_000_000i64..10_000_000, any::<i64>()];
        let half_hours = UTC.half_hours(JANUARY).unwrap();
        prop::collection::btree_map(half_hours.clone(), (power, 1u32..1_800_000), 1..200).prop_map(
            move |sums| {
                let sums = sums.into_iter().map(|(half_hour, (power, moments))| HalfHourSum {
                    ..sum(half_hour, i128::from(power) * i128::from(moments), moments)
                });
                Series::new(half_hours.clone(), sums.collect()).unwrap()
            },
        )
    }

    proptest! {
        #[test]
        fn lines_add_up_and_no_half_hour_is_lost_or_counted_twice(
            series in any_series(), day in 0..=MAX_PRICE, night in 0u64..100_000, standing in 0..=MAX_PRICE,
        ) {
            let mut draft = day_and_night(day, night).draft().clone();
            draft.standing_charge = standing;
            let tariff = Tariff::try_from(draft).unwrap();
            let Ok(bill) = bill(&series, &tariff, METER, JANUARY, UTC) else { return Ok(()) };
            prop_assert_eq!(bill.total, bill.lines.iter().map(|line| line.cost).sum::<u64>() + bill.standing_charge);
            prop_assert_eq!(bill.energy, bill.lines.iter().map(|line| line.energy).sum::<u64>());
            let whole: u64 = series.sums().iter().map(|sum| used(sum.watt_hours())).sum();
            prop_assert_eq!(bill.energy, whole);
            for line in &bill.lines {
                let exact = u128::from(line.energy) * u128::from(line.price);
                prop_assert!((u128::from(line.cost) * MILLIONTHS).abs_diff(exact) <= MILLIONTHS / 2);
            }
        }

        #[test]
        fn a_missing_half_hour_is_named_and_all_others_are_not(series in any_series()) {
            let missing = bill_of(&series, &flat(0)).quality.missing.count as usize;
            prop_assert_eq!(missing + series.sums().len(), 31 * 48);
        }
    }
}
