// SPDX-License-Identifier: Apache-2.0
//! An owner, a device, a processor, and the chain they meet on.

use crate::node::{extrinsic, map_key, Block, Node};
use codec::Encode;
use dmsm_client::{
    AccountId, Client, Device, DeviceStatus, LastNotice, Member, NoticeReader, Selection, Status,
};
use dmsm_crypto::{bls, paillier};
use dmsm_primitives::{
    BlsSignature, DeviceId, DevicePublicKey, DeviceSignature, MemberId, MemberKeys, Notice, NoticeSeal,
    Reading, RegionId, ReportingPolicy, Role, Rule, SignedReading,
};
use dmsm_vault::{Contents, Vault, WorkFactor};
use ed25519_dalek::{Signer, SigningKey};
use sp_crypto_hashing::sha2_256;
use std::sync::Arc;

const GENESIS: [u8; 32] = [0xaa; 32];
const OWNER: MemberId = MemberId([2; 32]);
const PROCESSOR: MemberId = MemberId([1; 32]);
const PROCESSOR_ACCOUNT: [u8; 32] = [3; 32];
/// Index of the pallet `Notifications`.
const NOTIFICATIONS: u8 = 22;

pub struct World {
    pub node: Node,
    pub device: Device,
    vault: Arc<Vault>,
    device_key: SigningKey,
    processor: bls::SecretKey,
}

/// A notice to be submitted.
#[derive(Clone)]
pub struct Submission {
    seal: NoticeSeal,
    ciphertext: Vec<u8>,
    signature: BlsSignature,
}

impl World {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let contents = Contents {
            seed: None,
            paillier: paillier::SecretKey::generate(2048).unwrap(),
            bls: bls::SecretKey::generate().unwrap(),
            identity: None,
            data_seed: [0; 32].into(),
        };
        let path = folder.path().join("vault");
        let vault = Vault::create_with(&path, &"x".into(), contents, WorkFactor::FAST).unwrap();
        let device_key = SigningKey::from_bytes(&[5; 32]);
        let rule = Rule { low: 10, high: 100, temperature_warning: 50, policy: ReportingPolicy::OnChange };
        let device = Device {
            owner: OWNER,
            key: DevicePublicKey(device_key.verifying_key().to_bytes()),
            region: RegionId(1),
            status: DeviceStatus::Connected,
            rules: vec![(0, rule)],
        };
        let node = Node::new().await;
        let processor = bls::SecretKey::generate().unwrap();
        let world = Self { node, device, vault: Arc::new(vault), device_key, processor };
        world.put(map_key("Devices", "Devices", &world.device.id().0), world.device.encode());
        let foreign = world.foreign_device();
        world.put(map_key("Devices", "Devices", &foreign.id().0), foreign.encode());
        world.put_processor();
        let genesis = Block { hash: GENESIS, parent: [0; 32], extrinsics: Vec::new(), events: vec![0] };
        world.node.chain.lock().unwrap().blocks.push(genesis);
        world
    }

    pub async fn reader(&self, selection: Selection) -> NoticeReader {
        let client = Client::connect(&format!("ws://{}", self.node.address)).await.unwrap();
        assert_eq!(client.genesis(), &GENESIS);
        NoticeReader::new(client, self.vault.clone(), OWNER, selection)
    }

    fn put(&self, key: Vec<u8>, value: Vec<u8>) {
        self.node.chain.lock().unwrap().storage.insert(key, value);
    }

    fn put_processor(&self) {
        let keys = MemberKeys {
            bls: self.processor.public(),
            paillier: self.vault.paillier().public().to_primitive(),
            proofs_digest: [0; 32],
        };
        let account = AccountId(PROCESSOR_ACCOUNT);
        let member =
            Member { account, role: Role::Processor, region: RegionId(1), status: Status::Active, keys };
        self.put(map_key("Members", "Members", &PROCESSOR.0), member.encode());
    }

    pub fn rotate_processor(&mut self) {
        let past = vec![self.processor.public()];
        self.put(map_key("Members", "KeyHistory", &PROCESSOR.0), past.encode());
        self.processor = bls::SecretKey::generate().unwrap();
        self.put_processor();
    }

    pub fn set_last_notice(&self, sequence: u64) {
        let last = LastNotice { sequence, judged_at: 1, digest: [0; 32] };
        self.put(map_key("Notifications", "LastNotices", &self.device.id().0), last.encode());
    }

    fn foreign_device(&self) -> Device {
        Device { owner: MemberId([7; 32]), ..self.device.clone() }
    }

    /// A true notice.
    pub fn notify(&self, previous: u64, sequence: u64) -> Submission {
        self.submission(&self.device, previous, sequence, false)
    }

    /// A notice whose comment is wrong.
    pub fn lie(&self, previous: u64, sequence: u64) -> Submission {
        self.submission(&self.device, previous, sequence, true)
    }

    /// A notice that another than the processor signed.
    pub fn forged(&self, previous: u64, sequence: u64) -> Submission {
        let other = bls::SecretKey::generate().unwrap();
        let good = self.notify(previous, sequence);
        Submission { signature: bls::sign(&other, &good.seal.signing_payload(&GENESIS)), ..good }
    }

    /// A notice for another owner.
    pub fn foreign(&self, previous: u64, sequence: u64) -> Submission {
        self.submission(&self.foreign_device(), previous, sequence, false)
    }

    fn submission(&self, device: &Device, previous: u64, sequence: u64, lie: bool) -> Submission {
        let power = sequence as i64;
        let id: DeviceId = device.id();
        let reading = Reading { device: id, sequence, taken_at: 1, power, temperature: None };
        let signature = self.device_key.sign(&reading.signing_payload(&GENESIS)).to_bytes();
        let mut verdict = device.rules[0].1.judge(&reading);
        verdict.temperature_too_high ^= lie;
        let notice =
            Notice { reading: SignedReading { reading, signature: DeviceSignature(signature) }, verdict };
        let public = self.vault.paillier().public();
        let ciphertext = public.encrypt_message(&notice.encode()).unwrap();
        let seal = NoticeSeal {
            processor: PROCESSOR,
            owner: device.owner,
            device: id,
            previous,
            sequence,
            judged_at: 1,
            owner_key: sha2_256(&public.to_primitive().n),
            digest: sha2_256(&ciphertext),
        };
        let signature = bls::sign(&self.processor, &seal.signing_payload(&GENESIS));
        Submission { seal, ciphertext, signature }
    }

    /// A block with these notices.
    pub fn block(&self, notices: &[Submission]) {
        self.block_with_failures(notices, &[]);
    }

    /// A block in which the chain refused some of the notices.
    pub fn block_with_failures(&self, notices: &[Submission], failed: &[usize]) {
        let mut extrinsics = Vec::new();
        let mut events = Vec::new();
        for (position, Submission { seal, ciphertext, signature }) in notices.iter().enumerate() {
            let fields = (seal.device, seal.previous, seal.sequence, seal.judged_at, ciphertext, signature);
            extrinsics
                .push(extrinsic(&PROCESSOR_ACCOUNT, &[vec![NOTIFICATIONS, 0], fields.encode()].concat()));
            if !failed.contains(&position) {
                // ApplyExtrinsic, Notified { seal }, no topics.
                let index = (position + 1) as u32;
                events
                    .push([vec![0], index.encode(), vec![NOTIFICATIONS, 0], seal.encode(), vec![0]].concat());
            }
        }
        self.node.chain.lock().unwrap().push(0, extrinsics, events);
    }

    pub fn empty_blocks(&self, count: usize) {
        (0..count).for_each(|_| self.block(&[]));
    }

    /// Another branch begins after a block.
    pub fn fork_after(&self, number: usize) {
        self.node.chain.lock().unwrap().fork_after(number);
    }

    /// Discards every state but the last.
    pub fn prune(&self) {
        let mut chain = self.node.chain.lock().unwrap();
        chain.pruned = chain.blocks.len() as u32 - 1;
        // So that the last block is none with a notice.
        drop(chain);
        self.empty_blocks(1);
        self.node.chain.lock().unwrap().pruned += 1;
    }
}
