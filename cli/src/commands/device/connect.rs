// SPDX-License-Identifier: Apache-2.0
//! `dmsm device connect`

use super::super::member::report;
use crate::{
    context::{own_id, Context},
    device_key::DeviceKey,
    error::Error,
    output::Verdict,
};
use dmsm_primitives::DeviceId;
use std::{io::Write, path::PathBuf};

#[derive(clap::Args)]
pub struct Opts {
    /// The device.
    device: DeviceId,

    /// Its key.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let key = DeviceKey::read(&opts.key)?;
    let vault = context.vault()?;
    let (signer, client) = (context.signer_with(&vault)?, context.client().await?);
    let owner = own_id(&client, Some(&vault), &signer).await?;
    if DeviceId::derive(&owner, &key.public().0) != opts.device {
        return Err(Error::OtherKey { path: opts.key, device: opts.device });
    }
    let proof = key.sign(&client.connection_payload(&opts.device, &owner));
    let receipt = client.connect_device(&opts.device, proof, &signer, context.wait()).await?;
    report(context, out, "connected", receipt)
}
