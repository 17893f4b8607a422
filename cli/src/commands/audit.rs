// SPDX-License-Identifier: Apache-2.0
//! `dmsm audit`

use crate::{
    context::Context,
    error::Error,
    output::{table, Verdict},
};
use dmsm_client::{Audit, AuditedDay};
use dmsm_primitives::{answer::Answer, MemberId};
use std::{fmt::Write as _, fs, io::Write, path::PathBuf};

#[derive(clap::Args)]
pub struct Opts {
    /// The bill, as `dmsm request bill --wait` or `dmsm request show --out` has written it.
    bill: PathBuf,
}

/// What is read of the file.
#[derive(serde::Deserialize)]
struct Saved {
    processor: MemberId,
    answer: Answer,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let failed = |source| Error::File { action: "read", path: opts.bill.clone(), source };
    let text = fs::read(&opts.bill).map_err(failed)?;
    let no_bill = || Error::Content {
        path: opts.bill.clone(),
        what: "holds no bill: give the file that `dmsm request bill --wait` has written",
    };
    let saved: Saved = serde_json::from_slice(&text).map_err(|_| no_bill())?;
    let Answer::Bill(bill) = saved.answer else { return Err(no_bill()) };
    let audit = context.client().await?.audit(&bill, &saved.processor).await?;
    show(&audit, context, out)
}

fn show(audit: &Audit, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let rows: Vec<_> = audit
        .days
        .iter()
        .map(|AuditedDay { day, version, block, later_versions }| {
            [day.to_string(), version.to_string(), block.to_string(), later_versions.to_string()].to_vec()
        })
        .collect();
    let mut text = table(&["DAY", "VERSION", "ANCHORED IN", "LATER VERSIONS"], &rows);
    let _ = write!(
        text,
        "\n{} of {} half-hours are proved by their anchors",
        audit.proved_half_hours, audit.half_hours
    );
    for flaw in &audit.flaws {
        let _ = write!(text, "\nFALSE: {flaw}");
    }
    if audit.flaws.is_empty() {
        text.push_str("\nthe bill follows from them, line by line");
    }
    context.answer(out, audit, text)?;
    Ok(if audit.flaws.is_empty() { Verdict::Done } else { Verdict::FalseBill })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;
    use dmsm_client::AuditFlaw;
    use dmsm_primitives::Day;

    fn shown(flaws: Vec<AuditFlaw>, json: bool) -> (Verdict, String) {
        let day = AuditedDay { day: Day(15_340), version: 0, block: 9, later_versions: 1 };
        let audit = Audit { proved_half_hours: 48, half_hours: 1_488, days: vec![day], flaws };
        let mut out = Vec::new();
        let verdict = show(&audit, &Context::new(Common { json, ..Common::default() }), &mut out).unwrap();
        (verdict, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_right_bill_ends_well() {
        let (verdict, text) = shown(Vec::new(), false);
        assert_eq!(verdict, Verdict::Done);
        assert!(text.contains("2012-01-01") && text.contains("48 of 1488 half-hours"), "{text}");
    }

    #[test]
    fn a_false_bill_says_what_is_false_first() {
        let flaws = vec![
            AuditFlaw::OtherReadings { day: Day(15_340) },
            AuditFlaw::Energy { band: "flat".into(), billed: 2, found: 1 },
        ];
        let (verdict, text) = shown(flaws.clone(), false);
        assert_eq!(verdict, Verdict::FalseBill);
        let lines: Vec<_> = text.lines().filter(|line| line.starts_with("FALSE")).collect();
        assert!(lines[0].contains("2012-01-01") && lines[1].contains("\"flat\""), "{text}");
        let json: serde_json::Value = serde_json::from_str(&shown(flaws, true).1).unwrap();
        assert_eq!(json["flaws"][0]["flaw"], "other-readings");
    }
}
