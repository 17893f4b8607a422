// SPDX-License-Identifier: Apache-2.0
//! `dmsm member invite`

use super::{report_outcome, Registrar};
use crate::{context::Context, error::Error, output::Verdict};
use dmsm_client::AccountId;
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// The account that may apply from now on.
    account: AccountId,
    #[command(flatten)]
    registrar: Registrar,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let (signer, client) = (context.signer()?, context.client().await?);
    let outcome = client.invite(&opts.account, &signer, opts.registrar.council, context.wait()).await?;
    report_outcome(context, out, "invited", outcome)
}
