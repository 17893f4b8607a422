// SPDX-License-Identifier: Apache-2.0
//! The presets: `dev`, one authority with sudo, and `local`, four authorities without.

use crate::{
    AccountId, BalancesConfig, CouncilConfig, NodeAuthorizationConfig, PrepaidConfig, RuntimeGenesisConfig,
    SessionConfig, SessionKeys, SudoConfig,
};
use alloc::{string::ToString, vec, vec::Vec};
use dmsm_primitives::{RequestKind, Role};
use frame_support::{build_struct_json_patch, BoundedVec};
use hex_literal::hex;
use pallet_prepaid::RequestType;
use serde_json::Value;
use sp_core::OpaquePeerId;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// Money that each account of a preset begins with, minor units.
const ENDOWMENT: crate::Balance = 1_000_000_000;

/// What each kind of answer costs, minor units, and how long a processor has for it, ms.
const ON_OFFER: [(RequestKind, crate::Balance, u64); 3] = [
    (RequestKind::BillDetails, 50, 30_000),
    (RequestKind::UsageDetails, 30, 30_000),
    (RequestKind::SavingAdvice, 100, 30_000),
];

/// Peer identifiers of the node keys 1, 2, 3 and 4, which `local` expects its authorities to use
/// (`--node-key 000…001` and so on).
const LOCAL_PEERS: [[u8; 38]; 4] = [
    hex!("0024080112204cb5abf6ad79fbf5abbccafcc269d85cd2651ed4b885b5869f241aedf0a5ba29"),
    hex!("0024080112207422b9887598068e32c4448a949adb290d0f4e35b9e01b0ee5f1a1e600fe2674"),
    hex!("002408011220f381626e41e7027ea431bfe3009e94bdd25a746beec468948d6c3c7c5dc9a54b"),
    hex!("002408011220fd50b8e3b144ea244fbf7737f550bc8dd0c2650bbc1aada833ca17ff8dbf329b"),
];

fn authority(keyring: Sr25519Keyring, grandpa: Ed25519Keyring) -> (AccountId, AccountId, SessionKeys) {
    let account = keyring.to_account_id();
    let keys = SessionKeys { aura: keyring.public().into(), grandpa: grandpa.public().into() };
    (account.clone(), account, keys)
}

/// What users can ask for.
fn request_types() -> Vec<(RequestKind, RequestType)> {
    let roles = BoundedVec::truncate_from(vec![Role::User]);
    ON_OFFER
        .map(|(kind, price, time_limit)| (kind, RequestType { price, time_limit, roles: roles.clone() }))
        .to_vec()
}

fn preset(
    authorities: Vec<(AccountId, AccountId, SessionKeys)>,
    council: Vec<AccountId>,
    sudo: Option<AccountId>,
    nodes: Vec<(OpaquePeerId, AccountId)>,
) -> Value {
    let mut accounts: Vec<AccountId> = authorities.iter().map(|(account, ..)| account.clone()).collect();
    accounts
        .extend(council.iter().filter(|account| !accounts.contains(account)).cloned().collect::<Vec<_>>());
    build_struct_json_patch!(RuntimeGenesisConfig {
        balances: BalancesConfig {
            balances: accounts.into_iter().map(|account| (account, ENDOWMENT)).collect(),
        },
        session: SessionConfig { keys: authorities },
        council: CouncilConfig { members: council },
        node_authorization: NodeAuthorizationConfig { nodes },
        sudo: SudoConfig { key: sudo },
        prepaid: PrepaidConfig { types: request_types() },
    })
}

/// One authority, Alice, who is the council and holds sudo.
fn dev() -> Value {
    let alice = Sr25519Keyring::Alice.to_account_id();
    preset(
        vec![authority(Sr25519Keyring::Alice, Ed25519Keyring::Alice)],
        vec![alice.clone()],
        Some(alice),
        Vec::new(),
    )
}

/// Four authorities; three of them are the council. No sudo.
fn local() -> Value {
    let authorities = vec![
        authority(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
        authority(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
        authority(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
        authority(Sr25519Keyring::Dave, Ed25519Keyring::Dave),
    ];
    let accounts: Vec<AccountId> = authorities.iter().map(|(account, ..)| account.clone()).collect();
    let nodes = LOCAL_PEERS
        .iter()
        .zip(&accounts)
        .map(|(peer, account)| (OpaquePeerId(peer.to_vec()), account.clone()));
    let nodes = nodes.collect();
    preset(authorities, accounts[..3].to_vec(), None, nodes)
}

/// A preset by its name.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
    let preset = match id.as_ref() {
        DEV_RUNTIME_PRESET => dev(),
        LOCAL_TESTNET_RUNTIME_PRESET => local(),
        _ => return None,
    };
    Some(preset.to_string().into_bytes())
}

/// Names of the presets.
pub fn preset_names() -> Vec<PresetId> {
    vec![PresetId::from(DEV_RUNTIME_PRESET), PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET)]
}
