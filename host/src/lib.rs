// SPDX-License-Identifier: Apache-2.0
//! What the runtime asks of its host.
//!
//! # Overview
//!
//! | Module | Who may call it | Why it is native |
//! |---|---|---|
//! | [`consensus`] | every block | a pairing or a 6,144-bit power is tens of times slower in Wasm |
//! | [`vault`] | off-chain workers | private keys never enter Wasm memory (paper VI.B) |
//! | [`worker`] | off-chain workers | what the operator configured, what Prometheus shows |
//! | [`fixtures`] | benchmarks and tests alone | members' secrets for worst cases |
//!
//! Functions of [`consensus`] are total and deterministic: they decide about bytes and nothing
//! else. Those of [`vault`] and [`worker`] answer "absent" where the node handed in no extension,
//! so a runtime that asks during block execution gets the same answer on every node.
//!
//! A function, once on a chain, keeps its signature and its meaning for ever; a change is a new
//! `#[version]` (see `docs/adr/0001-host-functions.md`).

#![cfg_attr(not(feature = "std"), no_std)]
// The macro `runtime_interface` writes items without documentation.
#![allow(missing_docs, unsafe_code)]

extern crate alloc;

pub mod consensus;
#[cfg(any(feature = "std", feature = "runtime-benchmarks"))]
pub mod fixtures;
pub mod vault;
pub mod worker;

pub use consensus::dmsm_consensus;
#[cfg(any(feature = "std", feature = "runtime-benchmarks"))]
pub use fixtures::dmsm_fixtures;
pub use vault::dmsm_vault;
#[cfg(feature = "std")]
pub use vault::{Vault, VaultExt};
pub use worker::dmsm_worker;
#[cfg(feature = "std")]
pub use worker::{Environment, EnvironmentExt};

/// The host functions that a node offers besides Substrate's own.
#[cfg(feature = "std")]
pub type HostFunctions =
    (dmsm_consensus::HostFunctions, dmsm_vault::HostFunctions, dmsm_worker::HostFunctions);

/// [`HostFunctions`] and the fixtures that benchmarks need.
#[cfg(feature = "std")]
pub type BenchmarkHostFunctions = (HostFunctions, dmsm_fixtures::HostFunctions);
