// SPDX-License-Identifier: Apache-2.0
//! A chain of requests, with money, credit and members in a list.

use crate::{Delivery, Event, Order, Outcome, RequestType};
use codec::Encode;
use dmsm_host::fixtures::{self, dmsm_fixtures};
use dmsm_primitives::{
    request::{Content, ContentId, Question},
    time::Month,
    Amount, BlockNumber, BlsPublicKey, BlsSignature, CreditBook, DeviceId, DeviceInfo, DevicePublicKey,
    DeviceRegistry, MemberId, MemberKeys, MemberRegistry, Moment, OperatorId, RegionId, RequestId,
    RequestKind, Role, Rule, Score, Standing,
};
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU32, ConstU64, Hooks, Time, VariantCountOf},
    weights::{Weight, WeightMeter},
};
use frame_system::{offchain::AppCrypto, CheckNonce, EnsureRoot};
use sp_core::Pair;
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{
    generic,
    traits::{BlakeTwo256, IdentityLookup},
    AccountId32, BuildStorage, MultiSignature, MultiSigner,
};
use std::{collections::BTreeMap, sync::OnceLock};

pub type Block = generic::Block<generic::Header<u32, BlakeTwo256>, Extrinsic>;
pub type Extrinsic =
    generic::UncheckedExtrinsic<AccountId32, RuntimeCall, MultiSignature, (CheckNonce<Test>,)>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Credit: pallet_credit,
        Prepaid: crate,
    }
);

/// Asks.
pub const USER: u8 = 1;
/// Another user of the same region.
pub const NEIGHBOUR: u8 = 2;
/// The processor of region 1.
pub const PROCESSOR: u8 = 11;
/// Another processor of region 1.
pub const SECOND_PROCESSOR: u8 = 12;
/// The processor of region 2.
pub const FOREIGN_PROCESSOR: u8 = 13;
/// A data sharer of region 1.
pub const SHARER: u8 = 21;
/// Holds ciphertext.
pub const CLOUD: u8 = 31;
/// No member.
pub const STRANGER: u8 = 99;
/// The first of the further users that [`Builder::households`] adds, all of region 1.
pub const FIRST_HOUSEHOLD: u8 = 100;

pub const REGION_1: RegionId = RegionId(1);
pub const REGION_2: RegionId = RegionId(2);
/// Shortest keys: quick.
pub const BITS: u32 = 2048;
/// What each user begins with.
pub const ENDOWMENT: Amount = 10_000;
pub const PRICE: Amount = 100;
pub const TIME_LIMIT: Moment = 10_000;
/// When tests begin.
pub const START: Moment = 1_700_000_000_000;
pub const SKEW: Moment = 60_000;
pub const METER: DeviceId = DeviceId([5; 32]);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type AccountId = AccountId32;
    type Lookup = IdentityLookup<AccountId32>;
    type AccountData = pallet_balances::AccountData<Amount>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Amount;
    type ExistentialDeposit = sp_runtime::traits::ConstU128<1>;
    type AccountStore = System;
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
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
    pub static Owners: BTreeMap<DeviceId, MemberId> = BTreeMap::new();
    pub const Prepayment: RuntimeHoldReason = RuntimeHoldReason::Prepaid(crate::HoldReason::Prepayment);
}

pub struct MockTime;

impl Time for MockTime {
    type Moment = Moment;
    fn now() -> Moment {
        Now::get()
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

/// The owners in [`Owners`].
pub struct MockDevices;

impl DeviceRegistry for MockDevices {
    fn device(id: &DeviceId) -> Option<DeviceInfo> {
        let owner = *Owners::get().get(id)?;
        Some(DeviceInfo { owner, key: DevicePublicKey([0; 32]), region: REGION_1, connected: true })
    }

    fn rule_at(_: &DeviceId, _: BlockNumber) -> Option<Rule> {
        None
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn connect(owner: &MemberId, _: RegionId, key: DevicePublicKey, _: Rule) -> DeviceId {
        DeviceId::derive(owner, &key.0)
    }
}

impl pallet_credit::Config for Test {
    type Members = MockMembers;
    type Time = MockTime;
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
    type CouncilOrigin = EnsureRoot<AccountId32>;
    type Members = MockMembers;
    type Devices = MockDevices;
    type Credit = Credit;
    type Escrow = pallet_escrow::HoldEscrow<Balances, Prepayment>;
    type Time = MockTime;
    type WorkerAccount = dmsm_offchain::WorkerAccountId;
    type MaxLetter = ConstU32<2048>;
    type MaxAnswer = ConstU32<8192>;
    type MaxSkew = ConstU64<SKEW>;
    type MaxRefunds = ConstU32<8>;
    type WeightInfo = ();
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

/// A member's keys, of [`BITS`].
fn keys(seed: u8) -> MemberKeys {
    static KEYS: [OnceLock<MemberKeys>; 256] = [const { OnceLock::new() }; 256];
    KEYS[usize::from(seed)].get_or_init(|| fixtures::member_keys(seed.into(), BITS)).clone()
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

/// The terms of [`Builder`].
pub fn terms() -> RequestType {
    let roles = vec![Role::User].try_into().expect("one role");
    RequestType { price: PRICE, time_limit: TIME_LIMIT, roles }
}

/// The content of most tests.
pub fn content() -> Content {
    let month = Month { year: 2012, month: 1 };
    Content { salt: [3; 16], question: Question::Bill { meter: METER, month } }
}

/// Everything of a request, right until a test changes it.
#[derive(Clone)]
pub struct Asked {
    pub order: Order,
    pub letter: Vec<u8>,
    pub signature: BlsSignature,
}

impl Asked {
    /// [`content`] from [`USER`] to [`PROCESSOR`], signed now.
    pub fn new() -> Self {
        Self::at(Now::get())
    }

    /// Signed at a time.
    pub fn at(timestamp: Moment) -> Self {
        let order = Order {
            processor: id(PROCESSOR),
            cid: ContentId::of(&content()),
            price: PRICE,
            time_limit: TIME_LIMIT,
            timestamp,
        };
        Self::with(order, letter(&content()))
    }

    /// Any order and letter, signed by [`USER`].
    pub fn with(order: Order, letter: Vec<u8>) -> Self {
        Self::by(USER, order, letter)
    }

    /// Signed by anybody.
    pub fn by(seed: u8, order: Order, letter: Vec<u8>) -> Self {
        let payload = order.seal(id(seed), &letter).signing_payload(&Prepaid::genesis_hash());
        let signature = fixtures::sign(seed.into(), &payload);
        Self { order, letter, signature }
    }

    /// Changes the order after it was signed.
    pub fn forged(mut self, change: impl FnOnce(&mut Order)) -> Self {
        change(&mut self.order);
        self
    }

    /// Hands it in.
    pub fn by_account(self, seed: u8) -> frame_support::dispatch::DispatchResult {
        let letter = self.letter.try_into().expect("within the bound");
        Prepaid::request(signed(seed), self.order, letter, self.signature)
    }

    /// Hands it in as [`USER`].
    pub fn hand_in(self) -> frame_support::dispatch::DispatchResult {
        self.by_account(USER)
    }
}

/// A ciphertext under the key that all members of the mock share: their secrets differ only in BLS.
pub fn encrypted(message: &[u8]) -> Vec<u8> {
    dmsm_fixtures::paillier_encrypt_and_open(BITS, message).0
}

/// A content, encrypted.
pub fn letter(content: &Content) -> Vec<u8> {
    encrypted(&content.encode())
}

/// SHA-256.
pub fn sha(bytes: &[u8]) -> [u8; 32] {
    sp_io::hashing::sha2_256(bytes)
}

/// The secret of most locks.
pub const PREIMAGE: [u8; 32] = [8; 32];

/// Asks as [`USER`] and returns the number.
pub fn requested() -> RequestId {
    Asked::new().hand_in().expect("the request has form");
    crate::NextRequest::<Test>::get() - 1
}

/// The digest of an open request's letter.
pub fn digest_of(request: RequestId) -> [u8; 32] {
    crate::Requests::<Test>::get(request).expect("an open request").digest
}

/// Asks and accepts with [`PREIMAGE`].
pub fn accepted() -> RequestId {
    let request = requested();
    accept(request).expect("it can be accepted");
    request
}

/// Accepts with [`PREIMAGE`] as [`PROCESSOR`].
pub fn accept(request: RequestId) -> frame_support::dispatch::DispatchResult {
    Prepaid::accept(signed(PROCESSOR), request, digest_of(request), sha(&PREIMAGE), score())
}

/// An answer and the processor's signature over it.
pub fn sealed_answer(request: RequestId) -> (Vec<u8>, BlsSignature) {
    let answer = encrypted(b"the answer");
    let signature = sign_answer(PROCESSOR, request, &answer);
    (answer, signature)
}

/// A signature over an answer.
pub fn sign_answer(seed: u8, request: RequestId, answer: &[u8]) -> BlsSignature {
    let open = crate::Requests::<Test>::get(request).expect("an open request");
    let n = dmsm_fixtures::paillier_key(BITS).0;
    let payload = open.answer_seal(request, &n, sha(answer)).signing_payload(&Prepaid::genesis_hash());
    fixtures::sign(seed.into(), &payload)
}

/// Fulfils as `seed` with a preimage.
pub fn fulfil_as(
    seed: u8,
    request: RequestId,
    preimage: &[u8],
    answer: Vec<u8>,
    signature: BlsSignature,
) -> frame_support::dispatch::DispatchResult {
    let preimage = preimage.to_vec().try_into().expect("within the bound");
    let delivery = Delivery::InBlock(answer.try_into().expect("within the bound"));
    Prepaid::fulfil(signed(seed), request, preimage, delivery, signature)
}

/// Fulfils rightly.
pub fn fulfil(request: RequestId) -> frame_support::dispatch::DispatchResult {
    let (answer, signature) = sealed_answer(request);
    fulfil_as(PROCESSOR, request, &PREIMAGE, answer, signature)
}

/// [`PROCESSOR`]'s score.
pub fn score() -> Score {
    Credit::score(&id(PROCESSOR))
}

/// Free and held money of an account.
pub fn money(seed: u8) -> (Amount, Amount) {
    use dmsm_primitives::Escrow;
    (Balances::free_balance(account(seed)), <Test as crate::Config>::Escrow::held(&account(seed)))
}

/// The next block, `millis` later: its clock, then its refunds.
pub fn next_block(millis: Moment) {
    next_block_within(millis, Weight::MAX);
}

/// The same, with so much weight for refunds. Returns what they used.
pub fn next_block_within(millis: Moment, limit: Weight) -> Weight {
    System::set_block_number(System::block_number() + 1);
    Now::mutate(|now| *now += millis);
    let mut meter = WeightMeter::with_limit(limit);
    Prepaid::on_poll(System::block_number(), &mut meter);
    meter.consumed()
}

/// The pallet's events since the last call.
pub fn events() -> Vec<Event<Test>> {
    let events = System::read_events_for_pallet();
    System::reset_events();
    events
}

/// What was written down as credit since the last call of [`events`].
pub fn credit_events() -> Vec<pallet_credit::Event<Test>> {
    System::read_events_for_pallet()
}

/// How the user's requests ended, oldest first.
pub fn outcomes() -> Vec<(RequestId, Outcome)> {
    let recent = crate::Recent::<Test>::get(id(USER));
    recent.into_iter().map(|settled| (settled.request, settled.outcome)).collect()
}

/// A chain with the members above, and bills on offer.
#[derive(Default)]
pub struct Builder {
    on_offer: Vec<(RequestKind, RequestType)>,
    households: u8,
}

impl Builder {
    /// Another kind on offer.
    pub fn offer(mut self, kind: RequestKind, terms: RequestType) -> Self {
        self.on_offer.push((kind, terms));
        self
    }

    /// So many further users.
    pub fn households(mut self, count: u8) -> Self {
        self.households = count;
        self
    }

    pub fn build(mut self) -> sp_io::TestExternalities {
        self.on_offer.push((RequestKind::BillDetails, terms()));
        Now::set(START);
        Roll::set(BTreeMap::new());
        Owners::set([(METER, id(USER))].into());
        let households = FIRST_HOUSEHOLD..FIRST_HOUSEHOLD + self.households;
        let named = [
            (USER, Role::User, REGION_1),
            (NEIGHBOUR, Role::User, REGION_1),
            (PROCESSOR, Role::Processor, REGION_1),
            (SECOND_PROCESSOR, Role::Processor, REGION_1),
            (FOREIGN_PROCESSOR, Role::Processor, REGION_2),
            (SHARER, Role::DataSharer, REGION_1),
            (CLOUD, Role::Cloud, REGION_2),
        ];
        let further = households.clone().map(|seed| (seed, Role::User, REGION_1));
        for (seed, role, region) in named.into_iter().chain(further) {
            let standing = Standing { role, region, active: true };
            let keys = keys(seed);
            Roll::mutate(|roll| roll.insert(account(seed), MockMember { id: id(seed), standing, keys }));
        }
        let endowed = [USER, NEIGHBOUR, SHARER].into_iter().chain(households);
        let balances = endowed.map(|seed| (account(seed), ENDOWMENT)).collect();
        let genesis = RuntimeGenesisConfig {
            balances: BalancesConfig { balances, ..Default::default() },
            prepaid: PrepaidConfig { types: self.on_offer, ..Default::default() },
            ..Default::default()
        };
        let mut ext: sp_io::TestExternalities =
            genesis.build_storage().expect("the genesis of the mock has form").into();
        ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
        ext.execute_with(|| System::set_block_number(1));
        ext
    }

    /// Runs a test; in the end the invariants hold and no money was made or lost.
    pub fn build_and_execute(self, test: impl FnOnce()) {
        self.build().execute_with(|| {
            let issuance = Balances::total_issuance();
            test();
            Prepaid::do_try_state().expect("the invariants hold");
            Credit::do_try_state().expect("the invariants hold");
            assert_eq!(Balances::total_issuance(), issuance, "money was made or lost");
        });
    }
}

/// A chain for benchmarks.
pub fn new_test_ext() -> sp_io::TestExternalities {
    Builder::default().build()
}
