// SPDX-License-Identifier: Apache-2.0
//! `dmsm notices dispute`

use crate::{commands::member::report, context::Context, error::Error, output::Verdict};
use dmsm_client::{Head, Selection};
use dmsm_primitives::{BlockNumber, DeviceId};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// The device.
    #[arg(long, value_name = "ID")]
    device: DeviceId,

    /// Sequence of the notice.
    #[arg(long, value_name = "N")]
    sequence: u64,

    /// Look for it from this block on.
    #[arg(long, default_value_t = 0, value_name = "BLOCK")]
    from_block: BlockNumber,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let Opts { device, sequence, from_block } = opts;
    let selection = Selection { from: from_block, device: Some(device), head: Head::Finalized };
    let mut reader = super::reader(context, selection).await?;
    let notice = loop {
        match reader.next(super::PATIENCE).await? {
            Some(notice) if notice.sealed.seal.sequence == sequence => break notice,
            Some(_) => {}
            None => {
                let text =
                    format!("no notice {sequence} of {device}: look at `dmsm notices --device {device}`");
                return Err(Error::NotFound(text));
            }
        }
    };
    let vault = reader.vault().clone();
    let (signer, client) = (context.signer_with(&vault)?, reader.client().clone());
    let receipt = client.dispute(&notice, &vault, &signer, context.wait()).await?;
    report(context, out, "proved false", receipt)
}
