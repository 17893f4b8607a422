// SPDX-License-Identifier: Apache-2.0
//! What was handed to the pool and may be on its way.

use alloc::collections::BTreeMap;
use codec::{Decode, Encode};
use dmsm_primitives::{BlockNumber, RequestId};
use sp_runtime::offchain::storage::StorageValueRef;

const KEY: &[u8] = b"dmsm/requests/memory";

/// What is not on chain after this many blocks is made again.
pub(super) const PATIENCE: BlockNumber = 25;

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

/// By request. All of it may be lost: the chain takes nothing twice.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode)]
pub(super) struct Memory(BTreeMap<RequestId, HandedIn>);

impl Memory {
    /// What is remembered of these requests; the rest is forgotten.
    pub(super) fn load(open: &[RequestId]) -> Self {
        let stored: Option<Self> = StorageValueRef::persistent(KEY).get().ok().flatten();
        let mut memory = stored.unwrap_or_default();
        let before = memory.0.len();
        memory.0.retain(|id, _| open.binary_search(id).is_ok());
        if memory.0.len() != before {
            memory.save();
        }
        memory
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
        self.0.get(&id).is_some_and(|handed_in| {
            handed_in.digest == *digest
                && handed_in.step == step
                && handed_in.nonce.is_none_or(|own| own >= nonce)
                // After a reorganization the block may be below the one it was handed in at.
                && now.abs_diff(handed_in.at) <= PATIENCE
        })
    }

    pub(super) fn note(&mut self, id: RequestId, digest: [u8; 32], step: Step, at: BlockNumber) {
        self.0.insert(id, HandedIn { digest, step, at, nonce: None });
        self.save();
    }

    pub(super) fn note_nonce(&mut self, id: RequestId, nonce: u32) {
        if let Some(handed_in) = self.0.get_mut(&id) {
            handed_in.nonce = Some(nonce);
            self.save();
        }
    }

    pub(super) fn forget(&mut self, id: RequestId) {
        self.0.remove(&id);
        self.save();
    }
}
