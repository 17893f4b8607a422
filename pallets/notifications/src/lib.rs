// SPDX-License-Identifier: Apache-2.0
//! Encrypted notices about devices, and the worker that makes them.
//!
//! # Overview
//!
//! Paper V.A. A processor's worker pulls signed readings of its region, judges each by Algorithm 1
//! under the owner's rule, encrypts the comment and the signed reading under the owner's key, and
//! submits [`notify`](Call::notify). The owner decrypts, checks the device's signature and judges
//! again; a false notice it opens in public with [`dispute`](Call::dispute).
//!
//! | Call | Who |
//! |---|---|
//! | [`notify`](Call::notify) | the active processor of the device's region |
//! | [`dispute`](Call::dispute) | the owner of the device |
//!
//! Each notice names the one before it, and the chain takes it only if that is the last it has: so
//! nothing is lost or repeated unseen, whatever happens to a worker.
//!
//! # Implementation notes
//!
//! State holds the last notice of each device and proved disputes; ciphertexts are in the block
//! bodies. A dispute needs no state of the notice: the processor's signature over its
//! [`NoticeSeal`] is the evidence, so notices of any age can be disputed as long as the rule of
//! their time is remembered.

#![cfg_attr(not(feature = "std"), no_std)]
#![allow(missing_docs)] // macros of FRAME write items without documentation
#![allow(clippy::large_enum_variant)] // calls are decoded, dispatched and gone

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod dispute;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
mod types;
pub mod weights;
pub mod worker;

pub use pallet::*;
pub use types::{DisputeRecord, LastNotice, Opening, SealedNotice};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use dmsm_primitives::{
    BlockNumber, BlsSignature, CreditBook, DeviceId, DeviceRegistry, Falsehood, MemberId, MemberRegistry,
    NoticeSeal, Role,
};
use frame_support::pallet_prelude::*;
use frame_system::{offchain::CreateSignedTransaction, pallet_prelude::*};
use sp_runtime::SaturatedConversion;

#[frame_support::pallet]
pub mod pallet {
    use super::*;

    /// The shape of this pallet's storage.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: CreateSignedTransaction<Call<Self>> + frame_system::Config {
        /// Who is a member.
        type Members: MemberRegistry<Self::AccountId>;

        /// Devices and their rules.
        type Devices: DeviceRegistry;

        /// Where a false notice is written down.
        type Credit: CreditBook;

        /// The worker's account, in the node's keystore.
        type WorkerAccount: frame_system::offchain::AppCrypto<Self::Public, Self::Signature>;

        /// Longest ciphertext of a notice, bytes.
        #[pallet::constant]
        type MaxCiphertext: Get<u32>;

        /// Longest time between judging a reading and including its notice, blocks. It bounds how
        /// long a processor can cling to a rule that its owner replaced.
        #[pallet::constant]
        type MaxJudgementAge: Get<BlockNumber>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// The last notice of each device.
    // Blake2: identifiers are digests, but of keys that their owners choose.
    #[pallet::storage]
    pub type LastNotices<T: Config> = StorageMap<_, Blake2_128Concat, DeviceId, LastNotice>;

    /// Notices that were proved false, by device and digest of the ciphertext.
    // Blake2 twice: ciphertexts, and so their digests, are chosen by processors.
    #[pallet::storage]
    pub type Disputes<T: Config> = StorageDoubleMap<
        _,
        Blake2_128Concat,
        DeviceId,
        Blake2_128Concat,
        [u8; 32],
        DisputeRecord<BlockNumberFor<T>>,
    >;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// There is a notice for the owner of a device; its ciphertext is in this block's body.
        Notified {
            /// What the processor signed.
            seal: NoticeSeal,
        },
        /// A notice was proved false.
        ProvedFalse {
            /// The device.
            device: DeviceId,
            /// Sequence of the notice.
            sequence: u64,
            /// Who made it.
            processor: MemberId,
            /// What is false about it.
            falsehood: Falsehood,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The caller is not an active processor.
        NotProcessor,
        /// There is no such device.
        UnknownDevice,
        /// The device is not connected.
        NotConnected,
        /// The device is in another processor's region.
        NotLocalProcessor,
        /// The sequence is not above that of the device's last notice.
        OldSequence,
        /// The notice does not follow the device's last one.
        NotNext,
        /// The reading was judged too long ago, or on a block that is not there yet.
        StaleJudgement,
        /// The ciphertext is not one block under the owner's key, or not in Z*_{n²}.
        BadCiphertext,
        /// The signature is not the processor's over the notice.
        BadSignature,
        /// The caller is not the owner of the device.
        NotOwner,
        /// The notice is for another owner, or not made by a processor.
        ForeignNotice,
        /// The key is not the one that the processor signed or encrypted with.
        WrongKey,
        /// The rule of that time is no longer remembered.
        RuleForgotten,
        /// The opening does not give the ciphertext.
        BadOpening,
        /// The notice is true.
        NoticeIsTrue,
        /// The notice was proved false before.
        AlreadyDisputed,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn offchain_worker(now: BlockNumberFor<T>) {
            worker::run::<T>(now.saturated_into());
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Hands the owner of a device an encrypted notice.
        ///
        /// `notice.sequence` is that of the reading that raised it, `notice.previous` that of the
        /// device's last notice, 0 if there is none. `signature` covers the [`NoticeSeal`].
        ///
        /// Dispatch origin: the active processor of the device's region.
        ///
        /// Errors: `NotProcessor`, `UnknownDevice`, `NotConnected`, `NotLocalProcessor`,
        /// `OldSequence`, `NotNext`, `StaleJudgement`, `BadCiphertext`, `BadSignature`.
        /// Events: `Notified`.
        #[pallet::call_index(0)]
        #[pallet::weight(notify_weight::<T>(notice.ciphertext.len()))]
        pub fn notify(
            origin: OriginFor<T>,
            notice: SealedNotice<T::MaxCiphertext>,
            signature: BlsSignature,
        ) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_notify(account, notice, signature)
        }

        /// Proves a notice false by opening it in public: the plaintext and the randomness of its
        /// ciphertext, which the owner recovers with its key.
        ///
        /// Dispatch origin: the owner of the device, active or suspended.
        ///
        /// Errors: `NotOwner`, `ForeignNotice`, `WrongKey`, `BadSignature`, `AlreadyDisputed`,
        /// `RuleForgotten`, `BadOpening`, `NoticeIsTrue`. Events: `ProvedFalse`.
        #[pallet::call_index(1)]
        #[pallet::weight(dispute::weight::<T>(opening.n.len()))]
        pub fn dispute(
            origin: OriginFor<T>,
            seal: NoticeSeal,
            signature: BlsSignature,
            ciphertext: BoundedVec<u8, T::MaxCiphertext>,
            opening: Opening,
        ) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_dispute(account, seal, signature, ciphertext, opening)
        }
    }
}

/// The weight of a notice by the length of its ciphertext, which is twice that of a modulus.
fn notify_weight<T: Config>(ciphertext: usize) -> Weight {
    match ciphertext {
        0..=512 => T::WeightInfo::notify_2048(),
        513..=768 => T::WeightInfo::notify_3072(),
        _ => T::WeightInfo::notify_4096(),
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn genesis_hash() -> [u8; 32] {
        let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::default());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&genesis.as_ref()[..32]);
        bytes
    }

    fn do_notify(
        account: T::AccountId,
        notice: SealedNotice<T::MaxCiphertext>,
        signature: BlsSignature,
    ) -> DispatchResult {
        let (processor, region) =
            T::Members::active(&account, Role::Processor).ok_or(Error::<T>::NotProcessor)?;
        let device = T::Devices::device(&notice.device).ok_or(Error::<T>::UnknownDevice)?;
        ensure!(device.connected, Error::<T>::NotConnected);
        ensure!(device.region == region, Error::<T>::NotLocalProcessor);

        let last = LastNotices::<T>::get(notice.device).map_or(0, |last| last.sequence);
        ensure!(notice.sequence > last, Error::<T>::OldSequence);
        ensure!(notice.previous == last, Error::<T>::NotNext);

        let now: BlockNumber = frame_system::Pallet::<T>::block_number().saturated_into();
        let age = now.checked_sub(notice.judged_at).ok_or(Error::<T>::StaleJudgement)?;
        ensure!(age <= T::MaxJudgementAge::get(), Error::<T>::StaleJudgement);

        let owner_keys = T::Members::keys_of(&device.owner).ok_or(Error::<T>::UnknownDevice)?;
        let n = &owner_keys.paillier.n;
        ensure!(
            dmsm_host::dmsm_consensus::paillier_is_ciphertext(n, &notice.ciphertext),
            Error::<T>::BadCiphertext
        );

        let keys = T::Members::keys_of(&processor).ok_or(Error::<T>::NotProcessor)?;
        let seal = notice.seal(processor, device.owner, n);
        Self::check_seal(&seal, &keys.bls, &signature)?;

        LastNotices::<T>::insert(
            notice.device,
            LastNotice { sequence: notice.sequence, judged_at: notice.judged_at, digest: seal.digest },
        );
        Self::deposit_event(Event::Notified { seal });
        Ok(())
    }

    fn check_seal(
        seal: &NoticeSeal,
        key: &dmsm_primitives::BlsPublicKey,
        signature: &BlsSignature,
    ) -> DispatchResult {
        let payload: Vec<u8> = seal.signing_payload(&Self::genesis_hash());
        ensure!(
            dmsm_host::dmsm_consensus::bls_verify(&key.0, &payload, &signature.0),
            Error::<T>::BadSignature
        );
        Ok(())
    }
}
