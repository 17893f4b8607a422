// SPDX-License-Identifier: Apache-2.0
//! What the off-chain workers of the pallets share.
//!
//! | Module | What |
//! |---|---|
//! | [`account`] | the account that signs a processing node's transactions, and its nonces |
//! | [`grid`] | questions to the region's grid service |

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod account;
pub mod grid;

pub use account::{Account, WorkerAccountId, KEY_TYPE};
