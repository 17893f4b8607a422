// SPDX-License-Identifier: Apache-2.0
//! The account that signs a worker's transactions.

use crate::{Call, Config};
use dmsm_primitives::{MemberId, MemberRegistry, RegionId, Role};
use frame_system::offchain::{Signer, SubmitTransaction};
use sp_core::crypto::KeyTypeId;
use sp_runtime::{
    app_crypto::{app_crypto, sr25519},
    traits::Verify,
    MultiSignature, MultiSigner, SaturatedConversion,
};

/// Type of a worker's key in the keystore.
pub const KEY_TYPE: KeyTypeId = KeyTypeId(*b"dmsw");

mod app {
    use super::*;
    app_crypto!(sr25519, KEY_TYPE);
}

/// The worker's key for `frame_system`'s signer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountId;

impl frame_system::offchain::AppCrypto<MultiSigner, MultiSignature> for AccountId {
    type RuntimeAppPublic = app::Public;
    type GenericSignature = sp_core::sr25519::Signature;
    type GenericPublic = sp_core::sr25519::Public;
}

impl frame_system::offchain::AppCrypto<<sr25519::Signature as Verify>::Signer, sr25519::Signature>
    for AccountId
{
    type RuntimeAppPublic = app::Public;
    type GenericSignature = sp_core::sr25519::Signature;
    type GenericPublic = sp_core::sr25519::Public;
}

/// An active processor whose keys this node has.
pub(super) struct Account<T: Config> {
    account: T::AccountId,
    public: T::Public,
    pub(super) member: MemberId,
    pub(super) region: RegionId,
}

impl<T: Config> Account<T> {
    /// The first account in the keystore that is an active processor with the vault's BLS key.
    pub(super) fn enrolled(bls_key: &[u8]) -> Option<Self> {
        Signer::<T, T::WorkerAccount>::keystore_accounts().find_map(|found| {
            let (member, region) = T::Members::active(&found.id, Role::Processor)?;
            let keys = T::Members::keys_of(&member)?;
            (keys.bls.0[..] == *bls_key).then_some(Self {
                account: found.id,
                public: found.public,
                member,
                region,
            })
        })
    }

    /// The account's nonce on chain.
    pub(super) fn nonce(&self) -> u32 {
        frame_system::Pallet::<T>::account_nonce(&self.account).saturated_into()
    }

    /// Signs a call with a nonce and hands it to the pool.
    pub(super) fn submit(&self, call: Call<T>, nonce: u32) -> Result<(), ()> {
        let transaction = T::create_signed_transaction::<T::WorkerAccount>(
            call.into(),
            self.public.clone(),
            self.account.clone(),
            nonce.into(),
        )
        .ok_or(())?;
        SubmitTransaction::<T, Call<T>>::submit_transaction(transaction)
    }
}
