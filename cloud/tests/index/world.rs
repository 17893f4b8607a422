// SPDX-License-Identifier: Apache-2.0
//! A chain that is made up, and the manifests that its anchors commit to.

use async_trait::async_trait;
use codec::Encode;
use dmsm_client::{
    AnchoredBatch, ChainEvent, FinalizedBlock, PlacedEvent, Progress, Record as Credit, Requested,
};
use dmsm_cloud::{
    blobs::BlobError,
    index::{Index, ManifestSource},
};
use dmsm_primitives::{
    records::{DataKey, Manifest, Record, Scope},
    request::ContentId,
    time::{Month, DAY_MILLIS},
    Conduct, Day, DeviceId, MemberId, Moment, NoticeSeal, PaillierPublicKey, RegionId, RequestId,
    RequestKind,
};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

pub const GENESIS: [u8; 32] = [0xaa; 32];
/// 2012-02-01.
pub const TODAY: Day = Day(15_371);
/// 2012-01-10.
pub const DAY: Day = Day(15_349);
pub const SCOPE: Scope = Scope { region: RegionId(1), month: Month { year: 2012, month: 1 } };

pub fn member(n: u8) -> MemberId {
    MemberId([n; 32])
}

pub fn device(n: u32) -> DeviceId {
    let mut id = DeviceId([7; 32]);
    id.0[..4].copy_from_slice(&n.to_be_bytes());
    id
}

fn sha256(parts: impl Encode) -> [u8; 32] {
    Sha256::digest(parts.encode()).into()
}

/// Manifests by digest; some may be missing for a while.
#[derive(Clone, Default)]
pub struct Store(Arc<Mutex<HashMap<[u8; 32], Vec<u8>>>>);

impl Store {
    pub fn put(&self, manifest: &Manifest) {
        self.put_bytes(manifest.digest(), manifest.encode());
    }

    pub fn put_bytes(&self, digest: [u8; 32], bytes: Vec<u8>) {
        self.0.lock().unwrap().insert(digest, bytes);
    }

    pub fn remove(&self, digest: &[u8; 32]) -> Option<Vec<u8>> {
        self.0.lock().unwrap().remove(digest)
    }

    pub fn digests(&self) -> Vec<[u8; 32]> {
        let mut digests: Vec<_> = self.0.lock().unwrap().keys().copied().collect();
        digests.sort();
        digests
    }
}

#[async_trait]
impl ManifestSource for Store {
    async fn fetch(&self, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, BlobError> {
        tokio::task::yield_now().await;
        Ok(self.0.lock().unwrap().get(digest).cloned())
    }
}

/// The chain that is made up.
pub struct World {
    pub blocks: Vec<FinalizedBlock>,
    pub store: Store,
    /// Of each block, ms.
    pub slot: Moment,
}

impl World {
    pub fn new() -> Self {
        Self { blocks: Vec::new(), store: Store::default(), slot: 6_000 }
    }

    /// A block in which this happens, at the third position, the sixth, and so on.
    pub fn block(&mut self, events: Vec<ChainEvent>) -> &FinalizedBlock {
        let number = self.blocks.len() as u32 + 1;
        let parent = self.blocks.last().map_or(GENESIS, |last| last.hash);
        let time = u64::from(TODAY.0) * DAY_MILLIS + u64::from(number) * self.slot;
        let placed = (1..).map(|n| 3 * n).zip(events);
        let events = placed.map(|(position, event)| PlacedEvent { position, event }).collect();
        let hash = sha256((parent, number));
        self.blocks.push(FinalizedBlock { number, hash, parent, time, events, unknown: Vec::new() });
        self.blocks.last().unwrap()
    }

    /// Anchors a batch whose manifest is in the store.
    pub fn anchor(&self, manifest: &Manifest) -> ChainEvent {
        self.store.put(manifest);
        ChainEvent::Anchored(batch(manifest))
    }

    /// Reads all blocks, and the manifests that are there.
    pub async fn read_into(&self, index: &Index) {
        index.bind(&GENESIS).await.unwrap();
        for blocks in self.blocks.chunks(32) {
            index.apply(blocks, &self.store).await.unwrap();
        }
        for anchor in index.unavailable(None, 1_000).await.unwrap() {
            index.retry(&anchor, &self.store).await.unwrap();
        }
    }
}

pub fn seal(device: DeviceId, sequence: u64) -> NoticeSeal {
    NoticeSeal {
        processor: member(1),
        owner: member(100),
        device,
        previous: sequence - 1,
        sequence,
        judged_at: 1,
        owner_key: [1; 32],
        digest: sha256((device, sequence)),
    }
}

pub fn notice(device: DeviceId, sequence: u64) -> ChainEvent {
    ChainEvent::Notified(seal(device, sequence))
}

pub fn requested(request: RequestId, requester: MemberId, kind: RequestKind) -> ChainEvent {
    ChainEvent::Requested(Requested {
        request,
        requester,
        processor: member(1),
        cid: ContentId { kind, digest: sha256(request) },
        price: 50,
        deadline: 9_000 + request,
    })
}

pub fn accepted(request: RequestId) -> ChainEvent {
    ChainEvent::Progressed(request, Progress::Accepted { lock: [1; 32], credit: 500, deadline: 8_000 })
}

pub fn fulfilled(request: RequestId, digest: [u8; 32], cloud: Option<MemberId>) -> ChainEvent {
    ChainEvent::Progressed(request, Progress::Fulfilled { preimage: [2; 32], digest, cloud })
}

pub fn credit(processor: MemberId, conduct: Conduct, change: i16, score: u16) -> ChainEvent {
    ChainEvent::Recorded(Credit { block: 0, processor, counterparty: member(100), conduct, change, score })
}

pub fn data_key(processor: MemberId, n: u8) -> ChainEvent {
    let half = |n: u8| vec![n; 384].try_into().unwrap();
    let paillier = PaillierPublicKey { n: half(n), h: half(n - 1) };
    ChainEvent::DataKeyAnnounced {
        scope: SCOPE,
        processor,
        key: DataKey { paillier, proofs_digest: [3; 32] },
    }
}

/// The meter-days of these meters; `salt` tells versions apart.
pub fn manifest(processor: MemberId, day: Day, version: u16, meters: std::ops::Range<u32>) -> Manifest {
    let record = |n: u32| Record {
        meter: device(n),
        day,
        present: u64::from(n) & dmsm_primitives::records::ALL_PRESENT,
        digest: sha256((processor, day, version, n, "m")),
        ciphertext: sha256((processor, day, version, n, "M")),
    };
    Manifest { processor, scope: SCOPE, day, version, records: meters.map(record).collect() }
}

/// What the chain says of a manifest.
pub fn batch(manifest: &Manifest) -> AnchoredBatch {
    AnchoredBatch {
        processor: manifest.processor,
        scope: manifest.scope,
        day: manifest.day,
        version: manifest.version,
        root: manifest.root(),
        count: manifest.records.len() as u32,
        manifest: manifest.digest(),
    }
}

/// Numbers that look random, the same for the same seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}
