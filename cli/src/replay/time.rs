// SPDX-License-Identifier: Apache-2.0
//! Dates of the proleptic Gregorian calendar, UTC.

use dmsm_primitives::Moment;

/// Days from 1970-01-01 to a date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March, in eras of 400.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a number of days from 1970-01-01.
pub fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

/// A date as `YYYY-MM-DD` or, if `day_first`, `D/M/YYYY`; midnight, ms since the Unix epoch.
pub fn date(text: &str, day_first: bool) -> Option<Moment> {
    let (year, month, day) = if day_first {
        let mut parts = text.split('/');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        (number(year, 4..=4)?, number(month, 1..=2)?, number(day, 1..=2)?)
    } else {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        (number(year, 4..=4)?, number(month, 2..=2)?, number(day, 2..=2)?)
    };
    let number = days(year, month, day);
    let real = year >= 1970 && civil(number) == (year, month, day);
    real.then_some(number as u64 * 86_400_000)
}

/// `HH:MM:SS`, ms since midnight.
pub fn clock(text: &str) -> Option<Moment> {
    let mut parts = text.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    let (hour, minute, second) = (number(hour, 2..=2)?, number(minute, 2..=2)?, number(second, 2..=2)?);
    let real = parts.next().is_none() && hour < 24 && minute < 60 && second < 60;
    real.then_some(((hour * 60 + minute) * 60 + second) as u64 * 1000)
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let fits = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_dates() {
        assert_eq!(date("1970-01-01", false), Some(0));
        assert_eq!(date("2007-02-01", false), Some(1_170_288_000_000));
        assert_eq!(date("1/2/2007", true), date("2007-02-01", false));
        assert_eq!(date("2000-02-29", false), Some(951_782_400_000));
        assert_eq!(clock("23:59:59"), Some(86_399_000));
    }

    #[test]
    fn dates_that_never_were_are_refused() {
        for text in [
            "",
            "2007-02-29",
            "1900-02-29",
            "2007-13-01",
            "2007-00-01",
            "2007-1-01",
            "1969-12-31",
            "2007-02-01-01",
            "-007-02-01",
        ] {
            assert_eq!(date(text, false), None, "{text}");
        }
        for text in ["", "24:00:00", "00:60:00", "00:00:60", "1:00:00", "00:00", "00:00:00:00", "+1:00:00"] {
            assert_eq!(clock(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn days_and_dates_agree(number in -1_000_000i64..10_000_000) {
            let (year, month, day) = civil(number);
            prop_assert_eq!(days(year, month, day), number);
        }
    }
}
