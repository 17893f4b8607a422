// SPDX-License-Identifier: Apache-2.0
//! `dmsm council vote`

use crate::{commands::member::report, context::Context, error::Error, output::Verdict};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// Number of the motion.
    motion: u32,

    /// Vote against it.
    #[arg(long)]
    against: bool,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let (signer, client) = (context.signer()?, context.client().await?);
    let motion = super::motion(&client, opts.motion).await?;
    let receipt = client.vote(&motion, !opts.against, &signer, context.wait()).await?;
    report(context, out, "voted", receipt)
}
