// SPDX-License-Identifier: Apache-2.0
//! `dmsm account transfer`

use crate::{commands::member::report, context::Context, error::Error, output::Verdict};
use dmsm_client::AccountId;
use dmsm_primitives::Amount;
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// Who is paid.
    #[arg(long, value_name = "ACCOUNT")]
    to: AccountId,

    /// How much, minor units.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    amount: u64,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let (signer, client) = (context.signer()?, context.client().await?);
    let amount = Amount::from(opts.amount);
    let receipt = client.transfer(&opts.to, amount, &signer, context.wait()).await?;
    report(context, out, &format!("{amount} minor units paid"), receipt)
}
