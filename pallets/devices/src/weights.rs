// SPDX-License-Identifier: Apache-2.0
//! Weights of `pallet_devices`.
//!
//! Estimates from the measured cost of the cryptography in each call (docs of `crypto/`), to be
//! replaced by the output of `make weights`.

use core::marker::PhantomData;
use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight};

/// What the calls cost.
pub trait WeightInfo {
    fn register() -> Weight;
    fn connect() -> Weight;
    fn set_rule() -> Weight;
    fn unbind() -> Weight;
}

/// Weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn register() -> Weight {
        Weight::from_parts(100 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn connect() -> Weight {
        Weight::from_parts(250 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn set_rule() -> Weight {
        Weight::from_parts(100 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn unbind() -> Weight {
        Weight::from_parts(100 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
}

/// Weights for mocks.
impl WeightInfo for () {
    fn register() -> Weight {
        Weight::from_parts(100 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn connect() -> Weight {
        Weight::from_parts(250 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn set_rule() -> Weight {
        Weight::from_parts(100 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn unbind() -> Weight {
        Weight::from_parts(100 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
}
