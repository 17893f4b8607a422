// SPDX-License-Identifier: Apache-2.0
//! Files of real measurements, read as what a device would say.

mod decimal;
mod format;
mod time;

pub use decimal::Decimal;
pub use format::{Channel, Error, Format, Item, Measurement, Series};
pub use time::{civil, clock, date};
