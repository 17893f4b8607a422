// SPDX-License-Identifier: Apache-2.0
//! The energy centre: a council. Sudo exists for the preset `dev`; no other has a key for it.

use crate::{
    timing::block_limits, AccountId, BlockNumber, Council, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin,
    Session,
};
use frame_support::{
    parameter_types,
    traits::{ConstU32, Contains, EitherOfDiverse},
    weights::Weight,
};
use frame_system::EnsureRoot;

/// The council's instance.
pub type CouncilCollective = pallet_collective::Instance1;

/// More than half of the council, or root.
pub type CouncilOrigin = EitherOfDiverse<
    EnsureRoot<AccountId>,
    pallet_collective::EnsureProportionMoreThan<AccountId, CouncilCollective, 1, 2>,
>;

/// Two thirds of the council, or root: for what could give any power to anybody. That is a new
/// runtime, and another council.
pub type UpgradeOrigin = EitherOfDiverse<
    EnsureRoot<AccountId>,
    pallet_collective::EnsureProportionAtLeast<AccountId, CouncilCollective, 2, 3>,
>;

parameter_types! {
    /// A motion stays open for three days of 200 ms slots.
    pub const MotionDuration: BlockNumber = 3 * 24 * 60 * 60 * 5;
    /// A motion may fill half a block of the default slot.
    pub MaxProposalWeight: Weight = block_limits(crate::timing::DEFAULT_SLOT_MILLIS).max_block / 2;
}

impl pallet_collective::Config<CouncilCollective> for Runtime {
    type RuntimeOrigin = RuntimeOrigin;
    type Proposal = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type MotionDuration = MotionDuration;
    type MaxProposals = ConstU32<32>;
    type MaxMembers = ConstU32<32>;
    type DefaultVote = pallet_collective::PrimeDefaultVote;
    type WeightInfo = pallet_collective::weights::SubstrateWeight<Runtime>;
    type SetMembersOrigin = UpgradeOrigin;
    type MaxProposalWeight = MaxProposalWeight;
    type DisapproveOrigin = CouncilOrigin;
    type KillOrigin = CouncilOrigin;
    type Consideration = ();
}

impl crate::upgrades::Config for Runtime {
    type UpgradeOrigin = UpgradeOrigin;
}

impl pallet_sudo::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}

impl pallet_node_authorization::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type MaxWellKnownNodes = ConstU32<256>;
    type MaxPeerIdLength = ConstU32<128>;
    type AddOrigin = CouncilOrigin;
    type RemoveOrigin = CouncilOrigin;
    type SwapOrigin = CouncilOrigin;
    type ResetOrigin = CouncilOrigin;
    type WeightInfo = ();
}

/// The council, the authorities and, where there is one, the sudo key.
pub struct Privileged;

impl Contains<AccountId> for Privileged {
    fn contains(account: &AccountId) -> bool {
        Council::is_member(account)
            || Session::validators().contains(account)
            || pallet_sudo::Key::<Runtime>::get().as_ref() == Some(account)
    }
}
