// SPDX-License-Identifier: Apache-2.0
//! What blocks are filled with.

use codec::{Decode, Encode};
use dmsm_host::fixtures::{self, dmsm_fixtures};
use dmsm_node_service::chain_spec::ChainSpec;
use dmsm_primitives::{
    DeviceId, DevicePublicKey, DeviceSignature, MemberId, NoticeSeal, RegionId, ReportingPolicy, Role, Rule,
};
use dmsm_runtime::{
    genesis_config_presets, AccountId, Address, Nonce, Runtime, RuntimeCall, Signature, SignedPayload,
    TxExtension, UncheckedExtrinsic, VERSION,
};
use sc_chain_spec::NoExtension;
use serde_json::{json, Value};
use sp_core::{ed25519, sr25519, Pair, H256};
use sp_io::hashing::sha2_256;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{generic::Era, OpaqueExtrinsic};
use std::collections::BTreeMap;

/// Transactions of one kind, more than fill a block.
pub struct Mix {
    pub name: &'static str,
    pub transactions: fn(&mut World) -> Vec<OpaqueExtrinsic>,
}

/// Light ones, whose number is what counts; heavy ones; and long ones.
pub const MIXES: &[Mix] = &[
    Mix { name: "notify_3072", transactions: |world| world.notices(PROCESSOR_3072, 100) },
    Mix { name: "notify_2048", transactions: |world| world.notices(PROCESSOR_2048, 100) },
    Mix { name: "transfer", transactions: |world| world.transfers(1_000) },
    Mix { name: "remark_1_byte", transactions: |world| world.remarks(1, 1_500) },
    Mix { name: "remark_8_KiB", transactions: |world| world.remarks(8 * 1024, 1_500) },
];

const RULE: Rule =
    Rule { low: 100, high: 1_000, temperature_warning: 40_000, policy: ReportingPolicy::EveryReading };

/// A processor of a region, with an owner whose key has `bits`, and the owner's one device.
#[derive(Clone, Copy)]
struct Region {
    number: u32,
    bits: u32,
}

const PROCESSOR_2048: Region = Region { number: 1, bits: 2048 };
const PROCESSOR_3072: Region = Region { number: 2, bits: 3072 };
const REGIONS: [Region; 2] = [PROCESSOR_2048, PROCESSOR_3072];

impl Region {
    fn processor(self) -> (sr25519::Pair, MemberId, u32) {
        self.member("processor", 10 + self.number)
    }

    fn owner(self) -> (sr25519::Pair, MemberId, u32) {
        self.member("owner", 20 + self.number)
    }

    fn member(self, name: &str, seed: u32) -> (sr25519::Pair, MemberId, u32) {
        let pair = sr25519::Pair::from_string(&format!("//{name}{}", self.number), None);
        (pair.expect("a name"), MemberId::derive(name.as_bytes(), &[self.number as u8; 16]), seed)
    }

    fn device(self) -> (ed25519::Pair, DevicePublicKey, DeviceId) {
        let pair = ed25519::Pair::from_seed(&[self.number as u8; 32]);
        let key = DevicePublicKey(pair.public().0);
        (pair, key, DeviceId::derive(&self.owner().1, &key.0))
    }
}

/// The preset `dev` with the regions' members.
pub fn genesis() -> ChainSpec {
    let preset = genesis_config_presets::get_preset(&"development".into()).expect("the preset is there");
    let mut patch: Value = serde_json::from_slice(&preset).expect("a preset is JSON");
    let member = |region: Region, role: Role, (pair, id, seed): (sr25519::Pair, MemberId, u32)| {
        json!({
            "account": AccountId::from(pair.public()),
            "id": id,
            "role": role,
            "region": RegionId(region.number),
            "keys": fixtures::member_keys(seed, region.bits),
        })
    };
    let members: Vec<Value> = REGIONS
        .iter()
        .flat_map(|region| {
            [
                member(*region, Role::Processor, region.processor()),
                member(*region, Role::User, region.owner()),
            ]
        })
        .collect();
    patch["members"] = json!({ "members": members });
    ChainSpec::builder(dmsm_runtime::WASM_BINARY.expect("the Wasm was built"), NoExtension::None)
        .with_genesis_config_patch(patch)
        .build()
}

/// What has been sent.
pub struct World {
    genesis: H256,
    nonces: BTreeMap<AccountId, Nonce>,
    /// By region: the last sequence of its device.
    sequences: BTreeMap<u32, u64>,
    /// Undoes what the last transactions counted, in their order.
    sent: Vec<(AccountId, Option<u32>)>,
}

impl World {
    pub fn new(genesis: H256) -> Self {
        Self { genesis, nonces: BTreeMap::new(), sequences: BTreeMap::new(), sent: Vec::new() }
    }

    /// Registers and connects the devices.
    pub fn setup(&mut self) -> Vec<OpaqueExtrinsic> {
        let genesis = self.genesis.0;
        let transactions = REGIONS
            .iter()
            .flat_map(|region| {
                let (owner, owner_id, _) = region.owner();
                let (device, key, id) = region.device();
                let payload = dmsm_primitives::signing::payload(
                    dmsm_primitives::signing::Purpose::Connect,
                    &genesis,
                    &(id, owner_id),
                );
                let proof = DeviceSignature(device.sign(&payload).0);
                [
                    (owner.clone(), pallet_devices::Call::register { key, rule: RULE }.into()),
                    (owner, pallet_devices::Call::connect { device: id, proof }.into()),
                ]
            })
            .map(|(signer, call): (_, RuntimeCall)| self.sign(&signer, call, None))
            .collect();
        self.sent.clear();
        transactions
    }

    /// Notices about the one device of a region, each after the one before.
    fn notices(&mut self, region: Region, count: usize) -> Vec<OpaqueExtrinsic> {
        let (processor, processor_id, seed) = region.processor();
        let n = dmsm_fixtures::paillier_key(region.bits).0;
        let ciphertext = dmsm_fixtures::paillier_encrypt_and_open(region.bits, &[0xa5; 200]).0;
        (0..count)
            .map(|_| {
                let previous = self.sequences.get(&region.number).copied().unwrap_or_default();
                let seal = NoticeSeal {
                    processor: processor_id,
                    owner: region.owner().1,
                    device: region.device().2,
                    previous,
                    sequence: previous + 1,
                    judged_at: 1,
                    owner_key: sha2_256(&n),
                    digest: sha2_256(&ciphertext),
                };
                let signature = fixtures::sign(seed, &seal.signing_payload(&self.genesis.0));
                let notice = pallet_notifications::SealedNotice {
                    device: seal.device,
                    previous,
                    sequence: seal.sequence,
                    judged_at: seal.judged_at,
                    ciphertext: ciphertext.clone().try_into().expect("one block"),
                };
                let call = pallet_notifications::Call::notify { notice, signature };
                self.sequences.insert(region.number, seal.sequence);
                self.sign(&processor, call.into(), Some(region.number))
            })
            .collect()
    }

    /// From Alice, each to a new account.
    fn transfers(&mut self, count: usize) -> Vec<OpaqueExtrinsic> {
        let alice = Sr25519Keyring::Alice.pair();
        (0..count)
            .map(|_| {
                let nonce = self.nonces.get(&alice.public().into()).copied().unwrap_or_default();
                let dest = AccountId::new(sha2_256(&nonce.to_le_bytes()));
                let call = pallet_balances::Call::transfer_allow_death { dest: dest.into(), value: 10 };
                self.sign(&alice, call.into(), None)
            })
            .collect()
    }

    fn remarks(&mut self, bytes: usize, count: usize) -> Vec<OpaqueExtrinsic> {
        let (processor, ..) = PROCESSOR_2048.processor();
        (0..count)
            .map(|_| {
                let call = frame_system::Call::<Runtime>::remark { remark: vec![0; bytes] };
                self.sign(&processor, call.into(), None)
            })
            .collect()
    }

    /// The block took so many of the last transactions; the others were never sent.
    pub fn forget_all_but(&mut self, taken: usize) {
        for (account, region) in self.sent.drain(..).skip(taken) {
            self.nonces.entry(account).and_modify(|nonce| *nonce -= 1);
            if let Some(region) = region {
                self.sequences.entry(region).and_modify(|sequence| *sequence -= 1);
            }
        }
    }

    fn sign(&mut self, signer: &sr25519::Pair, call: RuntimeCall, region: Option<u32>) -> OpaqueExtrinsic {
        let account = AccountId::from(signer.public());
        let nonce = self.nonces.entry(account.clone()).or_default();
        let extension: TxExtension = (
            frame_system::CheckNonZeroSender::new(),
            frame_system::CheckSpecVersion::new(),
            frame_system::CheckTxVersion::new(),
            frame_system::CheckGenesis::new(),
            frame_system::CheckEra::from(Era::Immortal),
            pallet_members::MemberNonce::from(*nonce),
            frame_system::CheckWeight::new(),
            frame_metadata_hash_extension::CheckMetadataHash::new(false),
        );
        *nonce += 1;
        self.sent.push((account, region));
        let (version, genesis) = (VERSION, self.genesis);
        let implicit =
            ((), version.spec_version, version.transaction_version, genesis, genesis, (), (), None);
        let payload = SignedPayload::from_raw(call.clone(), extension.clone(), implicit);
        let signature = payload.using_encoded(|bytes| signer.sign(bytes));
        let transaction = UncheckedExtrinsic::new_signed(
            call,
            Address::Id(signer.public().into()),
            Signature::Sr25519(signature),
            extension,
        );
        OpaqueExtrinsic::decode(&mut &transaction.encode()[..]).expect("a transaction is bytes")
    }
}
