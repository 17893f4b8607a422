// SPDX-License-Identifier: Apache-2.0
//! Devices, their owners and their rules.
//!
//! # Overview
//!
//! A device (paper III.B: D, an element d) is registered by its owner, connected by its own key,
//! and watched under its owner's rule (paper V.A, Algorithm 1).
//!
//! | Call | Who |
//! |---|---|
//! | [`register`](Call::register), [`connect`](Call::connect), [`set_rule`](Call::set_rule), [`unbind`](Call::unbind) | an active user, for its own devices |
//!
//! ```text
//! register ─▶ Registered ─ connect ─▶ Connected ─ unbind ─▶ Unbound
//!                  └──────────── unbind ──────────────────────┘
//! ```
//!
//! Whether a connected device runs or has been shut down is known to its owner alone, from its
//! notices: a public switch would tell everybody who is at home (docs/adr/0005-status-is-private.md).
//!
//! # Implementation notes
//!
//! Rules are kept with the block from which they apply, so that a notice of the past can be judged
//! by the rule of its time. The oldest is forgotten when there are `MaxRules`. An unbound device
//! keeps its record, for the same reason, and its identifier is never given again.

#![cfg_attr(not(feature = "std"), no_std)]
#![allow(missing_docs)] // macros of FRAME write items without documentation

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
mod registry;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
mod types;
pub mod weights;

pub use pallet::*;
pub use types::{Device, DeviceStatus};
pub use weights::WeightInfo;

use dmsm_primitives::{
    signing::{self, Purpose},
    BlockNumber, DeviceId, DevicePublicKey, DeviceSignature, MemberId, MemberRegistry, RegionId, Role, Rule,
};
use frame_support::pallet_prelude::*;
use frame_system::pallet_prelude::*;
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
    pub trait Config: frame_system::Config {
        /// Who is a member.
        type Members: MemberRegistry<Self::AccountId>;

        /// Most devices of one owner that are not unbound.
        #[pallet::constant]
        type MaxDevices: Get<u32>;

        /// Most rules of one device that are remembered, the present one and one to come included.
        #[pallet::constant]
        type MaxRules: Get<u32>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// Every device there ever was.
    // Blake2: identifiers are digests, but of keys that their owners choose.
    #[pallet::storage]
    pub type Devices<T: Config> = StorageMap<_, Blake2_128Concat, DeviceId, Device<T::MaxRules>>;

    /// Devices by owner, those unbound left out.
    // Blake2 twice: as above.
    #[pallet::storage]
    pub type DevicesOf<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, MemberId, Blake2_128Concat, DeviceId, ()>;

    /// Number of an owner's devices, those unbound left out.
    #[pallet::storage]
    pub type DeviceCount<T: Config> = StorageMap<_, Blake2_128Concat, MemberId, u32, ValueQuery>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A device waits for its proof.
        Registered {
            /// The device.
            device: DeviceId,
            /// Its owner.
            owner: MemberId,
            /// Where it is.
            region: RegionId,
        },
        /// A device proved its key: its readings are watched.
        Connected {
            /// The device.
            device: DeviceId,
        },
        /// A device has a new rule.
        RuleSet {
            /// The device.
            device: DeviceId,
            /// The rule.
            rule: Rule,
            /// The first block at which it applies.
            from: BlockNumber,
        },
        /// A device is no longer watched.
        Unbound {
            /// The device.
            device: DeviceId,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The caller is not an active user.
        NotUser,
        /// The owner registered this key before.
        AlreadyRegistered,
        /// The owner has as many devices as it may.
        TooManyDevices,
        /// Thresholds must be 0 <= low <= high, high > 0.
        InconsistentRule,
        /// There is no such device.
        UnknownDevice,
        /// The device is another's.
        NotOwner,
        /// The device is connected already.
        AlreadyConnected,
        /// The device is unbound.
        AlreadyUnbound,
        /// The proof is not the device's signature over its connection to this owner.
        BadProof,
        /// A rule takes effect at a block to come.
        RuleInThePast,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxRules::get() >= 2, "a present rule and one to come");
            assert!(T::MaxDevices::get() > 0, "a user has devices");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Registers a device under its key, in the region of its owner. Its identifier is
        /// SHA-256("dmsm/device/v1" ‖ owner ‖ key).
        ///
        /// Dispatch origin: an active user.
        ///
        /// Errors: `NotUser`, `InconsistentRule`, `AlreadyRegistered`, `TooManyDevices`.
        /// Events: `Registered`.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::register())]
        pub fn register(origin: OriginFor<T>, key: DevicePublicKey, rule: Rule) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_register(account, key, rule)
        }

        /// Connects a registered device. `proof` is the device's signature over
        /// "dmsm/connect/v1" ‖ genesis hash ‖ device ‖ owner.
        ///
        /// Dispatch origin: the owner, active.
        ///
        /// Errors: `NotUser`, `UnknownDevice`, `NotOwner`, `AlreadyConnected`, `AlreadyUnbound`,
        /// `BadProof`. Events: `Connected`.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::connect())]
        pub fn connect(origin: OriginFor<T>, device: DeviceId, proof: DeviceSignature) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_connect(account, device, proof)
        }

        /// Gives a device a rule that applies from block `from` on. A rule that was still to come
        /// is replaced.
        ///
        /// Dispatch origin: the owner, active.
        ///
        /// Errors: `NotUser`, `UnknownDevice`, `NotOwner`, `AlreadyUnbound`, `InconsistentRule`,
        /// `RuleInThePast`. Events: `RuleSet`.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::set_rule())]
        pub fn set_rule(
            origin: OriginFor<T>,
            device: DeviceId,
            rule: Rule,
            from: BlockNumber,
        ) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_set_rule(account, device, rule, from)
        }

        /// Ends the watching of a device.
        ///
        /// Dispatch origin: the owner, active or suspended.
        ///
        /// Errors: `NotUser`, `UnknownDevice`, `NotOwner`, `AlreadyUnbound`. Events: `Unbound`.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::unbind())]
        pub fn unbind(origin: OriginFor<T>, device: DeviceId) -> DispatchResult {
            let account = ensure_signed(origin)?;
            Self::do_unbind(account, device)
        }
    }
}

impl<T: Config> Pallet<T> {
    /// The bytes that a device signs to be connected to an owner.
    pub fn connection_payload(device: &DeviceId, owner: &MemberId) -> alloc::vec::Vec<u8> {
        signing::payload(Purpose::Connect, &Self::genesis_hash(), &(device, owner))
    }

    fn genesis_hash() -> [u8; 32] {
        let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::default());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&genesis.as_ref()[..32]);
        bytes
    }

    fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }

    /// The device, which must be bound and the owner's.
    fn owned(owner: &MemberId, device: &DeviceId) -> Result<Device<T::MaxRules>, Error<T>> {
        let found = Devices::<T>::get(device).ok_or(Error::<T>::UnknownDevice)?;
        ensure!(found.owner == *owner, Error::<T>::NotOwner);
        ensure!(found.status != DeviceStatus::Unbound, Error::<T>::AlreadyUnbound);
        Ok(found)
    }

    fn active_user(account: &T::AccountId) -> Result<(MemberId, RegionId), Error<T>> {
        T::Members::active(account, Role::User).ok_or(Error::<T>::NotUser)
    }

    fn do_register(account: T::AccountId, key: DevicePublicKey, rule: Rule) -> DispatchResult {
        let (owner, region) = Self::active_user(&account)?;
        ensure!(rule.is_consistent(), Error::<T>::InconsistentRule);
        let device = DeviceId::derive(&owner, &key.0);
        ensure!(!Devices::<T>::contains_key(device), Error::<T>::AlreadyRegistered);
        DeviceCount::<T>::try_mutate(owner, |count| {
            ensure!(*count < T::MaxDevices::get(), Error::<T>::TooManyDevices);
            *count += 1;
            Ok::<_, DispatchError>(())
        })?;
        DevicesOf::<T>::insert(owner, device, ());
        Devices::<T>::insert(device, Device::new(owner, key, region, rule, Self::now()));
        Self::deposit_event(Event::Registered { device, owner, region });
        Ok(())
    }

    fn do_connect(account: T::AccountId, device: DeviceId, proof: DeviceSignature) -> DispatchResult {
        let (owner, _) = Self::active_user(&account)?;
        let mut found = Self::owned(&owner, &device)?;
        ensure!(found.status == DeviceStatus::Registered, Error::<T>::AlreadyConnected);
        let payload = Self::connection_payload(&device, &owner);
        let proved = sp_io::crypto::ed25519_verify(&proof.0.into(), &payload, &found.key.0.into());
        ensure!(proved, Error::<T>::BadProof);
        found.status = DeviceStatus::Connected;
        Devices::<T>::insert(device, found);
        Self::deposit_event(Event::Connected { device });
        Ok(())
    }

    fn do_set_rule(account: T::AccountId, device: DeviceId, rule: Rule, from: BlockNumber) -> DispatchResult {
        let (owner, _) = Self::active_user(&account)?;
        let mut found = Self::owned(&owner, &device)?;
        ensure!(rule.is_consistent(), Error::<T>::InconsistentRule);
        ensure!(from > Self::now(), Error::<T>::RuleInThePast);
        found.schedule_rule(rule, from, Self::now());
        Devices::<T>::insert(device, found);
        Self::deposit_event(Event::RuleSet { device, rule, from });
        Ok(())
    }

    fn do_unbind(account: T::AccountId, device: DeviceId) -> DispatchResult {
        let owner = T::Members::id_of(&account).ok_or(Error::<T>::NotUser)?;
        let mut found = Self::owned(&owner, &device)?;
        found.status = DeviceStatus::Unbound;
        Devices::<T>::insert(device, found);
        DevicesOf::<T>::remove(owner, device);
        DeviceCount::<T>::mutate_exists(owner, |count| {
            *count = count.unwrap_or_default().checked_sub(1).filter(|left| *left > 0);
        });
        Self::deposit_event(Event::Unbound { device });
        Ok(())
    }
}
