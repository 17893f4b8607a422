// SPDX-License-Identifier: Apache-2.0
//! A chain of devices, with members in a list.

use crate::Event;
use dmsm_primitives::{
    BlockNumber, BlsPublicKey, DeviceId, DevicePublicKey, DeviceSignature, MemberId, MemberKeys,
    MemberRegistry, OperatorId, RegionId, ReportingPolicy, Role, Rule, Standing,
};
use frame_support::{derive_impl, parameter_types, traits::ConstU32};
use sp_core::{ed25519, Pair};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::BuildStorage;
use std::collections::BTreeMap;

type Block = frame_system::mocking::MockBlockU32<Test>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Devices: crate,
    }
);

/// A user of region 1.
pub const ALICE: u64 = 1;
/// A user of region 2.
pub const BOB: u64 = 2;
/// The processor of region 1.
pub const PROCESSOR: u64 = 3;
/// A user that is suspended.
pub const SUSPENDED: u64 = 4;
/// An account that nobody knows.
pub const STRANGER: u64 = 99;

/// Where Alice lives.
pub const REGION_1: RegionId = RegionId(1);
/// Where Bob lives.
pub const REGION_2: RegionId = RegionId(2);

/// A rule of good form.
pub const RULE: Rule =
    Rule { low: 10_000, high: 3_000_000, temperature_warning: 60_000, policy: ReportingPolicy::OnChange };

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
}

/// A member, as this mock keeps it.
#[derive(Clone, Copy)]
pub struct MockMember {
    pub role: Role,
    pub region: RegionId,
    pub active: bool,
}

parameter_types! {
    pub static Roll: BTreeMap<u64, MockMember> = BTreeMap::new();
}

/// The members in [`Roll`].
pub struct MockMembers;

impl MemberRegistry<u64> for MockMembers {
    fn id_of(account: &u64) -> Option<MemberId> {
        Roll::get().contains_key(account).then(|| id(*account))
    }

    fn account_of(id: &MemberId) -> Option<u64> {
        Roll::get().into_keys().find(|account| self::id(*account) == *id)
    }

    fn keys_of(_: &MemberId) -> Option<MemberKeys> {
        None
    }

    fn had_bls_key(_: &MemberId, _: &BlsPublicKey) -> bool {
        false
    }

    fn active(account: &u64, role: Role) -> Option<(MemberId, RegionId)> {
        let member = *Roll::get().get(account)?;
        (member.active && member.role == role).then(|| (id(*account), member.region))
    }

    fn standing(id: &MemberId) -> Option<Standing> {
        let member = *Roll::get().get(&Self::account_of(id)?)?;
        Some(Standing { role: member.role, region: member.region, active: member.active })
    }

    fn operator_of(_: &MemberId) -> Option<OperatorId> {
        None
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn enrol(account: &u64, role: Role, region: RegionId, _: MemberKeys) -> MemberId {
        Roll::mutate(|roll| roll.insert(*account, MockMember { role, region, active: true }));
        id(*account)
    }
}

impl crate::Config for Test {
    type Members = MockMembers;
    type MaxDevices = ConstU32<3>;
    type MaxRules = ConstU32<4>;
    type WeightInfo = ();
}

/// An identifier by number.
pub fn id(account: u64) -> MemberId {
    MemberId::derive(&account.to_le_bytes(), &[0; 16])
}

/// A device's secret by number.
pub fn secret(seed: u8) -> ed25519::Pair {
    ed25519::Pair::from_seed(&[seed; 32])
}

/// A device's key by number.
pub fn key(seed: u8) -> DevicePublicKey {
    DevicePublicKey(secret(seed).public().0)
}

/// The identifier of device `seed` under an owner.
pub fn device(owner: u64, seed: u8) -> DeviceId {
    DeviceId::derive(&id(owner), &key(seed).0)
}

/// What device `seed` signs to be connected to an owner.
pub fn proof(owner: u64, seed: u8) -> DeviceSignature {
    let payload = Devices::connection_payload(&device(owner, seed), &id(owner));
    DeviceSignature(secret(seed).sign(&payload).0)
}

/// Rules by number, each another.
pub fn rule(number: i64) -> Rule {
    Rule { high: RULE.high + number, ..RULE }
}

/// Goes on to a block.
pub fn go_to(block: BlockNumber) {
    System::set_block_number(block);
}

/// The pallet's events since the last call.
pub fn events() -> Vec<Event<Test>> {
    let events = System::read_events_for_pallet();
    System::reset_events();
    events
}

/// Which devices are there before the test starts, as (owner, number).
#[derive(Default)]
pub struct Builder {
    registered: Vec<(u64, u8)>,
    connected: Vec<(u64, u8)>,
}

impl Builder {
    pub fn registered(mut self, owner: u64, seed: u8) -> Self {
        self.registered.push((owner, seed));
        self
    }

    pub fn connected(mut self, owner: u64, seed: u8) -> Self {
        self.connected.push((owner, seed));
        self.registered(owner, seed)
    }

    pub fn build(self) -> sp_io::TestExternalities {
        Roll::set(BTreeMap::from([
            (ALICE, MockMember { role: Role::User, region: REGION_1, active: true }),
            (BOB, MockMember { role: Role::User, region: REGION_2, active: true }),
            (PROCESSOR, MockMember { role: Role::Processor, region: REGION_1, active: true }),
            (SUSPENDED, MockMember { role: Role::User, region: REGION_1, active: true }),
        ]));
        let mut ext: sp_io::TestExternalities =
            RuntimeGenesisConfig::default().build_storage().expect("the genesis of the mock has form").into();
        ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
        ext.execute_with(|| {
            System::set_block_number(1);
            for (owner, seed) in self.registered {
                Devices::register(RuntimeOrigin::signed(owner), key(seed), RULE)
                    .expect("the mock may register");
            }
            for (owner, seed) in self.connected {
                Devices::connect(RuntimeOrigin::signed(owner), device(owner, seed), proof(owner, seed))
                    .expect("the mock may connect");
            }
            System::reset_events();
        });
        set_active(SUSPENDED, false);
        ext
    }

    pub fn build_and_execute(self, test: impl FnOnce()) {
        self.build().execute_with(|| {
            test();
            Devices::do_try_state().expect("the invariants hold");
        });
    }
}

/// Suspends or reinstates a member.
pub fn set_active(account: u64, active: bool) {
    Roll::mutate(|roll| {
        if let Some(member) = roll.get_mut(&account) {
            member.active = active;
        }
    });
}

/// An empty chain, for benchmarks.
pub fn new_test_ext() -> sp_io::TestExternalities {
    Builder::default().build()
}
