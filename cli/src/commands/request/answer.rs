// SPDX-License-Identifier: Apache-2.0
//! How an answer is given: as JSON in a file, as Green Button data, as a table.

use crate::{
    context::Context,
    error::Error,
    green_button,
    output::{kilowatt_hours, rfc3339, table, thousandths, time, Verdict},
    private,
};
use dmsm_client::Answered;
use dmsm_primitives::{
    answer::{Advice, Answer, Bill, Irregular, Quality, Usage},
    time::{HALF_HOURS_A_DAY, HALF_HOUR_MILLIS},
    HalfHour, Moment,
};
use std::{
    fmt::Write as _,
    io::{self, Write},
    path::Path,
};

/// An answer in JSON.
#[derive(serde::Serialize)]
struct Given<'a> {
    #[serde(flatten)]
    answered: &'a Answered,
    /// When it was given, ms since the Unix epoch.
    time: Moment,
}

/// Writes the files that are asked for, then shows the answer.
pub fn give(
    answered: &Answered,
    time: Moment,
    json: Option<&Path>,
    green_button: Option<&Path>,
    context: &Context,
    out: &mut dyn Write,
) -> Result<Verdict, Error> {
    let given = Given { answered, time };
    if let Some(path) = json {
        let failed = |source| Error::File { action: "write", path: path.into(), source };
        let mut text = serde_json::to_vec_pretty(&given).map_err(|error| failed(io::Error::from(error)))?;
        text.push(b'\n');
        private::write(path, &text)?;
    }
    if let Some(path) = green_button {
        let Answer::Usage(usage) = &answered.answer else { return Err(Error::NoGreenButton) };
        let failed = |source| Error::File { action: "write", path: path.into(), source };
        private::write(path, &green_button::feed(usage, time).map_err(failed)?)?;
    }
    let mut text = text(answered);
    for path in json.into_iter().chain(green_button) {
        let _ = write!(text, "\nwritten to {}", path.display());
    }
    context.answer(out, &given, text)?;
    Ok(match answered.flaw {
        Some(_) => Verdict::FalseAnswer,
        None => Verdict::Done,
    })
}

fn text(answered: &Answered) -> String {
    let mut text = match &answered.answer {
        Answer::Bill(answer) => bill(answer),
        Answer::Usage(answer) => usage(answer),
        Answer::Advice(answer) => advice(answer),
    };
    let _ = write!(text, "\nsigned by processor {} in block {}", answered.processor, answered.block);
    match (&answered.flaw, answered.fits) {
        (Some(flaw), _) => drop(write!(text, "\nFALSE: {flaw}")),
        (None, None) => {
            text.push_str("\nwhether it answers what was asked is not known: the journal is lost")
        }
        (None, Some(_)) => {}
    }
    text
}

fn bill(bill: &Bill) -> String {
    let currency = shown(&bill.currency);
    let mut rows: Vec<Vec<String>> = bill
        .lines
        .iter()
        .map(|line| {
            let price = format!("{}.{:03}", line.price / 1000, line.price % 1000);
            vec![shown(&line.band), kilowatt_hours(line.energy), price, line.cost.to_string()]
        })
        .collect();
    let days = format!("{} days standing charge", bill.standing_days);
    rows.push(vec![days, String::new(), String::new(), bill.standing_charge.to_string()]);
    rows.push(vec!["total".into(), kilowatt_hours(bill.energy), String::new(), bill.total.to_string()]);
    let mut text = format!(
        "bill of {} for meter {}, tariff {}, {}\n",
        bill.month,
        bill.meter,
        shown(&bill.tariff),
        zone(bill.utc_offset_minutes)
    );
    let cost = format!("COST (minor units of {currency})");
    text.push_str(&table(&["BAND", "ENERGY kWh", "MINOR UNITS/kWh", &cost], &rows));
    export(&mut text, bill.export);
    quality(&mut text, &bill.quality);
    text
}

fn usage(usage: &Usage) -> String {
    let first = usage.period.half_hours().map_or(0, |half_hours| half_hours.start);
    let half_hours: Vec<(u32, u64)> =
        (first..).zip(usage.energy.iter().map(|energy| u64::from(energy.0))).collect();
    let rows: Vec<Vec<String>> = half_hours
        .chunk_by(|one, other| one.0 / HALF_HOURS_A_DAY == other.0 / HALF_HOURS_A_DAY)
        .filter_map(|day| {
            let (most, energy) =
                day.iter().copied().max_by_key(|(number, energy)| (*energy, u32::MAX - number))?;
            let sum: u64 = day.iter().map(|(_, energy)| energy).sum();
            let date = time(HalfHour(day.first()?.0).start());
            let most = clock(most % HALF_HOURS_A_DAY);
            Some(vec![
                date.get(..10)?.to_owned(),
                kilowatt_hours(sum),
                most,
                kilowatt_hours(energy),
                day.len().to_string(),
            ])
        })
        .collect();
    let sum: u64 = half_hours.iter().map(|(_, energy)| energy).sum();
    let mut text = format!(
        "usage of meter {} from {} to {}, UTC\n",
        usage.meter,
        rfc3339(usage.period.from),
        rfc3339(usage.period.until)
    );
    let heading = ["DAY", "ENERGY kWh", "MOST FROM", "ENERGY kWh", "HALF-HOURS"];
    text.push_str(&table(&heading, &rows));
    let _ =
        write!(text, "\n{} kWh in {} half-hours; the JSON has each", kilowatt_hours(sum), half_hours.len());
    export(&mut text, usage.export);
    quality(&mut text, &usage.quality);
    text
}

fn advice(advice: &Advice) -> String {
    let currency = shown(&advice.currency);
    let present = advice.offers.iter().find(|offer| offer.tariff == advice.tariff).map(|offer| offer.total);
    let offers: Vec<Vec<String>> = advice
        .offers
        .iter()
        .map(|offer| {
            let saved = present.map(|present| i128::from(offer.total) - i128::from(present));
            let saved = saved.map_or("-".into(), |saved| format!("{saved:+}"));
            vec![shown(&offer.tariff), offer.total.to_string(), saved]
        })
        .collect();
    let costliest: Vec<Vec<String>> = advice
        .costliest
        .iter()
        .map(|half_hour| {
            let number = u32::from(half_hour.half_hour);
            let span = format!("{} to {}", clock(number), clock(number + 1));
            vec![span, kilowatt_hours(half_hour.energy), half_hour.cost.to_string()]
        })
        .collect();
    let mut text = format!(
        "advice by the use of {} for meter {}, tariff {}, {}\n",
        advice.month,
        advice.meter,
        shown(&advice.tariff),
        zone(advice.utc_offset_minutes)
    );
    let total = format!("MONTH (minor units of {currency})");
    text.push_str(&table(&["TARIFF", &total, "AGAINST YOURS"], &offers));
    text.push_str("\n\ncostliest half-hours of the day, over the month:\n");
    let cost = format!("COST (minor units of {currency})");
    text.push_str(&table(&["FROM", "ENERGY kWh", &cost], &costliest));
    let _ = write!(text, "\n\nbase load {} W", thousandths(advice.base_load));
    match advice.region_base_load {
        Some(region) => {
            let _ = write!(
                text,
                "; the median of {} meters in the region is {} W",
                advice.region_meters,
                thousandths(region)
            );
        }
        None => text.push_str("; too few meters in the region to compare"),
    }
    quality(&mut text, &advice.quality);
    text
}

fn export(text: &mut String, energy: u64) {
    if energy > 0 {
        let _ = write!(text, "\nfed into the grid: {} kWh", kilowatt_hours(energy));
    }
}

/// What the readings lack.
fn quality(text: &mut String, quality: &Quality) {
    let Quality { missing, partial, doubled, unsigned } = quality;
    let kinds = [
        (missing, "without reading, counted as no energy"),
        (partial, "with too few readings"),
        (doubled, "with doubled readings, of which the first counts"),
        (unsigned, "imported, without the meter's signature"),
    ];
    for (irregular, what) in kinds.iter().filter(|(irregular, _)| irregular.count > 0) {
        let _ = write!(text, "\n{} half-hours {what}: {}", irregular.count, spans(irregular));
    }
    if kinds[..3].iter().all(|(irregular, _)| irregular.count == 0) {
        text.push_str("\nno half-hour is missing, partial or doubled");
    }
}

/// The first spans, UTC.
fn spans(irregular: &Irregular) -> String {
    const SHOWN: usize = 4;
    let named = irregular.spans.iter().take(SHOWN).map(|span| {
        let from = span.first.start();
        let until = from.saturating_add(u64::from(span.count) * HALF_HOUR_MILLIS);
        format!("{} to {}", rfc3339(from), rfc3339(until))
    });
    let mut text = named.collect::<Vec<_>>().join(", ");
    let listed: u64 = irregular.spans.iter().take(SHOWN).map(|span| u64::from(span.count)).sum();
    if listed < u64::from(irregular.count) {
        text.push_str(", and more");
    }
    text
}

/// Hour and minute of a half-hour of the day.
fn clock(half_hour: u32) -> String {
    format!("{:02}:{:02}", half_hour / 2, half_hour % 2 * 30)
}

fn zone(utc_offset_minutes: i16) -> String {
    let (sign, minutes) = (if utc_offset_minutes < 0 { '-' } else { '+' }, utc_offset_minutes.unsigned_abs());
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Names come from the processor: shown without control characters.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;
    use dmsm_client::AnswerFlaw;
    use dmsm_primitives::{
        answer::{BillLine, CostlyHalfHour, Offer},
        DeviceId, MemberId, Month, Period,
    };

    const METER: DeviceId = DeviceId([0xab; 32]);
    const JANUARY: Month = Month { year: 2012, month: 1 };
    const NEW_YEAR: Moment = 1_325_376_000_000;

    fn a_bill() -> Answer {
        let mut quality = Quality::default();
        quality.missing.push(HalfHour::of(NEW_YEAR).unwrap());
        Answer::Bill(Bill {
            meter: METER,
            month: JANUARY,
            utc_offset_minutes: -330,
            tariff: "std\x1b[31m".into(),
            currency: "GBP".into(),
            lines: vec![BillLine { band: "all".into(), energy: 345_678, price: 14_228, cost: 4_918 }],
            energy: 345_678,
            export: 1_500,
            standing_days: 31,
            standing_charge: 310,
            total: 5_228,
            quality,
            evidence: None,
        })
    }

    fn a_usage() -> Answer {
        let energy = (0..96).map(|n| codec::Compact(if n == 35 { 900 } else { 100 })).collect();
        let period = Period { from: NEW_YEAR, until: NEW_YEAR + 96 * HALF_HOUR_MILLIS };
        Answer::Usage(Usage { meter: METER, period, energy, export: 0, quality: Quality::default() })
    }

    fn an_advice() -> Answer {
        let offer = |tariff: &str, total| Offer { tariff: tariff.into(), total };
        Answer::Advice(Advice {
            meter: METER,
            month: JANUARY,
            utc_offset_minutes: 0,
            currency: "GBP".into(),
            tariff: "std".into(),
            offers: vec![offer("tou", 4_000), offer("std", 4_918)],
            costliest: vec![CostlyHalfHour { half_hour: 47, energy: 12_000, cost: 171 }],
            base_load: 60_500,
            region_base_load: None,
            region_meters: 2,
            quality: Quality::default(),
        })
    }

    fn answered(answer: Answer) -> Answered {
        Answered { request: 7, processor: MemberId([2; 32]), block: 99, answer, fits: Some(true), flaw: None }
    }

    fn given(answered: &Answered, json: bool, files: (Option<&Path>, Option<&Path>)) -> (Verdict, String) {
        let mut out = Vec::new();
        let context = Context::new(Common { json, ..Common::default() });
        let verdict = give(answered, NEW_YEAR, files.0, files.1, &context, &mut out).unwrap();
        (verdict, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_bill_is_a_table_with_what_its_readings_lack() {
        let (verdict, text) = given(&answered(a_bill()), false, (None, None));
        assert_eq!(verdict, Verdict::Done);
        for part in [
            "bill of 2012-01 for meter 0xabab",
            "tariff std[31m, UTC-05:30",
            "BAND                     ENERGY kWh  MINOR UNITS/kWh  COST (minor units of GBP)",
            "all                      345.678     14.228           4918",
            "31 days standing charge                               310",
            "total                    345.678                      5228",
            "fed into the grid: 1.500 kWh",
            "1 half-hours without reading, counted as no energy: 2012-01-01T00:00:00Z to 2012-01-01T00:30:00Z",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }

    #[test]
    fn usage_is_summed_by_day() {
        let (_, text) = given(&answered(a_usage()), false, (None, None));
        assert!(text.contains("2012-01-01  5.600       17:30      0.900       48"), "{text}");
        assert!(text.contains("2012-01-02  4.800       00:00      0.100       48"), "{text}");
        assert!(text.contains("10.400 kWh in 96 half-hours"), "{text}");
        assert!(text.contains("no half-hour is missing, partial or doubled"), "{text}");
    }

    #[test]
    fn advice_compares_tariffs_with_the_present_one() {
        let (_, text) = given(&answered(an_advice()), false, (None, None));
        assert!(text.contains("tou     4000                        -918"), "{text}");
        assert!(text.contains("23:30 to 24:00  12.000      171"), "{text}");
        assert!(text.contains("base load 60.500 W; too few meters"), "{text}");
    }

    #[test]
    fn a_false_answer_ends_with_3_and_a_lost_question_is_said() {
        let wrong = Answered { flaw: Some(AnswerFlaw::WrongSum), ..answered(a_bill()) };
        let (verdict, text) = given(&wrong, false, (None, None));
        assert_eq!(verdict, Verdict::FalseAnswer);
        assert!(text.contains("FALSE: its sums are wrong"));
        let lost = Answered { fits: None, ..answered(a_bill()) };
        assert!(given(&lost, false, (None, None)).1.contains("the journal is lost"));
    }

    #[test]
    fn files_hold_json_and_green_button_data() {
        let folder = tempfile::tempdir().unwrap();
        let (json, xml) = (folder.path().join("a.json"), folder.path().join("a.xml"));
        let usage = answered(a_usage());
        let (_, line) = given(&usage, true, (Some(&json), Some(&xml)));
        assert_eq!(line.lines().count(), 1);
        let written: serde_json::Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
        assert_eq!(written, serde_json::from_str::<serde_json::Value>(&line).unwrap());
        assert_eq!(written["answer"]["usage"]["energy"][35], 900);
        assert_eq!(written["request"], 7);
        let feed = std::fs::read_to_string(&xml).unwrap();
        assert_eq!(feed.matches("<IntervalReading>").count(), 96);

        let mut out = Vec::new();
        let context = Context::new(Common::default());
        let bill = give(&answered(a_bill()), 0, None, Some(&xml), &context, &mut out);
        assert!(matches!(bill, Err(Error::NoGreenButton)));
    }
}
