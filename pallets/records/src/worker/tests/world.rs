// SPDX-License-Identifier: Apache-2.0
//! What surrounds a worker.

mod cloud;
mod fault;
mod grid;
mod outside;

pub use fault::{At, Fault, Wrong};
pub use grid::Batch;
pub use outside::Outside;

use super::*;
use cloud::CloudService;
use codec::{Compact, DecodeAll};
use dmsm_host::{
    fixtures::{self, dmsm_fixtures},
    vault::SealedMeterDay,
    Environment, EnvironmentExt, Vault, VaultExt,
};
use dmsm_offchain::KEY_TYPE;
use dmsm_primitives::{
    cloud::{Authorization, CallSeal, Receipt, MAX_CALL_SKEW},
    records::{root, Manifest, ALL_PRESENT, SLOTS},
    storage::{OpenBatch, SealedRow, ToSealRow},
    BlsSignature, MemberRegistry, Record, RequestKind, Scope,
};
use frame_support::storage::unhashed;
use grid::Grid;
use outside::{decoded, Died, Handle, Request};
use sp_core::offchain::{
    DbExternalities, Externalities, HttpError, HttpRequestId, HttpRequestStatus, OffchainDbExt,
    OffchainWorkerExt, OpaqueNetworkState, StorageKind, Timestamp, TransactionPool, TransactionPoolExt,
};
use sp_io::hashing::sha2_256;
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use sp_runtime::{traits::Dispatchable, DispatchError};
use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{catch_unwind, resume_unwind, AssertUnwindSafe},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What the worker is told about its grid service.
const TOKEN: &str = "secret";
/// Time between blocks, ms.
pub const SLOT: Moment = 200;
/// Bits of the data key.
const BITS: u32 = 3072;
/// How many blocks finality is behind.
pub const LAG: u32 = 2;

/// What the worker's transactions did on chain, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Log {
    Announced(Scope),
    Anchored(Day, u16),
    /// It was included, and refused.
    Failed(DispatchError),
    /// A transaction that is not this worker's.
    Other,
}

/// What a block left behind.
#[derive(Clone)]
struct Footprint {
    state: BTreeMap<Vec<u8>, Vec<u8>>,
    clock: Moment,
    logged: usize,
}

/// All of the chain's state.
fn state() -> BTreeMap<Vec<u8>, Vec<u8>> {
    let keys = core::iter::successors(sp_io::storage::next_key(&[]), |key| sp_io::storage::next_key(key));
    keys.map(|key| (key.clone(), unhashed::get_raw(&key).unwrap_or_default())).collect()
}

/// A meter by number.
pub fn meter(number: u32) -> DeviceId {
    let mut meter = [7; 32];
    meter[..4].copy_from_slice(&number.to_be_bytes());
    DeviceId(meter)
}

/// A chain of one processor, with a worker.
pub struct World {
    ext: sp_io::TestExternalities,
    pub outside: Handle,
    pub log: Vec<Log>,
    /// By block, from 0 on.
    past: Vec<Footprint>,
    /// All that was ever said of a day and meter, in order.
    said: BTreeMap<(Day, DeviceId), Vec<[u32; SLOTS]>>,
    /// Makes every meter-day another one.
    salt: u32,
    /// Whether blocks become final, [`LAG`] behind.
    pub finality: bool,
}

impl World {
    /// A node with everything, at block 1.
    pub fn new() -> Self {
        let mut world = Self::without_vault().with_vault();
        world.with_account(PROCESSOR);
        world
    }

    /// A node without vault and without an account in its keystore.
    pub fn without_vault() -> Self {
        let mut ext = new_test_ext();
        let outside = Handle::new();
        ext.register_extension(OffchainWorkerExt::new(outside.clone()));
        ext.register_extension(OffchainDbExt::new(outside.clone()));
        ext.register_extension(TransactionPoolExt::new(outside.clone()));
        ext.register_extension(EnvironmentExt(Arc::new(outside.clone())));
        let (footprint, genesis) = ext.execute_with(|| {
            (Footprint { state: state(), clock: Now::get(), logged: 0 }, Records::genesis_hash())
        });
        outside.get().cloud.genesis = genesis;
        let (log, said, past) = (Vec::new(), BTreeMap::new(), vec![footprint; 2]);
        Self { ext, outside, log, past, said, salt: 0, finality: true }
    }

    /// Adds the vault.
    pub fn with_vault(mut self) -> Self {
        self.ext.register_extension(VaultExt(Arc::new(self.outside.clone())));
        self
    }

    /// Puts an account into the keystore, and no other.
    pub fn with_account(&mut self, seed: u8) {
        let keystore = MemoryKeystore::new();
        keystore.sr25519_generate_new(KEY_TYPE, Some(&account_secret(seed))).expect("the secret has form");
        self.ext.register_extension(KeystoreExt::new(keystore));
    }

    pub fn execute<R>(&mut self, f: impl FnOnce() -> R) -> R {
        self.ext.execute_with(f)
    }

    pub fn now(&self) -> u32 {
        self.past.len() as u32 - 1
    }

    fn nonce(&mut self) -> u32 {
        self.execute(|| System::account_nonce(account(PROCESSOR)))
    }

    /// A meter-day is closed, or changed after it was.
    pub fn close(&mut self, day: Day, number: u32) {
        self.salt += 1;
        let mut energy = [0; SLOTS];
        energy.iter_mut().enumerate().for_each(|(slot, energy)| *energy = slot as u32);
        energy[0] = self.salt;
        energy[1] = u32::MAX;
        self.said.entry((day, meter(number))).or_default().push(energy);
        self.outside.get().grid.pending.insert((day, meter(number)), energy);
    }

    /// The meter-days of the first `meters` meters are closed.
    pub fn close_day(&mut self, day: Day, meters: u32) {
        (0..meters).for_each(|number| self.close(day, number));
    }

    /// Runs the worker at the present block; returns its reports but the number of batches.
    pub fn run(&mut self) -> Vec<Report> {
        assert!(!self.run_and_die(None), "it dies of itself");
        let reports = core::mem::take(&mut self.outside.get().reports);
        reports.into_iter().filter(|report| !matches!(report, Report::RecordsWaiting(_))).collect()
    }

    /// How often the worker has done something that others see.
    pub fn touches(&self) -> usize {
        self.outside.get().touches
    }

    /// Runs the worker, and kills it before it does what others see for the time `die_at`, counted
    /// over all runs. Returns whether it came so far.
    pub fn run_and_die(&mut self, die_at: Option<usize>) -> bool {
        let (now, nonce) = (self.now(), self.nonce());
        {
            let mut outside = self.outside.get();
            outside.nonce = nonce;
            outside.requests.clear();
            outside.die_at = die_at;
        }
        let ext = &mut self.ext;
        let run = catch_unwind(AssertUnwindSafe(|| ext.execute_with(|| super::super::run::<Test>(now))));
        let died = match run {
            Ok(()) => false,
            Err(cause) if cause.is::<Died>() => true,
            Err(cause) => resume_unwind(cause),
        };
        let mut outside = self.outside.get();
        outside.dead = false;
        outside.die_at = None;
        if died {
            outside.reports.clear();
        }
        died
    }

    fn begin_block(&mut self) {
        let now = self.now() + 1;
        self.outside.get().time += SLOT;
        self.execute(|| {
            System::set_block_number(now);
            System::reset_events();
            Now::mutate(|clock| *clock += SLOT);
        });
    }

    fn finish_block(&mut self) {
        let logged = self.log.len();
        let footprint = self.execute(|| {
            Records::do_try_state().expect("the invariants hold");
            Footprint { state: state(), clock: Now::get(), logged }
        });
        self.past.push(footprint);
        if self.finality {
            self.finalize(self.now().saturating_sub(LAG));
        }
    }

    /// Makes a block final, and all before it.
    fn finalize(&mut self, height: u32) {
        let height = height.max(self.outside.get().finalized);
        let anchors: Vec<_> = self.execute(|| Anchors::<Test>::iter().collect());
        let mut outside = self.outside.get();
        outside.finalized = height;
        for ((processor, day, version), anchor) in anchors {
            if processor == id(PROCESSOR) && anchor.at <= height {
                let known = outside.grid.final_roots.insert((day, version), anchor.root);
                assert!(known.is_none_or(|known| known == anchor.root), "written over");
            }
        }
    }

    /// Makes a block of what is ready in the pool, at most `limit` transactions.
    pub fn make_block(&mut self, limit: usize) {
        self.begin_block();
        for _ in 0..limit {
            let nonce = self.nonce();
            let mut outside = self.outside.get();
            let Some(at) = outside.pool.iter().position(|(next, _)| *next == nonce) else { break };
            let (_, call) = outside.pool.remove(at);
            drop(outside);
            self.include(call);
        }
        let nonce = self.nonce();
        self.outside.get().pool.retain(|(waiting, _)| *waiting >= nonce);
        self.finish_block();
    }

    fn include(&mut self, call: RuntimeCall) {
        let done = match &call {
            RuntimeCall::Records(Call::announce_data_key { scope, .. }) => Log::Announced(*scope),
            RuntimeCall::Records(Call::anchor { day, version, .. }) => Log::Anchored(*day, *version),
            _ => Log::Other,
        };
        let result = self.execute(|| {
            System::inc_account_nonce(account(PROCESSOR));
            call.dispatch(signed(PROCESSOR))
        });
        self.log.push(match result {
            Ok(_) => done,
            Err(refused) => Log::Failed(refused.error),
        });
    }

    /// Takes the last blocks back, down to block `height`, or to the last final one; what they had is
    /// lost.
    pub fn reorganize(&mut self, height: u32) {
        let height = height.max(self.outside.get().finalized).min(self.now());
        self.past.truncate(height as usize + 1);
        let Footprint { state: old, clock, logged } = self.past[height as usize].clone();
        self.log.truncate(logged);
        self.execute(|| {
            for key in state().into_keys() {
                unhashed::kill(&key);
            }
            for (key, value) in old {
                unhashed::put_raw(&key, &value);
            }
            Now::set(clock);
        });
    }

    /// Blocks without a transaction.
    pub fn wait(&mut self, blocks: u32) {
        for _ in 0..blocks {
            self.make_block(0);
        }
    }

    /// A transaction of another worker of the same account.
    pub fn hand_in_other(&mut self) {
        let nonce = self.nonce();
        let mut outside = self.outside.get();
        let nonce = outside.next_nonce(nonce);
        outside.pool.push((nonce, frame_system::Call::remark { remark: Vec::new() }.into()));
    }

    /// The disk is lost.
    pub fn forget(&mut self) {
        self.outside.get().disk.clear();
    }

    /// Nonces in the pool.
    pub fn waiting(&self) -> Vec<u32> {
        self.outside.get().pool.iter().map(|(nonce, _)| *nonce).collect()
    }

    /// What was taken by the chain, without what it refused.
    pub fn done(&self) -> Vec<Log> {
        self.log.iter().filter(|entry| !matches!(entry, Log::Failed(_))).cloned().collect()
    }

    /// Whether nothing is left to do.
    pub fn is_settled(&self) -> bool {
        let outside = self.outside.get();
        outside.grid.pending.is_empty()
            && outside.pool.is_empty()
            && outside.grid.batches.iter().all(|batch| batch.anchored.is_some())
    }

    /// Runs and makes blocks until nothing is left to do, and looks at what came of it.
    pub fn settle(&mut self) {
        self.finality = true;
        for _ in 0..400 {
            self.run();
            self.make_block(usize::MAX);
            if self.is_settled() {
                return self.assert_stored();
            }
        }
        panic!("not settled: {:?}", self.log);
    }

    /// That every closed meter-day is anchored exactly once, under the root of its manifest, and lies
    /// in the cloud.
    pub fn assert_stored(&mut self) {
        let anchors: Vec<_> = self.execute(|| Anchors::<Test>::iter().collect());
        let mut anchors: BTreeMap<_, _> = anchors.into_iter().collect();
        let outside = self.outside.get();
        let mut stored = BTreeMap::<(Day, DeviceId), Vec<[u32; SLOTS]>>::new();
        for batch in &outside.grid.batches {
            let key = (id(PROCESSOR), batch.day, batch.version);
            let anchor = anchors.remove(&key).expect("a batch without anchor");
            assert_eq!(batch.anchored, Some(anchor.root));
            let manifest: Manifest = decoded(&outside.cloud.blobs[&anchor.manifest]);
            assert_eq!((manifest.root(), manifest.records.len() as u32), (anchor.root, anchor.count));
            assert_eq!(Some(&manifest.records), batch.records().as_ref());
            for (row, record) in batch.rows.iter().zip(&manifest.records) {
                let blob = &outside.cloud.blobs[&record.ciphertext];
                let (scope, sealed) = <(Scope, ToSeal)>::decode(&mut &blob[2..]).expect("in the open");
                assert_eq!(scope, manifest.scope);
                assert_eq!((sealed.meter, sealed.day, sealed.version), (row.meter, batch.day, batch.version));
                assert_eq!(sealed.energy, row.energy.map(Compact));
                stored.entry((batch.day, row.meter)).or_default().push(row.energy);
            }
        }
        assert!(anchors.is_empty(), "an anchor of no batch: {anchors:?}");
        assert!(stored.keys().eq(self.said.keys()), "a meter-day is missing");
        for (key, said) in &self.said {
            // What was corrected before it was cut into a batch is stored as corrected.
            let mut rest = said.iter();
            assert!(stored[key].iter().all(|energy| rest.any(|said| said == energy)), "twice, or never said");
            assert_eq!(stored[key].last(), said.last(), "the last word is not stored");
        }
    }
}
