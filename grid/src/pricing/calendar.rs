// SPDX-License-Identifier: Apache-2.0
//! The region's time: a fixed distance from UTC, the same in summer and winter.

use dmsm_primitives::{
    time::{DAY_MILLIS, HALF_HOURS_A_DAY, HALF_HOUR_MILLIS},
    Day, HalfHour, Moment, Month, Period,
};

/// The largest distance from Greenwich, minutes.
const MAX_MINUTES: i16 = 14 * 60;

/// How far the region's time is ahead of UTC: whole half-hours, 14 hours at most either way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct UtcOffset(i16);

/// No offset: not minutes or ±HH:MM, not whole half-hours, or more than 14 hours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "not an offset from UTC: give minutes or +HH:MM or -HH:MM, a multiple of 30 minutes, 14 hours at most"
)]
pub struct NotAnOffset;

impl UtcOffset {
    /// Greenwich time.
    pub const UTC: Self = Self(0);

    /// An offset of so many minutes east of Greenwich.
    pub fn from_minutes(minutes: i16) -> Result<Self, NotAnOffset> {
        let known = minutes % 30 == 0 && (-MAX_MINUTES..=MAX_MINUTES).contains(&minutes);
        known.then_some(Self(minutes)).ok_or(NotAnOffset)
    }

    /// Minutes east of Greenwich.
    pub const fn minutes(self) -> i16 {
        self.0
    }

    /// The half-hours of a month; `None` if it is no month or begins before the Unix epoch.
    pub fn half_hours(self, month: Month) -> Option<std::ops::Range<u32>> {
        self.period(month)?.half_hours()
    }

    /// The period of a month; `None` if it is no month or begins before the Unix epoch.
    pub fn period(self, month: Month) -> Option<Period> {
        month.period(self.0)
    }

    /// The month that a moment lies in; `None` before 1970 and after 9999.
    pub fn month_of(self, moment: Moment) -> Option<Month> {
        let local = i128::from(moment) + i128::from(self.0) * 60_000;
        let day = u32::try_from(local.div_euclid(i128::from(DAY_MILLIS))).ok()?;
        Day(day).month()
    }

    /// Counted from midnight in the region's time, 0 to 47.
    pub fn half_hour_of_day(self, half_hour: HalfHour) -> u8 {
        self.local(half_hour).rem_euclid(i64::from(HALF_HOURS_A_DAY)) as u8
    }

    /// Counted from Monday, midnight in the region's time, 0 to 335.
    pub(super) fn half_hour_of_week(self, half_hour: HalfHour) -> usize {
        // The Unix epoch was a Thursday.
        let since_monday = self.local(half_hour) + 3 * i64::from(HALF_HOURS_A_DAY);
        since_monday.rem_euclid(7 * i64::from(HALF_HOURS_A_DAY)) as usize
    }

    fn local(self, half_hour: HalfHour) -> i64 {
        i64::from(half_hour.0) + i64::from(self.0) * 60_000 / HALF_HOUR_MILLIS as i64
    }
}

impl std::str::FromStr for UtcOffset {
    type Err = NotAnOffset;

    fn from_str(text: &str) -> Result<Self, NotAnOffset> {
        let Some((hours, minutes)) = text.split_once(':') else {
            return Self::from_minutes(text.parse().map_err(|_| NotAnOffset)?);
        };
        let (sign, hours) = match hours.split_at_checked(1) {
            Some(("+", hours)) => (1, hours),
            Some(("-", hours)) => (-1, hours),
            _ => return Err(NotAnOffset),
        };
        let two_digits = |text: &str| -> Result<i16, NotAnOffset> {
            let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten().ok_or(NotAnOffset)
        };
        let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
        if minutes > 59 {
            return Err(NotAnOffset);
        }
        Self::from_minutes(sign * (hours * 60 + minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn offsets_are_read_as_minutes_or_hours_and_others_refused() {
        for (text, minutes) in [
            ("0", 0),
            ("60", 60),
            ("-90", -90),
            ("+00:00", 0),
            ("+05:30", 330),
            ("-14:00", -840),
            ("+60", 60),
        ] {
            assert_eq!(text.parse(), UtcOffset::from_minutes(minutes), "{text}");
        }
        for text in
            ["", "1h", "15", "+05:45", "05:30", "+14:30", "+1:00", "+01:60", "+-1:00", "é1:00", "99999"]
        {
            assert_eq!(text.parse::<UtcOffset>(), Err(NotAnOffset), "{text}");
        }
    }

    #[test]
    fn the_first_of_january_2012_was_a_sunday() {
        let midnight = HalfHour::of(1_325_376_000_000).unwrap();
        let utc = UtcOffset::default();
        assert_eq!((utc.half_hour_of_week(midnight), utc.half_hour_of_day(midnight)), (6 * 48, 0));
        let east = UtcOffset(60);
        assert_eq!((east.half_hour_of_week(midnight), east.half_hour_of_day(midnight)), (6 * 48 + 2, 2));
        let west = UtcOffset(-30);
        assert_eq!((west.half_hour_of_week(midnight), west.half_hour_of_day(midnight)), (6 * 48 - 1, 47));
    }

    #[test]
    fn moments_outside_all_months_have_none() {
        assert_eq!(UtcOffset(-60).month_of(0), None);
        assert_eq!(UtcOffset(60).month_of(0), Some(Month { year: 1970, month: 1 }));
        assert_eq!(UtcOffset(0).month_of(u64::MAX), None);
    }

    proptest! {
        #[test]
        fn first_and_last_moment_of_a_month_lie_in_it(
            year in 1970u16..=9999, month in 1u8..=12, halves in -28i16..=28,
        ) {
            let (offset, month) = (UtcOffset(halves * 30), Month { year, month });
            if let Some(period) = offset.period(month) {
                prop_assert_eq!(offset.month_of(period.from), Some(month));
                prop_assert_eq!(offset.month_of(period.until - 1), Some(month));
                prop_assert_ne!(offset.month_of(period.until), Some(month));
            }
        }
    }
}
