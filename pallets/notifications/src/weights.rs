// SPDX-License-Identifier: Apache-2.0
//! Weights of `pallet_notifications`.
//!
//! Estimates from the measured cost of the cryptography in each call (docs of `crypto/`), to be
//! replaced by the output of `make weights`.

use core::marker::PhantomData;
use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight};

/// What the calls cost.
pub trait WeightInfo {
    fn notify_2048() -> Weight;
    fn notify_3072() -> Weight;
    fn notify_4096() -> Weight;
    fn dispute_2048() -> Weight;
    fn dispute_3072() -> Weight;
    fn dispute_4096() -> Weight;
}

/// Weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn notify_2048() -> Weight {
        Weight::from_parts(2500 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn notify_3072() -> Weight {
        Weight::from_parts(2600 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn notify_4096() -> Weight {
        Weight::from_parts(2700 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn dispute_2048() -> Weight {
        Weight::from_parts(18000 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn dispute_3072() -> Weight {
        Weight::from_parts(42000 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn dispute_4096() -> Weight {
        Weight::from_parts(90000 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
}

/// Weights for mocks.
impl WeightInfo for () {
    fn notify_2048() -> Weight {
        Weight::from_parts(2500 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn notify_3072() -> Weight {
        Weight::from_parts(2600 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn notify_4096() -> Weight {
        Weight::from_parts(2700 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn dispute_2048() -> Weight {
        Weight::from_parts(18000 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn dispute_3072() -> Weight {
        Weight::from_parts(42000 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn dispute_4096() -> Weight {
        Weight::from_parts(90000 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
}
