// SPDX-License-Identifier: Apache-2.0
//! What was handed to the pool and may be on its way, the answers that are ready, and whose requests
//! fail at present.

use alloc::{collections::BTreeMap, vec::Vec};
use codec::{Decode, Encode};
use dmsm_primitives::{BlockNumber, MemberId, RequestId};
use sp_runtime::offchain::storage::StorageValueRef;

const KEY: &[u8] = b"dmsm/requests/memory";
const ANSWERS: &[u8] = b"dmsm/requests/answer/";

/// What is not on chain after this many blocks is made again.
pub(super) const PATIENCE: BlockNumber = 25;
/// Longest pause, blocks, after requests of one member failed again and again.
const LONGEST_PAUSE: BlockNumber = 16;

/// What was handed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub(super) enum Step {
    /// An acceptance or a rejection.
    Opening,
    /// An answer.
    Answering,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
struct HandedIn {
    /// Of the request's letter: numbers can name another request in another fork.
    digest: [u8; 32],
    step: Step,
    at: BlockNumber,
    /// Nonce of its transaction; `None` until the pool has it.
    nonce: Option<u32>,
}

/// Requests of a member that could not be attended to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
struct Failing {
    pause: BlockNumber,
    until: BlockNumber,
}

/// All of it may be lost: the chain takes nothing twice, and answers are made again.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode)]
pub(super) struct Memory {
    handed_in: BTreeMap<RequestId, HandedIn>,
    failing: BTreeMap<MemberId, Failing>,
}

impl Memory {
    /// What is remembered of these requests; the rest is forgotten.
    pub(super) fn load(open: &[RequestId]) -> Self {
        let stored: Option<Self> = StorageValueRef::persistent(KEY).get().ok().flatten();
        let mut memory = stored.unwrap_or_default();
        let before = memory.clone();
        memory.handed_in.retain(|id, handed_in| {
            let is_open = open.binary_search(id).is_ok();
            if !is_open {
                StorageValueRef::persistent(&Self::answer_of(&handed_in.digest)).clear();
            }
            is_open
        });
        if open.is_empty() {
            memory.failing.clear();
        }
        if memory != before {
            memory.save();
        }
        memory
    }

    fn answer_of(digest: &[u8; 32]) -> Vec<u8> {
        [ANSWERS, digest].concat()
    }

    /// Keeps the ciphertext of an answer to the letter of this digest: what is promised is what is
    /// delivered, whatever the readings become meanwhile.
    pub(super) fn keep_answer(digest: &[u8; 32], ciphertext: &[u8]) {
        StorageValueRef::persistent(&Self::answer_of(digest)).set(&ciphertext);
    }

    /// The ciphertext that was kept.
    pub(super) fn answer(digest: &[u8; 32]) -> Option<Vec<u8>> {
        StorageValueRef::persistent(&Self::answer_of(digest)).get().ok().flatten()
    }

    /// Whether a member's requests are left alone in this block, because they failed.
    pub(super) fn pauses(&self, requester: &MemberId, now: BlockNumber) -> bool {
        // After a reorganization the block may be far below the one it failed at.
        let left = |failing: &Failing| failing.until.saturating_sub(now);
        self.failing.get(requester).map(left).is_some_and(|left| (1..=LONGEST_PAUSE).contains(&left))
    }

    /// A member's request failed: the next look at any of them is after a pause, each twice as long
    /// as the last. So nobody's slow questions keep others waiting.
    pub(super) fn failed(&mut self, requester: MemberId, now: BlockNumber) {
        let last = self.failing.get(&requester).map_or(0, |failing| failing.pause);
        let pause = (2 * last).clamp(1, LONGEST_PAUSE);
        self.failing.insert(requester, Failing { pause, until: now.saturating_add(pause) });
        self.save();
    }

    /// A member's request was attended to.
    pub(super) fn succeeded(&mut self, requester: &MemberId) {
        if self.failing.remove(requester).is_some() {
            self.save();
        }
    }

    fn save(&self) {
        StorageValueRef::persistent(KEY).set(self);
    }

    /// Whether this step was handed in a short while ago. It no longer is where the account's
    /// `nonce` on chain has passed it and yet the step is still to be done: then it was refused on
    /// dispatch, such as an acceptance whose credit figure another answer had overtaken.
    pub(super) fn is_on_its_way(
        &self,
        id: RequestId,
        digest: &[u8; 32],
        step: Step,
        now: BlockNumber,
        nonce: u32,
    ) -> bool {
        self.handed_in.get(&id).is_some_and(|handed_in| {
            handed_in.digest == *digest
                && handed_in.step == step
                && handed_in.nonce.is_none_or(|own| own >= nonce)
                // After a reorganization the block may be below the one it was handed in at.
                && now.abs_diff(handed_in.at) <= PATIENCE
        })
    }

    pub(super) fn note(&mut self, id: RequestId, digest: [u8; 32], step: Step, at: BlockNumber) {
        self.handed_in.insert(id, HandedIn { digest, step, at, nonce: None });
        self.save();
    }

    pub(super) fn note_nonce(&mut self, id: RequestId, nonce: u32) {
        if let Some(handed_in) = self.handed_in.get_mut(&id) {
            handed_in.nonce = Some(nonce);
            self.save();
        }
    }

    pub(super) fn forget(&mut self, id: RequestId) {
        self.handed_in.remove(&id);
        self.save();
    }
}
