// SPDX-License-Identifier: Apache-2.0
//! Before the benchmark command has run.
use frame_support::weights::Weight;
/// Weights.
pub trait WeightInfo {
    fn notify_2048() -> Weight;
    fn notify_3072() -> Weight;
    fn notify_4096() -> Weight;
    fn dispute_2048() -> Weight;
    fn dispute_3072() -> Weight;
    fn dispute_4096() -> Weight;
}
impl WeightInfo for () {
    fn notify_2048() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn notify_3072() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn notify_4096() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn dispute_2048() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn dispute_3072() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn dispute_4096() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
}
/// Weights.
pub struct SubstrateWeight<T>(core::marker::PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn notify_2048() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn notify_3072() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn notify_4096() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn dispute_2048() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn dispute_3072() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
    fn dispute_4096() -> Weight {
        Weight::from_parts(1_000_000, 0)
    }
}
