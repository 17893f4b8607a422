// SPDX-License-Identifier: Apache-2.0
//! Slots, and the block limits that follow from them.
//!
//! The length of a slot is fixed at genesis: 200 ms by default; a consortium over a wide area
//! chooses 1 or 2 s. A block filled to its limit is authored and imported within half a slot, so
//! it may hold a quarter of a slot's computation.

use frame_support::{
    pallet_prelude::*,
    weights::constants::{BlockExecutionWeight, ExtrinsicBaseWeight, WEIGHT_REF_TIME_PER_MILLIS},
};
use frame_system::{limits, pallet_prelude::*};

pub use pallet::*;

/// Length of a slot where genesis says nothing, ms.
pub const DEFAULT_SLOT_MILLIS: u64 = 200;
/// Lengths that genesis may choose, ms.
pub const SLOT_MILLIS: core::ops::RangeInclusive<u64> = 100..=6_000;

#[frame_support::pallet]
pub mod pallet {
    use super::*;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config {}

    /// Length of a slot where genesis says nothing.
    #[pallet::type_value]
    pub fn DefaultSlot() -> u64 {
        DEFAULT_SLOT_MILLIS
    }

    /// Length of a slot, ms.
    #[pallet::storage]
    pub type SlotDuration<T: Config> = StorageValue<_, u64, ValueQuery, DefaultSlot>;

    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Length of a slot, ms; 0 for the default.
        pub slot_duration: u64,
        #[serde(skip)]
        _marker: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            let slot = if self.slot_duration == 0 { DEFAULT_SLOT_MILLIS } else { self.slot_duration };
            assert!(SLOT_MILLIS.contains(&slot), "a slot has 100 to 6000 ms, genesis says {slot}");
            SlotDuration::<T>::put(slot);
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            ensure!(SLOT_MILLIS.contains(&SlotDuration::<T>::get()), "timing: a slot out of range");
            Ok(())
        }
    }
}

/// Length of a slot, ms.
pub struct Slot;

impl Get<u64> for Slot {
    fn get() -> u64 {
        SlotDuration::<crate::Runtime>::get()
    }
}

/// Least time between two blocks, ms: half a slot, as Aura expects.
pub struct MinimumPeriod;

impl Get<u64> for MinimumPeriod {
    fn get() -> u64 {
        Slot::get() / 2
    }
}

/// What a block may hold.
pub struct BlockLimits;

impl Get<limits::BlockWeights> for BlockLimits {
    fn get() -> limits::BlockWeights {
        block_limits(Slot::get())
    }
}

/// What a block may hold when slots have `slot` ms.
///
/// Members' transactions have a quarter of the slot, whatever else is in the block. Operational ones,
/// which are the council's alone, come on top: a runtime upgrade takes longer than a slot and must get
/// in.
pub fn block_limits(slot: u64) -> limits::BlockWeights {
    let max_block = Weight::from_parts(slot.saturating_mul(WEIGHT_REF_TIME_PER_MILLIS) / 4, u64::MAX);
    limits::BlockWeights::builder()
        .base_block(BlockExecutionWeight::get())
        .for_class(DispatchClass::all(), |weights| weights.base_extrinsic = ExtrinsicBaseWeight::get())
        .for_class(DispatchClass::Normal, |weights| {
            weights.max_total = Some(max_block);
            weights.reserved = None;
        })
        .for_class(DispatchClass::Operational, |weights| {
            weights.max_total = None;
            weights.reserved = None;
        })
        .avg_block_initialization(sp_runtime::Perbill::from_percent(5))
        .build_or_panic()
}
