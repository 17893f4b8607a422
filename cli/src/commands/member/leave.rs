// SPDX-License-Identifier: Apache-2.0
//! `dmsm member leave`

use super::report;
use crate::{context::Context, error::Error, output::Verdict};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {}

pub async fn run(_: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let (signer, client) = (context.signer()?, context.client().await?);
    let receipt = client.leave(&signer, context.wait()).await?;
    report(context, out, "left", receipt)
}
