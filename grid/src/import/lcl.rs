// SPDX-License-Identifier: Apache-2.0
//! Files of the Low Carbon London trial: one household, kWh a half-hour.
//!
//! A heading `…,KWH/hh (per half hour)`, then lines `YYYY-MM-DD HH:MM:SS,kWh`: the beginning of a
//! half-hour in UTC and the energy used in it. One kWh in half an hour is 2 kW in the mean, so
//! 0.131 kWh is 262,000 mW exactly; what is finer than a milliwatt is rounded, half up.

use dmsm_primitives::{
    time::{DAY_MILLIS, HALF_HOUR_MILLIS},
    Milliwatts, Moment, Month,
};
use std::collections::HashMap;

/// mW of a kWh in half an hour.
const MILLIWATTS: u64 = 2_000_000;
/// Digits before and behind the decimal point.
const MAX_DIGITS: (usize, usize) = (6, 12);

/// Why a file is not taken. Lines count from 1.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// The content is no text.
    #[error("1: no UTF-8: is it the file of the trial, unpacked?")]
    NotText,
    /// Another heading.
    #[error("1: no file of this format: its first line ends in \"KWH/hh (per half hour)\"")]
    Heading,
    /// The file ends after its heading.
    #[error("1: there is no reading in it")]
    Empty,
    /// Not two columns.
    #[error("{line}: {columns} columns where there must be 2: repair or remove the line")]
    Columns {
        /// Which line.
        line: usize,
        /// How many columns.
        columns: usize,
    },
    /// No beginning of a half-hour.
    #[error("{line}: {text:?} is not the beginning of a half-hour as YYYY-MM-DD HH:MM:SS: repair or remove the line")]
    Time {
        /// Which line.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// No energy: `Null`, nothing, below zero, or out of range.
    #[error("{line}: {text:?} is no energy in kWh, 0 to 999999: a half-hour that is not known has no line")]
    Energy {
        /// Which line.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// A half-hour that is not over.
    #[error("{line}: {text} is not over yet: is this machine's clock right?")]
    Future {
        /// Which line.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// A half-hour that stands there twice.
    #[error("{line}: {text} stands in line {first} already: keep the one that holds")]
    Repeated {
        /// Which line.
        line: usize,
        /// The line before.
        first: usize,
        /// What stands there.
        text: String,
    },
}

/// The readings of a file: the beginning of each half-hour, and its mean power, mW. `now` is in ms
/// since the Unix epoch.
///
/// # Errors
///
/// The first line that is not in order; then nothing of the file is of use.
pub fn parse(content: &[u8], now: Moment) -> Result<Vec<(Moment, Milliwatts)>, Fault> {
    let text = std::str::from_utf8(content).map_err(|_| Fault::NotText)?;
    let mut lines = (1..).zip(text.lines());
    let heading = lines.next().map_or("", |(_, heading)| heading.trim_end());
    if !heading.ends_with("KWH/hh (per half hour)") || heading.matches(',').count() != 1 {
        return Err(Fault::Heading);
    }
    let mut readings = Vec::new();
    let mut seen = HashMap::new();
    for (line, row) in lines {
        let cells: Vec<&str> = row.split(',').map(str::trim).collect();
        let &[time, energy] = &cells[..] else {
            return Err(Fault::Columns { line, columns: cells.len() });
        };
        let taken_at = moment(time).ok_or_else(|| Fault::Time { line, text: time.into() })?;
        let power = power(energy).ok_or_else(|| Fault::Energy { line, text: energy.into() })?;
        if taken_at.saturating_add(HALF_HOUR_MILLIS) > now {
            return Err(Fault::Future { line, text: time.into() });
        }
        if let Some(first) = seen.insert(taken_at, line) {
            return Err(Fault::Repeated { line, first, text: time.into() });
        }
        readings.push((taken_at, power));
    }
    if readings.is_empty() {
        return Err(Fault::Empty);
    }
    Ok(readings)
}

/// `YYYY-MM-DD HH:MM:SS` at the beginning of a half-hour.
fn moment(text: &str) -> Option<Moment> {
    let (date, clock) = text.split_once(' ')?;
    let (month, day) = date.rsplit_once('-')?;
    let month: Month = month.parse().ok()?;
    let day = two_digits(day).filter(|day| (1..=u64::from(month.days())).contains(day))?;
    let (hour, minute) = clock.strip_suffix(":00")?.split_once(':')?;
    let hour = two_digits(hour).filter(|hour| *hour < 24)?;
    let half = match minute {
        "00" => 0,
        "30" => 1,
        _ => return None,
    };
    let midnight = month.period(0)?.from + (day - 1) * DAY_MILLIS;
    Some(midnight + (2 * hour + half) * HALF_HOUR_MILLIS)
}

fn two_digits(text: &str) -> Option<u64> {
    (text.len() == 2 && digits(text)).then(|| text.parse().ok())?
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The mean power of a half-hour's kWh, mW.
fn power(text: &str) -> Option<Milliwatts> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let fits = |part: &str, most| (1..=most).contains(&part.len()) && digits(part);
    if !fits(whole, MAX_DIGITS.0) || !fits(fraction, MAX_DIGITS.1) {
        return None;
    }
    let parts = 10u128.pow(u32::try_from(fraction.len()).ok()?);
    let energy = whole.parse::<u128>().ok()? * parts + fraction.parse::<u128>().ok()?;
    let power = (energy * u128::from(MILLIWATTS) + parts / 2) / parts;
    Milliwatts::try_from(power).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: &str = ",KWH/hh (per half hour) \n";
    const LATER: Moment = 2_000_000_000_000;

    fn parse_rows(rows: &str) -> Result<Vec<(Moment, Milliwatts)>, Fault> {
        parse(format!("{HEADING}{rows}").as_bytes(), LATER)
    }

    #[test]
    fn kilowatt_hours_become_milliwatts_exactly() {
        for (text, milliwatts) in [
            ("0.131", 262_000),
            ("0", 0),
            ("1.3150001", 2_630_000),
            ("0.00000025", 1),
            ("0.00000024", 0),
            ("999999.999999999999", 2_000_000_000_000),
        ] {
            assert_eq!(power(text), Some(milliwatts), "{text}");
        }
        for text in ["", "Null", "-0.1", "+1", "1.", ".5", "1e3", "1 000", "1234567", "0.1234567890123", "١"]
        {
            assert_eq!(power(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_beginnings_of_half_hours() {
        assert_eq!(moment("2012-01-01 00:00:00"), Some(1_325_376_000_000));
        assert_eq!(moment("2012-02-29 23:30:00"), Some(1_330_558_200_000));
        for text in [
            "",
            "2012-01-01",
            "2012-01-01 00:15:00",
            "2012-01-01 00:00:01",
            "2012-01-01 24:00:00",
            "2012-01-32 00:00:00",
            "2013-02-29 00:00:00",
            "2012-13-01 00:00:00",
            "01/01/2012 00:00:00",
            "2012-01-00 00:00:00",
            "2012-01-+1 00:00:00",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn each_fault_names_its_line() {
        let good = "2012-01-01 00:00:00,0.1\r\n";
        assert_eq!(parse_rows(good), Ok(vec![(1_325_376_000_000, 200_000)]));
        for (rows, message) in [
            (String::new(), "1: there is no reading in it"),
            (format!("{good}2012-01-01 00:30:00,Null\n"), "3: \"Null\" is no energy"),
            (format!("{good}2012-01-01 00:30:00\n"), "3: 1 columns"),
            (format!("{good}\n"), "3: 1 columns"),
            (format!("{good}2012-01-01 00:31:00,0.1\n"), "3: \"2012-01-01 00:31:00\" is not the beginning"),
            (format!("{good}{good}"), "3: 2012-01-01 00:00:00 stands in line 2 already"),
            (format!("{good}2100-01-01 00:00:00,0.1\n"), "3: 2100-01-01 00:00:00 is not over yet"),
        ] {
            let fault = parse_rows(&rows).unwrap_err().to_string();
            assert!(fault.starts_with(message), "{fault}");
        }
        for content in [&b""[..], b"time,kWh\n", b"a,b,KWH/hh (per half hour)\n"] {
            assert_eq!(parse(content, LATER), Err(Fault::Heading));
        }
        assert_eq!(parse(&[0xff], LATER), Err(Fault::NotText));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_parsed_without_panic(rows: Vec<u8>) {
            let _ = parse(&[HEADING.as_bytes(), &rows].concat(), LATER);
        }
    }
}
