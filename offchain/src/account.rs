// SPDX-License-Identifier: Apache-2.0
//! The account that signs a processing node's transactions.

use codec::Encode;
use dmsm_host::dmsm_worker;
use dmsm_primitives::{MemberId, MemberRegistry, RegionId, Role, Standing};
use frame_system::offchain::{AppCrypto, CreateSignedTransaction, Signer, SigningTypes, SubmitTransaction};
use sp_core::crypto::KeyTypeId;
use sp_runtime::{
    app_crypto::{app_crypto, sr25519},
    offchain::{
        storage_lock::{StorageLock, Time},
        Duration,
    },
    traits::Verify,
    MultiSignature, MultiSigner, SaturatedConversion,
};

/// Type of a worker's key in the keystore.
pub const KEY_TYPE: KeyTypeId = KeyTypeId(*b"dmsw");

/// Longest time that a crashed run can keep others from submitting, ms.
const LOCK_MILLIS: u64 = 2_000;

mod app {
    use super::*;
    app_crypto!(sr25519, KEY_TYPE);
}

/// The worker's key for `frame_system`'s signer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkerAccountId;

impl AppCrypto<MultiSigner, MultiSignature> for WorkerAccountId {
    type RuntimeAppPublic = app::Public;
    type GenericSignature = sp_core::sr25519::Signature;
    type GenericPublic = sp_core::sr25519::Public;
}

impl AppCrypto<<sr25519::Signature as Verify>::Signer, sr25519::Signature> for WorkerAccountId {
    type RuntimeAppPublic = app::Public;
    type GenericSignature = sp_core::sr25519::Signature;
    type GenericPublic = sp_core::sr25519::Public;
}

/// A processor whose keys this node has.
pub struct Account<T: SigningTypes> {
    account: T::AccountId,
    public: T::Public,
    /// Its identifier.
    pub member: MemberId,
    /// Where it is.
    pub region: RegionId,
    /// Whether it may start anything new; if not, it settles what is open.
    pub active: bool,
}

/// The pool, or the keystore, said no.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refused;

impl<T: SigningTypes> Account<T> {
    /// The first account in the keystore that is a processor with the vault's BLS key, active or
    /// suspended.
    pub fn enrolled<M, K>(bls_key: &[u8]) -> Option<Self>
    where
        M: MemberRegistry<T::AccountId>,
        K: AppCrypto<T::Public, T::Signature>,
    {
        Signer::<T, K>::keystore_accounts().find_map(|found| {
            let member = M::id_of(&found.id)?;
            let Standing { role, region, active } = M::standing(&member)?;
            let keys = M::keys_of(&member)?;
            (role == Role::Processor && keys.bls.0[..] == *bls_key).then_some(Self {
                account: found.id,
                public: found.public,
                member,
                region,
                active,
            })
        })
    }

    /// The account's nonce on chain.
    pub fn nonce(&self) -> u32 {
        frame_system::Pallet::<T>::account_nonce(&self.account).saturated_into()
    }

    /// Signs a call with the next nonce, `floor` at least, and hands it to the pool. Returns the
    /// nonce.
    ///
    /// Workers of several pallets sign with one account, and a run may begin while another still
    /// works: so nonces are given out one at a time, after those that wait in the pool.
    pub fn submit<C, K>(&self, call: C, floor: u32) -> Result<u32, Refused>
    where
        T: CreateSignedTransaction<C>,
        K: AppCrypto<T::Public, T::Signature>,
    {
        let mut lock =
            StorageLock::<Time>::with_deadline(b"dmsm/worker/nonce", Duration::from_millis(LOCK_MILLIS));
        let _guard = lock.lock();
        let nonce = dmsm_worker::next_nonce(&self.account.encode(), self.nonce()).max(floor);
        let transaction = T::create_signed_transaction::<K>(
            call.into(),
            self.public.clone(),
            self.account.clone(),
            nonce.into(),
        )
        .ok_or(Refused)?;
        SubmitTransaction::<T, C>::submit_transaction(transaction).map_err(|()| Refused)?;
        Ok(nonce)
    }
}
