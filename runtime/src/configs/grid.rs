// SPDX-License-Identifier: Apache-2.0
//! The contracts of the paper.

use super::governance::{CouncilOrigin, Privileged};
use crate::{
    AccountId, Balances, BlockNumber, Credit, Devices, Members, Prepaid, Runtime, RuntimeCall,
    RuntimeHoldReason, Timestamp,
};
use alloc::vec::Vec;
use codec::Encode;
use dmsm_primitives::{MemberId, OpenBusiness};
use frame_support::{
    parameter_types,
    traits::{ConstU32, ConstU64, Get},
};
use pallet_members::{Admission, Quota, Quotas};

parameter_types! {
    /// Quotas count in windows of a minute of 200 ms slots.
    pub const QuotaWindow: BlockNumber = 300;
    /// A processor may notify 200 times a block; a household has some hundred actions a minute.
    pub const MemberQuotas: Quotas = Quotas {
        user: Quota { per_window: 120, pending: 32 },
        processor: Quota { per_window: 60_000, pending: 2_048 },
        other: Quota { per_window: 600, pending: 64 },
        privileged: Quota { per_window: 3_000, pending: 256 },
        invited: Quota { per_window: 10, pending: 2 },
    };
    /// 20 s of 200 ms slots.
    pub const MaxJudgementAge: BlockNumber = 100;
    /// Why a prepayment is held.
    pub const Prepayment: RuntimeHoldReason =
        RuntimeHoldReason::Prepaid(pallet_prepaid::HoldReason::Prepayment);
}

/// Devices and open requests.
pub struct MembersBusiness;

impl OpenBusiness for MembersBusiness {
    fn has_any(member: &MemberId) -> bool {
        Devices::has_any(member) || Prepaid::has_any(member)
    }

    fn needs_keys(member: &MemberId) -> bool {
        Devices::needs_keys(member) || Prepaid::needs_keys(member)
    }
}

/// Lets each contract refuse its calls.
pub struct ContractAdmission;

impl Admission<AccountId, RuntimeCall> for ContractAdmission {
    fn admit(who: &AccountId, call: &RuntimeCall) -> Result<(), u8> {
        match call {
            RuntimeCall::Prepaid(call) => Prepaid::admit(who, call),
            _ => Ok(()),
        }
    }

    // The first request of a member takes its timestamp, and perhaps its money, from the second.
    fn slot(who: &AccountId, call: &RuntimeCall) -> Option<Vec<u8>> {
        let asks = matches!(call, RuntimeCall::Prepaid(pallet_prepaid::Call::request { .. }));
        asks.then(|| (b"dmsm/request", who).encode())
    }
}

impl pallet_members::Config for Runtime {
    type CouncilOrigin = CouncilOrigin;
    type Privileged = Privileged;
    type SessionKeys = super::consensus::KeysOfNextSession;
    type OpenBusiness = MembersBusiness;
    type Admission = ContractAdmission;
    type Quotas = MemberQuotas;
    type QuotaWindow = QuotaWindow;
    type MaxInvitations = ConstU32<256>;
    type MaxKeyHistory = ConstU32<8>;
    // A day of 200 ms slots: eight keys back are eight days in which a false notice can be proved.
    type RotationInterval = ConstU32<{ 24 * 60 * 60 * 5 }>;
    type MaxOpening = ConstU32<2048>;
    type MaxAuthorities = super::consensus::MaxAuthorities;
    // 3,072 bits: what a dispute costs under 4,096 does not fit a block of 200 ms slots.
    type MaxUserModulus = ConstU32<384>;
    type WeightInfo = pallet_members::weights::SubstrateWeight<Runtime>;
}

impl pallet_devices::Config for Runtime {
    type Members = Members;
    type MaxDevices = ConstU32<256>;
    type MaxRules = ConstU32<16>;
    type WeightInfo = pallet_devices::weights::SubstrateWeight<Runtime>;
}

impl pallet_notifications::Config for Runtime {
    type Members = Members;
    type Devices = Devices;
    type Credit = Credit;
    type WorkerAccount = dmsm_offchain::WorkerAccountId;
    type MaxCiphertext = ConstU32<2048>;
    type MaxJudgementAge = MaxJudgementAge;
    type WeightInfo = pallet_notifications::weights::SubstrateWeight<Runtime>;
}

impl pallet_credit::Config for Runtime {
    type Members = Members;
    type Time = Timestamp;
}

/// As many refunds as half a block takes: a backlog keeps no answer out that is still in time.
pub struct RefundsOfHalfABlock;

impl Get<u32> for RefundsOfHalfABlock {
    fn get() -> u32 {
        use pallet_prepaid::WeightInfo;
        let one = <Runtime as pallet_prepaid::Config>::WeightInfo::refund_due();
        let half = <Runtime as frame_system::Config>::BlockWeights::get().max_block / 2;
        half.checked_div_per_component(&one).map_or(1, |refunds| refunds.clamp(1, 64) as u32)
    }
}

impl pallet_prepaid::Config for Runtime {
    type CouncilOrigin = CouncilOrigin;
    type Members = Members;
    type Devices = Devices;
    type Credit = Credit;
    type Escrow = pallet_escrow::HoldEscrow<Balances, Prepayment>;
    type Time = Timestamp;
    type WorkerAccount = dmsm_offchain::WorkerAccountId;
    type MaxLetter = ConstU32<2048>;
    type MaxAnswer = ConstU32<8192>;
    // A minute: clocks of phones, and the time in the pool.
    type MaxSkew = ConstU64<60_000>;
    type MaxRefunds = RefundsOfHalfABlock;
    type WeightInfo = pallet_prepaid::weights::SubstrateWeight<Runtime>;
}

impl pallet_records::Config for Runtime {
    type Members = Members;
    type Time = Timestamp;
    type WorkerAccount = dmsm_offchain::WorkerAccountId;
    type WeightInfo = pallet_records::weights::SubstrateWeight<Runtime>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkClock = BenchmarkClock;
}

/// Sets the chain's clock for benchmarks.
#[cfg(feature = "runtime-benchmarks")]
pub struct BenchmarkClock;

#[cfg(feature = "runtime-benchmarks")]
impl pallet_records::SetClock for BenchmarkClock {
    fn set_clock(now: dmsm_primitives::Moment) {
        pallet_timestamp::Now::<Runtime>::put(now);
    }
}
