// SPDX-License-Identifier: Apache-2.0
//! The traits through which pallets meet.

use crate::{
    BlockNumber, BlsPublicKey, DeviceId, DevicePublicKey, MemberId, PaillierPublicKey, RegionId, Rule,
};
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
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
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
#[derive(
    Clone,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    serde::Serialize,
    serde::Deserialize,
)]
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

    /// The account of a member that has not left.
    fn account_of(id: &MemberId) -> Option<AccountId>;

    /// The current keys of a member, active or not.
    fn keys_of(id: &MemberId) -> Option<MemberKeys>;

    /// Whether the key is this member's, now or as far back as is remembered.
    fn had_bls_key(id: &MemberId, key: &BlsPublicKey) -> bool;

    /// The identifier and region of an active member with this role.
    fn active(account: &AccountId, role: Role) -> Option<(MemberId, RegionId)>;

    /// Makes an active member with this account, role, region and keys.
    #[cfg(feature = "runtime-benchmarks")]
    fn enrol(account: &AccountId, role: Role, region: RegionId, keys: MemberKeys) -> MemberId;
}

/// Business of a member that must settle before the member may leave.
pub trait OpenBusiness {
    /// Whether the member has any.
    fn has_any(member: &MemberId) -> bool;
}

impl OpenBusiness for () {
    fn has_any(_: &MemberId) -> bool {
        false
    }
}

/// What other pallets ask about devices.
pub trait DeviceRegistry {
    /// A device that was registered, connected or not.
    fn device(id: &DeviceId) -> Option<DeviceInfo>;

    /// The rule in effect at a block. `None` for an unknown device and for a block so long ago
    /// that its rule is forgotten.
    fn rule_at(id: &DeviceId, block: BlockNumber) -> Option<Rule>;

    /// Makes a connected device of an owner, with this key.
    #[cfg(feature = "runtime-benchmarks")]
    fn connect(owner: &MemberId, region: RegionId, key: DevicePublicKey, rule: Rule) -> DeviceId;
}

/// A device, as other pallets see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviceInfo {
    /// Whose it is.
    pub owner: MemberId,
    /// Its own key.
    pub key: DevicePublicKey,
    /// Whose processor reads it.
    pub region: RegionId,
    /// Whether it is connected: neither waiting for its proof nor unbound.
    pub connected: bool,
}

/// Where conduct is written down as credit.
pub trait CreditBook<AccountId> {
    /// `processor` was proved to have made a false notice for `owner`.
    fn false_notice(processor: &MemberId, owner: &AccountId);
}

impl<AccountId> CreditBook<AccountId> for () {
    fn false_notice(_: &MemberId, _: &AccountId) {}
}
