// SPDX-License-Identifier: Apache-2.0
//! The state transition of a DMSM chain: pallets, their configuration, what the node asks.
//!
//! | File | Content |
//! |---|---|
//! | [`configs`] | each pallet's bounds and origins, with the reasons |
//! | [`timing`] | slots and the block limits that follow from them |
//! | [`token`] | how wallets show money |
//! | [`upgrades`] | the council replaces the runtime |
//! | [`apis`] | what the node asks the runtime |
//! | [`genesis_config_presets`] | `dev` and `local` |

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "512"]
#![allow(missing_docs)] // macros of FRAME write items without documentation

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
pub mod configs;
pub mod genesis_config_presets;
pub mod timing;
pub mod token;
pub mod upgrades;

#[cfg(not(feature = "std"))]
use alloc::vec::Vec;
use sp_runtime::{
    generic, impl_opaque_keys,
    traits::{BlakeTwo256, IdentifyAccount, Verify},
    MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

/// A member's signature on a transaction.
pub type Signature = MultiSignature;
/// A member's account: its public key.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// Money, in minor units.
pub type Balance = u128;
/// Counts an account's transactions.
pub type Nonce = u32;
/// A hash of FRAME's.
pub type Hash = sp_core::H256;
/// Number of a block.
pub type BlockNumber = dmsm_primitives::BlockNumber;
/// How transactions name accounts.
pub type Address = MultiAddress<AccountId, ()>;
/// Header of a block.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// What is checked of each transaction. None but the nonce, the era and the metadata mode has a
/// payload, and those are what every wallet knows.
pub type TxExtension = (
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckEra<Runtime>,
    pallet_members::MemberNonce<Runtime>,
    frame_system::CheckWeight<Runtime>,
    frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
);

/// A transaction.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// What a transaction's signature covers.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// Runs blocks.
pub type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;

impl_opaque_keys! {
    /// An authority's keys.
    pub struct SessionKeys {
        /// Authors blocks.
        pub aura: Aura,
        /// Votes for finality.
        pub grandpa: Grandpa,
    }
}

/// The version of this runtime.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: alloc::borrow::Cow::Borrowed("dmsm"),
    impl_name: alloc::borrow::Cow::Borrowed("dmsm"),
    authoring_version: 1,
    spec_version: 1,
    impl_version: 1,
    apis: apis::RUNTIME_API_VERSIONS,
    transaction_version: 1,
    system_version: 1,
};

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Runtime;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Timing = crate::timing;
    #[runtime::pallet_index(2)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(3)]
    pub type Authorship = pallet_authorship;
    #[runtime::pallet_index(4)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(5)]
    pub type Session = pallet_session;
    #[runtime::pallet_index(6)]
    pub type Aura = pallet_aura;
    #[runtime::pallet_index(7)]
    pub type Grandpa = pallet_grandpa;
    #[runtime::pallet_index(8)]
    pub type Council = pallet_collective<Instance1>;
    #[runtime::pallet_index(9)]
    pub type NodeAuthorization = pallet_node_authorization;
    #[runtime::pallet_index(10)]
    pub type Sudo = pallet_sudo;
    #[runtime::pallet_index(11)]
    pub type Upgrades = crate::upgrades;

    #[runtime::pallet_index(20)]
    pub type Members = pallet_members;
    #[runtime::pallet_index(21)]
    pub type Devices = pallet_devices;
    #[runtime::pallet_index(22)]
    pub type Notifications = pallet_notifications;
    #[runtime::pallet_index(23)]
    pub type Credit = pallet_credit;
    #[runtime::pallet_index(24)]
    pub type Prepaid = pallet_prepaid;
    #[runtime::pallet_index(25)]
    pub type Records = pallet_records;
}
