// SPDX-License-Identifier: Apache-2.0
//! The contracts of the paper.

use super::governance::{CouncilOrigin, Privileged};
use crate::{BlockNumber, Devices, Members, Runtime};
use frame_support::{parameter_types, traits::ConstU32};
use pallet_members::{Quota, Quotas};

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
}

impl pallet_members::Config for Runtime {
    type CouncilOrigin = CouncilOrigin;
    type Privileged = Privileged;
    type OpenBusiness = Devices;
    type Quotas = MemberQuotas;
    type QuotaWindow = QuotaWindow;
    type MaxInvitations = ConstU32<256>;
    type MaxKeyHistory = ConstU32<8>;
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
    type Credit = ();
    type WorkerAccount = pallet_notifications::worker::WorkerAccountId;
    type MaxCiphertext = ConstU32<2048>;
    type MaxJudgementAge = MaxJudgementAge;
    type WeightInfo = pallet_notifications::weights::SubstrateWeight<Runtime>;
}
