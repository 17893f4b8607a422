// SPDX-License-Identifier: Apache-2.0
//! The half-hours of one meter.

use super::rounded;
use dmsm_primitives::{
    answer::{Irregular, Quality},
    HalfHour, Milliwatts,
};
use std::{num::NonZeroU32, ops::Range};

/// What the readings of one half-hour say; there is at least one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HalfHourSum {
    /// Which half-hour, UTC.
    pub half_hour: HalfHour,
    /// Sum of the powers of its moments, mW; of each moment the first reading that was accepted.
    pub power: i128,
    /// Distinct moments.
    pub moments: NonZeroU32,
    /// Whether any moment has more than one reading.
    pub doubled: bool,
    /// Whether any reading carries the meter's signature.
    pub signed: bool,
}

impl HalfHourSum {
    /// The mean power, mW, rounded half away from zero. Negative where more was fed in than used.
    pub fn mean_power(&self) -> Milliwatts {
        self.quotient(1)
    }

    /// The energy, whole Wh, rounded half away from zero: the mean power for half an hour.
    pub fn watt_hours(&self) -> i64 {
        // mW × 0.5 h = Wh / 2,000.
        self.quotient(2_000)
    }

    /// A mean of 64-bit numbers fits 64 bits.
    fn quotient(&self, divisor: i128) -> i64 {
        let quotient = rounded(self.power, i128::from(self.moments.get()) * divisor);
        quotient.clamp(i64::MIN.into(), i64::MAX.into()) as i64
    }
}

/// The half-hours of a period, as far as there are readings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Series {
    half_hours: Range<u32>,
    sums: Vec<HalfHourSum>,
}

impl Series {
    /// The sums of `half_hours`, one for each with readings, in any order; those outside are
    /// dropped. `None` where not one is left.
    pub fn new(half_hours: Range<u32>, mut sums: Vec<HalfHourSum>) -> Option<Self> {
        sums.retain(|sum| half_hours.contains(&sum.half_hour.0));
        sums.sort_by_key(|sum| sum.half_hour);
        sums.dedup_by_key(|sum| sum.half_hour);
        (!sums.is_empty()).then_some(Self { half_hours, sums })
    }

    /// The half-hours with readings, in rising order.
    pub fn sums(&self) -> &[HalfHourSum] {
        &self.sums
    }

    /// Each half-hour of the period in rising order, with its sum if it has readings.
    pub fn all(&self) -> impl Iterator<Item = (HalfHour, Option<&HalfHourSum>)> {
        let mut sums = self.sums.iter().peekable();
        self.half_hours
            .clone()
            .map(HalfHour)
            .map(move |half_hour| (half_hour, sums.next_if(|sum| sum.half_hour == half_hour)))
    }

    /// What the readings lack. A half-hour is partial if it has fewer moments than the fullest.
    pub fn quality(&self) -> Quality {
        let fullest = self.sums.iter().map(|sum| sum.moments).max();
        let mut quality = Quality::default();
        for (half_hour, sum) in self.all() {
            let note = |irregular: &mut Irregular, holds: bool| {
                if holds {
                    irregular.push(half_hour);
                }
            };
            note(&mut quality.missing, sum.is_none());
            note(&mut quality.partial, sum.is_some_and(|sum| Some(sum.moments) < fullest));
            note(&mut quality.doubled, sum.is_some_and(|sum| sum.doubled));
            note(&mut quality.unsigned, sum.is_some_and(|sum| !sum.signed));
        }
        quality
    }

    /// The power that is always drawn: the 5th percentile, by nearest rank, of the mean powers of
    /// the half-hours that have readings, mW.
    pub fn base_load(&self) -> Milliwatts {
        let mut powers: Vec<_> = self.sums.iter().map(HalfHourSum::mean_power).collect();
        powers.sort_unstable();
        let rank = powers.len().div_ceil(20);
        powers.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use dmsm_primitives::answer::Span;

    pub fn sum(half_hour: u32, power: i128, moments: u32) -> HalfHourSum {
        let moments = NonZeroU32::new(moments).unwrap();
        HalfHourSum { half_hour: HalfHour(half_hour), power, moments, doubled: false, signed: true }
    }

    #[test]
    fn energy_is_rounded_once_half_away_from_zero() {
        for (power, moments, energy) in [
            (262_000, 1, 131),
            (262_000 * 30, 30, 131),
            (999, 1, 0),
            (1_000, 1, 1),
            (-999, 1, 0),
            (-1_000, 1, -1),
            (2_999, 1, 1),
            (3_000, 1, 2),
            // 3 readings of 333.3 mW in the mean, 0.1667 Wh: not rounded to 333 mW first.
            (2_999, 3, 0),
            (3_000, 3, 1),
        ] {
            assert_eq!(sum(0, power, moments).watt_hours(), energy, "{power}/{moments}");
        }
    }

    #[test]
    fn the_mean_of_extreme_powers_fits() {
        let many = i128::from(u32::MAX);
        assert_eq!(sum(0, i128::from(i64::MAX) * many, u32::MAX).mean_power(), i64::MAX);
        assert_eq!(sum(0, i128::from(i64::MIN) * many, u32::MAX).mean_power(), i64::MIN);
    }

    #[test]
    fn irregular_half_hours_are_named() {
        let mut doubled = sum(13, 1, 2);
        doubled.doubled = true;
        let mut unsigned = sum(14, 1, 2);
        unsigned.signed = false;
        let series = Series::new(10..17, vec![unsigned, sum(12, 1, 1), doubled, sum(99, 1, 9)]).unwrap();
        let irregular = |spans: &[(u32, u32)]| Irregular {
            count: spans.iter().map(|(_, count)| count).sum(),
            spans: spans.iter().map(|&(first, count)| Span { first: HalfHour(first), count }).collect(),
        };
        let quality = Quality {
            missing: irregular(&[(10, 2), (15, 2)]),
            partial: irregular(&[(12, 1)]),
            doubled: irregular(&[(13, 1)]),
            unsigned: irregular(&[(14, 1)]),
        };
        assert_eq!(series.quality(), quality);
    }

    #[test]
    fn without_readings_there_is_no_series() {
        assert_eq!(Series::new(0..10, vec![]), None);
        assert_eq!(Series::new(0..10, vec![sum(10, 1, 1)]), None);
    }

    #[test]
    fn the_base_load_is_the_fifth_percentile_by_nearest_rank() {
        let base = |count: u32| {
            Series::new(0..count, (0..count).map(|n| sum(n, i128::from(count - n), 1)).collect())
                .unwrap()
                .base_load()
        };
        for (count, expected) in [(1, 1), (20, 1), (21, 2), (40, 2), (41, 3), (100, 5), (1488, 75)] {
            assert_eq!(base(count), expected, "of {count}");
        }
    }
}
