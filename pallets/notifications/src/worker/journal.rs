// SPDX-License-Identifier: Apache-2.0
//! What the worker handed to the pool and has not seen finalized.

use alloc::{collections::VecDeque, vec::Vec};
use codec::{Decode, Encode};
use dmsm_primitives::{BlockNumber, DeviceId, Verdict};
use sp_runtime::offchain::storage::StorageValueRef;

const KEY: &[u8] = b"dmsm/notices/journal";
const VERDICT_PREFIX: &[u8] = b"dmsm/notices/verdict/";

/// Most notices that wait for finality at once. When as many wait, the worker reads nothing new.
pub(super) const MAX_IN_FLIGHT: usize = 1_024;
/// Most readings read in one run.
pub(super) const MAX_PAGE: usize = 500;
/// A notice that is not included after this many blocks without any progress is made again.
pub(super) const PATIENCE: BlockNumber = 25;

/// A notice on its way.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub(super) struct InFlight {
    /// Nonce of its transaction; `None` if it was found on chain, handed in by a journal that was
    /// lost.
    pub nonce: Option<u32>,
    /// Row of its reading.
    pub row: u64,
    /// Its device.
    pub device: DeviceId,
    /// Its sequence.
    pub sequence: u64,
    /// What it says; `None` if that is not known here.
    pub verdict: Option<Verdict>,
    /// The block at which it was first seen on chain.
    pub included_at: Option<BlockNumber>,
}

/// The worker's memory between runs. All of it may be lost; then the worker reads from row 0 and
/// skips what the chain has.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode)]
pub(super) struct Journal {
    /// Rows up to this one need no more work.
    settled: u64,
    /// Rows up to this one were judged.
    read: u64,
    /// In the order of rows, and so of nonces.
    queue: VecDeque<InFlight>,
    /// The last block at which a notice was included, or began to wait alone.
    progressed_at: BlockNumber,
    /// Whether the last [`Journal::advance`] sent the cursor back.
    gave_up: bool,
}

impl Journal {
    pub(super) fn load() -> Self {
        StorageValueRef::persistent(KEY).get().ok().flatten().unwrap_or_default()
    }

    pub(super) fn save(&self) {
        StorageValueRef::persistent(KEY).set(self);
    }

    /// Compares with the state of block `now`. Returns how many notices were newly included.
    pub(super) fn advance(
        &mut self,
        now: BlockNumber,
        finalized: BlockNumber,
        nonce: u32,
        last_sequence: impl Fn(&DeviceId) -> u64,
    ) -> u32 {
        self.gave_up = false;
        let mut included = 0;
        let mut refused = false;
        for notice in &mut self.queue {
            if last_sequence(&notice.device) < notice.sequence {
                // If it was included, then in a block that is no longer in the chain.
                notice.included_at = None;
                refused |= notice.nonce.is_none_or(|own| own < nonce);
            } else if notice.included_at.is_none() {
                notice.included_at = Some(now);
                included += 1;
            }
        }
        if included > 0 {
            self.progressed_at = now;
        }
        while self.queue.front().and_then(|notice| notice.included_at).is_some_and(|at| at <= finalized) {
            if let Some(notice) = self.queue.pop_front() {
                self.settled = notice.row;
            }
        }
        if self.queue.is_empty() {
            self.settled = self.read;
        }
        let waiting = self.queue.iter().any(|notice| notice.included_at.is_none());
        if waiting && (refused || now.saturating_sub(self.progressed_at) > PATIENCE) {
            self.give_up(now);
        }
        included
    }

    /// Forgets what waits, and reads again from the first of it.
    fn give_up(&mut self, now: BlockNumber) {
        if let Some(first) = self.queue.iter().position(|notice| notice.included_at.is_none()) {
            self.queue.truncate(first);
        }
        self.read = self.queue.back().map_or(self.settled, |notice| notice.row);
        self.progressed_at = now;
        self.gave_up = true;
    }

    /// Whether the last comparison sent the cursor back.
    pub(super) fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// How many readings may be read now.
    pub(super) fn room(&self) -> usize {
        MAX_IN_FLIGHT.saturating_sub(self.queue.len()).min(MAX_PAGE)
    }

    /// The last row that was judged.
    pub(super) fn read_up_to(&self) -> u64 {
        self.read
    }

    /// Number of notices that wait for inclusion.
    pub(super) fn waiting(&self) -> usize {
        self.queue.iter().filter(|notice| notice.included_at.is_none()).count()
    }

    /// Number of notices that wait for inclusion or finality.
    pub(super) fn in_flight(&self) -> usize {
        self.queue.len()
    }

    /// Sequence and verdict of a device's last notice on the way.
    pub(super) fn tip_of(&self, device: &DeviceId) -> Option<(u64, Option<Verdict>)> {
        let of_device = self.queue.iter().filter(|notice| notice.device == *device);
        of_device.max_by_key(|notice| notice.sequence).map(|last| (last.sequence, last.verdict))
    }

    /// The nonce for the next transaction: after those in the pool.
    pub(super) fn next_nonce(&self, on_chain: u32) -> u32 {
        let waiting = self.queue.iter().rev().find(|notice| notice.included_at.is_none());
        let after = waiting.and_then(|notice| notice.nonce).map_or(0, |last| last.saturating_add(1));
        on_chain.max(after)
    }

    /// Takes note of a notice that was handed in, or found on chain.
    pub(super) fn push(&mut self, notice: InFlight, now: BlockNumber) {
        if let (None, Some(verdict)) = (notice.included_at, notice.verdict) {
            remember_verdict(&notice.device, notice.sequence, verdict);
            if self.waiting() == 0 {
                self.progressed_at = now;
            }
        }
        self.queue.push_back(notice);
    }

    /// A row was judged.
    pub(super) fn pass(&mut self, row: u64) {
        self.read = row;
    }
}

fn verdict_key(device: &DeviceId) -> Vec<u8> {
    [VERDICT_PREFIX, &device.0].concat()
}

/// What the notice with this sequence said, if it is the last that was handed in here.
pub(super) fn remembered_verdict(device: &DeviceId, sequence: u64) -> Option<Verdict> {
    let key = verdict_key(device);
    let (at, verdict) = StorageValueRef::persistent(&key).get::<(u64, Verdict)>().ok().flatten()?;
    (at == sequence).then_some(verdict)
}

fn remember_verdict(device: &DeviceId, sequence: u64, verdict: Verdict) {
    let key = verdict_key(device);
    StorageValueRef::persistent(&key).set(&(sequence, verdict));
}
