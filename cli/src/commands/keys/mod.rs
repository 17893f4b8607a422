// SPDX-License-Identifier: Apache-2.0
//! `dmsm keys`

mod account_seed;
mod generate;
mod keystore;
mod show;

super::group! {
    /// Make all keys of a member, in a new vault.
    Generate => generate,
    /// Show the public half of a vault.
    Show => show,
    /// Put the account's key where a node finds it: a processor's node signs with it.
    Keystore => keystore,
    /// Print the secret seed of the account.
    AccountSeed => account_seed,
}

use dmsm_client::Signer;
use dmsm_vault::Vault;
use serde::Serialize;
use std::{fmt, path::PathBuf};

/// What everybody may know of a vault.
#[derive(Serialize)]
struct Public {
    vault: PathBuf,
    /// SS58.
    account: Option<String>,
    account_key: Option<String>,
    member: Option<dmsm_primitives::MemberId>,
    bls: dmsm_primitives::BlsPublicKey,
    paillier_bits: u32,
    paillier: dmsm_primitives::PaillierPublicKey,
}

impl Public {
    fn of(vault: &Vault) -> Result<Self, crate::error::Error> {
        let account = vault.seed().map(Signer::from_seed).transpose()?.map(|signer| signer.account());
        Ok(Self {
            vault: vault.path().to_owned(),
            account: account.map(|account| account.to_string()),
            account_key: account.map(|account| crate::output::hex(account.0)),
            member: vault.identity().map(|identity| identity.member_id()),
            bls: vault.bls().public(),
            paillier_bits: vault.paillier().public().bits(),
            paillier: vault.paillier().public().to_primitive(),
        })
    }
}

impl fmt::Display for Public {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let none = || "none".to_owned();
        writeln!(f, "vault     {}", self.vault.display())?;
        writeln!(f, "account   {}", self.account.clone().unwrap_or_else(none))?;
        writeln!(f, "member    {}", self.member.map_or_else(none, |id| id.to_string()))?;
        writeln!(f, "BLS       {:?}", self.bls)?;
        write!(f, "Paillier  {} bits", self.paillier_bits)
    }
}
