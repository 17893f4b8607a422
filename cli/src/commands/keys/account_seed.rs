// SPDX-License-Identifier: Apache-2.0
//! `dmsm keys account-seed`

use crate::{context::Context, error::Error, output::Verdict};
use std::io::Write;
use zeroize::Zeroizing;

#[derive(clap::Args)]
pub struct Opts {
    /// Yes, print the secret.
    #[arg(long)]
    pub show_secret: bool,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    if !opts.show_secret {
        return Err(Error::SecretNotAskedFor);
    }
    let vault = context.vault()?;
    let no_seed = || dmsm_client::Error::NoSeed { vault: vault.path().display().to_string() };
    let seed = Zeroizing::new(crate::output::hex(vault.seed().ok_or_else(no_seed)?));
    context.answer(out, &serde_json::json!({ "account_seed": *seed }), &*seed)
}
