// SPDX-License-Identifier: Apache-2.0
//! How wallets show money. The metadata hash covers it, so the build script reads this file too.

/// Name of the money.
pub const SYMBOL: &str = "DMSM";
/// Digits after the point: a minor unit is a hundredth.
pub const DECIMALS: u8 = 2;
