// SPDX-License-Identifier: Apache-2.0
//! Anchors of stored meter-days, and the worker that stores them.
//!
//! # Overview
//!
//! Paper III.C and IV.A. A processor packs each meter and day into one plaintext m, keeps
//! {M, M* = SHA-256(m)} in the cloud, M under the data key of its scope (region and month), and
//! anchors one Merkle root for each batch. A batch holds meter-days of one day and is one *version*
//! of it: what comes late, and what is corrected, makes further versions, and nothing that was
//! anchored is ever written over.
//!
//! | Call | Who |
//! |---|---|
//! | [`announce_data_key`](Call::announce_data_key) | an active processor, for months of its region |
//! | [`anchor`](Call::anchor) | an active processor |
//!
//! Whether a record is under an anchor is answered by [`Pallet::verify`], for other pallets and
//! through [`api::RecordsApi`].
//!
//! # What it costs
//!
//! A further batch takes [`STATE_BYTES_A_BATCH`] bytes of state, whatever it holds, and
//! [`STATE_BYTES_A_DAY`] more if it is its day's first. A scope takes
//! [`STATE_BYTES_A_SCOPE`] once. The records themselves, their manifest and their ciphertexts lie in
//! the cloud alone.
//!
//! # Implementation notes
//!
//! Versions of a day are counted from 0 without gaps, so the count says which ones there are, and
//! whoever misses one knows it.

#![cfg_attr(not(feature = "std"), no_std)]
#![allow(missing_docs)] // macros of FRAME write items without documentation

extern crate alloc;

pub mod api;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
mod types;
pub mod weights;
pub mod worker;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::SetClock;
pub use pallet::*;
pub use types::{Anchor, MIN_DATA_KEY_BYTES, STATE_BYTES_A_BATCH, STATE_BYTES_A_DAY, STATE_BYTES_A_SCOPE};
pub use weights::WeightInfo;

use dmsm_primitives::{
    records::{Inclusion, MAX_BATCH},
    DataKey, Day, MemberId, MemberRegistry, Moment, PaillierPublicKey, Record, Role, Scope,
};
use frame_support::{pallet_prelude::*, traits::Time};
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

        /// The chain's clock, ms.
        type Time: Time<Moment = Moment>;

        /// The worker's account, in the node's keystore.
        type WorkerAccount: frame_system::offchain::AppCrypto<Self::Public, Self::Signature>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;

        /// Sets the chain's clock for benchmarks.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkClock: SetClock;
    }

    /// Data keys by scope and processor.
    // Blake2 twice: months are chosen by processors, identifiers by applicants.
    #[pallet::storage]
    pub type DataKeys<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, Scope, Blake2_128Concat, MemberId, DataKey>;

    /// How many versions of a processor's day are anchored; they are numbered from 0.
    // Blake2: identifiers are chosen by applicants. Twox: days are past, so there are few.
    #[pallet::storage]
    pub type Versions<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, MemberId, Twox64Concat, Day, u16, ValueQuery>;

    /// Anchors by processor, day and version.
    // As for `Versions`; versions are given out by us.
    #[pallet::storage]
    pub type Anchors<T: Config> = StorageNMap<
        _,
        (NMapKey<Blake2_128Concat, MemberId>, NMapKey<Twox64Concat, Day>, NMapKey<Twox64Concat, u16>),
        Anchor<BlockNumberFor<T>>,
    >;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A processor encrypts its records of a scope under a key of their own.
        DataKeyAnnounced {
            /// The region and month.
            scope: Scope,
            /// Whose key it is.
            processor: MemberId,
        },
        /// A batch of stored meter-days is anchored.
        Anchored {
            /// Whose meter-days they are.
            processor: MemberId,
            /// Under which data key they lie in the cloud.
            scope: Scope,
            /// The day.
            day: Day,
            /// Which version of the day, from 0.
            version: u16,
            /// The Merkle root of the records.
            root: [u8; 32],
            /// How many there are.
            count: u32,
            /// SHA-256 of their manifest.
            manifest: [u8; 32],
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The caller is not an active processor.
        NotProcessor,
        /// The scope is of another region than the caller.
        OtherRegion,
        /// The scope's month is none.
        BadScope,
        /// The caller has announced a data key for this scope.
        AlreadyAnnounced,
        /// The modulus has less than 3,072 bits.
        KeyTooShort,
        /// The key has no accepted form.
        BadKey,
        /// The caller has announced no data key for the day's month.
        NoDataKey,
        /// The day is after the year 9999.
        BadDay,
        /// The day is not over.
        DayNotOver,
        /// The version is not the day's next one.
        WrongVersion,
        /// The batch is empty.
        EmptyBatch,
        /// The batch holds more than 2,048 meter-days.
        BatchTooLarge,
        /// The root is all zeros, which no batch has.
        BadRoot,
        /// The day has as many versions as can be counted.
        TooManyVersions,
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
        /// Says under which key the caller's records of a scope are encrypted. It is never replaced:
        /// what lies in the cloud stays readable under it, and sharing it opens that scope alone.
        ///
        /// `key` has 3,072 or 4,096 bits, `proofs_digest` is SHA-256 of the proofs about its modulus.
        ///
        /// Dispatch origin: the active processor of the scope's region.
        ///
        /// Errors: `NotProcessor`, `OtherRegion`, `BadScope`, `AlreadyAnnounced`, `KeyTooShort`,
        /// `BadKey`. Events: `DataKeyAnnounced`.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::announce_data_key())]
        pub fn announce_data_key(
            origin: OriginFor<T>,
            scope: Scope,
            key: PaillierPublicKey,
            proofs_digest: [u8; 32],
        ) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_announce_data_key(account, scope, key, proofs_digest)
        }

        /// Anchors a batch of meter-days of one day as the next version of that day.
        ///
        /// `root` is the SHA-256 Merkle root of the batch's `count` records, 1 to 2,048, `manifest`
        /// is SHA-256 of its manifest. The scope is the caller's region and the day's month.
        ///
        /// Dispatch origin: an active processor.
        ///
        /// Errors: `NotProcessor`, `BadDay`, `NoDataKey`, `DayNotOver`, `WrongVersion`,
        /// `TooManyVersions`, `EmptyBatch`, `BatchTooLarge`, `BadRoot`. Events: `Anchored`.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::anchor())]
        pub fn anchor(
            origin: OriginFor<T>,
            day: Day,
            version: u16,
            root: [u8; 32],
            count: u32,
            manifest: [u8; 32],
        ) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_anchor(account, day, version, root, count, manifest)
        }
    }
}

impl<T: Config> Pallet<T> {
    /// Whether a processor anchored this record, in this version of its day.
    pub fn verify(processor: &MemberId, version: u16, record: &Record, inclusion: &Inclusion) -> bool {
        Anchors::<T>::get((processor, record.day, version))
            .is_some_and(|anchor| inclusion.holds(&anchor.root, anchor.count, record))
    }

    pub(crate) fn genesis_hash() -> [u8; 32] {
        let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::default());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&genesis.as_ref()[..32]);
        bytes
    }

    fn do_announce_data_key(
        account: T::AccountId,
        scope: Scope,
        paillier: PaillierPublicKey,
        proofs_digest: [u8; 32],
    ) -> DispatchResult {
        let (processor, region) =
            T::Members::active(&account, Role::Processor).ok_or(Error::<T>::NotProcessor)?;
        ensure!(scope.region == region, Error::<T>::OtherRegion);
        ensure!(scope.month.period(0).is_some(), Error::<T>::BadScope);
        ensure!(!DataKeys::<T>::contains_key(scope, processor), Error::<T>::AlreadyAnnounced);
        ensure!(paillier.n.len() >= MIN_DATA_KEY_BYTES, Error::<T>::KeyTooShort);
        ensure!(
            dmsm_host::dmsm_consensus::paillier_key_has_form(&paillier.n, &paillier.h),
            Error::<T>::BadKey
        );
        DataKeys::<T>::insert(scope, processor, DataKey { paillier, proofs_digest });
        Self::deposit_event(Event::DataKeyAnnounced { scope, processor });
        Ok(())
    }

    fn do_anchor(
        account: T::AccountId,
        day: Day,
        version: u16,
        root: [u8; 32],
        count: u32,
        manifest: [u8; 32],
    ) -> DispatchResult {
        let (processor, region) =
            T::Members::active(&account, Role::Processor).ok_or(Error::<T>::NotProcessor)?;
        let month = day.month().ok_or(Error::<T>::BadDay)?;
        let scope = Scope { region, month };
        ensure!(DataKeys::<T>::contains_key(scope, processor), Error::<T>::NoDataKey);
        ensure!(day.end() <= T::Time::now(), Error::<T>::DayNotOver);

        let next = Versions::<T>::get(processor, day);
        ensure!(version == next, Error::<T>::WrongVersion);
        let versions = next.checked_add(1).ok_or(Error::<T>::TooManyVersions)?;
        ensure!(count > 0, Error::<T>::EmptyBatch);
        ensure!(count <= MAX_BATCH, Error::<T>::BatchTooLarge);
        ensure!(root != [0; 32], Error::<T>::BadRoot);

        let at = frame_system::Pallet::<T>::block_number();
        Anchors::<T>::insert((processor, day, version), Anchor { root, count, manifest, at });
        Versions::<T>::insert(processor, day, versions);
        Self::deposit_event(Event::Anchored { processor, scope, day, version, root, count, manifest });
        Ok(())
    }
}
