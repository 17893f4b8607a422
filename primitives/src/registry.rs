// SPDX-License-Identifier: Apache-2.0
//! The traits through which pallets meet.

use crate::{
    request::Amount, BlockNumber, BlsPublicKey, DeviceId, DevicePublicKey, MemberId, PaillierPublicKey,
    RegionId, Rule,
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

    /// What is known about a member besides its keys, active or not; `None` for a stranger and for
    /// one that has left.
    fn standing(id: &MemberId) -> Option<Standing>;

    /// Whom the energy centre has put a member down as belonging to.
    fn operator_of(id: &MemberId) -> Option<OperatorId>;

    /// Makes an active member with this account, role, region and keys.
    #[cfg(feature = "runtime-benchmarks")]
    fn enrol(account: &AccountId, role: Role, region: RegionId, keys: MemberKeys) -> MemberId;
}

/// A member, as other pallets see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// What it is for.
    pub role: Role,
    /// Where it is.
    pub region: RegionId,
    /// Whether it may start anything new.
    pub active: bool,
}

/// An operator that several members belong to, such as a utility with processors in many regions
/// and households of its own. The energy centre names them.
#[derive(
    Clone,
    Copy,
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
pub struct OperatorId(pub u32);

/// Business of a member that must settle before the member may leave.
pub trait OpenBusiness {
    /// Whether the member has any.
    fn has_any(member: &MemberId) -> bool;

    /// Whether something is on its way that others make under the member's present keys, such as an
    /// answer that it paid for: then the keys stay.
    fn needs_keys(member: &MemberId) -> bool;
}

impl OpenBusiness for () {
    fn has_any(_: &MemberId) -> bool {
        false
    }

    fn needs_keys(_: &MemberId) -> bool {
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

/// A processor's credit, 0 to 1,000.
pub type Score = u16;

/// What a processor did that counts.
#[derive(
    Clone,
    Copy,
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
#[serde(rename_all = "kebab-case")]
pub enum Conduct {
    /// It delivered what was paid for.
    Delivered {
        /// What it was paid, minor units.
        price: Amount,
    },
    /// It accepted and did not deliver in time.
    TimedOut,
    /// It was proved to have made a false notice.
    FalseNotice,
    /// It was proved to have dealt a bad share.
    BadShare,
}

/// Where conduct is written down as credit.
pub trait CreditBook {
    /// The processor's score.
    fn score(processor: &MemberId) -> Score;

    /// Writes down what `processor` did towards `counterparty`.
    fn record(processor: &MemberId, counterparty: &MemberId, conduct: Conduct);
}

/// For mocks of pallets that are not about credit: every score is 500 for ever.
impl CreditBook for () {
    fn score(_: &MemberId) -> Score {
        500
    }

    fn record(_: &MemberId, _: &MemberId, _: Conduct) {}
}

/// Money held back until a contract says whose it is.
///
/// What was held is paid or given back exactly once, in full: a contract calls exactly one of
/// [`Escrow::pay`] and [`Escrow::refund`] for each [`Escrow::hold`].
pub trait Escrow<AccountId> {
    /// Why money cannot be held or moved.
    type Error;

    /// Whether `amount` of the payer's free money can be held.
    fn can_hold(payer: &AccountId, amount: Amount) -> bool;

    /// Holds `amount` of the payer's free money; fails, without effect, if there is not enough.
    fn hold(payer: &AccountId, amount: Amount) -> Result<(), Self::Error>;

    /// Pays `amount` that is held from the payer to the payee.
    fn pay(payer: &AccountId, payee: &AccountId, amount: Amount) -> Result<(), Self::Error>;

    /// Gives `amount` that is held back to the payer.
    fn refund(payer: &AccountId, amount: Amount) -> Result<(), Self::Error>;

    /// All that is held from the payer.
    fn held(payer: &AccountId) -> Amount;

    /// Gives the payer free money.
    #[cfg(feature = "runtime-benchmarks")]
    fn endow(payer: &AccountId, amount: Amount);
}
