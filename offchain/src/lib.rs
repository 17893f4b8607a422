// SPDX-License-Identifier: Apache-2.0
//! What the off-chain workers of the pallets share.
//!
//! | Module | What |
//! |---|---|
//! | [`account`] | the account that signs a processing node's transactions, and its nonces |
//! | [`memory`] | what was handed to the pool and may be on its way |
//! | [`grid`] | questions to the region's grid service |
//! | [`cloud`] | blobs for the cloud |

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod account;
pub mod cloud;
pub mod grid;
mod http;
pub mod memory;

pub use account::{Account, WorkerAccountId, KEY_TYPE};
pub use cloud::Cloud;
pub use memory::Memory;
