// SPDX-License-Identifier: Apache-2.0
//! A chain of notices, with members and devices in lists.

use crate::{Event, Opening, SealedNotice};
use codec::Encode;
use dmsm_host::fixtures::{self, dmsm_fixtures};
use dmsm_primitives::{
    BlockNumber, BlsPublicKey, BlsSignature, Conduct, CreditBook, DeviceId, DeviceInfo, DevicePublicKey,
    DeviceRegistry, DeviceSignature, MemberId, MemberKeys, MemberRegistry, Notice, NoticeSeal, OperatorId,
    Reading, RegionId, ReportingPolicy, Role, Rule, Score, SignedReading, Standing,
};
use frame_support::{derive_impl, parameter_types, traits::ConstU32};
use frame_system::{offchain::AppCrypto, CheckNonce};
use sp_core::{ed25519, Pair};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{
    generic,
    traits::{BlakeTwo256, IdentityLookup},
    AccountId32, BuildStorage, MultiSignature, MultiSigner,
};
use std::collections::BTreeMap;

/// Transactions carry a nonce, as the worker chooses it.
pub type Extrinsic = generic::UncheckedExtrinsic<AccountId32, RuntimeCall, MultiSignature, CheckNonce<Test>>;
type Block = generic::Block<generic::Header<u32, BlakeTwo256>, Extrinsic>;
/// A notice of the mock.
pub type Sealed = SealedNotice<<Test as crate::Config>::MaxCiphertext>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Notifications: crate,
    }
);

/// The owner of the devices.
pub const OWNER: u8 = 1;
/// Another user of region 1.
pub const NEIGHBOUR: u8 = 2;
/// The processor of region 1.
pub const PROCESSOR: u8 = 3;
/// The processor of region 2.
pub const FOREIGN_PROCESSOR: u8 = 4;
/// An account that nobody knows.
pub const STRANGER: u8 = 99;

/// Where the devices are.
pub const REGION_1: RegionId = RegionId(1);
/// Another region.
pub const REGION_2: RegionId = RegionId(2);

/// The rule of every device from block 0 on.
pub const RULE: Rule =
    Rule { low: 10_000, high: 3_000_000, temperature_warning: 60_000, policy: ReportingPolicy::OnChange };

/// Length of the owner's modulus.
pub const BITS: u32 = 2048;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountId = AccountId32;
    type Lookup = IdentityLookup<AccountId32>;
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
        Some(Extrinsic::new_signed(call, account, signature, CheckNonce::from(nonce)))
    }
}

/// A member, as this mock keeps it.
#[derive(Clone)]
pub struct MockMember {
    pub id: MemberId,
    pub role: Role,
    pub region: RegionId,
    pub active: bool,
    pub keys: MemberKeys,
    pub old_bls: Vec<BlsPublicKey>,
}

/// A device, as this mock keeps it.
#[derive(Clone)]
pub struct MockDevice {
    pub info: DeviceInfo,
    /// Rules with the block from which each applies, in that order.
    pub rules: Vec<(BlockNumber, Rule)>,
}

parameter_types! {
    pub static Roll: BTreeMap<AccountId32, MockMember> = BTreeMap::new();
    pub static Inventory: BTreeMap<DeviceId, MockDevice> = BTreeMap::new();
    pub static CreditLost: Vec<(MemberId, MemberId)> = Vec::new();
    pub static MaxJudgementAge: u32 = 20;
}

/// The members in [`Roll`].
pub struct MockMembers;

impl MemberRegistry<AccountId32> for MockMembers {
    fn id_of(account: &AccountId32) -> Option<MemberId> {
        Roll::get().get(account).map(|member| member.id)
    }

    fn account_of(id: &MemberId) -> Option<AccountId32> {
        Roll::get().into_iter().find(|(_, member)| member.id == *id).map(|(account, _)| account)
    }

    fn keys_of(id: &MemberId) -> Option<MemberKeys> {
        Roll::get().into_values().find(|member| member.id == *id).map(|member| member.keys)
    }

    fn had_bls_key(id: &MemberId, key: &BlsPublicKey) -> bool {
        let found = Roll::get().into_values().find(|member| member.id == *id);
        found.is_some_and(|member| member.keys.bls == *key || member.old_bls.contains(key))
    }

    fn active(account: &AccountId32, role: Role) -> Option<(MemberId, RegionId)> {
        let member = Roll::get().get(account)?.clone();
        (member.active && member.role == role).then_some((member.id, member.region))
    }

    fn standing(id: &MemberId) -> Option<Standing> {
        let member = Roll::get().into_values().find(|member| member.id == *id)?;
        Some(Standing { role: member.role, region: member.region, active: member.active })
    }

    fn operator_of(_: &MemberId) -> Option<OperatorId> {
        None
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn enrol(account: &AccountId32, role: Role, region: RegionId, keys: MemberKeys) -> MemberId {
        let id = MemberId::derive(&account.encode(), &[0; 16]);
        enrol(account.clone(), id, role, region, keys);
        id
    }
}

fn enrol(account: AccountId32, id: MemberId, role: Role, region: RegionId, keys: MemberKeys) {
    let member = MockMember { id, role, region, active: true, keys, old_bls: Vec::new() };
    Roll::mutate(|roll| roll.insert(account, member));
}

/// The devices in [`Inventory`].
pub struct MockDevices;

impl DeviceRegistry for MockDevices {
    fn device(id: &DeviceId) -> Option<DeviceInfo> {
        Inventory::get().get(id).map(|device| device.info.clone())
    }

    fn rule_at(id: &DeviceId, block: BlockNumber) -> Option<Rule> {
        let device = Inventory::get().get(id)?.clone();
        device.rules.iter().rev().find(|(from, _)| *from <= block).map(|(_, rule)| *rule)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn connect(owner: &MemberId, region: RegionId, key: DevicePublicKey, rule: Rule) -> DeviceId {
        let id = DeviceId::derive(owner, &key.0);
        let info = DeviceInfo { owner: *owner, key, region, connected: true };
        Inventory::mutate(|devices| devices.insert(id, MockDevice { info, rules: vec![(0, rule)] }));
        id
    }
}

/// The list in [`CreditLost`].
pub struct MockCredit;

impl CreditBook for MockCredit {
    fn score(_: &MemberId) -> Score {
        500
    }

    fn record(processor: &MemberId, counterparty: &MemberId, conduct: Conduct) {
        assert_eq!(conduct, Conduct::FalseNotice);
        CreditLost::mutate(|lost| lost.push((*processor, *counterparty)));
    }
}

impl crate::Config for Test {
    type Members = MockMembers;
    type Devices = MockDevices;
    type Credit = MockCredit;
    type WorkerAccount = dmsm_offchain::WorkerAccountId;
    type MaxCiphertext = ConstU32<2048>;
    type MaxJudgementAge = MaxJudgementAge;
    type WeightInfo = ();
}

/// The secret of an account, by number.
pub fn account_secret(seed: u8) -> String {
    format!("0x{seed:064x}")
}

/// An account by number.
pub fn account(seed: u8) -> AccountId32 {
    let pair = sp_core::sr25519::Pair::from_string(&account_secret(seed), None);
    AccountId32::new(pair.expect("the secret has form").public().0)
}

/// Signed by an account.
pub fn signed(seed: u8) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(seed))
}

/// An identifier by number.
pub fn id(seed: u8) -> MemberId {
    MemberId::derive(&[seed], &[0; 16])
}

/// The secret of a device of [`OWNER`], by number.
pub fn device_secret(seed: u8) -> ed25519::Pair {
    ed25519::Pair::from_seed(&[seed; 32])
}

/// A device of [`OWNER`], by number.
pub fn device(seed: u8) -> DeviceId {
    DeviceId::derive(&id(OWNER), &device_secret(seed).public().0)
}

/// Changes a member of the roll.
pub fn with_member(seed: u8, change: impl FnOnce(&mut MockMember)) {
    Roll::mutate(|roll| change(roll.get_mut(&account(seed)).expect("a member of the roll")));
}

/// Changes a device of the inventory.
pub fn with_device(seed: u8, change: impl FnOnce(&mut MockDevice)) {
    Inventory::mutate(|devices| change(devices.get_mut(&device(seed)).expect("a device of the inventory")));
}

/// A reading of device `seed`, signed by it.
pub fn reading(seed: u8, sequence: u64, power: i64) -> SignedReading {
    sign_reading(
        seed,
        Reading { device: device(seed), sequence, taken_at: 1_000 * sequence, power, temperature: None },
    )
}

/// A reading, signed by device `seed`.
pub fn sign_reading(seed: u8, reading: Reading) -> SignedReading {
    let payload = reading.signing_payload(&Notifications::genesis_hash());
    SignedReading { reading, signature: DeviceSignature(device_secret(seed).sign(&payload).0) }
}

/// A true notice about a reading.
pub fn notice(reading: SignedReading) -> Notice {
    Notice { verdict: RULE.judge(&reading.reading), reading }
}

/// A message in a ciphertext under the owner's key, as [`PROCESSOR`] seals it at the present block,
/// with what opens it.
pub struct Letter {
    pub sealed: Sealed,
    pub opening: Opening,
}

impl Letter {
    /// About device `seed`, as its notice number `sequence` after `previous`.
    pub fn new(seed: u8, previous: u64, sequence: u64, message: &[u8]) -> Self {
        let (ciphertext, plaintext, randomness) = dmsm_fixtures::paillier_encrypt_and_open(BITS, message);
        let bounded = |bytes: Vec<u8>| bytes.try_into().expect("as long as a modulus");
        let opening = Opening {
            processor_key: bls_key(PROCESSOR),
            n: bounded(dmsm_fixtures::paillier_key(BITS).0),
            plaintext: bounded(plaintext),
            randomness: bounded(randomness),
        };
        let sealed = Sealed {
            device: device(seed),
            previous,
            sequence,
            judged_at: System::block_number(),
            ciphertext: ciphertext.try_into().expect("one block"),
        };
        Self { sealed, opening }
    }

    /// What [`PROCESSOR`] signs for it.
    pub fn seal(&self) -> NoticeSeal {
        self.sealed.seal(id(PROCESSOR), id(OWNER), &self.opening.n)
    }

    /// By [`PROCESSOR`].
    pub fn signature(&self) -> BlsSignature {
        sign_seal(PROCESSOR, &self.seal())
    }
}

/// A signature over a seal by a member.
pub fn sign_seal(seed: u8, seal: &NoticeSeal) -> BlsSignature {
    fixtures::sign(seed.into(), &seal.signing_payload(&Notifications::genesis_hash()))
}

/// The BLS key of a member.
pub fn bls_key(seed: u8) -> BlsPublicKey {
    BlsPublicKey(dmsm_fixtures::bls_public_key(seed.into()).try_into().expect("96 bytes"))
}

/// The pallet's events since the last call.
pub fn events() -> Vec<Event<Test>> {
    let events = System::read_events_for_pallet();
    System::reset_events();
    events
}

/// Which devices are there before the test starts.
#[derive(Default)]
pub struct Builder {
    devices: Vec<(u8, RegionId)>,
}

impl Builder {
    /// A connected device of [`OWNER`] in region 1.
    pub fn device(self, seed: u8) -> Self {
        self.device_in(seed, REGION_1)
    }

    pub fn device_in(mut self, seed: u8, region: RegionId) -> Self {
        self.devices.push((seed, region));
        self
    }

    pub fn build(self) -> sp_io::TestExternalities {
        Roll::set(BTreeMap::new());
        CreditLost::set(Vec::new());
        MaxJudgementAge::set(20);
        for (seed, role, region) in [
            (OWNER, Role::User, REGION_1),
            (NEIGHBOUR, Role::User, REGION_1),
            (PROCESSOR, Role::Processor, REGION_1),
            (FOREIGN_PROCESSOR, Role::Processor, REGION_2),
        ] {
            enrol(account(seed), id(seed), role, region, fixtures::member_keys(seed.into(), BITS));
        }
        let connected = |(seed, region): (u8, RegionId)| {
            let key = DevicePublicKey(device_secret(seed).public().0);
            let info = DeviceInfo { owner: id(OWNER), key, region, connected: true };
            (device(seed), MockDevice { info, rules: vec![(0, RULE)] })
        };
        Inventory::set(self.devices.into_iter().map(connected).collect());
        let mut ext: sp_io::TestExternalities =
            RuntimeGenesisConfig::default().build_storage().expect("the genesis of the mock has form").into();
        ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
        ext.execute_with(|| System::set_block_number(1));
        ext
    }

    pub fn build_and_execute(self, test: impl FnOnce()) {
        self.build().execute_with(|| {
            test();
            Notifications::do_try_state().expect("the invariants hold");
        });
    }
}

/// A chain with device 1, for benchmarks.
pub fn new_test_ext() -> sp_io::TestExternalities {
    Builder::default().device(1).build()
}
