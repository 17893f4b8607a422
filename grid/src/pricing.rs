// SPDX-License-Identifier: Apache-2.0
//! From half-hours and tariffs to bills and advice. Integers alone, no database, no clock.
//!
//! Rounding is fixed in [`dmsm_primitives::answer`]: the energy of a half-hour to whole Wh once,
//! half away from zero; a cost to whole minor units once a line, half up; totals are sums of what
//! is shown. Nothing is estimated: a half-hour without readings counts as no energy and is named.

mod advice;
mod bill;
mod calendar;
mod draft;
mod meter_day;
mod series;
mod tariff;

pub use advice::{advice, MAX_OFFERS, MIN_REGION_METERS};
pub use bill::{bill, runs, usage};
pub use calendar::{NotAnOffset, UtcOffset};
pub use draft::{Band, Days, Draft, TimeOfDay, Times};
pub use meter_day::Slots;
pub use series::{HalfHourSum, Series};
pub use tariff::{Tariff, TariffFault, MAX_BANDS, MAX_NAME_BYTES, MAX_PRICE};

/// A number is too large for an answer. No household comes near; the meter's readings are absurd.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the readings or prices are too large to be billed: look at the meter's readings")]
pub struct TooLarge;

/// A quotient rounded to the nearest, half away from zero. `denominator` is above 0.
fn rounded(numerator: i128, denominator: i128) -> i128 {
    let magnitude = (numerator.abs() + denominator / 2) / denominator;
    if numerator < 0 {
        -magnitude
    } else {
        magnitude
    }
}
