// SPDX-License-Identifier: Apache-2.0
//! `dmsm request cancel`

use crate::{commands::member::report, context::Context, error::Error, output::Verdict};
use dmsm_primitives::RequestId;
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// The request.
    request: RequestId,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let (signer, client) = (context.signer()?, context.client().await?);
    let receipt = client.cancel(opts.request, &signer, context.wait()).await?;
    report(context, out, &format!("request {} cancelled and refunded", opts.request), receipt)
}
