// SPDX-License-Identifier: Apache-2.0
//! The key vault of a processing node, as its off-chain worker sees it.

use alloc::vec::Vec;
use sp_runtime_interface::{
    pass_by::{AllocateAndReturnByCodec, PassFatPointerAndRead},
    runtime_interface,
};

#[cfg(feature = "std")]
use sp_externalities::ExternalitiesExt;

/// What a vault does for a worker. Implementations keep the keys; none leaves through here.
#[cfg(feature = "std")]
pub trait Vault: Send + Sync {
    /// Encrypts under another's key (n, h), in blocks. `None` if the key is refused.
    fn encrypt_for(&self, n: &[u8], h: &[u8], message: &[u8]) -> Option<Vec<u8>>;

    /// Encrypts under the vault's own key, by CRT, in blocks.
    fn encrypt_as_owner(&self, message: &[u8]) -> Option<Vec<u8>>;

    /// Decrypts a message in blocks. `None` if it is none.
    fn decrypt(&self, ciphertext: &[u8]) -> Option<Vec<u8>>;

    /// Signs with the BLS key: 48 bytes.
    fn sign(&self, message: &[u8]) -> [u8; 48];

    /// The BLS public key: 96 bytes.
    fn bls_public_key(&self) -> [u8; 96];
}

#[cfg(feature = "std")]
sp_externalities::decl_extension! {
    /// Hands a vault to off-chain workers.
    pub struct VaultExt(std::sync::Arc<dyn Vault>);
}

/// The vault, or nothing where the node has none.
#[runtime_interface]
pub trait DmsmVault {
    /// The vault's BLS public key, 96 bytes; `None` where there is no vault.
    fn bls_public_key(&mut self) -> AllocateAndReturnByCodec<Option<Vec<u8>>> {
        self.extension::<VaultExt>().map(|vault| vault.bls_public_key().to_vec())
    }

    /// Encrypts a message under another's key.
    fn encrypt_for(
        &mut self,
        n: PassFatPointerAndRead<&[u8]>,
        h: PassFatPointerAndRead<&[u8]>,
        message: PassFatPointerAndRead<&[u8]>,
    ) -> AllocateAndReturnByCodec<Option<Vec<u8>>> {
        self.extension::<VaultExt>().and_then(|vault| vault.encrypt_for(n, h, message))
    }

    /// Encrypts a message under the vault's own key.
    fn encrypt_as_owner(
        &mut self,
        message: PassFatPointerAndRead<&[u8]>,
    ) -> AllocateAndReturnByCodec<Option<Vec<u8>>> {
        self.extension::<VaultExt>().and_then(|vault| vault.encrypt_as_owner(message))
    }

    /// Decrypts a message that was encrypted under the vault's own key.
    fn decrypt(
        &mut self,
        ciphertext: PassFatPointerAndRead<&[u8]>,
    ) -> AllocateAndReturnByCodec<Option<Vec<u8>>> {
        self.extension::<VaultExt>().and_then(|vault| vault.decrypt(ciphertext))
    }

    /// Signs with the vault's BLS key: 48 bytes.
    fn sign(&mut self, message: PassFatPointerAndRead<&[u8]>) -> AllocateAndReturnByCodec<Option<Vec<u8>>> {
        self.extension::<VaultExt>().map(|vault| vault.sign(message).to_vec())
    }
}
