// SPDX-License-Identifier: Apache-2.0
//! The traits through which pallets meet.

use crate::{BlsPublicKey, MemberId, Moment, PaillierPublicKey, RegionId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What a member is for.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Role {
    /// Owns devices, orders answers (paper: U).
    User,
    /// Processes the data of a region (paper: P).
    Processor,
    /// Buys data (paper: S).
    DataSharer,
    /// Holds ciphertext.
    Cloud,
}

/// The keys of a member.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct MemberKeys {
    /// Signs (paper: v = xP).
    pub bls: BlsPublicKey,
    /// Others encrypt to it (paper: pk = (n, g)).
    pub paillier: PaillierPublicKey,
    /// SHA-256 of the proofs about the Paillier modulus, as the member published them.
    pub proofs_digest: [u8; 32],
}

/// What other pallets ask about members.
pub trait MemberRegistry<AccountId> {
    /// The identifier of the member with this account.
    fn id_of(account: &AccountId) -> Option<MemberId>;

    /// The account of a member.
    fn account_of(id: &MemberId) -> Option<AccountId>;

    /// The region and the current keys of a member, active or not.
    fn keys_of(id: &MemberId) -> Option<(RegionId, MemberKeys)>;

    /// Whether the key was this member's at any time that is still remembered.
    fn had_bls_key(id: &MemberId, key: &BlsPublicKey) -> bool;

    /// The identifier and region of an active member with this role.
    fn active(account: &AccountId, role: Role) -> Option<(MemberId, RegionId)>;

    /// Makes an active member with this account, role, region and keys.
    #[cfg(feature = "runtime-benchmarks")]
    fn enrol(account: &AccountId, role: Role, region: RegionId, keys: MemberKeys) -> MemberId;
}

/// Where conduct is written down as credit.
pub trait CreditBook<AccountId> {
    /// `processor` was proved to have made a false notice at `at`.
    fn false_notice(processor: &AccountId, owner: &AccountId, at: Moment);
}

impl<AccountId> CreditBook<AccountId> for () {
    fn false_notice(_: &AccountId, _: &AccountId, _: Moment) {}
}
