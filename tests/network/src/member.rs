// SPDX-License-Identifier: Apache-2.0
//! A member with its vault.

use dmsm_client::Signer;
use dmsm_primitives::MemberId;
use dmsm_vault::Vault;
use std::{path::Path, sync::Arc};

/// Opens every vault of a test.
pub(crate) const PASSPHRASE: &str = "network tests";

/// Who holds a vault.
pub struct Member {
    /// Its keys.
    pub vault: Arc<Vault>,
    /// Its account.
    pub signer: Signer,
    /// Its identifier on chain.
    pub id: MemberId,
}

impl Member {
    /// The member of a vault.
    pub(crate) fn of(vault: &Path) -> Self {
        let vault = Vault::open(vault, &PASSPHRASE.into()).expect("the vault opens");
        let signer = Signer::from_vault(&vault).expect("the vault holds an account");
        let id = vault.identity().expect("the vault holds an identity").member_id();
        Self { vault: Arc::new(vault), signer, id }
    }
}
