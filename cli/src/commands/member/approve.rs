// SPDX-License-Identifier: Apache-2.0
//! `dmsm member approve`

use super::{report_outcome, Registrar};
use crate::{
    context::Context,
    error::Error,
    output::{hex, name, Verdict},
};
use dmsm_client::{AccountId, Application};
use dmsm_primitives::MemberId;
use dmsm_vault::Vault;
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// The applicant's account.
    account: AccountId,
    #[command(flatten)]
    registrar: Registrar,

    /// Show the application, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let vault = context.vault_if_any()?;
    let signer = match &vault {
        Some(vault) => context.signer_with(vault)?,
        None => context.signer()?,
    };
    let client = context.client().await?;
    let application = client.application(&opts.account).await?.ok_or_else(|| {
        Error::NotFound(format!(
            "{} has not applied: let it run `dmsm member apply`, or look at `dmsm member list --applications`",
            opts.account
        ))
    })?;
    let real_world = vault.as_ref().map(|vault| opened(&application, vault)).transpose()?.flatten();
    let hash = application.hash();
    let shown = format!(
        "{}: {}, region {}, member {}, Paillier {} bits, real-world identifier {}, application {}",
        opts.account,
        name(application.role),
        application.region,
        application.id,
        8 * application.keys.paillier.n.len(),
        real_world.as_deref().unwrap_or("not shown to this vault"),
        hex(hash)
    );
    if opts.dry_run {
        let json = serde_json::json!({
            "account": opts.account,
            "member": application.id,
            "role": application.role,
            "region": application.region,
            "real_world": real_world,
            "application": hex(hash),
        });
        return context.answer(out, &json, shown);
    }
    if !context.json() {
        writeln!(out, "{shown}").map_err(Error::Output)?;
    }
    let outcome =
        client.approve(&opts.account, &hash, &signer, opts.registrar.council, context.wait()).await?;
    report_outcome(context, out, "approved", outcome)
}

/// The real-world identifier of an application whose opening is for this vault, and right.
fn opened(application: &Application, vault: &Vault) -> Result<Option<String>, Error> {
    let Ok(preimage) = vault.paillier().decrypt_message(&application.opening) else { return Ok(None) };
    let wrong = || Error::BadOpening(application.id);
    let (real_world, salt) = preimage.split_last_chunk().ok_or_else(wrong)?;
    if MemberId::derive(real_world, salt) != application.id {
        return Err(wrong());
    }
    // From a stranger: shown without control characters.
    Ok(Some(format!("{:?}", String::from_utf8_lossy(real_world))))
}
