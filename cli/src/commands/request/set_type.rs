// SPDX-License-Identifier: Apache-2.0
//! `dmsm request set-type`

use crate::{
    commands::member::{report_outcome, Registrar, Role},
    context::Context,
    dates,
    error::Error,
    output::Verdict,
};
use dmsm_client::RequestType;
use dmsm_primitives::{Moment, RequestKind};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// bill-details, usage-details, saving-advice or data-sharing.
    #[arg(value_parser = super::kind)]
    kind: RequestKind,

    /// What it costs, minor units.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    price: u64,

    /// How long a processor has to accept, and how long again to answer: 1s to 30d.
    #[arg(long, value_name = "TIME", value_parser = dates::span)]
    time_limit: Moment,

    /// Who may ask; may be given several times.
    #[arg(long, value_enum, required = true)]
    role: Vec<Role>,
    #[command(flatten)]
    registrar: Registrar,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let Opts { kind, price, time_limit, role, registrar } = opts;
    let mut roles: Vec<_> = role.into_iter().map(dmsm_primitives::Role::from).collect();
    roles.sort();
    roles.dedup();
    let terms = RequestType { price: price.into(), time_limit, roles };
    let (signer, client) = (context.signer()?, context.client().await?);
    let outcome =
        client.set_request_type(kind, Some(terms), &signer, registrar.council, context.wait()).await?;
    report_outcome(context, out, &format!("{kind} is on offer"), outcome)
}
