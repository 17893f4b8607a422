// SPDX-License-Identifier: Apache-2.0
//! How each pallet is configured.

mod consensus;
mod governance;
mod grid;
mod system;

pub use governance::CouncilOrigin;
