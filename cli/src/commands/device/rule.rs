// SPDX-License-Identifier: Apache-2.0
//! `dmsm device rule`

use crate::{
    context::Context,
    error::Error,
    output::{self, Verdict},
    units::RuleOpts,
};
use dmsm_primitives::{BlockNumber, DeviceId};
use std::io::Write;

/// Blocks ahead of the best one, where no block is named: two seconds of 200 ms slots.
const AHEAD: BlockNumber = 10;

#[derive(clap::Args)]
pub struct Opts {
    /// The device.
    device: DeviceId,
    #[command(flatten)]
    rule: RuleOpts,

    /// The first block at which the rule applies; ten blocks from now if none is given.
    #[arg(long, value_name = "BLOCK")]
    from_block: Option<BlockNumber>,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let rule = opts.rule.rule()?;
    let (signer, client) = (context.signer()?, context.client().await?);
    let from = match opts.from_block {
        Some(from) => from,
        None => client.best_number().await?.saturating_add(AHEAD),
    };
    let receipt = client.set_rule(&opts.device, rule, from, &signer, context.wait()).await?;
    let json = serde_json::json!({
        "device": opts.device,
        "rule": rule,
        "from": from,
        "block": receipt.block,
    });
    context.answer(out, &json, format_args!("from block {from} on: {}", output::rule(&rule)))
}
