// SPDX-License-Identifier: Apache-2.0
//! Weights of `pallet_devices`, measured by `make weights` (64.0.0).
//!
//! Steps 20, repeat 10, on AMD EPYC.

#![allow(clippy::unnecessary_cast, unused_parens, unused_imports)]

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{constants::ParityDbWeight, Weight},
};

/// What the calls cost.
pub trait WeightInfo {
    fn register() -> Weight;
    fn connect() -> Weight;
    fn set_rule() -> Weight;
    fn unbind() -> Weight;
}

/// Weights with the database's costs of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:1 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Devices::Devices` (r:1 w:1)
    /// Proof: `Devices::Devices` (`max_values`: None, `max_size`: Some(518), added: 2993, mode: `MaxEncodedLen`)
    /// Storage: `Devices::DeviceCount` (r:1 w:1)
    /// Proof: `Devices::DeviceCount` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `Devices::DevicesOf` (r:0 w:1)
    /// Proof: `Devices::DevicesOf` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
    fn register() -> Weight {
        Weight::from_parts(35_402_000, 4707)
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:1 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Devices::Devices` (r:1 w:1)
    /// Proof: `Devices::Devices` (`max_values`: None, `max_size`: Some(518), added: 2993, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn connect() -> Weight {
        Weight::from_parts(85_466_000, 4707)
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:1 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Devices::Devices` (r:1 w:1)
    /// Proof: `Devices::Devices` (`max_values`: None, `max_size`: Some(518), added: 2993, mode: `MaxEncodedLen`)
    fn set_rule() -> Weight {
        Weight::from_parts(31_717_000, 4707)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Devices::Devices` (r:1 w:1)
    /// Proof: `Devices::Devices` (`max_values`: None, `max_size`: Some(518), added: 2993, mode: `MaxEncodedLen`)
    /// Storage: `Devices::DeviceCount` (r:1 w:1)
    /// Proof: `Devices::DeviceCount` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `Devices::DevicesOf` (r:0 w:1)
    /// Proof: `Devices::DevicesOf` (`max_values`: None, `max_size`: Some(96), added: 2571, mode: `MaxEncodedLen`)
    fn unbind() -> Weight {
        Weight::from_parts(32_138_000, 3983)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
}

/// Weights for mocks.
impl WeightInfo for () {
    fn register() -> Weight {
        Weight::from_parts(35_402_000, 4707)
            .saturating_add(ParityDbWeight::get().reads(4_u64))
            .saturating_add(ParityDbWeight::get().writes(3_u64))
    }
    fn connect() -> Weight {
        Weight::from_parts(85_466_000, 4707)
            .saturating_add(ParityDbWeight::get().reads(4_u64))
            .saturating_add(ParityDbWeight::get().writes(1_u64))
    }
    fn set_rule() -> Weight {
        Weight::from_parts(31_717_000, 4707)
            .saturating_add(ParityDbWeight::get().reads(3_u64))
            .saturating_add(ParityDbWeight::get().writes(1_u64))
    }
    fn unbind() -> Weight {
        Weight::from_parts(32_138_000, 3983)
            .saturating_add(ParityDbWeight::get().reads(3_u64))
            .saturating_add(ParityDbWeight::get().writes(3_u64))
    }
}
