// SPDX-License-Identifier: Apache-2.0
//! `dmsm credit list`

use crate::{
    context::Context,
    error::Error,
    output::{name, table, Verdict},
};
use dmsm_client::{Status, INITIAL_SCORE};
use dmsm_primitives::{MemberId, RegionId, Role, Score};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// Of this region alone.
    #[arg(long)]
    region: Option<u32>,
}

#[derive(serde::Serialize)]
struct Row {
    processor: MemberId,
    region: RegionId,
    status: Status,
    score: Score,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let client = context.client().await?;
    let scores = client.scores().await?;
    let members = client.members().await?.into_iter();
    let wanted = |region: RegionId| opts.region.is_none_or(|wanted| wanted == region.0);
    let processors = members.filter(|(_, member)| member.role == Role::Processor && wanted(member.region));
    let mut rows: Vec<Row> = processors
        .map(|(processor, member)| {
            let score = scores.get(&processor).copied().unwrap_or(INITIAL_SCORE);
            Row { processor, region: member.region, status: member.status, score }
        })
        .collect();
    rows.sort_by_key(|row| (row.region, u16::MAX - row.score, row.processor));
    show(&rows, context, out)
}

fn show(rows: &[Row], context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|Row { processor, region, status, score }| {
            vec![processor.to_string(), region.to_string(), name(status), score.to_string()]
        })
        .collect();
    context.answer(out, &rows, table(&["PROCESSOR", "REGION", "STATUS", "SCORE"], &cells))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;

    #[test]
    fn scores_are_rows() {
        let row =
            Row { processor: MemberId([1; 32]), region: RegionId(7), status: Status::Active, score: 505 };
        let text = |json| {
            let mut out = Vec::new();
            show(std::slice::from_ref(&row), &Context::new(Common { json, ..Common::default() }), &mut out)
                .unwrap();
            String::from_utf8(out).unwrap()
        };
        assert!(text(false).contains("7       active  505"));
        let json: serde_json::Value = serde_json::from_str(&text(true)).unwrap();
        assert_eq!(json[0]["score"], 505);
    }
}
