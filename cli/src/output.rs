// SPDX-License-Identifier: Apache-2.0
//! How values are written for people.

use dmsm_primitives::{units::Moment, Rule};
use std::{fmt::Display, process::ExitCode};

/// How a verb ends when nothing failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Done,
    /// A notice is false.
    FalseNotice,
    /// An answer is none to its question, or its sums are wrong.
    FalseAnswer,
    /// A bill does not follow from what is anchored.
    FalseBill,
    /// A stored record is not what is anchored.
    FalseRecord,
    /// A score does not follow from its history.
    WrongScore,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Done => Self::SUCCESS,
            Verdict::FalseNotice
            | Verdict::FalseAnswer
            | Verdict::FalseBill
            | Verdict::FalseRecord
            | Verdict::WrongScore => Self::from(3),
        }
    }
}

/// A number of thousandths with three decimals: `-1234` is `-1.234`.
pub fn thousandths(value: i64) -> String {
    let (sign, value) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    format!("{sign}{}.{:03}", value / 1000, value % 1000)
}

/// Year to second, UTC.
pub fn time(moment: Moment) -> String {
    let (days, seconds) = ((moment / 86_400_000) as i64, moment / 1000 % 86_400);
    let (year, month, day) = crate::replay::civil(days);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// As [`time`], to the millisecond.
pub fn time_millis(moment: Moment) -> String {
    format!("{}.{:03}", time(moment), moment % 1000)
}

/// A moment of RFC 3339, to the second, UTC.
pub fn rfc3339(moment: Moment) -> String {
    format!("{}Z", time(moment).replacen(' ', "T", 1))
}

/// Energy in kWh, from Wh.
pub fn kilowatt_hours(energy: u64) -> String {
    format!("{}.{:03}", energy / 1000, energy % 1000)
}

/// A rule on one line.
pub fn rule(rule: &Rule) -> String {
    let policy = match rule.policy {
        dmsm_primitives::ReportingPolicy::OnChange => "on change",
        dmsm_primitives::ReportingPolicy::EveryReading => "every reading",
    };
    format!(
        "low {} W, high {} W, warning {} °C, {policy}",
        thousandths(rule.low),
        thousandths(rule.high),
        thousandths(rule.temperature_warning.into())
    )
}

/// 0x and hexadecimal digits.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", ::hex::encode(bytes))
}

/// The name that serde gives to a variant.
pub fn name(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Rows under a heading, columns as wide as their widest cell.
pub fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(heading.get(column).map(|text| text.chars().count())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    let line = |cells: Vec<&dyn Display>| {
        let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("{:<width$}", cell.to_string()));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(heading.iter().map(|cell| cell as &dyn Display).collect())];
    lines.extend(rows.iter().map(|row| line(row.iter().map(|cell| cell as &dyn Display).collect())));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousandths_keep_sign_and_zeros() {
        for (value, text) in [
            (0, "0.000"),
            (-1, "-0.001"),
            (326_000, "326.000"),
            (-1_050, "-1.050"),
            (i64::MIN, "-9223372036854775.808"),
        ] {
            assert_eq!(thousandths(value), text);
        }
    }

    #[test]
    fn times_are_utc() {
        assert_eq!(time(0), "1970-01-01 00:00:00");
        assert_eq!(time(1_170_288_060_999), "2007-02-01 00:01:00");
        assert_eq!(time(951_827_696_000), "2000-02-29 12:34:56");
        // The whole domain has a text.
        assert!(!time(u64::MAX).is_empty());
    }

    #[test]
    fn tables_align() {
        let rows = [vec!["a".into(), "°°°".into()], vec!["bbb".into(), "c".into()]];
        assert_eq!(table(&["X", "Y"], &rows), "X    Y\na    °°°\nbbb  c");
    }
}
