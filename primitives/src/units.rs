// SPDX-License-Identifier: Apache-2.0
//! Units. Integers alone, so that every node and client computes the same.

/// Electrical power in milliwatts. Negative where a device feeds into the grid.
pub type Milliwatts = i64;

/// Temperature in thousandths of a degree Celsius.
pub type MilliCelsius = i32;

/// Milliseconds since the Unix epoch.
pub type Moment = u64;
