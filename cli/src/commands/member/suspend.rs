// SPDX-License-Identifier: Apache-2.0
//! `dmsm member suspend`

use super::{report_outcome, Named, Registrar};
use crate::{context::Context, error::Error, output::Verdict};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// Its identifier or its account.
    member: Named,
    #[command(flatten)]
    registrar: Registrar,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let (signer, client) = (context.signer()?, context.client().await?);
    let id = opts.member.id(&client).await?;
    let outcome = client.suspend(&id, &signer, opts.registrar.council, context.wait()).await?;
    report_outcome(context, out, "suspended", outcome)
}
