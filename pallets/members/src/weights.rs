// SPDX-License-Identifier: Apache-2.0
//! Weights of `pallet_members`.
//!
//! Estimates from the measured cost of the cryptography in each call (docs of `crypto/`), to be
//! replaced by the output of `make weights`.

use core::marker::PhantomData;
use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight};

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

/// Weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn invite() -> Weight {
        Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn withdraw_invitation() -> Weight {
        Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn apply(_: u32) -> Weight {
        Weight::from_parts(6000 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn approve() -> Weight {
        Weight::from_parts(150 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn suspend() -> Weight {
        Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn reinstate() -> Weight {
        Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn rotate_keys() -> Weight {
        Weight::from_parts(6000 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn leave() -> Weight {
        Weight::from_parts(100 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn set_authorities(n: u32) -> Weight {
        Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0)
            .saturating_add(Weight::from_parts(30 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_mul(n.into()))
    }
    fn set_operator() -> Weight {
        Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn member_nonce() -> Weight {
        Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
}

/// Weights for mocks.
impl WeightInfo for () {
    fn invite() -> Weight {
        Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn withdraw_invitation() -> Weight {
        Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn apply(_: u32) -> Weight {
        Weight::from_parts(6000 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn approve() -> Weight {
        Weight::from_parts(150 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn suspend() -> Weight {
        Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn reinstate() -> Weight {
        Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn rotate_keys() -> Weight {
        Weight::from_parts(6000 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn leave() -> Weight {
        Weight::from_parts(100 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn set_authorities(n: u32) -> Weight {
        Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0)
            .saturating_add(Weight::from_parts(30 * WEIGHT_REF_TIME_PER_MICROS, 0).saturating_mul(n.into()))
    }
    fn set_operator() -> Weight {
        Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
    fn member_nonce() -> Weight {
        Weight::from_parts(60 * WEIGHT_REF_TIME_PER_MICROS, 0)
    }
}
