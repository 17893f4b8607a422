// SPDX-License-Identifier: Apache-2.0
//! A chain of anchors, with members in a list.

use crate::Event;
use codec::Encode;
use dmsm_host::fixtures;
use dmsm_primitives::{
    time::DAY_MILLIS, BlsPublicKey, Day, DeviceId, MemberId, MemberKeys, MemberRegistry, Moment, Month,
    OperatorId, PaillierPublicKey, Record, RegionId, Role, Scope, Standing,
};
use frame_support::{derive_impl, dispatch::DispatchResult, parameter_types, traits::Time};
use frame_system::{offchain::AppCrypto, CheckNonce};
use sp_core::Pair;
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{
    generic,
    traits::{BlakeTwo256, IdentityLookup},
    AccountId32, BuildStorage, MultiSignature, MultiSigner,
};
use std::{collections::BTreeMap, sync::OnceLock};

pub type Block = generic::Block<generic::Header<u32, BlakeTwo256>, Extrinsic>;
/// Transactions carry a nonce, as the worker chooses it.
pub type Extrinsic =
    generic::UncheckedExtrinsic<AccountId32, RuntimeCall, MultiSignature, (CheckNonce<Test>,)>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Records: crate,
    }
);

/// The processor of region 1.
pub const PROCESSOR: u8 = 11;
/// Another processor of region 1.
pub const SECOND_PROCESSOR: u8 = 12;
/// The processor of region 2.
pub const FOREIGN_PROCESSOR: u8 = 13;
/// A user of region 1.
pub const USER: u8 = 1;
/// No member.
pub const STRANGER: u8 = 99;

pub const REGION_1: RegionId = RegionId(1);
pub const REGION_2: RegionId = RegionId(2);
/// 2012-01-01.
pub const DAY: Day = Day(15_340);
pub const JANUARY: Month = Month { year: 2012, month: 1 };
/// The scope of [`DAY`] in region 1.
pub const SCOPE: Scope = Scope { region: REGION_1, month: JANUARY };
/// When tests begin: 2012-03-01, noon.
pub const START: Moment = 15_400 * DAY_MILLIS + DAY_MILLIS / 2;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountId = AccountId32;
    type Lookup = IdentityLookup<AccountId32>;
}

/// A member, as this mock keeps it.
#[derive(Clone)]
pub struct MockMember {
    pub id: MemberId,
    pub standing: Standing,
    pub keys: MemberKeys,
}

parameter_types! {
    pub static Now: Moment = START;
    pub static Roll: BTreeMap<AccountId32, MockMember> = BTreeMap::new();
}

pub struct MockTime;

impl Time for MockTime {
    type Moment = Moment;
    fn now() -> Moment {
        Now::get()
    }
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::SetClock for MockTime {
    fn set_clock(now: Moment) {
        Now::set(now);
    }
}

/// Looks at a member of the roll.
fn member<R>(id: &MemberId, look: impl FnOnce(&MockMember) -> R) -> Option<R> {
    Roll::mutate(|roll| roll.values().find(|member| member.id == *id).map(look))
}

/// The members in [`Roll`].
pub struct MockMembers;

impl MemberRegistry<AccountId32> for MockMembers {
    fn id_of(account: &AccountId32) -> Option<MemberId> {
        Roll::mutate(|roll| roll.get(account).map(|member| member.id))
    }

    fn account_of(id: &MemberId) -> Option<AccountId32> {
        Roll::mutate(|roll| {
            roll.iter().find(|(_, member)| member.id == *id).map(|(account, _)| account.clone())
        })
    }

    fn keys_of(id: &MemberId) -> Option<MemberKeys> {
        member(id, |member| member.keys.clone())
    }

    fn had_bls_key(id: &MemberId, key: &BlsPublicKey) -> bool {
        Self::keys_of(id).is_some_and(|keys| keys.bls == *key)
    }

    fn active(account: &AccountId32, role: Role) -> Option<(MemberId, RegionId)> {
        let id = Self::id_of(account)?;
        let Standing { role: its_role, region, active } = Self::standing(&id)?;
        (active && its_role == role).then_some((id, region))
    }

    fn standing(id: &MemberId) -> Option<Standing> {
        member(id, |member| member.standing)
    }

    fn operator_of(_: &MemberId) -> Option<OperatorId> {
        None
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn enrol(account: &AccountId32, role: Role, region: RegionId, keys: MemberKeys) -> MemberId {
        let id = MemberId::derive(&account.encode(), &[0; 16]);
        let standing = Standing { role, region, active: true };
        Roll::mutate(|roll| roll.insert(account.clone(), MockMember { id, standing, keys }));
        id
    }
}

impl frame_system::offchain::SigningTypes for Test {
    type Public = MultiSigner;
    type Signature = MultiSignature;
}

impl<C> frame_system::offchain::CreateTransactionBase<C> for Test
where
    RuntimeCall: From<C>,
{
    type Extrinsic = Extrinsic;
    type RuntimeCall = RuntimeCall;
}

/// Signs the nonce and the call alone: the pool of these tests does not check signatures.
impl<C> frame_system::offchain::CreateSignedTransaction<C> for Test
where
    RuntimeCall: From<C>,
{
    fn create_signed_transaction<Key: AppCrypto<MultiSigner, MultiSignature>>(
        call: RuntimeCall,
        public: MultiSigner,
        account: AccountId32,
        nonce: u32,
    ) -> Option<Extrinsic> {
        let signature = Key::sign(&(&call, nonce).encode(), public)?;
        Some(Extrinsic::new_signed(call, account, signature, (CheckNonce::from(nonce),)))
    }
}

impl crate::Config for Test {
    type Members = MockMembers;
    type Time = MockTime;
    type WorkerAccount = dmsm_offchain::WorkerAccountId;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkClock = MockTime;
}

/// The secret of an account, by number.
pub fn account_secret(seed: u8) -> String {
    format!("0x{seed:064x}")
}

/// An account by number.
pub fn account(seed: u8) -> AccountId32 {
    static ACCOUNTS: [OnceLock<AccountId32>; 256] = [const { OnceLock::new() }; 256];
    let derive = || {
        let pair = sp_core::sr25519::Pair::from_string(&account_secret(seed), None);
        AccountId32::new(pair.expect("the secret has form").public().0)
    };
    ACCOUNTS[usize::from(seed)].get_or_init(derive).clone()
}

/// A member's keys; their length does not matter here.
fn keys(seed: u8) -> MemberKeys {
    static KEYS: [OnceLock<MemberKeys>; 256] = [const { OnceLock::new() }; 256];
    KEYS[usize::from(seed)].get_or_init(|| fixtures::member_keys(seed.into(), 2048)).clone()
}

/// A data key of so many bits; one for each length.
pub fn data_key(bits: u32) -> PaillierPublicKey {
    fixtures::member_keys(0, bits).paillier
}

/// Signed by an account.
pub fn signed(seed: u8) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(seed))
}

/// An identifier by number.
pub fn id(seed: u8) -> MemberId {
    MemberId::derive(&[seed], &[0; 16])
}

/// Changes a member of the roll.
pub fn with_member(seed: u8, change: impl FnOnce(&mut MockMember)) {
    Roll::mutate(|roll| change(roll.get_mut(&account(seed)).expect("a member of the roll")));
}

/// Makes a member suspended.
pub fn suspend(seed: u8) {
    with_member(seed, |member| member.standing.active = false);
}

/// Announces a key of 3,072 bits for a month of [`PROCESSOR`]'s region.
pub fn announce(month: Month) -> DispatchResult {
    let scope = Scope { region: REGION_1, month };
    Records::announce_data_key(signed(PROCESSOR), scope, data_key(3072), [4; 32])
}

/// Anchors so many records of a day as [`PROCESSOR`].
pub fn anchor(day: Day, version: u16, count: u32) -> DispatchResult {
    Records::anchor(signed(PROCESSOR), day, version, [1; 32], count, [2; 32])
}

/// Records of a day, in the order of their meters.
pub fn records(day: Day, count: u32) -> Vec<Record> {
    let record = |number: u32| {
        let mut meter = [0; 32];
        meter[..4].copy_from_slice(&number.to_be_bytes());
        let (digest, ciphertext) = ([number as u8; 32], [5; 32]);
        Record { meter: DeviceId(meter), day, present: 1, digest, ciphertext }
    };
    (0..count).map(record).collect()
}

/// The pallet's events since the last call.
pub fn events() -> Vec<Event<Test>> {
    let events = System::read_events_for_pallet();
    System::reset_events();
    events
}

/// A chain with the members above.
pub fn new_test_ext() -> sp_io::TestExternalities {
    Now::set(START);
    Roll::set(BTreeMap::new());
    for (seed, role, region) in [
        (USER, Role::User, REGION_1),
        (PROCESSOR, Role::Processor, REGION_1),
        (SECOND_PROCESSOR, Role::Processor, REGION_1),
        (FOREIGN_PROCESSOR, Role::Processor, REGION_2),
    ] {
        let standing = Standing { role, region, active: true };
        let member = MockMember { id: id(seed), standing, keys: keys(seed) };
        Roll::mutate(|roll| roll.insert(account(seed), member));
    }
    let mut ext: sp_io::TestExternalities =
        RuntimeGenesisConfig::default().build_storage().expect("the genesis of the mock has form").into();
    ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
    ext.execute_with(|| System::set_block_number(1));
    ext
}

/// Runs a test; in the end the invariants hold.
pub fn execute(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        Records::do_try_state().expect("the invariants hold");
    });
}
