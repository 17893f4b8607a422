// SPDX-License-Identifier: Apache-2.0
//! `dmsm request unset-type`

use crate::{
    commands::member::{report_outcome, Registrar},
    context::Context,
    error::Error,
    output::Verdict,
};
use dmsm_primitives::RequestKind;
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// bill-details, usage-details, saving-advice or data-sharing.
    #[arg(value_parser = super::kind)]
    kind: RequestKind,
    #[command(flatten)]
    registrar: Registrar,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let Opts { kind, registrar } = opts;
    let (signer, client) = (context.signer()?, context.client().await?);
    let outcome = client.set_request_type(kind, None, &signer, registrar.council, context.wait()).await?;
    report_outcome(context, out, &format!("{kind} is off the offer"), outcome)
}
