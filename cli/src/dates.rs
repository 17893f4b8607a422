// SPDX-License-Identifier: Apache-2.0
//! Moments and spans of time on the command line.

use crate::replay::{clock, date};
use dmsm_primitives::Moment;

/// A date, `YYYY-MM-DD`: its midnight in UTC. Or a moment of RFC 3339, such as
/// `2012-01-01T06:30:00Z` or `2012-01-01T06:30:00+01:00`.
pub fn moment(text: &str) -> Result<Moment, String> {
    read(text).ok_or_else(|| {
        "give a date such as 2012-01-01 (midnight, UTC) or a moment such as 2012-01-01T06:30:00Z".into()
    })
}

fn read(text: &str) -> Option<Moment> {
    let Some((day, rest)) = text.split_once(['T', 't']) else { return date(text, false) };
    let (time, zone) = rest.split_at(rest.find(['Z', 'z', '+', '-'])?);
    let (time, fraction) = time.split_once('.').map_or((time, None), |(time, digits)| (time, Some(digits)));
    let local =
        date(day, false)?.checked_add(clock(time)?)?.checked_add(fraction.map_or(Some(0), millis)?)?;
    local.checked_add_signed(-offset(zone)?)
}

/// The fraction of a second, cut to ms.
fn millis(digits: &str) -> Option<Moment> {
    let right = (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let padded = format!("{digits}00");
    right.then(|| padded.get(..3)?.parse().ok()).flatten()
}

/// ms east of Greenwich.
fn offset(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, time) = zone.split_at_checked(1)?;
    let ahead = clock(&format!("{time}:00"))? as i64;
    match sign {
        "+" => Some(ahead),
        "-" => Some(-ahead),
        _ => None,
    }
}

/// A span of time in ms: a number with `ms`, `s`, `min`, `h` or `d`.
pub fn span(text: &str) -> Result<Moment, String> {
    let units = [("ms", 1), ("min", 60_000), ("s", 1_000), ("h", 3_600_000), ("d", 86_400_000)];
    let read = units.iter().find_map(|(unit, factor)| {
        let number = text.strip_suffix(unit)?.trim_end();
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        number.parse::<Moment>().ok().filter(|_| digits)?.checked_mul(*factor)
    });
    read.ok_or_else(|| "give a number with its unit: ms, s, min, h or d, such as 30s".into())
}

/// A span of time in its largest whole unit.
pub fn show_span(millis: Moment) -> String {
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];
    let unit = units.iter().find(|(length, _)| millis > 0 && millis.is_multiple_of(*length));
    unit.map_or_else(|| format!("{millis} ms"), |(length, unit)| format!("{} {unit}", millis / length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW_YEAR: Moment = 1_325_376_000_000;

    #[test]
    fn dates_are_midnights_and_moments_have_zones() {
        for (text, expected) in [
            ("2012-01-01", NEW_YEAR),
            ("2012-01-01T00:00:00Z", NEW_YEAR),
            ("2012-01-01t01:30:00+01:30", NEW_YEAR),
            ("2011-12-31T19:00:00-05:00", NEW_YEAR),
            ("2012-01-01T00:00:00.5Z", NEW_YEAR + 500),
            ("2012-01-01T00:00:00.123456789z", NEW_YEAR + 123),
        ] {
            assert_eq!(moment(text), Ok(expected), "{text}");
        }
        for wrong in [
            "",
            "2012",
            "2012-02-30",
            "2012-01-01T00:00:00",
            "2012-01-01T24:00:00Z",
            "2012-01-01T00:00Z",
            "2012-01-01T00:00:00+1:00",
            "2012-01-01T00:00:00.Z",
            "2012-01-01T00:00:00Zulu",
            "1970-01-01T00:00:00+00:01",
            "2012-01-01T00:00:00é",
        ] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn spans_have_units() {
        for (text, expected) in
            [("30s", 30_000), ("250ms", 250), ("5min", 300_000), ("2 h", 7_200_000), ("1d", 86_400_000)]
        {
            assert_eq!(span(text), Ok(expected), "{text}");
        }
        for wrong in ["", "30", "s", "-1s", "+1s", "1.5s", "18446744073709551615d", "1 week"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
        assert_eq!(show_span(30_000), "30 s");
        assert_eq!(show_span(90_000), "90 s");
        assert_eq!(show_span(7_200_000), "2 h");
        assert_eq!(show_span(1_250), "1250 ms");
        assert_eq!(show_span(0), "0 ms");
    }
}
