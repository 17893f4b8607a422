// SPDX-License-Identifier: Apache-2.0
//! What a processing node hands to its off-chain worker.
//!
//! The worker itself is code of the runtime. It finds here the key vault (private keys stay on
//! this side), where its services are, and where to report. The account that signs its
//! transactions is in the node's keystore, under [`KEY_TYPE`].

mod args;
mod environment;
mod incidents;
mod metrics;
mod passphrase;
mod policy;
mod prepared;
mod vault;

pub use args::{ServiceUrl, WorkerArgs};
pub use environment::{Heads, Services, WorkerEnvironment};
pub use metrics::WorkerMetrics;
pub use passphrase::PassphraseError;
pub use policy::Policy;

use sp_core::crypto::KeyTypeId;
use sp_keystore::{Keystore, KeystorePtr};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Key type of the account that signs the worker's transactions, in the node's keystore.
pub const KEY_TYPE: KeyTypeId = KeyTypeId(*b"dmsw");

const LOG_TARGET: &str = "dmsm-worker";

/// What the operator configured for the worker.
#[derive(Default)]
pub struct Worker {
    vault: Option<dmsm_vault::Vault>,
    services: Services,
    policy: Policy,
}

/// Why the worker's configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The vault's passphrase is missing.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// The vault does not open.
    #[error(transparent)]
    Vault(#[from] dmsm_vault::Error),
    /// The file of the grid token cannot be read.
    #[error("cannot read `--grid-token-file {}`: {source}", path.display())]
    TokenFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// The file of the grid token holds none.
    #[error("`--grid-token-file {}` must hold the token of `dmsm-grid` on one line", .0.display())]
    Token(PathBuf),
    /// The policy file is none.
    #[error(
        "cannot use `--policy {}`: {reason}; it must read like {{\"serves\": [\"bill-details\", \
         \"usage-details\", \"saving-advice\"]}}",
        path.display()
    )]
    Policy {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl Worker {
    /// Opens what the flags name. May ask for a passphrase on the terminal.
    pub fn open(args: &WorkerArgs) -> Result<Self, WorkerError> {
        Ok(Self {
            services: Services { grid: args.grid()?, cloud: args.cloud() },
            policy: args.policy.as_deref().map(Policy::read).transpose()?.unwrap_or_default(),
            vault: args.vault.as_deref().map(|path| open_vault(path, args)).transpose()?,
        })
    }

    /// Says once, at start, what the worker lacks and how to give it.
    pub fn announce(&self, workers_enabled: bool, keystore: &KeystorePtr) {
        if self.vault.is_none() && self.services.grid.is_none() {
            log::info!(target: LOG_TARGET, "No vault and no grid service: this node processes no region");
            return;
        }
        if !workers_enabled {
            log::warn!(
                target: LOG_TARGET,
                "Off-chain workers are off, so this node processes no region: give `--offchain-worker always`",
            );
        }
        if self.vault.is_none() {
            log::warn!(target: LOG_TARGET, "A grid service, but no vault: give `--vault FILE`, or nothing is processed");
            return;
        }
        if self.services.grid.is_none() {
            log::info!(target: LOG_TARGET, "A vault, but no grid service: no readings are processed (`--grid-url URL`)");
        }
        if self.services.grid.is_some() && self.services.cloud.is_none() {
            log::info!(target: LOG_TARGET, "No cloud service: no records are kept (`--cloud-url URL`)");
        }
        if keystore.sr25519_public_keys(KEY_TYPE).is_empty() {
            log::warn!(
                target: LOG_TARGET,
                "No account in the keystore signs the worker's transactions: \
                 `dmsm-node key insert --scheme sr25519 --key-type dmsw --suri SECRET --chain …`, then start again",
            );
        }
    }

    /// The vault, the services and the policy, as the host interface wants them.
    pub(crate) fn into_parts(
        self,
        metrics: &WorkerMetrics,
    ) -> (Option<Arc<dyn dmsm_host::Vault>>, Services, Policy) {
        let vault = self.vault.map(|vault| {
            Arc::new(vault::NodeVault::new(vault, metrics.encryption_seconds.clone()))
                as Arc<dyn dmsm_host::Vault>
        });
        (vault, self.services, self.policy)
    }
}

fn open_vault(path: &Path, args: &WorkerArgs) -> Result<dmsm_vault::Vault, WorkerError> {
    let passphrase =
        passphrase::read(passphrase::Sources::of_process(args.vault_passphrase_file.as_deref()))?;
    Ok(dmsm_vault::Vault::open(path, &passphrase)?)
}
