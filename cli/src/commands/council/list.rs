// SPDX-License-Identifier: Apache-2.0
//! `dmsm council list`

use crate::{
    context::Context,
    error::Error,
    output::{hex, table, Verdict},
};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {}

pub async fn run(_: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let motions = context.client().await?.motions().await?;
    let rows: Vec<Vec<String>> = motions
        .iter()
        .map(|motion| {
            let votes = [motion.ayes.len(), motion.nays.len()].map(|count| count.to_string());
            let [ayes, nays] = votes;
            vec![motion.index.to_string(), ayes, nays, motion.threshold.to_string(), hex(motion.hash)]
        })
        .collect();
    context.answer(out, &motions, table(&["MOTION", "AYES", "NAYS", "NEEDS", "CALL"], &rows))
}
