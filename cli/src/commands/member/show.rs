// SPDX-License-Identifier: Apache-2.0
//! `dmsm member show`

use super::Named;
use crate::{
    context::{own_id, Context},
    error::Error,
    output::{name, Verdict},
};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// Its identifier or its account; without it the vault's own.
    member: Option<Named>,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let (client, id) = match opts.member {
        Some(member) => {
            let client = context.client().await?;
            let id = member.id(&client).await?;
            (client, id)
        }
        None => {
            let vault = context.vault_if_any()?;
            let signer = match &vault {
                Some(vault) => context.signer_with(vault)?,
                None => context.signer()?,
            };
            let client = context.client().await?;
            let id = own_id(&client, vault.as_ref(), &signer).await?;
            (client, id)
        }
    };
    let missing = || {
        Error::NotFound(format!("the chain knows no member {id}: it may still have to apply and be approved"))
    };
    let member = client.member(&id).await?.ok_or_else(missing)?;
    let json = serde_json::json!({ "id": id, "member": member });
    let text = format!(
        "member    {id}\naccount   {}\nrole      {}\nregion    {}\nstatus    {}\nBLS       {:?}\nPaillier  {} bits",
        member.account,
        name(member.role),
        member.region,
        name(member.status),
        member.keys.bls,
        8 * member.keys.paillier.n.len()
    );
    context.answer(out, &json, text)
}
