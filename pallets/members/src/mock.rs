// SPDX-License-Identifier: Apache-2.0
//! A chain of members alone.

use crate::{Application, GenesisMember, Quota, Quotas};
use dmsm_host::fixtures;
use dmsm_primitives::{MemberId, MemberKeys, OpenBusiness, RegionId, Role};
use frame_support::{
    derive_impl,
    dispatch::DispatchResult,
    parameter_types,
    traits::{ConstU32, Equals},
};
use frame_system::EnsureRoot;
use sp_runtime::{traits::ConstU64, BuildStorage};
use std::collections::BTreeSet;

type Block = frame_system::mocking::MockBlockU32<Test>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Members: crate,
    }
);

/// A councillor: no member, but privileged.
pub const COUNCILLOR: u64 = 100;
/// Members of [`Builder::standard`].
pub const PROCESSOR_1: u64 = 1;
/// The processor of region 2.
pub const PROCESSOR_2: u64 = 2;
/// A user of region 1.
pub const USER_1: u64 = 11;
/// A user of region 2.
pub const USER_2: u64 = 12;
/// A data-sharing member of region 1.
pub const SHARER: u64 = 21;
/// The cloud.
pub const CLOUD: u64 = 31;
/// An account that nobody knows.
pub const STRANGER: u64 = 99;

/// Where most tests happen.
pub const REGION_1: RegionId = RegionId(1);
/// Another region.
pub const REGION_2: RegionId = RegionId(2);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
}

parameter_types! {
    pub static Busy: BTreeSet<MemberId> = BTreeSet::new();
    pub static Keyless: BTreeSet<u64> = BTreeSet::new();
    pub static RotationInterval: u32 = 0;
    pub const QuotaWindow: u32 = 10;
    pub const MockQuotas: Quotas = Quotas {
        user: Quota { per_window: 4, pending: 3 },
        processor: Quota { per_window: 8, pending: 6 },
        other: Quota { per_window: 5, pending: 2 },
        privileged: Quota { per_window: 6, pending: 5 },
        invited: Quota { per_window: 2, pending: 1 },
    };
}

/// Business of the members in [`Busy`].
pub struct MockBusiness;

impl OpenBusiness for MockBusiness {
    fn has_any(member: &MemberId) -> bool {
        Busy::get().contains(member)
    }

    fn needs_keys(member: &MemberId) -> bool {
        Busy::get().contains(member)
    }
}

/// What [`MockAdmission`] refuses a remark of two bytes with.
pub const REFUSED: u8 = 77;

/// Length of the remarks of which each account has one waiting at a time.
pub const SLOTTED: usize = 3;

/// Refuses remarks of two bytes.
pub struct MockAdmission;

impl crate::Admission<u64, RuntimeCall> for MockAdmission {
    fn admit(_: &u64, call: &RuntimeCall) -> Result<(), u8> {
        match call {
            RuntimeCall::System(frame_system::Call::remark { remark }) if remark.len() == 2 => Err(REFUSED),
            _ => Ok(()),
        }
    }

    fn slot(who: &u64, call: &RuntimeCall) -> Option<Vec<u8>> {
        let RuntimeCall::System(frame_system::Call::remark { remark }) = call else { return None };
        (remark.len() == SLOTTED).then(|| who.to_le_bytes().to_vec())
    }
}

/// All accounts have session keys but those in [`Keyless`].
pub struct MockSessionKeys;

impl crate::SessionKeys<u64> for MockSessionKeys {
    fn are_set(account: &u64) -> bool {
        !Keyless::get().contains(account)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn set(account: &u64) {
        Keyless::mutate(|keyless| keyless.remove(account));
    }
}

impl crate::Config for Test {
    type CouncilOrigin = EnsureRoot<u64>;
    type Privileged = Equals<ConstU64<COUNCILLOR>>;
    type SessionKeys = MockSessionKeys;
    type OpenBusiness = MockBusiness;
    type Admission = MockAdmission;
    type Quotas = MockQuotas;
    type QuotaWindow = QuotaWindow;
    type MaxInvitations = ConstU32<3>;
    type MaxKeyHistory = ConstU32<2>;
    type RotationInterval = RotationInterval;
    type MaxOpening = ConstU32<512>;
    type MaxAuthorities = ConstU32<4>;
    type MaxUserModulus = ConstU32<384>;
    type WeightInfo = ();
}

/// An identifier by number.
pub fn id(account: u64) -> MemberId {
    MemberId::derive(&account.to_le_bytes(), &[0; 16])
}

/// Keys by number.
pub fn keys(seed: u64) -> MemberKeys {
    fixtures::member_keys(seed as u32, 2048)
}

/// An application by `account`, with keys of its own.
pub fn application(account: u64, role: Role, region: RegionId) -> ApplicationOf {
    Application { id: id(account), role, region, keys: keys(account), opening: Default::default() }
}

/// What an applicant wants to be.
pub type ApplicationOf = Application<<Test as crate::Config>::MaxOpening>;

/// `apply` with everything that proves `wanted` to be the keys of `account`.
pub fn apply(account: u64, wanted: ApplicationOf) -> DispatchResult {
    let proof = fixtures::possession(account as u32, &wanted.id);
    let Application { id, role, region, keys, opening } = wanted;
    Members::apply(RuntimeOrigin::signed(account), id, role, region, keys, proof, opening)
}

/// The hash of the application of `account`.
pub fn application_of(account: u64) -> sp_core::H256 {
    crate::Applications::<Test>::get(account)
        .map(|found| Members::application_hash(&found))
        .unwrap_or_default()
}

/// The pallet's events since the last call.
pub fn events() -> Vec<crate::Event<Test>> {
    let events = System::read_events_for_pallet();
    System::reset_events();
    events
}

/// Who is a member at genesis, and who is suspended or invited before the test starts.
#[derive(Default)]
pub struct Builder {
    members: Vec<GenesisMember<u64>>,
    suspended: Vec<u64>,
    invited: Vec<u64>,
}

impl Builder {
    /// One processor and one user in each of two regions, a data-sharing member and the cloud.
    pub fn standard() -> Self {
        Self::default()
            .member(PROCESSOR_1, Role::Processor, REGION_1)
            .member(PROCESSOR_2, Role::Processor, REGION_2)
            .member(USER_1, Role::User, REGION_1)
            .member(USER_2, Role::User, REGION_2)
            .member(SHARER, Role::DataSharer, REGION_1)
            .member(CLOUD, Role::Cloud, REGION_1)
    }

    pub fn member(mut self, account: u64, role: Role, region: RegionId) -> Self {
        self.members.push(GenesisMember { account, id: id(account), role, region, keys: keys(account) });
        self
    }

    pub fn suspended(mut self, account: u64) -> Self {
        self.suspended.push(account);
        self
    }

    /// Invited by the council.
    pub fn invited(mut self, account: u64) -> Self {
        self.invited.push(account);
        self
    }

    pub fn build(self) -> sp_io::TestExternalities {
        Busy::set(BTreeSet::new());
        let genesis = RuntimeGenesisConfig {
            members: crate::GenesisConfig { members: self.members },
            ..Default::default()
        };
        let mut ext: sp_io::TestExternalities =
            genesis.build_storage().expect("the genesis of the mock has form").into();
        ext.execute_with(|| {
            System::set_block_number(1);
            for account in self.invited {
                Members::invite(RuntimeOrigin::root(), account).expect("the mock may invite");
            }
            for account in self.suspended {
                Members::suspend(RuntimeOrigin::root(), id(account)).expect("the mock may suspend");
            }
            System::reset_events();
        });
        ext
    }

    pub fn build_and_execute(self, test: impl FnOnce()) {
        self.build().execute_with(|| {
            test();
            Members::do_try_state().expect("the invariants hold");
        });
    }
}

/// [`Builder::standard`], for benchmarks.
pub fn new_test_ext() -> sp_io::TestExternalities {
    Builder::standard().build()
}
