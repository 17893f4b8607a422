// SPDX-License-Identifier: Apache-2.0
//! What the pallet stores.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use dmsm_primitives::{BlockNumber, DeviceId, DevicePublicKey, MemberId, RegionId, Rule};
use frame_support::{
    pallet_prelude::BoundedVec, traits::Get, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound,
};
use scale_info::TypeInfo;

/// Whether a device is watched.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum DeviceStatus {
    /// It waits for the proof of its key.
    Registered,
    /// It is watched.
    Connected,
    /// It is watched no longer.
    Unbound,
}

/// A device. The order of the fields is what services outside the runtime decode.
#[derive(
    CloneNoBound,
    PartialEqNoBound,
    EqNoBound,
    DebugNoBound,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[scale_info(skip_type_params(MaxRules))]
pub struct Device<MaxRules: Get<u32>> {
    /// Whose it is.
    pub owner: MemberId,
    /// Its own key.
    pub key: DevicePublicKey,
    /// Whose processor reads it.
    pub region: RegionId,
    /// Whether it is watched.
    pub status: DeviceStatus,
    /// Rules with the block from which each applies, in that order; never empty.
    pub rules: BoundedVec<(BlockNumber, Rule), MaxRules>,
}

impl<MaxRules: Get<u32>> Device<MaxRules> {
    /// A device that waits for its proof, under `rule` from block `now` on.
    pub fn new(
        owner: MemberId,
        key: DevicePublicKey,
        region: RegionId,
        rule: Rule,
        now: BlockNumber,
    ) -> Self {
        let mut rules = BoundedVec::new();
        rules.force_push((now, rule));
        Self { owner, key, region, status: DeviceStatus::Registered, rules }
    }

    /// Lets `rule` apply from block `from`, which lies after `now`. Replaces rules that were still
    /// to come; forgets the oldest if there is no room.
    pub fn schedule_rule(&mut self, rule: Rule, from: BlockNumber, now: BlockNumber) {
        self.rules.retain(|(start, _)| *start <= now);
        if self.rules.is_full() {
            self.rules.remove(0);
        }
        self.rules.force_push((from, rule));
    }

    /// The rule in effect at a block; `None` for a block before the oldest that is remembered.
    pub fn rule_at(&self, block: BlockNumber) -> Option<Rule> {
        self.rules.iter().rev().find(|(from, _)| *from <= block).map(|(_, rule)| *rule)
    }

    /// Whether `id` is this device's.
    pub fn has_id(&self, id: &DeviceId) -> bool {
        DeviceId::derive(&self.owner, &self.key.0) == *id
    }
}
