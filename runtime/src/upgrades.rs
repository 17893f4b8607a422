// SPDX-License-Identifier: Apache-2.0
//! Upgrades of the runtime by the council.
//!
//! `System.authorize_upgrade` asks for root, which no chain but one of the preset `dev` has. Here
//! the council authorizes a code by its hash; that code, and no other, can then be handed in by
//! anybody with `System.apply_authorized_upgrade`, unsigned, so whoever holds the blob needs no
//! membership (docs/adr/0009-upgrades-by-the-council.md).

use frame_support::pallet_prelude::*;
use frame_system::{pallet_prelude::*, WeightInfo};

pub use pallet::*;

#[frame_support::pallet]
pub mod pallet {
    use super::*;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// Who decides on upgrades.
        type UpgradeOrigin: EnsureOrigin<Self::RuntimeOrigin>;
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Authorizes an upgrade to the code with this BLAKE2-256 hash, in place of one that was
        /// authorized before and not applied; the hash of no code takes that one back.
        ///
        /// The code is handed in with `System.apply_authorized_upgrade`, by anybody, and is applied
        /// if it is of this chain and its version is higher than the present one.
        ///
        /// Dispatch origin: two thirds of the council, or root.
        ///
        /// Events: `System.UpgradeAuthorized`.
        #[pallet::call_index(0)]
        #[pallet::weight((T::SystemWeightInfo::authorize_upgrade(), DispatchClass::Operational))]
        pub fn authorize(origin: OriginFor<T>, code_hash: T::Hash) -> DispatchResult {
            T::UpgradeOrigin::ensure_origin(origin)?;
            frame_system::Pallet::<T>::do_authorize_upgrade(code_hash, true);
            Ok(())
        }
    }
}
