// SPDX-License-Identifier: Apache-2.0
//! Weights of `pallet_records`: estimates after those of the neighbouring pallets.

#![allow(clippy::unnecessary_cast, unused_parens, unused_imports)]

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::ParityDbWeight, Weight},
};

/// What the calls cost.
pub trait WeightInfo {
    fn announce_data_key() -> Weight;
    fn anchor() -> Weight;
}

/// Weights with the database's costs of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn announce_data_key() -> Weight {
        Weight::from_parts(1_000_000_000, 4707)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    fn anchor() -> Weight {
        Weight::from_parts(80_000_000, 4707)
            .saturating_add(T::DbWeight::get().reads(5_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
}

/// Weights for mocks.
impl WeightInfo for () {
    fn announce_data_key() -> Weight {
        Weight::from_parts(1_000_000_000, 4707)
            .saturating_add(ParityDbWeight::get().reads(3_u64))
            .saturating_add(ParityDbWeight::get().writes(1_u64))
    }
    fn anchor() -> Weight {
        Weight::from_parts(80_000_000, 4707)
            .saturating_add(ParityDbWeight::get().reads(5_u64))
            .saturating_add(ParityDbWeight::get().writes(2_u64))
    }
}
