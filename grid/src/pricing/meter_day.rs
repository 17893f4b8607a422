// SPDX-License-Identifier: Apache-2.0
//! The half-hours of one meter and UTC day, as they are stored.

use super::{bill::used, HalfHourSum, TooLarge};
use dmsm_primitives::{records::SLOTS, Day};

/// What is stored of a meter-day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slots {
    /// Bit i is set if half-hour i of the day has readings.
    pub present: u64,
    /// Energy used in each half-hour, Wh; 0 for one without readings.
    pub energy: [u32; SLOTS],
}

impl Slots {
    /// What `sums` say of `day`; those of other days are passed over.
    ///
    /// # Errors
    ///
    /// [`TooLarge`] if more was used in a half-hour than 32 bits of Wh hold.
    pub fn of(day: Day, sums: &[HalfHourSum]) -> Result<Self, TooLarge> {
        let mut slots = Self { present: 0, energy: [0; SLOTS] };
        for sum in sums.iter().filter(|sum| Day::of(sum.half_hour) == day) {
            let slot = sum.half_hour.0 as usize % SLOTS;
            slots.present |= 1 << slot;
            slots.energy[slot] = u32::try_from(used(sum.watt_hours())).map_err(|_| TooLarge)?;
        }
        Ok(slots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::series::tests::sum;
    use dmsm_primitives::records::ALL_PRESENT;

    const DAY: Day = Day(15_340);
    const FIRST: u32 = DAY.0 * 48;

    #[test]
    fn each_half_hour_of_the_day_has_its_slot_and_no_other_has_one() {
        let sums: Vec<_> =
            (FIRST - 1..=FIRST + 48).map(|n| sum(n, i128::from(n - FIRST + 1) * 2_000, 1)).collect();
        let slots = Slots::of(DAY, &sums).unwrap();
        assert_eq!(slots.present, ALL_PRESENT);
        assert!(slots.energy.into_iter().eq(1..=48));
    }

    #[test]
    fn what_is_fed_in_counts_as_nothing_and_is_present() {
        let slots = Slots::of(DAY, &[sum(FIRST + 3, -2_000_000, 1), sum(FIRST + 47, 2_000, 1)]).unwrap();
        assert_eq!((slots.present, slots.energy[3], slots.energy[47]), (1 << 3 | 1 << 47, 0, 1));
    }

    #[test]
    fn a_half_hour_beyond_32_bits_is_refused() {
        let most = i128::from(u32::MAX) * 2_000;
        assert_eq!(Slots::of(DAY, &[sum(FIRST, most, 1)]).unwrap().energy[0], u32::MAX);
        assert_eq!(Slots::of(DAY, &[sum(FIRST, most + 2_000, 1)]), Err(TooLarge));
        assert!(Slots::of(DAY, &[sum(FIRST, i128::from(i64::MIN), 1)]).is_ok());
        assert!(Slots::of(DAY, &[sum(FIRST + 48, most + 2_000, 1)]).is_ok(), "another day's");
    }
}
