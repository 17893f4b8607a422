// SPDX-License-Identifier: Apache-2.0
//! `dmsm device expect`

use super::Source;
use crate::{
    context::Context,
    error::Error,
    output::{table, thousandths, time, Verdict},
    replay::{self, Item},
    units::RuleOpts,
};
use dmsm_primitives::{DeviceId, MilliCelsius, Milliwatts, Moment, Reading, Rule, Verdict as Comments};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    rule: RuleOpts,

    /// Sequence of the first reading.
    #[arg(long, default_value_t = 1, value_name = "N")]
    first_sequence: u64,
}

/// What must come of a file under a rule.
#[derive(serde::Serialize)]
struct Expected {
    /// Readings.
    readings: u64,
    /// Notices that they raise.
    notices: u64,
    /// Lines whose value is missing.
    missing: u64,
    /// The notices.
    list: Vec<Expectation>,
}

#[derive(serde::Serialize)]
struct Expectation {
    sequence: u64,
    /// ms since the Unix epoch.
    taken_at: Moment,
    /// mW.
    power: Milliwatts,
    /// m°C.
    temperature: Option<MilliCelsius>,
    comment: String,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let limit = opts.source.limit.unwrap_or(u64::MAX);
    let expected = expect(opts.source.open()?, opts.rule.rule()?, opts.first_sequence, limit)?;
    let rows: Vec<Vec<String>> = expected
        .list
        .iter()
        .map(|notice| {
            let temperature = notice.temperature.map_or("-".into(), |value| thousandths(value.into()));
            let power = thousandths(notice.power);
            vec![
                time(notice.taken_at),
                notice.sequence.to_string(),
                power,
                temperature,
                notice.comment.clone(),
            ]
        })
        .collect();
    let text = format!(
        "{}\n{} notices of {} readings, {} lines without a value",
        table(&["TIME", "SEQUENCE", "POWER W", "TEMP °C", "COMMENT"], &rows),
        expected.notices,
        expected.readings,
        expected.missing
    );
    context.answer(out, &expected, text)
}

/// Algorithm 1, reading by reading.
fn expect(
    items: impl Iterator<Item = Result<Item, replay::Error>>,
    rule: Rule,
    first_sequence: u64,
    limit: u64,
) -> Result<Expected, Error> {
    let mut expected = Expected { readings: 0, notices: 0, missing: 0, list: Vec::new() };
    let mut last: Option<Comments> = None;
    for item in items {
        if expected.readings == limit {
            break;
        }
        let Item::Measured(replay::Measurement { taken_at, power, temperature }) = item? else {
            expected.missing += 1;
            continue;
        };
        let sequence = first_sequence.saturating_add(expected.readings);
        expected.readings += 1;
        let reading = Reading { device: DeviceId::default(), sequence, taken_at, power, temperature };
        let comments = rule.judge(&reading);
        if rule.raises_notice(comments, last) {
            last = Some(comments);
            let comment = comments.to_string();
            expected.list.push(Expectation { sequence, taken_at, power, temperature, comment });
        }
    }
    expected.notices = expected.list.len() as u64;
    Ok(expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        context::Common,
        replay::{Channel, Format, Measurement},
    };
    use dmsm_primitives::ReportingPolicy;
    use std::path::Path;

    const RULE: Rule =
        Rule { low: 10, high: 100, temperature_warning: 40, policy: ReportingPolicy::OnChange };

    fn items(powers: &[i64]) -> impl Iterator<Item = Result<Item, replay::Error>> + '_ {
        powers
            .iter()
            .map(|power| Ok(Item::Measured(Measurement { taken_at: 0, power: *power, temperature: Some(0) })))
    }

    #[test]
    fn on_change_counts_each_change_once() {
        let expected = expect(items(&[0, 0, 5, 7, 50, 50, 100, 5, -3]), RULE, 1, u64::MAX).unwrap();
        let sequences: Vec<u64> = expected.list.iter().map(|notice| notice.sequence).collect();
        assert_eq!(sequences, [1, 3, 5, 7, 8, 9]);
        assert_eq!((expected.readings, expected.notices), (9, 6));
        assert_eq!(expected.list[4].comment, "power is too low");
    }

    #[test]
    fn every_reading_counts_all_up_to_the_limit() {
        let rule = Rule { policy: ReportingPolicy::EveryReading, ..RULE };
        let expected = expect(items(&[0, 0, 0, 0]), rule, 11, 3).unwrap();
        assert_eq!((expected.readings, expected.notices), (3, 3));
        assert_eq!(expected.list[2].sequence, 13);
    }

    #[test]
    fn missing_values_raise_nothing_and_take_no_sequence() {
        let with_gap = items(&[0]).chain([Ok(Item::Missing)]).chain(items(&[50]));
        let expected = expect(with_gap, RULE, 1, u64::MAX).unwrap();
        assert_eq!((expected.readings, expected.missing), (2, 1));
        assert_eq!(expected.list[1].sequence, 2);
    }

    /// Counted apart with awk over the same lines.
    #[test]
    fn the_main_meter_of_the_real_file() {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/uci-household-2007-02-01-minutely.txt");
        let series = replay::Series::open(&file, Format::Uci, Some(Channel::Main)).unwrap();
        let rule = Rule { low: 300_000, high: 3_000_000, temperature_warning: 60_000, policy: RULE.policy };
        let expected = expect(series, rule, 1, 500).unwrap();
        assert_eq!((expected.readings, expected.notices), (500, AWK_NOTICES));
    }

    const AWK_NOTICES: u64 = 35;

    #[tokio::test]
    async fn the_answer_has_the_count_and_the_list() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("f.csv");
        std::fs::write(&file, ",KWH/hh (per half hour) \n2011-12-10 00:00:00,0.082\n2011-12-10 00:30:00,0\n")
            .unwrap();
        let source = Source { file, format: Format::Lcl, channel: None, limit: None };
        let rule = || {
            use clap::Parser;
            #[derive(Parser)]
            struct Line {
                #[command(flatten)]
                rule: RuleOpts,
            }
            Line::parse_from(["x", "--low", "1W", "--high", "2kW", "--temperature-warning", "60C"]).rule
        };
        let text = async |json| {
            let context = Context::new(Common { json, ..Common::default() });
            let opts = Opts { source: source.clone(), rule: rule(), first_sequence: 1 };
            let mut out = Vec::new();
            run(opts, &context, &mut out).await.unwrap();
            String::from_utf8(out).unwrap()
        };
        let rows = text(false).await;
        assert!(rows.contains("2011-12-10 00:00:00  1         164.000  -        is in operation"), "{rows}");
        assert!(rows.ends_with("2 notices of 2 readings, 0 lines without a value\n"), "{rows}");
        let json: serde_json::Value = serde_json::from_str(&text(true).await).unwrap();
        assert_eq!(json["notices"], 2);
        assert_eq!(json["list"][1]["comment"], "has been shut down");
    }
}
