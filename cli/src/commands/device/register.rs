// SPDX-License-Identifier: Apache-2.0
//! `dmsm device register`

use crate::{
    context::{own_id, Context},
    device_key::DeviceKey,
    error::Error,
    output::Verdict,
    units::RuleOpts,
};
use dmsm_primitives::DeviceId;
use std::{io::Write, path::PathBuf};

#[derive(clap::Args)]
pub struct Opts {
    /// The device's key; made with mode 0600 if it is not there.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    rule: RuleOpts,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let rule = opts.rule.rule()?;
    let vault = context.vault()?;
    let (signer, client) = (context.signer_with(&vault)?, context.client().await?);
    let owner = own_id(&client, Some(&vault), &signer).await?;
    let (key, _) = DeviceKey::read_or_create(&opts.key)?;
    let device = DeviceId::derive(&owner, &key.public().0);
    let receipt = client.register(key.public(), rule, &signer, context.wait()).await?;
    let json = serde_json::json!({ "device": device, "key": key.public(), "block": receipt.block });
    context.answer(out, &json, device)
}
