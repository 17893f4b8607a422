// SPDX-License-Identifier: Apache-2.0
//! `dmsm credit history`

use crate::{
    commands::member::Named,
    context::Context,
    error::Error,
    output::{table, Verdict},
};
use dmsm_client::CreditHistory;
use dmsm_primitives::{BlockNumber, Conduct, MemberId};
use std::{fmt::Write as _, io::Write, time::Duration};

/// For how long a broken connection is mended.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(clap::Args)]
pub struct Opts {
    /// Of this processor alone.
    #[arg(long, value_name = "MEMBER")]
    processor: Option<Named>,

    /// From this block on, with the scores before it; the node must have the states of all blocks
    /// from there on. Without it: from block 1 on, or as far back as the node has states, which is all
    /// the way with `--state-pruning archive-canonical`.
    #[arg(long, value_name = "BLOCK")]
    from: Option<BlockNumber>,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let client = context.client().await?;
    let processor = match opts.processor {
        Some(named) => Some(named.id(&client).await?),
        None => None,
    };
    let mut history = client.credit_history(opts.from, PATIENCE).await?;
    if let Some(processor) = processor {
        select(&mut history, &processor);
    }
    show(&history, context, out)
}

fn select(history: &mut CreditHistory, processor: &MemberId) {
    history.records.retain(|record| record.processor == *processor);
    history.scores.retain(|id, _| id == processor);
    history.mismatches.retain(|mismatch| mismatch.processor == *processor);
}

fn show(history: &CreditHistory, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let rows: Vec<Vec<String>> = history
        .records
        .iter()
        .map(|record| {
            vec![
                record.block.to_string(),
                record.processor.to_string(),
                conduct(&record.conduct),
                format!("{:+}", record.change),
                record.score.to_string(),
                record.counterparty.to_string(),
            ]
        })
        .collect();
    let heading = ["BLOCK", "PROCESSOR", "CONDUCT", "CHANGE", "SCORE", "COUNTERPARTY"];
    let mut text = table(&heading, &rows);
    if history.from > 1 {
        let _ = write!(text, "\nfrom block {} on; what came before is taken as right", history.from);
    }
    for (processor, score) in &history.scores {
        let _ = write!(text, "\n{processor} has {score}");
    }
    for mismatch in &history.mismatches {
        let place = mismatch.block.map_or("now".into(), |block| format!("in block {block}"));
        let (replayed, found) = (mismatch.replayed, mismatch.found);
        let _ = write!(
            text,
            "\nWRONG: {} has {found} {place}, and {replayed} follows from the events",
            mismatch.processor
        );
    }
    context.answer(out, history, text)?;
    Ok(match history.mismatches.is_empty() {
        true => Verdict::Done,
        false => Verdict::WrongScore,
    })
}

fn conduct(conduct: &Conduct) -> String {
    match conduct {
        Conduct::Delivered { price } => format!("delivered for {price}"),
        Conduct::TimedOut => "timed out".into(),
        Conduct::FalseNotice => "false notice".into(),
        Conduct::BadShare => "bad share".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;
    use dmsm_client::{Mismatch, Record};

    fn history(mismatches: Vec<Mismatch>) -> CreditHistory {
        let processor = MemberId([1; 32]);
        let record = Record {
            block: 9,
            processor,
            counterparty: MemberId([2; 32]),
            conduct: Conduct::Delivered { price: 50 },
            change: 5,
            score: 505,
        };
        let scores = [(processor, 505)].into();
        CreditHistory { from: 1, records: vec![record], scores, mismatches }
    }

    fn text(history: &CreditHistory, json: bool) -> (Verdict, String) {
        let mut out = Vec::new();
        let context = Context::new(Common { json, ..Common::default() });
        let verdict = show(history, &context, &mut out).unwrap();
        (verdict, String::from_utf8(out).unwrap())
    }

    #[test]
    fn conduct_is_shown_with_what_it_is_worth() {
        let (verdict, rows) = text(&history(Vec::new()), false);
        assert_eq!(verdict, Verdict::Done);
        assert!(rows.contains("delivered for 50  +5      505"), "{rows}");
        let (_, json) = text(&history(Vec::new()), true);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["records"][0]["conduct"]["delivered"]["price"], 50);
        assert_eq!(json["scores"][MemberId([1; 32]).to_string()], 505);
    }

    #[test]
    fn a_score_that_does_not_follow_ends_with_3() {
        let processor = MemberId([1; 32]);
        let mismatch = Mismatch { processor, block: None, replayed: 505, found: 900 };
        let (verdict, rows) = text(&history(vec![mismatch]), false);
        assert_eq!(verdict, Verdict::WrongScore);
        assert!(rows.contains("WRONG:") && rows.contains("has 900 now, and 505 follows"), "{rows}");
    }

    #[test]
    fn one_processor_can_be_chosen() {
        let mut other = history(Vec::new());
        select(&mut other, &MemberId([9; 32]));
        assert_eq!(other, CreditHistory { from: 1, ..CreditHistory::default() });
    }
}
