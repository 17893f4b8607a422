// SPDX-License-Identifier: Apache-2.0
//! `dmsm member apply`

use super::report;
use crate::{context::Context, error::Error, output::Verdict};
use clap::ValueEnum;
use dmsm_primitives::RegionId;
use std::io::Write;

/// What to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Role {
    /// Owns devices, orders answers.
    User,
    /// Processes the data of a region.
    Processor,
    /// Buys data.
    DataSharer,
    /// Holds ciphertext.
    Cloud,
}

impl From<Role> for dmsm_primitives::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::User => Self::User,
            Role::Processor => Self::Processor,
            Role::DataSharer => Self::DataSharer,
            Role::Cloud => Self::Cloud,
        }
    }
}

#[derive(clap::Args)]
pub struct Opts {
    /// What to be.
    #[arg(long, value_enum)]
    role: Role,

    /// Where: the number of the region.
    #[arg(long)]
    region: u32,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let vault = context.vault()?;
    let id = vault.identity().ok_or(Error::NoIdentity)?.member_id();
    let (signer, client) = (context.signer_with(&vault)?, context.client().await?);
    let region = RegionId(opts.region);
    let receipt = client.apply(&vault, &id, opts.role.into(), region, &signer, context.wait()).await?;
    report(context, out, &format!("applied as member {id}"), receipt)
}
