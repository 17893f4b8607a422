// SPDX-License-Identifier: Apache-2.0
//! What surrounds a worker.

use super::*;
use crate::{Order, Outcome, RequestType, RequestTypes};
use codec::Decode;
use dmsm_host::{
    fixtures,
    vault::{PublicKeyBytes, SealedMeterDay, ToSeal},
    Environment, EnvironmentExt, Vault, VaultExt,
};
use dmsm_offchain::KEY_TYPE;
use dmsm_primitives::{
    answer::{Advice, Bill, Evidence, MeterDay, NoAnswer, Usage},
    blocks,
    cloud::{mask, Authorization, CallSeal, Receipt},
    Amount, Day, Moment, Scope,
};
use frame_support::{storage::unhashed, traits::Hooks, weights::WeightMeter};
use sp_core::offchain::{
    DbExternalities, Externalities, HttpError, HttpRequestId, HttpRequestStatus, OffchainDbExt,
    OffchainWorkerExt, OpaqueNetworkState, StorageKind, Timestamp, TransactionPool, TransactionPoolExt,
};
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use sp_runtime::{traits::Dispatchable, DispatchError};
use std::{
    collections::BTreeMap,
    panic::{catch_unwind, resume_unwind, AssertUnwindSafe},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What the worker is told about its grid service.
pub const TOKEN: &str = "secret";
/// Time between blocks, ms.
pub const SLOT: Moment = 200;
/// Time limit of every kind in these tests: longer than the lock of a run that died.
pub const LIMIT: Moment = 60_000;

/// How the grid service misbehaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// It does not listen.
    Refused,
    /// It does not answer in time.
    Silent,
    /// It answers with this code.
    Code(u16),
    /// It answers with bytes that are no answer.
    Garbage,
    /// It sends a good answer and a byte more.
    Trailing,
    /// It stops in the middle of its answer.
    Broken,
    /// It sends more bytes than anybody wants.
    Endless,
    /// It answers about another meter.
    OtherMeter,
    /// It answers about another month or period.
    OtherTime,
    /// It answers another kind of question.
    OtherKind,
}

/// What the grid service answers when it works.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Reply {
    #[default]
    Answer,
    /// An answer of so many bytes, to a question for a bill.
    Sized(usize),
    /// A bill with evidence that no block takes.
    WithEvidence,
    NoData,
    PeriodRefused,
}

/// The answer to a question.
pub fn answer_to(question: &Question) -> Answer {
    let (currency, tariff) = ("GBP".to_string(), "flat".to_string());
    let quality = Default::default();
    match *question {
        Question::Bill { meter, month } => Answer::Bill(Bill {
            meter,
            month,
            utc_offset_minutes: 0,
            tariff,
            currency,
            lines: Vec::new(),
            energy: 1_000,
            export: 0,
            standing_days: 31,
            standing_charge: 700,
            total: 714,
            quality,
            evidence: None,
        }),
        Question::Usage { meter, period } => {
            Answer::Usage(Usage { meter, period, energy: vec![codec::Compact(7); 2], export: 0, quality })
        }
        Question::Advice { meter, month } => Answer::Advice(Advice {
            meter,
            month: month.unwrap_or(MONTH),
            utc_offset_minutes: 0,
            currency,
            tariff,
            offers: Vec::new(),
            costliest: Vec::new(),
            base_load: 100_000,
            region_base_load: None,
            region_meters: 1,
            quality,
        }),
    }
}

/// A bill with a month of evidence.
pub fn bill_with_evidence() -> Answer {
    let Answer::Bill(mut bill) = answer_to(&BILL) else { unreachable!("a bill") };
    let day = |day| MeterDay { day: Day(day), energy: vec![codec::Compact(70_000); 48], anchored: None };
    bill.evidence = Some(Evidence { bands: Vec::new(), days: (15_340..15_371).map(day).collect() });
    Answer::Bill(bill)
}

/// A bill whose encoding has so many bytes.
fn bill_of(size: usize) -> Answer {
    let Answer::Bill(mut bill) = answer_to(&BILL) else { unreachable!("a bill") };
    while Answer::Bill(bill.clone()).encoded_size() < size {
        bill.tariff.push('x');
    }
    let answer = Answer::Bill(bill);
    assert_eq!(answer.encoded_size(), size);
    answer
}

/// Length of a ciphertext under the mock's keys.
const BLOCK: usize = 2 * BITS as usize / 8;

/// A message "encrypted" in blocks: 0, 1, length, payload, zeros. Below n², and readable.
pub fn open_blocks(message: &[u8], modulus_bytes: usize) -> Vec<u8> {
    let chunks = message.chunks(blocks::capacity(modulus_bytes));
    let block = |chunk: &[u8]| {
        let mut block = [&[0, 1], &(chunk.len() as u16).to_be_bytes()[..], chunk].concat();
        block.resize(2 * modulus_bytes, 0);
        block
    };
    chunks.flat_map(block).collect()
}

/// The message of such blocks.
fn read_blocks(ciphertext: &[u8]) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    for block in ciphertext.chunks(BLOCK) {
        let length = usize::from(u16::from_be_bytes([*block.get(2)?, *block.get(3)?]));
        if block[..2] != [0, 1] {
            return None;
        }
        message.extend_from_slice(block.get(4..4 + length)?);
    }
    Some(message)
}

/// A letter for the vault of these tests.
pub fn open_letter(content: &Content) -> Vec<u8> {
    open_blocks(&content.encode(), BLOCK / 2)
}

/// What the worker's transactions did on chain, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Log {
    Accepted(RequestId),
    Rejected(RequestId, Rejection),
    Answered(RequestId, Answer),
    /// It was included, and refused.
    Failed(DispatchError),
    /// A transaction that is not this worker's.
    Other,
}

/// The worker died here.
struct Died;

/// The state of everything that is not the chain.
#[derive(Default)]
pub struct Outside {
    // Node
    pub no_grid: bool,
    pub reports: Vec<Report>,
    pub vault_refuses: bool,
    pub not_served: Vec<RequestKind>,
    // Clock
    pub time: u64,
    /// How long each look at the clock takes, ms.
    pub tick: u64,
    // Grid service
    pub reply: Reply,
    pub fault: Option<Fault>,
    /// Questions about this meter take longer than anybody waits.
    pub slow: Option<DeviceId>,
    pub asked: Vec<Question>,
    requests: Vec<Request>,
    // Cloud
    pub has_cloud: bool,
    pub cloud_away: bool,
    /// By their digests.
    pub blobs: BTreeMap<[u8; 32], Vec<u8>>,
    // Pool
    pub pool: Vec<(u32, RuntimeCall)>,
    pub pool_refuses: bool,
    /// The account's nonce at the state that the pool knows.
    nonce: u32,
    /// What survives a restart.
    pub disk: BTreeMap<Vec<u8>, Vec<u8>>,
    // Death
    /// How often the worker has touched anything outside itself in this run.
    touches: usize,
    die_at: Option<usize>,
    dead: bool,
}

#[derive(Default)]
struct Request {
    method: String,
    uri: String,
    authorized: bool,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
    answer: Vec<u8>,
    read: usize,
}

impl Outside {
    /// Whether nobody waits until this request is answered.
    fn is_slow(&self, at: usize) -> bool {
        let question = Question::decode(&mut &self.requests[at].body[..]);
        self.slow.is_some() && question.is_ok_and(|question| Some(*question.meter()) == self.slow)
    }

    /// The cloud keeps a blob of the processor and signs for it.
    fn keep(&mut self, at: usize) -> (u16, Vec<u8>) {
        if self.cloud_away {
            return (503, Vec::new());
        }
        let request = &self.requests[at];
        let digest = sha(&request.body);
        assert_eq!(request.method, "PUT");
        let path = format!("/v1/blobs/{}", hex::encode(digest));
        assert_eq!(request.uri, format!("http://cloud{path}"));
        let Authorization { member, time, nonce, signature } =
            Authorization::parse(&request.headers["Authorization"]).expect("it is signed");
        let seal = CallSeal { member, method: "PUT", path: &path, body: digest, time, nonce };
        // As `frame_system` has it in mocks.
        let genesis = [69; 32];
        let key = fixtures::member_keys(PROCESSOR.into(), BITS).bls;
        assert_eq!(member, id(PROCESSOR));
        assert!(dmsm_host::dmsm_consensus::bls_verify(&key.0, &seal.signing_payload(&genesis), &signature.0));
        let bytes = request.body.len() as u32;
        let mut receipt = Receipt { cloud: id(CLOUD), digest, bytes, signature };
        let payload = receipt.seal(member).signing_payload(&genesis);
        receipt.signature = fixtures::sign(CLOUD.into(), &payload);
        self.blobs.insert(digest, request.body.clone());
        (201, receipt.encode())
    }

    fn answer(&mut self, at: usize) -> (u16, Vec<u8>) {
        if self.requests[at].uri.starts_with("http://cloud/") {
            return self.keep(at);
        }
        let request = &self.requests[at];
        if !request.authorized {
            return (401, Vec::new());
        }
        assert_eq!(request.method, "POST");
        assert_eq!(request.uri, "http://grid/v1/worker/answer");
        let question = Question::decode(&mut &request.body[..]).expect("a question");
        self.asked.push(question);
        let other = match (self.fault, question) {
            (Some(Fault::OtherMeter), Question::Bill { month, .. }) => {
                Question::Bill { meter: DeviceId([6; 32]), month }
            }
            (Some(Fault::OtherTime), Question::Bill { meter, month }) => {
                Question::Bill { meter, month: Month { year: month.year + 1, ..month } }
            }
            (Some(Fault::OtherKind), Question::Bill { meter, .. }) => Question::Advice { meter, month: None },
            (_, question) => question,
        };
        let found: Result<Answer, NoAnswer> = match self.reply {
            Reply::Answer => Ok(answer_to(&other)),
            Reply::Sized(size) => Ok(bill_of(size)),
            Reply::WithEvidence => Ok(bill_with_evidence()),
            Reply::NoData => Err(NoAnswer::NoData),
            Reply::PeriodRefused => Err(NoAnswer::PeriodRefused),
        };
        let body = match self.fault {
            Some(Fault::Garbage) => b"<html>bad gateway</html>".to_vec(),
            Some(Fault::Trailing) => [found.encode(), vec![0]].concat(),
            Some(Fault::Endless) => vec![0; 1 << 19],
            _ => found.encode(),
        };
        (200, body)
    }

    /// The nonce after those of the account that stand in the pool without a gap.
    fn next_nonce(&self, on_chain: u32) -> u32 {
        let waits = |nonce: &u32| self.pool.iter().any(|(waiting, _)| waiting == nonce);
        on_chain + (on_chain..).take_while(waits).count() as u32
    }
}

/// Shared between a test and the extensions.
#[derive(Clone, Default)]
pub struct Handle(Arc<Mutex<Outside>>);

impl Handle {
    pub fn get(&self) -> MutexGuard<'_, Outside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The worker is about to do something that others see. It may die instead.
    fn touch(&self) -> MutexGuard<'_, Outside> {
        let mut outside = self.get();
        if outside.die_at == Some(outside.touches) && !outside.dead {
            outside.dead = true;
            drop(outside);
            // Without the hook's message: this is no failure.
            resume_unwind(Box::new(Died));
        }
        outside.touches += 1;
        outside
    }
}

impl Environment for Handle {
    fn grid(&self) -> Option<GridAccess> {
        let access = GridAccess { url: "http://grid".into(), token: TOKEN.into() };
        (!self.get().no_grid).then_some(access)
    }

    fn cloud(&self) -> Option<String> {
        self.get().has_cloud.then(|| "http://cloud".into())
    }

    fn finalized(&self) -> u32 {
        0
    }

    fn next_nonce(&self, key: &[u8], on_chain: u32) -> u32 {
        assert_eq!(key, account(PROCESSOR).encode());
        self.get().next_nonce(on_chain)
    }

    fn serves(&self, kind: RequestKind) -> bool {
        !self.get().not_served.contains(&kind)
    }

    fn report(&self, report: Report) {
        self.touch().reports.push(report);
    }
}

impl Vault for Handle {
    fn encrypt_for(&self, n: &[u8], _: &[u8], message: &[u8]) -> Option<Vec<u8>> {
        let refuses = self.touch().vault_refuses;
        (!refuses).then(|| open_blocks(message, n.len()))
    }

    fn encrypt_as_owner(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn decrypt(&self, ciphertext: &[u8]) -> Option<Vec<u8>> {
        drop(self.touch());
        read_blocks(ciphertext)
    }

    fn sign(&self, message: &[u8]) -> [u8; 48] {
        drop(self.touch());
        fixtures::sign(PROCESSOR.into(), message).0
    }

    fn bls_public_key(&self) -> [u8; 96] {
        MockMembers::keys_of(&id(PROCESSOR)).expect("a member").bls.0
    }

    fn data_key(&self, _: &Scope) -> Option<PublicKeyBytes> {
        None
    }

    fn seal_meter_day(&self, _: &Scope, _: &ToSeal) -> Option<SealedMeterDay> {
        None
    }
}

/// A pool for one account: it refuses what is stale and what stands in it already.
impl TransactionPool for Handle {
    fn submit_transaction(&mut self, extrinsic: Vec<u8>) -> Result<(), ()> {
        let mut outside = self.touch();
        let extrinsic = Extrinsic::decode(&mut &extrinsic[..]).map_err(|_| ())?;
        let call = extrinsic.function;
        let (signer, _, (nonce,)) = extrinsic.preamble.to_signed().ok_or(())?;
        assert_eq!(signer, account(PROCESSOR));
        let known = outside.pool.iter().any(|(waiting, _)| *waiting == nonce.0);
        if outside.pool_refuses || nonce.0 < outside.nonce || known {
            return Err(());
        }
        outside.pool.push((nonce.0, call));
        Ok(())
    }
}

/// What is on the disk stays as it is when the worker dies: locks as well.
impl DbExternalities for Handle {
    fn local_storage_set(&mut self, _: StorageKind, key: &[u8], value: &[u8]) {
        let mut outside = self.touch();
        if !outside.dead {
            outside.disk.insert(key.to_vec(), value.to_vec());
        }
    }

    fn local_storage_clear(&mut self, _: StorageKind, key: &[u8]) {
        let mut outside = self.touch();
        if !outside.dead {
            outside.disk.remove(key);
        }
    }

    fn local_storage_compare_and_set(
        &mut self,
        _: StorageKind,
        key: &[u8],
        old_value: Option<&[u8]>,
        new_value: &[u8],
    ) -> bool {
        let mut outside = self.touch();
        let same = outside.disk.get(key).map(Vec::as_slice) == old_value;
        if same && !outside.dead {
            outside.disk.insert(key.to_vec(), new_value.to_vec());
        }
        same
    }

    fn local_storage_get(&mut self, _: StorageKind, key: &[u8]) -> Option<Vec<u8>> {
        self.get().disk.get(key).cloned()
    }
}

impl Externalities for Handle {
    fn is_validator(&self) -> bool {
        true
    }

    fn network_state(&self) -> Result<OpaqueNetworkState, ()> {
        Err(())
    }

    fn timestamp(&mut self) -> Timestamp {
        let mut outside = self.get();
        outside.time += outside.tick;
        Timestamp::from_unix_millis(outside.time)
    }

    fn sleep_until(&mut self, deadline: Timestamp) {
        let mut outside = self.get();
        outside.time = outside.time.max(deadline.unix_millis());
    }

    fn random_seed(&mut self) -> [u8; 32] {
        [0; 32]
    }

    fn http_request_start(&mut self, method: &str, uri: &str, _: &[u8]) -> Result<HttpRequestId, ()> {
        let mut outside = self.touch();
        let request = Request { method: method.into(), uri: uri.into(), ..Default::default() };
        outside.requests.push(request);
        Ok(HttpRequestId(outside.requests.len() as u16 - 1))
    }

    fn http_request_add_header(&mut self, id: HttpRequestId, name: &str, value: &str) -> Result<(), ()> {
        let authorized = name == "Authorization" && value == format!("Bearer {TOKEN}");
        let request = &mut self.get().requests[usize::from(id.0)];
        request.authorized |= authorized;
        request.headers.insert(name.into(), value.into());
        Ok(())
    }

    fn http_request_write_body(
        &mut self,
        id: HttpRequestId,
        chunk: &[u8],
        _: Option<Timestamp>,
    ) -> Result<(), HttpError> {
        let mut outside = self.get();
        if outside.fault == Some(Fault::Refused) {
            return Err(HttpError::IoError);
        }
        outside.requests[usize::from(id.0)].body.extend_from_slice(chunk);
        Ok(())
    }

    fn http_response_wait(
        &mut self,
        ids: &[HttpRequestId],
        deadline: Option<Timestamp>,
    ) -> Vec<HttpRequestStatus> {
        let deadline = deadline.expect("the worker waits for ever").unix_millis();
        let mut outside = self.touch();
        let mut status = |id: &HttpRequestId| match outside.fault {
            Some(Fault::Silent) => {
                outside.time = outside.time.max(deadline);
                HttpRequestStatus::DeadlineReached
            }
            Some(Fault::Code(code)) => HttpRequestStatus::Finished(code),
            _ if outside.is_slow(usize::from(id.0)) => {
                outside.time = outside.time.max(deadline);
                HttpRequestStatus::DeadlineReached
            }
            _ => {
                let (code, answer) = outside.answer(usize::from(id.0));
                outside.requests[usize::from(id.0)].answer = answer;
                HttpRequestStatus::Finished(code)
            }
        };
        ids.iter().map(&mut status).collect()
    }

    fn http_response_headers(&mut self, _: HttpRequestId) -> Vec<(Vec<u8>, Vec<u8>)> {
        Vec::new()
    }

    fn http_response_read_body(
        &mut self,
        id: HttpRequestId,
        buffer: &mut [u8],
        deadline: Option<Timestamp>,
    ) -> Result<usize, HttpError> {
        assert!(deadline.is_some(), "the worker waits for ever");
        let mut outside = self.get();
        let broken = outside.fault == Some(Fault::Broken);
        let request = &mut outside.requests[usize::from(id.0)];
        if broken && request.read > 0 {
            return Err(HttpError::IoError);
        }
        let rest = &request.answer[request.read..];
        let most = if broken { rest.len().min(3) } else { rest.len() };
        let length = most.min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        request.read += length;
        Ok(length)
    }

    fn set_authorized_nodes(&mut self, _: Vec<sp_core::OpaquePeerId>, _: bool) {}
}

/// What a block left behind.
#[derive(Clone)]
struct Footprint {
    state: BTreeMap<Vec<u8>, Vec<u8>>,
    clock: Moment,
    logged: usize,
}

/// All of the chain's state.
fn state() -> BTreeMap<Vec<u8>, Vec<u8>> {
    let keys = core::iter::successors(sp_io::storage::next_key(&[]), |key| sp_io::storage::next_key(key));
    keys.map(|key| (key.clone(), unhashed::get_raw(&key).unwrap_or_default())).collect()
}

/// Asks so much later than now, and returns the number.
fn hand_in(seed: u8, cid: ContentId, letter: Vec<u8>, price: Amount, later: Moment) -> RequestId {
    let timestamp = Now::get() + later;
    let order = Order { processor: id(PROCESSOR), cid, price, time_limit: LIMIT, timestamp };
    Asked::by(seed, order, letter).by_account(seed).expect("the request has form");
    crate::NextRequest::<Test>::get() - 1
}

/// A chain of one processor, with a worker.
pub struct World {
    ext: sp_io::TestExternalities,
    pub outside: Handle,
    pub log: Vec<Log>,
    /// By block, from 0 on.
    past: Vec<Footprint>,
    /// Makes every letter another one.
    salt: u32,
}

impl World {
    /// A node with everything, at block 1, and all kinds on offer for [`LIMIT`].
    pub fn new() -> Self {
        let mut world = Self::without_vault().with_vault();
        world.with_account(PROCESSOR);
        world
    }

    /// A node without vault and without an account in its keystore.
    pub fn without_vault() -> Self {
        let mut ext = Builder::default().build();
        let outside = Handle::default();
        outside.get().time = 1_000_000;
        ext.register_extension(OffchainWorkerExt::new(outside.clone()));
        ext.register_extension(OffchainDbExt::new(outside.clone()));
        ext.register_extension(TransactionPoolExt::new(outside.clone()));
        ext.register_extension(EnvironmentExt(Arc::new(outside.clone())));
        let footprint = ext.execute_with(|| {
            for kind in [RequestKind::BillDetails, RequestKind::UsageDetails, RequestKind::SavingAdvice] {
                RequestTypes::<Test>::insert(kind, RequestType { time_limit: LIMIT, ..terms() });
            }
            Footprint { state: state(), clock: Now::get(), logged: 0 }
        });
        Self { ext, outside, log: Vec::new(), past: vec![footprint; 2], salt: 0 }
    }

    /// Adds the vault.
    pub fn with_vault(mut self) -> Self {
        self.ext.register_extension(VaultExt(Arc::new(self.outside.clone())));
        self
    }

    /// Puts an account into the keystore, and no other.
    pub fn with_account(&mut self, seed: u8) {
        let keystore = MemoryKeystore::new();
        keystore.sr25519_generate_new(KEY_TYPE, Some(&account_secret(seed))).expect("the secret has form");
        self.ext.register_extension(KeystoreExt::new(keystore));
    }

    pub fn execute<R>(&mut self, f: impl FnOnce() -> R) -> R {
        self.ext.execute_with(f)
    }

    pub fn now(&self) -> u32 {
        self.past.len() as u32 - 1
    }

    fn nonce(&mut self) -> u32 {
        self.execute(|| System::account_nonce(account(PROCESSOR)))
    }

    /// A content with a salt of its own.
    pub fn content(&mut self, question: Question) -> Content {
        self.salt += 1;
        let mut salt = [0; 16];
        salt[..4].copy_from_slice(&self.salt.to_le_bytes());
        Content { salt, question }
    }

    /// The user asks in a block of its own. Returns the request's number.
    pub fn ask(&mut self, question: Question) -> RequestId {
        let content = self.content(question);
        self.ask_with(USER, ContentId::of(&content), open_letter(&content))
    }

    /// The user asks many times in one block, for a minor unit each.
    pub fn ask_for_less(&mut self, question: Question, count: usize) {
        self.begin_block();
        self.execute(|| {
            let terms = RequestType { price: 1, time_limit: LIMIT, ..terms() };
            RequestTypes::<Test>::insert(question.kind(), terms);
        });
        for number in 0..count {
            let content = self.content(question);
            let (cid, letter) = (ContentId::of(&content), open_letter(&content));
            self.execute(|| hand_in(USER, cid, letter, 1, number as Moment));
        }
        self.finish_block();
    }

    /// Anybody asks with any letter, in a block of its own.
    pub fn ask_with(&mut self, seed: u8, cid: ContentId, letter: Vec<u8>) -> RequestId {
        self.begin_block();
        let request = self.execute(|| hand_in(seed, cid, letter, PRICE, 0));
        self.finish_block();
        request
    }

    /// Runs the worker at the present block; returns its reports but the number of requests.
    pub fn run(&mut self) -> Vec<Report> {
        assert!(!self.run_until(None), "it dies of itself");
        let reports = core::mem::take(&mut self.outside.get().reports);
        reports.into_iter().filter(|report| !matches!(report, Report::OpenRequests(_))).collect()
    }

    /// Runs the worker, and kills it before it does the next thing that others see after so many.
    /// Returns whether it came so far.
    pub fn run_and_die(&mut self, after: usize) -> bool {
        self.run_until(Some(after))
    }

    fn run_until(&mut self, die_at: Option<usize>) -> bool {
        let (now, nonce) = (self.now(), self.nonce());
        {
            let mut outside = self.outside.get();
            outside.nonce = nonce;
            outside.requests.clear();
            outside.touches = 0;
            outside.die_at = die_at;
        }
        let ext = &mut self.ext;
        let run = catch_unwind(AssertUnwindSafe(|| ext.execute_with(|| super::super::run::<Test>(now))));
        let died = match run {
            Ok(()) => false,
            Err(cause) if cause.is::<Died>() => true,
            Err(cause) => resume_unwind(cause),
        };
        let mut outside = self.outside.get();
        outside.dead = false;
        outside.die_at = None;
        if died {
            outside.reports.clear();
        }
        died
    }

    fn begin_block(&mut self) {
        let now = self.now() + 1;
        self.outside.get().time += SLOT;
        self.execute(|| {
            System::set_block_number(now);
            System::reset_events();
            Now::mutate(|clock| *clock += SLOT);
            Prepaid::on_poll(now, &mut WeightMeter::new());
        });
    }

    fn finish_block(&mut self) {
        let logged = self.log.len();
        let footprint = self.execute(|| {
            crate::Pallet::<Test>::do_try_state().expect("the invariants hold");
            Footprint { state: state(), clock: Now::get(), logged }
        });
        self.past.push(footprint);
    }

    /// Makes a block of what is ready in the pool, at most `limit` transactions.
    pub fn make_block(&mut self, limit: usize) {
        self.begin_block();
        for _ in 0..limit {
            let nonce = self.nonce();
            let mut outside = self.outside.get();
            let Some(at) = outside.pool.iter().position(|(next, _)| *next == nonce) else { break };
            let (_, call) = outside.pool.remove(at);
            drop(outside);
            self.include(call);
        }
        let nonce = self.nonce();
        self.outside.get().pool.retain(|(waiting, _)| *waiting >= nonce);
        self.finish_block();
    }

    fn include(&mut self, call: RuntimeCall) {
        let done = match &call {
            RuntimeCall::Prepaid(Call::accept { request, .. }) => Log::Accepted(*request),
            RuntimeCall::Prepaid(Call::reject { request, reason, .. }) => Log::Rejected(*request, *reason),
            RuntimeCall::Prepaid(Call::fulfil { request, delivery, preimage, .. }) => {
                let ciphertext = match delivery {
                    Delivery::InBlock(ciphertext) => ciphertext.to_vec(),
                    Delivery::InCloud(receipt) => {
                        let mut masked = self.outside.get().blobs[&receipt.digest].clone();
                        assert!(read_blocks(&masked).is_none(), "it lies there open");
                        mask(&mut masked, preimage[..].try_into().expect("32 bytes"));
                        masked
                    }
                };
                let message = read_blocks(&ciphertext).expect("as it was made");
                Log::Answered(*request, Answer::decode_all(&mut &message[..]).expect("an answer"))
            }
            RuntimeCall::Prepaid(other) => panic!("the worker submits {other:?}"),
            _ => Log::Other,
        };
        let result = self.execute(|| {
            System::inc_account_nonce(account(PROCESSOR));
            call.dispatch(signed(PROCESSOR))
        });
        self.log.push(match result {
            Ok(_) => done,
            Err(refused) => Log::Failed(refused.error),
        });
    }

    /// Takes the last blocks back, down to block `height`; what they had is lost.
    pub fn reorganize(&mut self, height: u32) {
        self.past.truncate(height as usize + 1);
        let Footprint { state: old, clock, logged } = self.past[height as usize].clone();
        self.log.truncate(logged);
        self.execute(|| {
            for key in state().into_keys() {
                unhashed::kill(&key);
            }
            for (key, value) in old {
                unhashed::put_raw(&key, &value);
            }
            Now::set(clock);
        });
    }

    /// Blocks without a transaction.
    pub fn wait(&mut self, blocks: u32) {
        for _ in 0..blocks {
            self.make_block(0);
        }
    }

    /// A transaction of another worker of the same account.
    pub fn hand_in_other(&mut self) {
        let nonce = self.nonce();
        let mut outside = self.outside.get();
        let nonce = outside.next_nonce(nonce);
        outside.pool.push((nonce, frame_system::Call::remark { remark: Vec::new() }.into()));
    }

    /// The disk is lost.
    pub fn forget(&mut self) {
        self.outside.get().disk.clear();
    }

    /// The lock of a run that died, or of one that goes on.
    pub fn leave_lock(&mut self, name: &[u8], until: u64) {
        let until = Timestamp::from_unix_millis(until).encode();
        self.outside.get().disk.insert(name.to_vec(), until);
    }

    /// Nonces in the pool.
    pub fn waiting(&self) -> Vec<u32> {
        self.outside.get().pool.iter().map(|(nonce, _)| *nonce).collect()
    }

    /// What stands in the pool, by its kind and request.
    pub fn handed_in(&self) -> Vec<(&'static str, RequestId)> {
        let name = |(_, call): &(u32, RuntimeCall)| match call {
            RuntimeCall::Prepaid(Call::accept { request, .. }) => ("accept", *request),
            RuntimeCall::Prepaid(Call::reject { request, .. }) => ("reject", *request),
            RuntimeCall::Prepaid(Call::fulfil { request, .. }) => ("fulfil", *request),
            other => panic!("the worker submits {other:?}"),
        };
        self.outside.get().pool.iter().map(name).collect()
    }

    /// What was taken by the chain, without what it refused.
    pub fn done(&self) -> Vec<Log> {
        self.log.iter().filter(|entry| !matches!(entry, Log::Failed(_))).cloned().collect()
    }

    /// How the user's requests ended.
    pub fn outcomes(&mut self) -> Vec<(RequestId, Outcome)> {
        self.execute(outcomes)
    }

    /// Numbers of what is open.
    pub fn open(&mut self) -> Vec<RequestId> {
        let mut open: Vec<_> = self.execute(|| Requests::<Test>::iter_keys().collect());
        open.sort_unstable();
        open
    }

    /// Runs and makes blocks until nothing is open.
    pub fn settle(&mut self) {
        for _ in 0..120 {
            self.run();
            self.make_block(usize::MAX);
            if self.open().is_empty() && self.waiting().is_empty() {
                return;
            }
        }
        panic!("still open: {:?}; {:?}", self.open(), self.log);
    }
}
