// SPDX-License-Identifier: Apache-2.0
//! What every verb may need: a node, a vault, an account that signs.

use crate::{error::Error, output::Verdict, passphrase};
use dmsm_client::{Client, Cloud, Signer, Wait};
use dmsm_primitives::MemberId;
use dmsm_vault::Vault;
use serde::Serialize;
use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// Flags of every verb.
#[derive(clap::Args, Clone, Default)]
pub struct Common {
    /// WebSocket address of a node.
    #[arg(long, env = "DMSM_NODE", default_value = "ws://127.0.0.1:9944", value_name = "URL", global = true)]
    pub node: String,

    /// The member's vault.
    #[arg(long, env = "DMSM_VAULT", value_name = "FILE", global = true)]
    pub vault: Option<PathBuf>,

    /// File whose first line opens the vault. Without it: the variable DMSM_VAULT_PASSPHRASE, or a
    /// question on the terminal.
    #[arg(long, value_name = "FILE", global = true)]
    pub passphrase_file: Option<PathBuf>,

    /// Sign with a well-known account (alice, bob, …) in place of the vault's. For development
    /// chains alone: everybody has its key.
    #[arg(long, value_name = "NAME", global = true)]
    pub dev_account: Option<String>,

    /// Address of the cloud, where large answers and stored records lie.
    #[arg(long, env = "DMSM_CLOUD", value_name = "URL", global = true)]
    pub cloud: Option<String>,

    /// Wait until a transaction is final, not only in a block.
    #[arg(long, global = true)]
    pub finalized: bool,

    /// Answer in JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

/// What verbs run in.
pub struct Context {
    common: Common,
}

impl Context {
    pub fn new(common: Common) -> Self {
        Self { common }
    }

    /// Whether to answer in JSON.
    pub fn json(&self) -> bool {
        self.common.json
    }

    /// What to wait for after a transaction.
    pub fn wait(&self) -> Wait {
        match self.common.finalized {
            true => Wait::Finalization,
            false => Wait::Inclusion,
        }
    }

    /// Connects to the node.
    pub async fn client(&self) -> Result<Client, Error> {
        Ok(Client::connect(&self.common.node).await?)
    }

    /// The cloud, as a member sees it, if one is named.
    pub fn cloud<'a>(
        &self,
        member: MemberId,
        vault: &'a Vault,
        client: &Client,
    ) -> Result<Option<Cloud<'a>>, Error> {
        let Some(address) = &self.common.cloud else { return Ok(None) };
        let cloud = Cloud::new(address, member, vault, *client.genesis());
        Ok(Some(cloud.map_err(dmsm_client::Error::from)?))
    }

    /// Opens the vault.
    pub fn vault(&self) -> Result<Vault, Error> {
        let path = self.common.vault.as_deref().ok_or(Error::NoVault)?;
        self.open(path)
    }

    /// Opens the vault, if one is given.
    pub fn vault_if_any(&self) -> Result<Option<Vault>, Error> {
        self.common.vault.as_deref().map(|path| self.open(path)).transpose()
    }

    /// Opens another vault, under the same passphrase.
    pub fn open(&self, path: &Path) -> Result<Vault, Error> {
        let passphrase = passphrase::ask(self.common.passphrase_file.as_deref(), path)?;
        Ok(Vault::open(path, &passphrase)?)
    }

    /// The passphrase for a new vault.
    pub fn new_passphrase(&self, path: &Path) -> Result<dmsm_vault::SecretString, Error> {
        passphrase::choose(self.common.passphrase_file.as_deref(), path)
    }

    /// The development account, if one is named.
    fn dev_account(&self) -> Result<Option<Signer>, Error> {
        let Some(name) = &self.common.dev_account else { return Ok(None) };
        let signer = Signer::development(name)?;
        eprintln!("dmsm: signing as the development account {name}, whose key everybody has");
        Ok(Some(signer))
    }

    /// The account that signs: the development account if one is named, else the vault's.
    pub fn signer(&self) -> Result<Signer, Error> {
        match self.dev_account()? {
            Some(signer) => Ok(signer),
            None => Ok(Signer::from_vault(&self.vault()?)?),
        }
    }

    /// As [`Self::signer`], where the vault is open already.
    pub fn signer_with(&self, vault: &Vault) -> Result<Signer, Error> {
        match self.dev_account()? {
            Some(signer) => Ok(signer),
            None => Ok(Signer::from_vault(vault)?),
        }
    }

    /// Writes an answer: JSON on one line, or text.
    pub fn answer(
        &self,
        out: &mut dyn Write,
        json: &impl Serialize,
        text: impl std::fmt::Display,
    ) -> Result<Verdict, Error> {
        if self.common.json {
            serde_json::to_writer(&mut *out, json).map_err(|error| Error::Output(error.into()))?;
            writeln!(out).map_err(Error::Output)?;
        } else {
            writeln!(out, "{text}").map_err(Error::Output)?;
        }
        out.flush().map_err(Error::Output)?;
        Ok(Verdict::Done)
    }
}

/// The member that a vault or an account is.
pub async fn own_id(client: &Client, vault: Option<&Vault>, signer: &Signer) -> Result<MemberId, Error> {
    match vault.and_then(Vault::identity) {
        Some(identity) => Ok(identity.member_id()),
        None => Ok(client.required_id(&signer.account()).await?),
    }
}
