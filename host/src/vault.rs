// SPDX-License-Identifier: Apache-2.0
//! The key vault of a processing node, as its off-chain worker sees it.

use alloc::vec::Vec;
use codec::{Compact, Decode, Encode};
use dmsm_primitives::{Day, DeviceId, Scope};
use sp_runtime_interface::{
    pass_by::{AllocateAndReturnByCodec, PassFatPointerAndDecode, PassFatPointerAndRead},
    runtime_interface,
};

#[cfg(feature = "std")]
use sp_externalities::ExternalitiesExt;

/// A meter-day that is to be packed and encrypted (paper III.C).
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct ToSeal {
    /// The meter.
    pub meter: DeviceId,
    /// A day of the scope's month.
    pub day: Day,
    /// Which version of the day, from 0.
    pub version: u16,
    /// Bit i is set if half-hour i of the day has readings; no higher bit.
    pub present: u64,
    /// Energy used in each of the [`SLOTS`](dmsm_primitives::records::SLOTS) half-hours, Wh, in
    /// order; 0 for one without readings.
    pub energy: Vec<Compact<u32>>,
}

/// What comes of a [`ToSeal`]: always the same of the same.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct SealedMeterDay {
    /// Hides the plaintext behind M*.
    pub nonce: [u8; 16],
    /// M* = SHA-256(m) of the packed plaintext.
    pub digest: [u8; 32],
    /// M, under the scope's data key: twice as many bytes as its modulus.
    pub ciphertext: Vec<u8>,
}

/// The modulus and the generator of a Paillier public key, big-endian.
pub type PublicKeyBytes = (Vec<u8>, Vec<u8>);

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

    /// (n, h) of the scope's data key, always the same; derived if need be, which takes a second.
    /// `None` if the month is none.
    fn data_key(&self, scope: &Scope) -> Option<PublicKeyBytes>;

    /// Packs a meter-day and encrypts it under the scope's data key. `None` unless it has 48
    /// half-hours of a day of the scope, and no energy where there are no readings.
    fn seal_meter_day(&self, scope: &Scope, day: &ToSeal) -> Option<SealedMeterDay>;
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

    /// (n, h) of the scope's data key.
    fn data_key(
        &mut self,
        scope: PassFatPointerAndDecode<Scope>,
    ) -> AllocateAndReturnByCodec<Option<PublicKeyBytes>> {
        self.extension::<VaultExt>().and_then(|vault| vault.data_key(&scope))
    }

    /// Packs a meter-day and encrypts it under the scope's data key.
    fn seal_meter_day(
        &mut self,
        scope: PassFatPointerAndDecode<Scope>,
        day: PassFatPointerAndDecode<ToSeal>,
    ) -> AllocateAndReturnByCodec<Option<SealedMeterDay>> {
        self.extension::<VaultExt>().and_then(|vault| vault.seal_meter_day(&scope, &day))
    }
}
