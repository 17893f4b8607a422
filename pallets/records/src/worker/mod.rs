// SPDX-License-Identifier: Apache-2.0
//! The worker of a processing node: closed meter-days in, anchored batches out, each exactly once.
//!
//! # What keeps it right
//!
//! The grid service cuts batches and never changes one; the vault makes the same of the same. So a
//! step that a crash cut off is done again and nothing else comes of it. What is to be done about a
//! batch follows from the chain and from how many of its rows are sealed:
//!
//! | State | Next |
//! |---|---|
//! | no data key on chain | `announce_data_key`, and wait until it is there |
//! | rows not sealed | pack and encrypt some, hand the ciphertexts to the cloud, then tell the grid service |
//! | all sealed, no anchor | hand the manifest to the cloud, then `anchor` |
//! | anchor in a finalized block | tell the grid service |
//!
//! - *Nothing twice*: the chain takes a version of a day once, and only as the next one.
//! - *Nothing lost*: a batch stays open until its anchor is final, and a row counts as sealed only
//!   after the cloud has its ciphertext.
//!
//! What the chain has is compared with what the grid service has before a batch is done: where they
//! differ, nothing is written over on either side, and the operator hears of it.
//!
//! A run is bounded: `BUDGET_MILLIS` of time, [`MAX_OPEN_BATCHES`](dmsm_primitives::storage::MAX_OPEN_BATCHES)
//! batches, `MAX_ROWS` rows a step.
//! The grid service is asked at every block only while there is something to go on with.

mod grid;
mod pace;
#[cfg(test)]
mod tests;

use crate::{Anchor, Anchors, Call, Config, DataKeys, Versions};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use dmsm_host::{
    dmsm_vault, dmsm_worker,
    vault::ToSeal,
    worker::{GridAccess, Report},
};
use dmsm_offchain::{cloud, Account, Cloud, Memory};
use dmsm_primitives::{
    keys::MAX_MODULUS_BYTES,
    records::Manifest,
    storage::{OpenBatch, SealedRow, ToSealRow, MAX_BATCH_ROWS},
    BlockNumber, Day, PaillierPublicKey, Scope,
};
use frame_support::traits::Time as _;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
    offchain::{
        storage_lock::{StorageLock, Time},
        Duration, Timestamp,
    },
    SaturatedConversion,
};

/// Longest time that one run spends before it begins its last step, ms.
const BUDGET_MILLIS: u64 = 400;
/// Longest time that a crashed run can keep others out, ms: longer than a step of which every call
/// fails at its end.
const LOCK_MILLIS: u64 = 30_000;
/// Most rows that are sealed in one step: a third of a second's work.
const MAX_ROWS: u32 = 32;

const MEMORY: &[u8] = b"dmsm/records/memory";

// One step is one message to either service.
const _: () = assert!(
    MAX_ROWS <= MAX_BATCH_ROWS
        && MAX_ROWS as usize <= cloud::MAX_BLOBS
        && MAX_ROWS as usize * (2 * MAX_MODULUS_BYTES as usize + 4) < cloud::MAX_BODY
);

/// One run, at the state of block `now`. Does nothing on a node without vault, grid service or cloud.
pub fn run<T: Config>(now: BlockNumber) {
    let (Some(bls_key), Some(access)) = (dmsm_vault::bls_public_key(), dmsm_worker::grid()) else { return };
    if !pace::is_due(now) {
        return;
    }
    // The worker of notices says when this node is not enrolled.
    let Some(account) = Account::<T>::enrolled::<T::Members, T::WorkerAccount>(&bls_key) else { return };
    let genesis = crate::Pallet::<T>::genesis_hash();
    let Some(cloud) = Cloud::of_node(account.member, genesis) else { return };
    let mut lock =
        StorageLock::<Time>::with_deadline(b"dmsm/records/lock", Duration::from_millis(LOCK_MILLIS));
    let Ok(_guard) = lock.try_lock() else { return };

    let finalized = dmsm_worker::finalized();
    let more = match grid::open_batches(&access, T::Time::now()) {
        Err(_) => {
            dmsm_worker::report(Report::GridUnreachable);
            false
        }
        Ok(batches) => {
            dmsm_worker::report(Report::RecordsWaiting(batches.len() as u32));
            let memory = Memory::load(MEMORY, |task| match task {
                Task::Announce(scope) => !DataKeys::<T>::contains_key(scope, account.member),
                Task::Anchor(day, version) => {
                    batches.iter().any(|batch| (batch.day, batch.version) == (*day, *version))
                }
            });
            let deadline = sp_io::offchain::timestamp().add(Duration::from_millis(BUDGET_MILLIS));
            Run::<T> { now, finalized, deadline, access, cloud, account, memory, batches }.work()
        }
    };
    pace::note(now, more);
}

/// What is handed to the pool.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode)]
enum Task {
    Announce(Scope),
    Anchor(Day, u16),
}

struct Run<T: Config> {
    now: BlockNumber,
    finalized: BlockNumber,
    deadline: Timestamp,
    access: GridAccess,
    cloud: Cloud,
    account: Account<T>,
    memory: Memory<Task, ()>,
    batches: Vec<OpenBatch>,
}

impl<T: Config> Run<T> {
    /// Returns whether there is something to go on with at the next block. Batches that are done come
    /// first: they need neither vault nor cloud.
    fn work(mut self) -> bool {
        let mut more = false;
        for step in [Self::settle, Self::advance] {
            for at in 0..self.batches.len() {
                if self.is_out_of_time() {
                    return true;
                }
                let batch = self.batches[at];
                match step(&mut self, &batch) {
                    Ok(goes_on) => more |= goes_on,
                    Err(report) => {
                        dmsm_worker::report(report);
                        if matches!(report, Report::GridUnreachable | Report::CloudUnreachable) {
                            return more;
                        }
                    }
                }
            }
        }
        more
    }

    fn is_out_of_time(&self) -> bool {
        sp_io::offchain::timestamp() >= self.deadline
    }

    fn anchor_of(&self, batch: &OpenBatch) -> Option<Anchor<BlockNumberFor<T>>> {
        Anchors::<T>::get((self.account.member, batch.day, batch.version))
    }

    /// Tells the grid service of a batch whose anchor is final.
    fn settle(&mut self, batch: &OpenBatch) -> Result<bool, Report> {
        let Some(anchor) = self.anchor_of(batch) else { return Ok(false) };
        let at: BlockNumber = anchor.at.saturated_into();
        if at > self.finalized {
            return Ok(true);
        }
        if batch.unsealed > 0 {
            // The grid service lost what it knew.
            return Ok(false);
        }
        let manifest = self.manifest(batch)?;
        let ours = (manifest.root(), manifest.records.len() as u32, manifest.digest());
        if (anchor.root, anchor.count, anchor.manifest) != ours {
            return Err(Report::BatchConflict);
        }
        grid::anchored(&self.access, batch, anchor.root).map_err(|_| Report::GridUnreachable)?;
        dmsm_worker::report(Report::BatchAnchored);
        Ok(true)
    }

    /// Brings a batch a step nearer to its anchor. A suspended processor starts nothing new.
    fn advance(&mut self, batch: &OpenBatch) -> Result<bool, Report> {
        if !self.account.active {
            return Ok(false);
        }
        let anchored = self.anchor_of(batch).is_some();
        if anchored && batch.unsealed == 0 {
            return Ok(false);
        }
        let scope = self.scope(batch)?;
        if !self.has_data_key(&scope)? || !self.seal(&scope, batch)? || anchored {
            return Ok(true);
        }
        self.anchor(batch)
    }

    fn scope(&self, batch: &OpenBatch) -> Result<Scope, Report> {
        let month = batch.day.month().ok_or(Report::GridUnreachable)?;
        Ok(Scope { region: self.account.region, month })
    }

    /// Whether the vault's data key of a scope is on chain. If none is, it is announced.
    fn has_data_key(&mut self, scope: &Scope) -> Result<bool, Report> {
        let (n, h) = dmsm_vault::data_key(*scope).ok_or(Report::VaultRefused)?;
        let key = PaillierPublicKey {
            n: n.try_into().map_err(|_| Report::VaultRefused)?,
            h: h.try_into().map_err(|_| Report::VaultRefused)?,
        };
        match DataKeys::<T>::get(scope, self.account.member) {
            Some(announced) if announced.paillier == key => Ok(true),
            Some(_) => Err(Report::DataKeyForeign),
            None => {
                let call = Call::announce_data_key { scope: *scope, key, proofs_digest: [0; 32] };
                self.hand_in(Task::Announce(*scope), call)?;
                Ok(false)
            }
        }
    }

    /// Seals rows until all are or the time is over. Returns whether all are.
    fn seal(&self, scope: &Scope, batch: &OpenBatch) -> Result<bool, Report> {
        let mut left = batch.unsealed;
        while left > 0 {
            if self.is_out_of_time() {
                return Ok(false);
            }
            let rows = grid::unsealed(&self.access, batch, MAX_ROWS).map_err(|_| Report::GridUnreachable)?;
            let count = rows.len() as u32;
            self.seal_rows(scope, batch, rows)?;
            dmsm_worker::report(Report::MeterDaysSealed(count));
            left = left.saturating_sub(count);
        }
        Ok(true)
    }

    fn seal_rows(&self, scope: &Scope, batch: &OpenBatch, rows: Vec<ToSealRow>) -> Result<(), Report> {
        let sealed = rows.into_iter().map(|ToSealRow { meter, present, energy }| {
            let to_seal = ToSeal { meter, day: batch.day, version: batch.version, present, energy };
            let sealed = dmsm_vault::seal_meter_day(*scope, to_seal).ok_or(Report::VaultRefused)?;
            let row = SealedRow {
                meter,
                nonce: sealed.nonce,
                digest: sealed.digest,
                ciphertext: sp_io::hashing::sha2_256(&sealed.ciphertext),
            };
            Ok((row, sealed.ciphertext))
        });
        let (rows, ciphertexts): (Vec<_>, Vec<_>) =
            sealed.collect::<Result<Vec<_>, Report>>()?.into_iter().unzip();
        self.cloud.put_all(&ciphertexts).map_err(|_| Report::CloudUnreachable)?;
        grid::sealed(&self.access, batch, rows).map_err(|_| Report::GridUnreachable)
    }

    /// Anchors a batch whose rows are all sealed, if its turn has come.
    fn anchor(&mut self, batch: &OpenBatch) -> Result<bool, Report> {
        let OpenBatch { day, version, .. } = *batch;
        if day.end() > T::Time::now() {
            // It was over on another fork.
            return Ok(false);
        }
        let next = Versions::<T>::get(self.account.member, day);
        if version != next {
            // Whoever has the next version goes first. If nobody has, the chain lacks what the grid
            // service was told of.
            let has_next = |other: &OpenBatch| (other.day, other.version) == (day, next);
            return if self.batches.iter().any(has_next) { Ok(false) } else { Err(Report::BatchConflict) };
        }
        let task = Task::Anchor(day, version);
        if self.is_on_its_way(&task) {
            return Ok(true);
        }
        let manifest = self.manifest(batch)?;
        let receipt = self.cloud.put(&manifest.encode()).map_err(|_| Report::CloudUnreachable)?;
        let (root, count) = (manifest.root(), manifest.records.len() as u32);
        self.hand_in(task, Call::anchor { day, version, root, count, manifest: receipt.digest })
    }

    /// All records of a batch, as the chain and the cloud get them.
    fn manifest(&self, batch: &OpenBatch) -> Result<Manifest, Report> {
        let records = grid::records(&self.access, batch).map_err(|_| Report::GridUnreachable)?;
        let OpenBatch { day, version, count, .. } = *batch;
        let manifest =
            Manifest { processor: self.account.member, scope: self.scope(batch)?, day, version, records };
        let whole = manifest.has_form() && manifest.records.len() == count as usize;
        whole.then_some(manifest).ok_or(Report::GridUnreachable)
    }

    fn is_on_its_way(&self, task: &Task) -> bool {
        self.memory.is_on_its_way(task, &(), self.now, self.account.nonce())
    }

    /// Hands a call in, unless it is on its way.
    fn hand_in(&mut self, task: Task, call: Call<T>) -> Result<bool, Report> {
        if !self.is_on_its_way(&task) {
            self.memory
                .hand_in::<T, Call<T>, T::WorkerAccount>(&self.account, call, task, (), self.now)
                .map_err(|_| Report::SubmissionRefused)?;
        }
        Ok(true)
    }
}
