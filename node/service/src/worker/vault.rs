// SPDX-License-Identifier: Apache-2.0
//! The key vault of a running node.

use super::{prepared_keys::PreparedKeys, LOG_TARGET};
use dmsm_crypto::{bls, paillier};
use substrate_prometheus_endpoint::Histogram;

/// Public keys whose tables are kept.
const PREPARED_KEYS: usize = 64;

/// A vault that keeps others' public keys prepared and measures its encryptions.
pub(super) struct NodeVault {
    vault: dmsm_vault::Vault,
    keys: PreparedKeys<paillier::PublicKey>,
    encryption_seconds: Histogram,
}

impl NodeVault {
    pub(super) fn new(vault: dmsm_vault::Vault, encryption_seconds: Histogram) -> Self {
        Self { vault, keys: PreparedKeys::new(PREPARED_KEYS), encryption_seconds }
    }

    /// Times an encryption. Neither the message nor a key is ever logged.
    fn timed(&self, encrypt: impl FnOnce() -> Result<Vec<u8>, paillier::Error>) -> Option<Vec<u8>> {
        let _timer = self.encryption_seconds.start_timer();
        encrypt()
            .inspect_err(|error| log::debug!(target: LOG_TARGET, "The vault does not encrypt: {error}"))
            .ok()
    }
}

impl dmsm_host::Vault for NodeVault {
    fn encrypt_for(&self, n: &[u8], h: &[u8], message: &[u8]) -> Option<Vec<u8>> {
        let prepare = || {
            paillier::PublicKey::from_bytes(n, h)
                .inspect_err(
                    |error| log::debug!(target: LOG_TARGET, "The vault refuses a public key: {error}"),
                )
                .ok()
                .map(paillier::PublicKey::with_tables)
        };
        self.keys.with(n, h, prepare, |key| self.timed(|| key.encrypt_message(message))).flatten()
    }

    fn encrypt_as_owner(&self, message: &[u8]) -> Option<Vec<u8>> {
        self.timed(|| self.vault.paillier().encrypt_message(message))
    }

    fn decrypt(&self, ciphertext: &[u8]) -> Option<Vec<u8>> {
        let message = self.vault.paillier().decrypt_message(ciphertext).ok()?;
        Some(message.to_vec())
    }

    fn sign(&self, message: &[u8]) -> [u8; 48] {
        bls::sign(self.vault.bls(), message).0
    }

    fn bls_public_key(&self) -> [u8; 96] {
        self.vault.bls().public().0
    }
}
