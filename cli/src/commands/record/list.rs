// SPDX-License-Identifier: Apache-2.0
//! `dmsm record list`

use crate::{
    context::{own_id, Context},
    error::Error,
    output::{table, Verdict},
};
use dmsm_client::StoredRecord;
use dmsm_primitives::{Day, MemberId};
use std::io::Write;

/// Rows of one page.
const PAGE: u32 = 500;

#[derive(clap::Args)]
pub struct Opts {
    /// Whose; without it, the vault's member.
    #[arg(long, value_name = "MEMBER")]
    processor: Option<MemberId>,

    /// Of this day alone.
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<Day>,

    /// So many at most.
    #[arg(long, default_value_t = 1_000, value_name = "COUNT")]
    limit: u32,
}

#[derive(serde::Serialize)]
struct Listed {
    /// Up to which block the cloud has read.
    finalized: u32,
    records: Vec<StoredRecord>,
    /// Whether there are more.
    more: bool,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let vault = context.vault()?;
    let (signer, client) = (context.signer_with(&vault)?, context.client().await?);
    let member = own_id(&client, Some(&vault), &signer).await?;
    let cloud = context.cloud(member, &vault, &client)?.ok_or(dmsm_client::Error::NoCloud)?;
    let processor = opts.processor.unwrap_or(member);
    let mut listed = Listed { finalized: 0, records: Vec::new(), more: false };
    let mut after = None;
    loop {
        let wanted = opts.limit.saturating_sub(listed.records.len() as u32).clamp(1, PAGE);
        let page = cloud
            .records(&processor, opts.day, after.as_deref(), wanted)
            .await
            .map_err(dmsm_client::Error::from)?;
        listed.finalized = page.finalized.number;
        listed.records.extend(page.items);
        after = page.next;
        listed.more = after.is_some();
        if !listed.more || listed.records.len() as u32 >= opts.limit {
            break;
        }
    }
    show(&listed, context, out)
}

fn show(listed: &Listed, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let rows: Vec<Vec<String>> = listed
        .records
        .iter()
        .map(|record| {
            vec![
                record.day.to_string(),
                record.version.to_string(),
                record.meter.to_string(),
                record.present.count_ones().to_string(),
                record.digest.clone(),
                record.block.to_string(),
            ]
        })
        .collect();
    let more = if listed.more { "; there are more: give --limit or --day" } else { "" };
    let text = format!(
        "{}\n{} meter-days, as anchored up to block {}{more}",
        table(&["DAY", "VERSION", "METER", "HALF-HOURS", "M*", "ANCHORED IN"], &rows),
        listed.records.len(),
        listed.finalized
    );
    context.answer(out, listed, text)
}
