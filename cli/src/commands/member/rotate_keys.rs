// SPDX-License-Identifier: Apache-2.0
//! `dmsm member rotate-keys`

use super::report;
use crate::{
    context::{own_id, Context},
    error::Error,
    output::Verdict,
};
use std::{io::Write, path::PathBuf};

#[derive(clap::Args)]
pub struct Opts {
    /// Vault with the new Paillier and BLS keys, under the same passphrase. The member keeps its
    /// account and its identifier; keep the old vault, too: it reads notices of before.
    #[arg(long, value_name = "FILE")]
    new_vault: PathBuf,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let vault = context.vault()?;
    let new = context.open(&opts.new_vault)?;
    let (signer, client) = (context.signer_with(&vault)?, context.client().await?);
    let id = own_id(&client, Some(&vault), &signer).await?;
    let receipt = client.rotate_keys(&new, &id, &signer, context.wait()).await?;
    report(context, out, "keys rotated", receipt)
}
