// SPDX-License-Identifier: Apache-2.0
//! Who authors and votes: a set that the council changes.

use crate::{timing::Slot, AccountId, Aura, Balances, Members, Runtime, RuntimeEvent, SessionKeys};
use alloc::vec::Vec;
use frame_support::{
    parameter_types,
    traits::{ConstBool, ConstU128, ConstU32, ConstU64},
};
use pallet_members::SessionKeys as _;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_runtime::traits::{ConvertInto, OpaqueKeys};
use sp_staking::SessionIndex;

/// Most authorities.
pub type MaxAuthorities = ConstU32<64>;

parameter_types! {
    /// Length of a session, blocks: half a minute of 200 ms slots. A change of the authorities
    /// takes effect after one to two sessions.
    pub const SessionPeriod: crate::BlockNumber = 150;
    /// The first session begins at genesis.
    pub const SessionOffset: crate::BlockNumber = 0;
}

impl pallet_aura::Config for Runtime {
    type AuthorityId = AuraId;
    type DisabledValidators = crate::Session;
    type MaxAuthorities = MaxAuthorities;
    type AllowMultipleBlocksPerSlot = ConstBool<false>;
    type SlotDuration = Slot;
}

impl pallet_grandpa::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
    type MaxAuthorities = MaxAuthorities;
    type MaxNominators = ConstU32<0>;
    type MaxSetIdSessionEntries = ConstU64<0>;
    type KeyOwnerProof = sp_core::Void;
    type EquivocationReportSystem = ();
}

impl pallet_authorship::Config for Runtime {
    type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Aura>;
    type EventHandler = ();
}

/// Who has set session keys.
pub struct KeysOfNextSession;

impl pallet_members::SessionKeys<AccountId> for KeysOfNextSession {
    fn are_set(account: &AccountId) -> bool {
        pallet_session::NextKeys::<Runtime>::contains_key(account)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn set(account: &AccountId) {
        use codec::Decode;
        let keys = SessionKeys::decode(&mut sp_runtime::traits::TrailingZeroInput::zeroes());
        if let Ok(keys) = keys {
            pallet_session::NextKeys::<Runtime>::insert(account, keys);
        }
    }
}

/// Takes the authorities from the council's list.
pub struct CouncilChoice;

impl pallet_session::SessionManager<AccountId> for CouncilChoice {
    fn new_session(_: SessionIndex) -> Option<Vec<AccountId>> {
        let wanted = Members::wanted_authorities()?;
        // Whoever cannot author is left out; if that were all, the present set goes on.
        let able: Vec<_> = wanted.into_iter().filter(KeysOfNextSession::are_set).collect();
        (!able.is_empty()).then_some(able)
    }

    fn start_session(_: SessionIndex) {}

    fn end_session(_: SessionIndex) {}
}

impl pallet_session::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = ConvertInto;
    type ShouldEndSession = pallet_session::PeriodicSessions<SessionPeriod, SessionOffset>;
    type NextSessionRotation = pallet_session::PeriodicSessions<SessionPeriod, SessionOffset>;
    type SessionManager = CouncilChoice;
    type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
    type Keys = SessionKeys;
    type DisablingStrategy = ();
    type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
    type Currency = Balances;
    type KeyDeposit = ConstU128<0>;
}
