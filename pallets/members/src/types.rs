// SPDX-License-Identifier: Apache-2.0
//! What the pallet stores.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use dmsm_primitives::{MemberId, MemberKeys, RegionId, Role};
use frame_support::{
    pallet_prelude::BoundedVec, traits::Get, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound,
};
use scale_info::TypeInfo;

/// Whether a member may act.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Status {
    /// It may.
    Active,
    /// It starts nothing new; its open business still settles.
    Suspended,
    /// It is no member any more.
    Left,
}

/// A member.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Member<AccountId> {
    /// Signs its transactions.
    pub account: AccountId,
    /// What it is for.
    pub role: Role,
    /// Where it is.
    pub region: RegionId,
    /// Whether it may act.
    pub status: Status,
    /// Its keys.
    pub keys: MemberKeys,
}

/// What an applicant wants to be.
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
#[scale_info(skip_type_params(MaxOpening))]
pub struct Application<MaxOpening: Get<u32>> {
    /// The identifier it wants.
    pub id: MemberId,
    /// The role it wants.
    pub role: Role,
    /// Where it is.
    pub region: RegionId,
    /// Its keys.
    pub keys: MemberKeys,
    /// The preimage of `id`, encrypted under the key of the region's processor.
    pub opening: BoundedVec<u8, MaxOpening>,
}

/// A member from the start.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct GenesisMember<AccountId> {
    /// Signs its transactions.
    pub account: AccountId,
    /// Its identifier.
    pub id: MemberId,
    /// What it is for.
    pub role: Role,
    /// Where it is.
    pub region: RegionId,
    /// Its keys.
    pub keys: MemberKeys,
}

/// What an account sent in a window.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Usage<BlockNumber> {
    /// Number of the window: block number / length.
    pub window: BlockNumber,
    /// Transactions included in it.
    pub included: u32,
}

/// What one kind of account may send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quota {
    /// Most transactions in a window.
    pub per_window: u32,
    /// Most transactions in the pool at once.
    pub pending: u32,
}

/// Quotas by kind of account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quotas {
    /// Of users.
    pub user: Quota,
    /// Of processors.
    pub processor: Quota,
    /// Of data-sharing members and the cloud.
    pub other: Quota,
    /// Of the council's accounts.
    pub privileged: Quota,
    /// Of invited accounts, which may only apply.
    pub invited: Quota,
}
