// SPDX-License-Identifier: Apache-2.0
//! Weights of `pallet_notifications`, measured by `make weights` (64.0.0).
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
    fn notify_2048() -> Weight;
    fn notify_3072() -> Weight;
    fn notify_4096() -> Weight;
    fn dispute_2048() -> Weight;
    fn dispute_3072() -> Weight;
    fn dispute_4096() -> Weight;
}

/// Weights with the database's costs of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:2 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Devices::Devices` (r:1 w:0)
    /// Proof: `Devices::Devices` (`max_values`: None, `max_size`: Some(518), added: 2993, mode: `MaxEncodedLen`)
    /// Storage: `Notifications::LastNotices` (r:1 w:1)
    /// Proof: `Notifications::LastNotices` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn notify_2048() -> Weight {
        Weight::from_parts(1_131_005_000, 8424)
            .saturating_add(T::DbWeight::get().reads(6_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:2 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Devices::Devices` (r:1 w:0)
    /// Proof: `Devices::Devices` (`max_values`: None, `max_size`: Some(518), added: 2993, mode: `MaxEncodedLen`)
    /// Storage: `Notifications::LastNotices` (r:1 w:1)
    /// Proof: `Notifications::LastNotices` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn notify_3072() -> Weight {
        Weight::from_parts(1_128_422_000, 8424)
            .saturating_add(T::DbWeight::get().reads(6_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:2 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Devices::Devices` (r:1 w:0)
    /// Proof: `Devices::Devices` (`max_values`: None, `max_size`: Some(518), added: 2993, mode: `MaxEncodedLen`)
    /// Storage: `Notifications::LastNotices` (r:1 w:1)
    /// Proof: `Notifications::LastNotices` (`max_values`: None, `max_size`: Some(92), added: 2567, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    fn notify_4096() -> Weight {
        Weight::from_parts(1_061_743_000, 8424)
            .saturating_add(T::DbWeight::get().reads(6_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Devices::Devices` (r:1 w:0)
    /// Proof: `Devices::Devices` (`max_values`: None, `max_size`: Some(518), added: 2993, mode: `MaxEncodedLen`)
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Notifications::Disputes` (r:1 w:1)
    /// Proof: `Notifications::Disputes` (`max_values`: None, `max_size`: Some(141), added: 2616, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:1 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    /// Storage: `Timestamp::Now` (r:1 w:0)
    /// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Credit::Earnings` (r:1 w:0)
    /// Proof: `Credit::Earnings` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
    /// Storage: `Members::OperatorOf` (r:1 w:0)
    /// Proof: `Members::OperatorOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `Credit::Scores` (r:1 w:1)
    /// Proof: `Credit::Scores` (`max_values`: None, `max_size`: Some(50), added: 2525, mode: `MaxEncodedLen`)
    fn dispute_2048() -> Weight {
        Weight::from_parts(10_048_518_000, 4707)
            .saturating_add(T::DbWeight::get().reads(9_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
    /// Storage: `Devices::Devices` (r:1 w:0)
    /// Proof: `Devices::Devices` (`max_values`: None, `max_size`: Some(518), added: 2993, mode: `MaxEncodedLen`)
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Notifications::Disputes` (r:1 w:1)
    /// Proof: `Notifications::Disputes` (`max_values`: None, `max_size`: Some(141), added: 2616, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:1 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    /// Storage: `Timestamp::Now` (r:1 w:0)
    /// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Credit::Earnings` (r:1 w:0)
    /// Proof: `Credit::Earnings` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
    /// Storage: `Members::OperatorOf` (r:1 w:0)
    /// Proof: `Members::OperatorOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `Credit::Scores` (r:1 w:1)
    /// Proof: `Credit::Scores` (`max_values`: None, `max_size`: Some(50), added: 2525, mode: `MaxEncodedLen`)
    fn dispute_3072() -> Weight {
        Weight::from_parts(29_956_093_000, 4707)
            .saturating_add(T::DbWeight::get().reads(9_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
    /// Storage: `Devices::Devices` (r:1 w:0)
    /// Proof: `Devices::Devices` (`max_values`: None, `max_size`: Some(518), added: 2993, mode: `MaxEncodedLen`)
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Notifications::Disputes` (r:1 w:1)
    /// Proof: `Notifications::Disputes` (`max_values`: None, `max_size`: Some(141), added: 2616, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:1 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    /// Storage: `Timestamp::Now` (r:1 w:0)
    /// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Credit::Earnings` (r:1 w:0)
    /// Proof: `Credit::Earnings` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
    /// Storage: `Members::OperatorOf` (r:1 w:0)
    /// Proof: `Members::OperatorOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `Credit::Scores` (r:1 w:1)
    /// Proof: `Credit::Scores` (`max_values`: None, `max_size`: Some(50), added: 2525, mode: `MaxEncodedLen`)
    fn dispute_4096() -> Weight {
        Weight::from_parts(48_190_650_000, 4707)
            .saturating_add(T::DbWeight::get().reads(9_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
}

/// Weights for mocks.
impl WeightInfo for () {
    fn notify_2048() -> Weight {
        Weight::from_parts(1_131_005_000, 8424)
            .saturating_add(ParityDbWeight::get().reads(6_u64))
            .saturating_add(ParityDbWeight::get().writes(1_u64))
    }
    fn notify_3072() -> Weight {
        Weight::from_parts(1_128_422_000, 8424)
            .saturating_add(ParityDbWeight::get().reads(6_u64))
            .saturating_add(ParityDbWeight::get().writes(1_u64))
    }
    fn notify_4096() -> Weight {
        Weight::from_parts(1_061_743_000, 8424)
            .saturating_add(ParityDbWeight::get().reads(6_u64))
            .saturating_add(ParityDbWeight::get().writes(1_u64))
    }
    fn dispute_2048() -> Weight {
        Weight::from_parts(10_048_518_000, 4707)
            .saturating_add(ParityDbWeight::get().reads(9_u64))
            .saturating_add(ParityDbWeight::get().writes(2_u64))
    }
    fn dispute_3072() -> Weight {
        Weight::from_parts(29_956_093_000, 4707)
            .saturating_add(ParityDbWeight::get().reads(9_u64))
            .saturating_add(ParityDbWeight::get().writes(2_u64))
    }
    fn dispute_4096() -> Weight {
        Weight::from_parts(48_190_650_000, 4707)
            .saturating_add(ParityDbWeight::get().reads(9_u64))
            .saturating_add(ParityDbWeight::get().writes(2_u64))
    }
}
