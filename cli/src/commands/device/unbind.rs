// SPDX-License-Identifier: Apache-2.0
//! `dmsm device unbind`

use super::super::member::report;
use crate::{context::Context, error::Error, output::Verdict};
use dmsm_primitives::DeviceId;
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// The device.
    device: DeviceId,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let (signer, client) = (context.signer()?, context.client().await?);
    let receipt = client.unbind(&opts.device, &signer, context.wait()).await?;
    report(context, out, "unbound", receipt)
}
