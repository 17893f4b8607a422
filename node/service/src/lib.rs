// SPDX-License-Identifier: Apache-2.0
//! The node without its runtime.
//!
//! # Overview
//!
//! | Module | What it assembles |
//! |---|---|
//! | [`cli`], [`command`] | flags and subcommands |
//! | [`chain_spec`] | the presets `dev` and `local`, and chain specification files |
//! | [`service`] | client, pool, network, Aura, GRANDPA, off-chain workers |
//! | [`rpc`] | the node's own RPC methods |
//! | [`worker`] | what a processing node hands to its off-chain worker: key vault, grid service, metrics |
//!
//! # Implementation notes
//!
//! Everything generic lands in this crate, against [`stand_in`], a runtime that is never executed.
//! So a change of the runtime recompiles the Wasm blob and the thin binary, not the node.

pub mod chain_spec;
pub mod cli;
pub mod command;
pub mod rpc;
pub mod service;
pub mod stand_in;
pub mod worker;

pub use command::run;

/// The runtime that a binary brings along for the built-in presets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Runtime {
    /// The Wasm blob; `None` if the binary was built without it. Then chain specifications come
    /// from files alone.
    pub wasm: Option<&'static [u8]>,
    /// Name of the money, as wallets show it.
    pub token_symbol: &'static str,
    /// Digits after the point when wallets show money.
    pub token_decimals: u8,
}

/// Number of a block.
pub type BlockNumber = u32;

/// Account of a member.
pub type AccountId = sp_runtime::AccountId32;

/// Number of transactions that an account has sent.
pub type Nonce = u32;

/// Hash of a block.
pub type Hash = sp_core::H256;

/// Header of a block.
pub type Header = sp_runtime::generic::Header<BlockNumber, sp_runtime::traits::BlakeTwo256>;

/// A block whose transactions are bytes: only the runtime reads them.
pub type Block = sp_runtime::generic::Block<Header, sp_runtime::OpaqueExtrinsic>;
