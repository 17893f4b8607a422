// SPDX-License-Identifier: Apache-2.0
//! Weights of `pallet_members`, measured by `make weights` (64.0.0).
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
    fn invite() -> Weight;
    fn withdraw_invitation() -> Weight;
    fn apply(l: u32) -> Weight;
    fn approve() -> Weight;
    fn suspend() -> Weight;
    fn reinstate() -> Weight;
    fn rotate_keys() -> Weight;
    fn leave() -> Weight;
    fn set_authorities(n: u32) -> Weight;
    fn set_operator() -> Weight;
    fn member_nonce() -> Weight;
}

/// Weights with the database's costs of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Storage: `Members::MemberIdOf` (r:2 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:1 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Members::Invitations` (r:1 w:1)
    /// Proof: `Members::Invitations` (`max_values`: None, `max_size`: Some(81), added: 2556, mode: `MaxEncodedLen`)
    /// Storage: `Members::OpenInvitations` (r:1 w:1)
    /// Proof: `Members::OpenInvitations` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    fn invite() -> Weight {
        Weight::from_parts(38_758_000, 6100)
            .saturating_add(T::DbWeight::get().reads(6_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:1 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Members::Invitations` (r:1 w:1)
    /// Proof: `Members::Invitations` (`max_values`: None, `max_size`: Some(81), added: 2556, mode: `MaxEncodedLen`)
    /// Storage: `Members::OpenInvitations` (r:1 w:1)
    /// Proof: `Members::OpenInvitations` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Members::Applications` (r:0 w:1)
    /// Proof: `Members::Applications` (`max_values`: None, `max_size`: Some(3291), added: 5766, mode: `MaxEncodedLen`)
    fn withdraw_invitation() -> Weight {
        Weight::from_parts(41_852_000, 4707)
            .saturating_add(T::DbWeight::get().reads(5_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    /// Storage: `Members::Invitations` (r:1 w:0)
    /// Proof: `Members::Invitations` (`max_values`: None, `max_size`: Some(81), added: 2556, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:1 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Members::Applications` (r:0 w:1)
    /// Proof: `Members::Applications` (`max_values`: None, `max_size`: Some(3291), added: 5766, mode: `MaxEncodedLen`)
    /// The range of component `l` is `[0, 2048]`.
    fn apply(l: u32) -> Weight {
        Weight::from_parts(2_688_056_005, 4707)
            .saturating_add(Weight::from_parts(3_594, 0).saturating_mul(l.into()))
            .saturating_add(T::DbWeight::get().reads(2_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:1 w:1)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:2 w:1)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Members::Applications` (r:1 w:1)
    /// Proof: `Members::Applications` (`max_values`: None, `max_size`: Some(3291), added: 5766, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Members::Invitations` (r:1 w:1)
    /// Proof: `Members::Invitations` (`max_values`: None, `max_size`: Some(81), added: 2556, mode: `MaxEncodedLen`)
    /// Storage: `Members::OpenInvitations` (r:1 w:1)
    /// Proof: `Members::OpenInvitations` (`max_values`: None, `max_size`: Some(53), added: 2528, mode: `MaxEncodedLen`)
    fn approve() -> Weight {
        Weight::from_parts(60_159_000, 8424)
            .saturating_add(T::DbWeight::get().reads(7_u64))
            .saturating_add(T::DbWeight::get().writes(6_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:2 w:1)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    fn suspend() -> Weight {
        Weight::from_parts(28_893_000, 8424)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:2 w:1)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    fn reinstate() -> Weight {
        Weight::from_parts(28_562_000, 8424)
            .saturating_add(T::DbWeight::get().reads(3_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:1 w:1)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Outbox` (r:1 w:0)
    /// Proof: `Prepaid::Outbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Members::KeyHistory` (r:1 w:1)
    /// Proof: `Members::KeyHistory` (`max_values`: None, `max_size`: Some(817), added: 3292, mode: `MaxEncodedLen`)
    fn rotate_keys() -> Weight {
        Weight::from_parts(2_667_782_000, 4707)
            .saturating_add(T::DbWeight::get().reads(5_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:1 w:1)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Devices::DeviceCount` (r:1 w:0)
    /// Proof: `Devices::DeviceCount` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Inbox` (r:1 w:0)
    /// Proof: `Prepaid::Inbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Outbox` (r:1 w:0)
    /// Proof: `Prepaid::Outbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Members::Authorities` (r:1 w:0)
    /// Proof: `Members::Authorities` (`max_values`: Some(1), `max_size`: Some(2050), added: 2545, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:1 w:1)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Members::UsageOf` (r:0 w:1)
    /// Proof: `Members::UsageOf` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    fn leave() -> Weight {
        Weight::from_parts(51_396_000, 4707)
            .saturating_add(T::DbWeight::get().reads(7_u64))
            .saturating_add(T::DbWeight::get().writes(4_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:64 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:64 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Members::Authorities` (r:0 w:1)
    /// Proof: `Members::Authorities` (`max_values`: Some(1), `max_size`: Some(2050), added: 2545, mode: `MaxEncodedLen`)
    /// The range of component `n` is `[1, 64]`.
    fn set_authorities(n: u32) -> Weight {
        Weight::from_parts(146_117, 990)
            .saturating_add(Weight::from_parts(12_041_015, 0).saturating_mul(n.into()))
            .saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(n.into())))
            .saturating_add(T::DbWeight::get().writes(1_u64))
            .saturating_add(Weight::from_parts(0, 3717).saturating_mul(n.into()))
    }
    /// Storage: `Members::Members` (r:1 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Members::OperatorOf` (r:0 w:1)
    /// Proof: `Members::OperatorOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    fn set_operator() -> Weight {
        Weight::from_parts(14_691_000, 4707)
            .saturating_add(T::DbWeight::get().reads(1_u64))
            .saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:1 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Members::UsageOf` (r:1 w:1)
    /// Proof: `Members::UsageOf` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    fn member_nonce() -> Weight {
        Weight::from_parts(32_518_000, 4707)
            .saturating_add(T::DbWeight::get().reads(4_u64))
            .saturating_add(T::DbWeight::get().writes(2_u64))
    }
}

/// Weights for mocks.
impl WeightInfo for () {
    fn invite() -> Weight {
        Weight::from_parts(38_758_000, 6100)
            .saturating_add(ParityDbWeight::get().reads(6_u64))
            .saturating_add(ParityDbWeight::get().writes(3_u64))
    }
    fn withdraw_invitation() -> Weight {
        Weight::from_parts(41_852_000, 4707)
            .saturating_add(ParityDbWeight::get().reads(5_u64))
            .saturating_add(ParityDbWeight::get().writes(4_u64))
    }
    fn apply(l: u32) -> Weight {
        Weight::from_parts(2_688_056_005, 4707)
            .saturating_add(Weight::from_parts(3_594, 0).saturating_mul(l.into()))
            .saturating_add(ParityDbWeight::get().reads(2_u64))
            .saturating_add(ParityDbWeight::get().writes(1_u64))
    }
    fn approve() -> Weight {
        Weight::from_parts(60_159_000, 8424)
            .saturating_add(ParityDbWeight::get().reads(7_u64))
            .saturating_add(ParityDbWeight::get().writes(6_u64))
    }
    fn suspend() -> Weight {
        Weight::from_parts(28_893_000, 8424)
            .saturating_add(ParityDbWeight::get().reads(3_u64))
            .saturating_add(ParityDbWeight::get().writes(1_u64))
    }
    fn reinstate() -> Weight {
        Weight::from_parts(28_562_000, 8424)
            .saturating_add(ParityDbWeight::get().reads(3_u64))
            .saturating_add(ParityDbWeight::get().writes(1_u64))
    }
    fn rotate_keys() -> Weight {
        Weight::from_parts(2_667_782_000, 4707)
            .saturating_add(ParityDbWeight::get().reads(5_u64))
            .saturating_add(ParityDbWeight::get().writes(3_u64))
    }
    fn leave() -> Weight {
        Weight::from_parts(51_396_000, 4707)
            .saturating_add(ParityDbWeight::get().reads(7_u64))
            .saturating_add(ParityDbWeight::get().writes(4_u64))
    }
    fn set_authorities(n: u32) -> Weight {
        Weight::from_parts(146_117, 990)
            .saturating_add(Weight::from_parts(12_041_015, 0).saturating_mul(n.into()))
            .saturating_add(ParityDbWeight::get().writes(1_u64))
            .saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(n.into())))
    }
    fn set_operator() -> Weight {
        Weight::from_parts(14_691_000, 4707)
            .saturating_add(ParityDbWeight::get().reads(1_u64))
            .saturating_add(ParityDbWeight::get().writes(1_u64))
    }
    fn member_nonce() -> Weight {
        Weight::from_parts(32_518_000, 4707)
            .saturating_add(ParityDbWeight::get().reads(4_u64))
            .saturating_add(ParityDbWeight::get().writes(2_u64))
    }
}
