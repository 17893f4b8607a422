// SPDX-License-Identifier: Apache-2.0
//! How often the grid service is asked.

use codec::{Decode, Encode};
use dmsm_primitives::BlockNumber;
use sp_runtime::offchain::storage::StorageValueRef;

const KEY: &[u8] = b"dmsm/records/pace";

/// Without anything to go on with, it is asked after so many blocks.
pub(super) const PAUSE: BlockNumber = 5;

#[derive(Clone, Copy, Encode, Decode)]
struct Pace {
    asked_at: BlockNumber,
    /// Whether there was something to go on with.
    more: bool,
}

/// Whether it is time to ask. What was noted may be lost.
pub(super) fn is_due(now: BlockNumber) -> bool {
    let noted: Option<Pace> = StorageValueRef::persistent(KEY).get().ok().flatten();
    noted.is_none_or(|pace| pace.more || now.abs_diff(pace.asked_at) >= PAUSE)
}

/// Notes the end of a run.
pub(super) fn note(now: BlockNumber, more: bool) {
    StorageValueRef::persistent(KEY).set(&Pace { asked_at: now, more });
}
