// SPDX-License-Identifier: Apache-2.0
//! Half-hours, days, periods and months.

use crate::Moment;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Length of a half-hour, ms.
pub const HALF_HOUR_MILLIS: u64 = 30 * 60 * 1_000;
/// Length of a day, ms.
pub const DAY_MILLIS: u64 = 48 * HALF_HOUR_MILLIS;
/// Half-hours of a day.
pub const HALF_HOURS_A_DAY: u32 = 48;

/// Number of a half-hour since the Unix epoch, in UTC.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct HalfHour(pub u32);

impl HalfHour {
    /// The half-hour that a moment lies in; `None` beyond the year 245,000.
    pub fn of(moment: Moment) -> Option<Self> {
        u32::try_from(moment / HALF_HOUR_MILLIS).ok().map(Self)
    }

    /// Its first moment.
    pub const fn start(self) -> Moment {
        self.0 as u64 * HALF_HOUR_MILLIS
    }
}

/// Number of a day since the Unix epoch, in UTC.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Day(pub u32);

/// No day: not `YYYY-MM-DD` between 1970-01-01 and 9999-12-31.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotADay;

impl core::fmt::Display for NotADay {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("not a day: write YYYY-MM-DD, such as 2012-01-31")
    }
}

impl core::error::Error for NotADay {}

impl Day {
    /// The day that a half-hour lies in.
    pub const fn of(half_hour: HalfHour) -> Self {
        Self(half_hour.0 / HALF_HOURS_A_DAY)
    }

    /// Its first half-hour; `None` beyond the last half-hour that has a number.
    pub fn first_half_hour(self) -> Option<HalfHour> {
        self.0.checked_mul(HALF_HOURS_A_DAY).map(HalfHour)
    }

    /// Its half-hours, as [`Period::half_hours`] gives them.
    pub fn half_hours(self) -> Option<core::ops::Range<u32>> {
        let first = self.first_half_hour()?.0;
        Some(first..first.checked_add(HALF_HOURS_A_DAY)?)
    }

    /// The first moment after it.
    pub const fn end(self) -> Moment {
        (self.0 as u64 + 1) * DAY_MILLIS
    }

    /// Its year, month and day of the month; `None` after the year 9999.
    pub fn date(self) -> Option<(Month, u8)> {
        // Days since 1 March of the year 0, in cycles of 400 years of 146,097 days.
        let days = u64::from(self.0) + 719_468;
        let (cycle, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153; // 0 is March
        let of_month = day - (153 * month + 2) / 5 + 1;
        let year = cycle * 400 + year + u64::from(month >= 10);
        let month = Month {
            year: u16::try_from(year).ok().filter(|year| *year <= 9999)?,
            month: u8::try_from(if month < 10 { month + 3 } else { month - 9 }).ok()?,
        };
        Some((month, u8::try_from(of_month).ok()?))
    }

    /// Its month; `None` after the year 9999.
    pub fn month(self) -> Option<Month> {
        self.date().map(|(month, _)| month)
    }
}

impl core::fmt::Display for Day {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.date() {
            Some((month, day)) => write!(f, "{month}-{day:02}"),
            None => write!(f, "day {}", self.0),
        }
    }
}

impl core::str::FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let (month, day) = text.rsplit_once('-').ok_or(NotADay)?;
        let month: Month = month.parse().map_err(|_| NotADay)?;
        let digits = day.len() == 2 && day.bytes().all(|byte| byte.is_ascii_digit());
        let day: u8 = day.parse().ok().filter(|_| digits).ok_or(NotADay)?;
        let first = month.period(0).ok_or(NotADay)?.from / DAY_MILLIS;
        let in_month = (1..=month.days()).contains(&day);
        let number = u32::try_from(first + u64::from(day) - 1).map_err(|_| NotADay)?;
        in_month.then_some(Self(number)).ok_or(NotADay)
    }
}

impl serde::Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <alloc::string::String as serde::Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A span of time: `from` included, `until` not.
#[derive(
    Clone,
    Copy,
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
pub struct Period {
    /// The first moment.
    pub from: Moment,
    /// The first moment after it.
    pub until: Moment,
}

impl Period {
    /// The half-hours of the period, if it begins and ends with one and is not empty.
    pub fn half_hours(&self) -> Option<core::ops::Range<u32>> {
        let whole = self.from.is_multiple_of(HALF_HOUR_MILLIS) && self.until.is_multiple_of(HALF_HOUR_MILLIS);
        let (first, end) = (HalfHour::of(self.from)?, HalfHour::of(self.until)?);
        (whole && first < end).then_some(first.0..end.0)
    }
}

/// A calendar month.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Month {
    /// The year, 1970 to 9999.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
}

/// No month: not `YYYY-MM` between 1970-01 and 9999-12.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAMonth;

impl core::fmt::Display for NotAMonth {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("not a month: write YYYY-MM, such as 2012-01")
    }
}

impl core::error::Error for NotAMonth {}

impl Month {
    /// Its days.
    pub const fn days(self) -> u8 {
        let leap =
            self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// The period of the month in a zone `utc_offset_minutes` east of Greenwich; `None` if it is no
    /// month, or begins before the Unix epoch.
    pub fn period(self, utc_offset_minutes: i16) -> Option<Period> {
        let Self { year, month } = self;
        if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) {
            return None;
        }
        let years = (1970..year)
            .map(|year| (1..=12).map(|month| u64::from(Self { year, month }.days())).sum::<u64>());
        let months = (1..month).map(|month| u64::from(Self { year, month }.days()));
        let first_day: u64 = years.sum::<u64>() + months.sum::<u64>();
        let offset = i64::from(utc_offset_minutes) * 60_000;
        let from = (first_day * DAY_MILLIS).checked_add_signed(offset.checked_neg()?)?;
        Some(Period { from, until: from + u64::from(self.days()) * DAY_MILLIS })
    }
}

impl core::fmt::Display for Month {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl core::str::FromStr for Month {
    type Err = NotAMonth;
    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let (year, month) = text.split_once('-').ok_or(NotAMonth)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if year.len() != 4 || month.len() != 2 || !digits(year) || !digits(month) {
            return Err(NotAMonth);
        }
        let month =
            Self { year: year.parse().map_err(|_| NotAMonth)?, month: month.parse().map_err(|_| NotAMonth)? };
        month.period(0).map(|_| month).ok_or(NotAMonth)
    }
}

impl serde::Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <alloc::string::String as serde::Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    const JANUARY: Month = Month { year: 2012, month: 1 };

    #[test]
    fn january_2012_begins_and_ends_at_midnight() {
        let period = JANUARY.period(0).unwrap();
        assert_eq!(period, Period { from: 1_325_376_000_000, until: 1_328_054_400_000 });
        assert_eq!(period.half_hours().unwrap().len(), 31 * 48);
        assert_eq!(JANUARY.period(60).unwrap().from, 1_325_376_000_000 - 3_600_000);
    }

    #[test]
    fn leap_years_follow_gregory() {
        for (year, days) in [(1900, 28), (2000, 29), (2011, 28), (2012, 29), (2100, 28)] {
            assert_eq!(Month { year, month: 2 }.days(), days, "{year}");
        }
    }

    #[test]
    fn the_first_month_east_of_greenwich_begins_before_the_epoch() {
        let first = Month { year: 1970, month: 1 };
        assert_eq!(first.period(0).unwrap().from, 0);
        assert_eq!(first.period(30), None);
    }

    #[test]
    fn months_are_read_and_shown_alike_and_others_refused() {
        assert_eq!("2012-01".parse(), Ok(JANUARY));
        assert_eq!(JANUARY.to_string(), "2012-01");
        for wrong in ["", "2012", "2012-1", "2012-13", "2012-00", "1969-12", "12-01", "2012-+1", "+012-01"] {
            assert_eq!(wrong.parse::<Month>(), Err(NotAMonth), "{wrong}");
        }
    }

    #[test]
    fn days_are_read_and_shown_alike_and_others_refused() {
        for (text, number) in [("1970-01-01", 0), ("2012-01-01", 15_340), ("2012-02-29", 15_399)] {
            assert_eq!(text.parse(), Ok(Day(number)), "{text}");
            assert_eq!(Day(number).to_string(), text);
        }
        for wrong in ["2011-02-29", "2012-01-00", "2012-01-32", "2012-01-1", "2012-01", "", "2012-01-+1"] {
            assert_eq!(wrong.parse::<Day>(), Err(NotADay), "{wrong}");
        }
        assert_eq!(Day(u32::MAX).month(), None);
        assert_eq!(Day(u32::MAX).half_hours(), None);
    }

    #[test]
    fn every_day_of_400_years_lies_in_its_month() {
        let mut number = 0;
        for year in 1970..2370 {
            for month in 1..=12 {
                let month = Month { year, month };
                assert_eq!(month.period(0).unwrap().from, Day(number).end() - DAY_MILLIS);
                for day in 1..=month.days() {
                    assert_eq!(Day(number).date(), Some((month, day)));
                    number += 1;
                }
            }
        }
    }

    #[test]
    fn a_period_is_whole_half_hours_and_not_empty() {
        let half = HALF_HOUR_MILLIS;
        assert_eq!(Period { from: half, until: 3 * half }.half_hours(), Some(1..3));
        for (from, until) in [(0, 0), (half, 0), (1, half), (0, half + 1), (0, u64::MAX)] {
            assert_eq!(Period { from, until }.half_hours(), None, "{from}..{until}");
        }
    }
}
