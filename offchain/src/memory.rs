// SPDX-License-Identifier: Apache-2.0
//! What was handed to the pool and may be on its way.

use crate::{account::Refused, Account};
use alloc::collections::BTreeMap;
use codec::{Decode, Encode};
use dmsm_primitives::BlockNumber;
use frame_system::offchain::{AppCrypto, CreateSignedTransaction};
use sp_runtime::offchain::storage::StorageValueRef;

/// What is not on chain after this many blocks is made again.
pub const PATIENCE: BlockNumber = 25;

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
struct HandedIn<What> {
    what: What,
    at: BlockNumber,
    /// Nonce of its transaction; `None` until the pool has it.
    nonce: Option<u32>,
}

/// The last that was handed in for each of the things that a worker attends to. All of it may be
/// lost, if the chain takes nothing twice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Memory<Thing, What> {
    key: &'static [u8],
    handed_in: BTreeMap<Thing, HandedIn<What>>,
}

impl<Thing: Clone + Ord + Encode + Decode, What: PartialEq + Encode + Decode> Memory<Thing, What> {
    /// What lies under a key of the node's storage about things that are still `open`; the rest is
    /// forgotten.
    pub fn load(key: &'static [u8], open: impl Fn(&Thing) -> bool) -> Self {
        let handed_in: BTreeMap<Thing, HandedIn<What>> =
            StorageValueRef::persistent(key).get().ok().flatten().unwrap_or_default();
        let before = handed_in.len();
        let mut memory = Self { key, handed_in };
        memory.handed_in.retain(|thing, _| open(thing));
        if memory.handed_in.len() != before {
            memory.save();
        }
        memory
    }

    fn save(&self) {
        StorageValueRef::persistent(self.key).set(&self.handed_in);
    }

    /// Whether this was handed in a short while ago. It no longer is on its way where the account's
    /// `nonce` on chain has passed it and yet it is still to be done: then it was refused on
    /// dispatch.
    pub fn is_on_its_way(&self, thing: &Thing, what: &What, now: BlockNumber, nonce: u32) -> bool {
        self.handed_in.get(thing).is_some_and(|handed_in| {
            handed_in.what == *what
                && handed_in.nonce.is_none_or(|own| own >= nonce)
                // After a reorganization the block may be below the one it was handed in at.
                && now.abs_diff(handed_in.at) <= PATIENCE
        })
    }

    /// Signs a call and hands it to the pool. It is written down before, so that a crash between the
    /// two costs some blocks of waiting and nothing else.
    pub fn hand_in<T, C, K>(
        &mut self,
        account: &Account<T>,
        call: C,
        thing: Thing,
        what: What,
        now: BlockNumber,
    ) -> Result<(), Refused>
    where
        T: CreateSignedTransaction<C>,
        K: AppCrypto<T::Public, T::Signature>,
    {
        self.handed_in.insert(thing.clone(), HandedIn { what, at: now, nonce: None });
        self.save();
        let submitted = account.submit::<C, K>(call, 0);
        match (submitted, self.handed_in.get_mut(&thing)) {
            (Ok(nonce), Some(handed_in)) => handed_in.nonce = Some(nonce),
            _ => {
                self.handed_in.remove(&thing);
            }
        }
        self.save();
        submitted.map(drop)
    }
}
