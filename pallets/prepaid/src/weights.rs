// SPDX-License-Identifier: Apache-2.0
//! Weights of `pallet_prepaid`, measured by `make weights` (64.0.0).
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
    fn set_request_type() -> Weight;
    fn request_2048() -> Weight;
    fn request_3072() -> Weight;
    fn request_4096() -> Weight;
    fn accept() -> Weight;
    fn reject() -> Weight;
    fn cancel() -> Weight;
    fn fulfil(b: u32) -> Weight;
    fn fulfil_in_cloud() -> Weight;
    fn look_at_deadlines() -> Weight;
    fn refund_due() -> Weight;
}

/// Weights with the database's costs of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    /// Storage: `Prepaid::RequestTypes` (r:0 w:1)
    /// Proof: `Prepaid::RequestTypes` (`max_values`: None, `max_size`: Some(38), added: 2513, mode: `MaxEncodedLen`)
    fn set_request_type() -> Weight {
        Weight::from_parts(9_564_000, 0).saturating_add(T::DbWeight::get().writes(1_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:2 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::RequestTypes` (r:1 w:0)
    /// Proof: `Prepaid::RequestTypes` (`max_values`: None, `max_size`: Some(38), added: 2513, mode: `MaxEncodedLen`)
    /// Storage: `Timestamp::Now` (r:1 w:0)
    /// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::LastTimestamps` (r:1 w:1)
    /// Proof: `Prepaid::LastTimestamps` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::NextRequest` (r:1 w:1)
    /// Proof: `Prepaid::NextRequest` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Letters` (r:0 w:1)
    /// Proof: `Prepaid::Letters` (`max_values`: None, `max_size`: Some(2066), added: 4541, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Deadlines` (r:0 w:1)
    /// Proof: `Prepaid::Deadlines` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Inbox` (r:0 w:1)
    /// Proof: `Prepaid::Inbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Outbox` (r:0 w:1)
    /// Proof: `Prepaid::Outbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Requests` (r:0 w:1)
    /// Proof: `Prepaid::Requests` (`max_values`: None, `max_size`: Some(242), added: 2717, mode: `MaxEncodedLen`)
    fn request_2048() -> Weight {
        Weight::from_parts(1_219_957_000, 8424)
            .saturating_add(T::DbWeight::get().reads(10_u64))
            .saturating_add(T::DbWeight::get().writes(9_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:2 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::RequestTypes` (r:1 w:0)
    /// Proof: `Prepaid::RequestTypes` (`max_values`: None, `max_size`: Some(38), added: 2513, mode: `MaxEncodedLen`)
    /// Storage: `Timestamp::Now` (r:1 w:0)
    /// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::LastTimestamps` (r:1 w:1)
    /// Proof: `Prepaid::LastTimestamps` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::NextRequest` (r:1 w:1)
    /// Proof: `Prepaid::NextRequest` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Letters` (r:0 w:1)
    /// Proof: `Prepaid::Letters` (`max_values`: None, `max_size`: Some(2066), added: 4541, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Deadlines` (r:0 w:1)
    /// Proof: `Prepaid::Deadlines` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Inbox` (r:0 w:1)
    /// Proof: `Prepaid::Inbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Outbox` (r:0 w:1)
    /// Proof: `Prepaid::Outbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Requests` (r:0 w:1)
    /// Proof: `Prepaid::Requests` (`max_values`: None, `max_size`: Some(242), added: 2717, mode: `MaxEncodedLen`)
    fn request_3072() -> Weight {
        Weight::from_parts(1_244_895_000, 8424)
            .saturating_add(T::DbWeight::get().reads(10_u64))
            .saturating_add(T::DbWeight::get().writes(9_u64))
    }
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:2 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::RequestTypes` (r:1 w:0)
    /// Proof: `Prepaid::RequestTypes` (`max_values`: None, `max_size`: Some(38), added: 2513, mode: `MaxEncodedLen`)
    /// Storage: `Timestamp::Now` (r:1 w:0)
    /// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::LastTimestamps` (r:1 w:1)
    /// Proof: `Prepaid::LastTimestamps` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::NextRequest` (r:1 w:1)
    /// Proof: `Prepaid::NextRequest` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Letters` (r:0 w:1)
    /// Proof: `Prepaid::Letters` (`max_values`: None, `max_size`: Some(2066), added: 4541, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Deadlines` (r:0 w:1)
    /// Proof: `Prepaid::Deadlines` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Inbox` (r:0 w:1)
    /// Proof: `Prepaid::Inbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Outbox` (r:0 w:1)
    /// Proof: `Prepaid::Outbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Requests` (r:0 w:1)
    /// Proof: `Prepaid::Requests` (`max_values`: None, `max_size`: Some(242), added: 2717, mode: `MaxEncodedLen`)
    fn request_4096() -> Weight {
        Weight::from_parts(1_276_381_000, 8424)
            .saturating_add(T::DbWeight::get().reads(10_u64))
            .saturating_add(T::DbWeight::get().writes(9_u64))
    }
    /// Storage: `Prepaid::Requests` (r:1 w:1)
    /// Proof: `Prepaid::Requests` (`max_values`: None, `max_size`: Some(242), added: 2717, mode: `MaxEncodedLen`)
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:1 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `Timestamp::Now` (r:1 w:0)
    /// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Credit::Scores` (r:1 w:0)
    /// Proof: `Credit::Scores` (`max_values`: None, `max_size`: Some(50), added: 2525, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Deadlines` (r:0 w:1)
    /// Proof: `Prepaid::Deadlines` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
    fn accept() -> Weight {
        Weight::from_parts(64_486_000, 4707)
            .saturating_add(T::DbWeight::get().reads(6_u64))
            .saturating_add(T::DbWeight::get().writes(3_u64))
    }
    /// Storage: `Prepaid::Requests` (r:1 w:1)
    /// Proof: `Prepaid::Requests` (`max_values`: None, `max_size`: Some(242), added: 2717, mode: `MaxEncodedLen`)
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Timestamp::Now` (r:1 w:0)
    /// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Recent` (r:1 w:1)
    /// Proof: `Prepaid::Recent` (`max_values`: None, `max_size`: Some(801), added: 3276, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Letters` (r:0 w:1)
    /// Proof: `Prepaid::Letters` (`max_values`: None, `max_size`: Some(2066), added: 4541, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Deadlines` (r:0 w:1)
    /// Proof: `Prepaid::Deadlines` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Inbox` (r:0 w:1)
    /// Proof: `Prepaid::Inbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Outbox` (r:0 w:1)
    /// Proof: `Prepaid::Outbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    fn reject() -> Weight {
        Weight::from_parts(115_401_000, 4266)
            .saturating_add(T::DbWeight::get().reads(6_u64))
            .saturating_add(T::DbWeight::get().writes(8_u64))
    }
    /// Storage: `Prepaid::Requests` (r:1 w:1)
    /// Proof: `Prepaid::Requests` (`max_values`: None, `max_size`: Some(242), added: 2717, mode: `MaxEncodedLen`)
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Timestamp::Now` (r:1 w:0)
    /// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Recent` (r:1 w:1)
    /// Proof: `Prepaid::Recent` (`max_values`: None, `max_size`: Some(801), added: 3276, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Letters` (r:0 w:1)
    /// Proof: `Prepaid::Letters` (`max_values`: None, `max_size`: Some(2066), added: 4541, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Deadlines` (r:0 w:1)
    /// Proof: `Prepaid::Deadlines` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Inbox` (r:0 w:1)
    /// Proof: `Prepaid::Inbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Outbox` (r:0 w:1)
    /// Proof: `Prepaid::Outbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    fn cancel() -> Weight {
        Weight::from_parts(114_940_000, 4266)
            .saturating_add(T::DbWeight::get().reads(6_u64))
            .saturating_add(T::DbWeight::get().writes(8_u64))
    }
    /// Storage: `Prepaid::Requests` (r:1 w:1)
    /// Proof: `Prepaid::Requests` (`max_values`: None, `max_size`: Some(242), added: 2717, mode: `MaxEncodedLen`)
    /// Storage: `Members::MemberIdOf` (r:1 w:0)
    /// Proof: `Members::MemberIdOf` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    /// Storage: `Timestamp::Now` (r:1 w:0)
    /// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Members::Members` (r:2 w:0)
    /// Proof: `Members::Members` (`max_values`: None, `max_size`: Some(1242), added: 3717, mode: `MaxEncodedLen`)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:2 w:2)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Credit::Earnings` (r:1 w:1)
    /// Proof: `Credit::Earnings` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
    /// Storage: `Members::OperatorOf` (r:1 w:0)
    /// Proof: `Members::OperatorOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `Credit::Scores` (r:1 w:1)
    /// Proof: `Credit::Scores` (`max_values`: None, `max_size`: Some(50), added: 2525, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Recent` (r:1 w:1)
    /// Proof: `Prepaid::Recent` (`max_values`: None, `max_size`: Some(801), added: 3276, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Letters` (r:0 w:1)
    /// Proof: `Prepaid::Letters` (`max_values`: None, `max_size`: Some(2066), added: 4541, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Deadlines` (r:0 w:1)
    /// Proof: `Prepaid::Deadlines` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Inbox` (r:0 w:1)
    /// Proof: `Prepaid::Inbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Outbox` (r:0 w:1)
    /// Proof: `Prepaid::Outbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// The range of component `b` is `[1, 8]`.
    fn fulfil(b: u32) -> Weight {
        Weight::from_parts(1_278_389_009, 8424)
            .saturating_add(Weight::from_parts(2_570_844, 0).saturating_mul(b.into()))
            .saturating_add(T::DbWeight::get().reads(15_u64))
            .saturating_add(T::DbWeight::get().writes(13_u64))
    }
    fn fulfil_in_cloud() -> Weight {
        Weight::from_parts(2_520_000_000, 8424)
            .saturating_add(T::DbWeight::get().reads(17_u64))
            .saturating_add(T::DbWeight::get().writes(13_u64))
    }
    /// Storage: `Timestamp::Now` (r:1 w:0)
    /// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Deadlines` (r:1 w:0)
    /// Proof: `Prepaid::Deadlines` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
    fn look_at_deadlines() -> Weight {
        Weight::from_parts(12_239_000, 3481).saturating_add(T::DbWeight::get().reads(2_u64))
    }
    /// Storage: `Timestamp::Now` (r:1 w:0)
    /// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Deadlines` (r:2 w:1)
    /// Proof: `Prepaid::Deadlines` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Requests` (r:1 w:1)
    /// Proof: `Prepaid::Requests` (`max_values`: None, `max_size`: Some(242), added: 2717, mode: `MaxEncodedLen`)
    /// Storage: `System::Account` (r:1 w:1)
    /// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(121), added: 2596, mode: `MaxEncodedLen`)
    /// Storage: `Credit::Earnings` (r:1 w:0)
    /// Proof: `Credit::Earnings` (`max_values`: None, `max_size`: Some(102), added: 2577, mode: `MaxEncodedLen`)
    /// Storage: `Members::OperatorOf` (r:1 w:0)
    /// Proof: `Members::OperatorOf` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    /// Storage: `Credit::Scores` (r:1 w:1)
    /// Proof: `Credit::Scores` (`max_values`: None, `max_size`: Some(50), added: 2525, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Recent` (r:1 w:1)
    /// Proof: `Prepaid::Recent` (`max_values`: None, `max_size`: Some(801), added: 3276, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Letters` (r:0 w:1)
    /// Proof: `Prepaid::Letters` (`max_values`: None, `max_size`: Some(2066), added: 4541, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Inbox` (r:0 w:1)
    /// Proof: `Prepaid::Inbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    /// Storage: `Prepaid::Outbox` (r:0 w:1)
    /// Proof: `Prepaid::Outbox` (`max_values`: None, `max_size`: Some(64), added: 2539, mode: `MaxEncodedLen`)
    fn refund_due() -> Weight {
        Weight::from_parts(122_111_000, 5972)
            .saturating_add(T::DbWeight::get().reads(12_u64))
            .saturating_add(T::DbWeight::get().writes(11_u64))
    }
}

/// Weights for mocks.
impl WeightInfo for () {
    fn set_request_type() -> Weight {
        Weight::from_parts(9_564_000, 0).saturating_add(ParityDbWeight::get().writes(1_u64))
    }
    fn request_2048() -> Weight {
        Weight::from_parts(1_219_957_000, 8424)
            .saturating_add(ParityDbWeight::get().reads(10_u64))
            .saturating_add(ParityDbWeight::get().writes(9_u64))
    }
    fn request_3072() -> Weight {
        Weight::from_parts(1_244_895_000, 8424)
            .saturating_add(ParityDbWeight::get().reads(10_u64))
            .saturating_add(ParityDbWeight::get().writes(9_u64))
    }
    fn request_4096() -> Weight {
        Weight::from_parts(1_276_381_000, 8424)
            .saturating_add(ParityDbWeight::get().reads(10_u64))
            .saturating_add(ParityDbWeight::get().writes(9_u64))
    }
    fn accept() -> Weight {
        Weight::from_parts(64_486_000, 4707)
            .saturating_add(ParityDbWeight::get().reads(6_u64))
            .saturating_add(ParityDbWeight::get().writes(3_u64))
    }
    fn reject() -> Weight {
        Weight::from_parts(115_401_000, 4266)
            .saturating_add(ParityDbWeight::get().reads(6_u64))
            .saturating_add(ParityDbWeight::get().writes(8_u64))
    }
    fn cancel() -> Weight {
        Weight::from_parts(114_940_000, 4266)
            .saturating_add(ParityDbWeight::get().reads(6_u64))
            .saturating_add(ParityDbWeight::get().writes(8_u64))
    }
    fn fulfil(b: u32) -> Weight {
        Weight::from_parts(1_278_389_009, 8424)
            .saturating_add(Weight::from_parts(2_570_844, 0).saturating_mul(b.into()))
            .saturating_add(ParityDbWeight::get().reads(15_u64))
            .saturating_add(ParityDbWeight::get().writes(13_u64))
    }
    fn fulfil_in_cloud() -> Weight {
        Weight::from_parts(2_520_000_000, 8424)
            .saturating_add(ParityDbWeight::get().reads(17_u64))
            .saturating_add(ParityDbWeight::get().writes(13_u64))
    }
    fn look_at_deadlines() -> Weight {
        Weight::from_parts(12_239_000, 3481).saturating_add(ParityDbWeight::get().reads(2_u64))
    }
    fn refund_due() -> Weight {
        Weight::from_parts(122_111_000, 5972)
            .saturating_add(ParityDbWeight::get().reads(12_u64))
            .saturating_add(ParityDbWeight::get().writes(11_u64))
    }
}
