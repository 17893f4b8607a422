// SPDX-License-Identifier: Apache-2.0
//! Weights of `pallet_prepaid`, before their first measurement.

use core::marker::PhantomData;
use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight};

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
    fn look_at_deadlines() -> Weight;
    fn refund_due() -> Weight;
}

/// Weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

const fn micros(micros: u64) -> Weight {
    Weight::from_parts(micros * WEIGHT_REF_TIME_PER_MICROS, 0)
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn set_request_type() -> Weight {
        micros(60)
    }
    fn request_2048() -> Weight {
        micros(2_000)
    }
    fn request_3072() -> Weight {
        micros(2_100)
    }
    fn request_4096() -> Weight {
        micros(2_200)
    }
    fn accept() -> Weight {
        micros(150)
    }
    fn reject() -> Weight {
        micros(200)
    }
    fn cancel() -> Weight {
        micros(200)
    }
    fn fulfil(b: u32) -> Weight {
        micros(2_000).saturating_add(micros(200).saturating_mul(b.into()))
    }
    fn look_at_deadlines() -> Weight {
        micros(60)
    }
    fn refund_due() -> Weight {
        micros(250)
    }
}

/// Weights for mocks.
impl WeightInfo for () {
    fn set_request_type() -> Weight {
        micros(60)
    }
    fn request_2048() -> Weight {
        micros(2_000)
    }
    fn request_3072() -> Weight {
        micros(2_100)
    }
    fn request_4096() -> Weight {
        micros(2_200)
    }
    fn accept() -> Weight {
        micros(150)
    }
    fn reject() -> Weight {
        micros(200)
    }
    fn cancel() -> Weight {
        micros(200)
    }
    fn fulfil(b: u32) -> Weight {
        micros(2_000).saturating_add(micros(200).saturating_mul(b.into()))
    }
    fn look_at_deadlines() -> Weight {
        micros(60)
    }
    fn refund_due() -> Weight {
        micros(250)
    }
}
