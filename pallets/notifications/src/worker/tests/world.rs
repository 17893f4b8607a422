// SPDX-License-Identifier: Apache-2.0
//! What surrounds a worker.

use super::*;
use crate::LastNotice;
use codec::Decode;
use dmsm_host::{
    fixtures,
    vault::{PublicKeyBytes, SealedMeterDay, ToSeal},
    Environment, EnvironmentExt, Vault, VaultExt,
};
use dmsm_offchain::KEY_TYPE;
use dmsm_primitives::{RequestKind, Scope};
use sp_core::offchain::{
    testing::TestOffchainExt, Externalities, HttpError, HttpRequestId, HttpRequestStatus, OffchainDbExt,
    OffchainWorkerExt, OpaqueNetworkState, Timestamp, TransactionPool, TransactionPoolExt,
};
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use sp_runtime::traits::Dispatchable;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

/// What the worker is told about its grid service.
pub const TOKEN: &str = "secret";

/// How the grid service misbehaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// It does not listen.
    Refused,
    /// It does not answer in time.
    Silent,
    /// It answers with this code.
    Code(u16),
    /// It answers with bytes that are no page.
    Garbage,
    /// It sends a good page and a byte more.
    Trailing,
    /// It stops in the middle of its answer.
    Broken,
    /// It sends rows backwards.
    OutOfOrder,
    /// It sends a row twice.
    Doubled,
    /// It sends rows from the first on, whatever it was asked.
    FromTheStart,
    /// It sends more than it was asked for.
    TooMany,
    /// It sends more bytes than anybody wants.
    Endless,
    /// It answers a look-up with another number of readings.
    ShortLookup,
}

/// The state of everything that is not the chain.
#[derive(Default)]
pub struct Outside {
    // Node
    pub no_grid: bool,
    pub finalized: u32,
    pub reports: Vec<Report>,
    pub vault_refuses: bool,
    // Clock
    pub time: u64,
    /// How long each look at the clock takes, ms.
    pub tick: u64,
    // Grid service
    pub rows: Vec<(u64, SignedReading)>,
    pub fault: Option<Fault>,
    /// Requests, as their method and address.
    pub asked: Vec<String>,
    requests: Vec<Request>,
    // Pool
    pub pool: Vec<(u32, Call<Test>)>,
    pub pool_refuses: bool,
    /// The account's nonce at the state that the pool knows.
    nonce: u32,
}

#[derive(Default)]
struct Request {
    method: String,
    uri: String,
    authorized: bool,
    body: Vec<u8>,
    answer: Vec<u8>,
    read: usize,
}

impl Outside {
    fn answer(&self, request: &Request) -> (u16, Vec<u8>) {
        if !request.authorized {
            return (401, Vec::new());
        }
        match (request.method.as_str(), request.uri.as_str()) {
            ("GET", uri) => {
                let query = uri.strip_prefix("http://grid/v1/worker/readings?after=").expect("the address");
                let (after, limit) = query.split_once("&limit=").expect("the address");
                (200, self.page(after.parse().expect("a row"), limit.parse().expect("a number")))
            }
            ("POST", "http://grid/v1/worker/lookup") => (200, self.lookup(&request.body)),
            other => panic!("asked for {other:?}"),
        }
    }

    fn page(&self, after: u64, limit: usize) -> Vec<u8> {
        let rows = self.rows.iter().filter(|(row, _)| *row > after);
        let mut page: Vec<_> = rows.take(limit).cloned().collect();
        match self.fault {
            Some(Fault::Garbage) => return b"<html>bad gateway</html>".to_vec(),
            Some(Fault::Trailing) => return [page.encode(), vec![0]].concat(),
            Some(Fault::OutOfOrder) => page.reverse(),
            Some(Fault::Doubled) => page.extend(page.last().cloned()),
            Some(Fault::FromTheStart) => page = self.rows.clone(),
            Some(Fault::TooMany) => {
                let row = |row| (row, self.rows[0].1.clone());
                page = (after + 1..=after + limit as u64 + 1).map(row).collect();
            }
            Some(Fault::Endless) => return vec![0; 1 << 19],
            _ => {}
        }
        page.encode()
    }

    fn lookup(&self, body: &[u8]) -> Vec<u8> {
        let wanted = Vec::<(DeviceId, u64)>::decode(&mut &body[..]).expect("a list");
        let find = |(device, sequence): &(DeviceId, u64)| {
            let same = |reading: &Reading| reading.device == *device && reading.sequence == *sequence;
            self.rows.iter().map(|(_, reading)| reading).find(|found| same(&found.reading)).cloned()
        };
        let mut found: Vec<_> = wanted.iter().map(find).collect();
        if self.fault == Some(Fault::ShortLookup) {
            found.pop();
        }
        found.encode()
    }
}

/// Shared between a test and the extensions.
#[derive(Clone, Default)]
pub struct Handle(Arc<Mutex<Outside>>);

impl Handle {
    pub fn get(&self) -> MutexGuard<'_, Outside> {
        self.0.lock().expect("no test panics with it")
    }
}

impl Environment for Handle {
    fn grid(&self) -> Option<GridAccess> {
        let access = GridAccess { url: "http://grid".into(), token: TOKEN.into() };
        (!self.get().no_grid).then_some(access)
    }

    fn cloud(&self) -> Option<String> {
        None
    }

    fn finalized(&self) -> u32 {
        self.get().finalized
    }

    fn next_nonce(&self, _: &[u8], on_chain: u32) -> u32 {
        on_chain
    }

    fn serves(&self, _: RequestKind) -> bool {
        false
    }

    fn report(&self, report: Report) {
        self.get().reports.push(report);
    }
}

/// 0, 1, the message, zeros: below n², and readable.
impl Vault for Handle {
    fn encrypt_for(&self, n: &[u8], _: &[u8], message: &[u8]) -> Option<Vec<u8>> {
        let mut open = [&[0, 1], message].concat();
        open.resize(2 * n.len(), 0);
        (!self.get().vault_refuses).then_some(open)
    }

    fn encrypt_as_owner(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn decrypt(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn sign(&self, message: &[u8]) -> [u8; 48] {
        fixtures::sign(PROCESSOR.into(), message).0
    }

    fn bls_public_key(&self) -> [u8; 96] {
        bls_key(PROCESSOR).0
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
        let extrinsic = Extrinsic::decode(&mut &extrinsic[..]).map_err(|_| ())?;
        let RuntimeCall::Notifications(call) = extrinsic.function else { return Err(()) };
        let (signer, _, extension) = extrinsic.preamble.to_signed().ok_or(())?;
        assert_eq!(signer, account(PROCESSOR));
        let mut outside = self.get();
        let nonce = extension.0;
        let known = outside.pool.iter().any(|(waiting, _)| *waiting == nonce);
        if outside.pool_refuses || nonce < outside.nonce || known {
            return Err(());
        }
        outside.pool.push((nonce, call));
        Ok(())
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
        self.get().time = deadline.unix_millis();
    }

    fn random_seed(&mut self) -> [u8; 32] {
        [0; 32]
    }

    fn http_request_start(&mut self, method: &str, uri: &str, _: &[u8]) -> Result<HttpRequestId, ()> {
        let mut outside = self.get();
        outside.asked.push(format!("{method} {uri}"));
        let request = Request { method: method.into(), uri: uri.into(), ..Default::default() };
        outside.requests.push(request);
        Ok(HttpRequestId(outside.requests.len() as u16 - 1))
    }

    fn http_request_add_header(&mut self, id: HttpRequestId, name: &str, value: &str) -> Result<(), ()> {
        let authorized = name == "Authorization" && value == format!("Bearer {TOKEN}");
        self.get().requests[usize::from(id.0)].authorized |= authorized;
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
        assert!(deadline.is_some(), "the worker waits for ever");
        let mut outside = self.get();
        let status = |id: &HttpRequestId| match outside.fault {
            Some(Fault::Silent) => HttpRequestStatus::DeadlineReached,
            Some(Fault::Code(code)) => HttpRequestStatus::Finished(code),
            _ => {
                let (code, answer) = outside.answer(&outside.requests[usize::from(id.0)]);
                outside.requests[usize::from(id.0)].answer = answer;
                HttpRequestStatus::Finished(code)
            }
        };
        ids.iter().map(status).collect()
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
#[derive(Clone, Default)]
struct Footprint {
    last: BTreeMap<DeviceId, LastNotice>,
    nonce: u32,
    included: usize,
}

/// A chain of one processor, with a worker.
pub struct World {
    ext: sp_io::TestExternalities,
    pub outside: Handle,
    storage: TestOffchainExt,
    /// Notices on chain, in order.
    pub notices: Vec<Notice>,
    /// By block, from 0 on.
    past: Vec<Footprint>,
}

impl World {
    /// A node with everything, at block 1, with devices 1 to 3 of region 1 and 4 of region 2.
    pub fn new() -> Self {
        let mut world = Self::without_vault();
        world.ext.register_extension(VaultExt(Arc::new(world.outside.clone())));
        world.with_account(PROCESSOR);
        world
    }

    /// A node without vault and without an account in its keystore.
    pub fn without_vault() -> Self {
        let builder = Builder::default().device(1).device(2).device(3).device_in(4, REGION_2);
        let mut ext = builder.build();
        let outside = Handle::default();
        let (storage, _) = TestOffchainExt::new();
        outside.get().time = 1_000_000;
        ext.register_extension(OffchainWorkerExt::new(outside.clone()));
        ext.register_extension(OffchainDbExt::new(storage.clone()));
        ext.register_extension(TransactionPoolExt::new(outside.clone()));
        ext.register_extension(EnvironmentExt(Arc::new(outside.clone())));
        Self { ext, outside, storage, notices: Vec::new(), past: vec![Footprint::default(); 2] }
    }

    /// Adds the vault without the account.
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

    /// Appends readings of device `seed` to the grid service, numbered on.
    pub fn read(&mut self, seed: u8, powers: &[i64]) {
        let id = device(seed);
        for power in powers {
            let outside = self.outside.get();
            let of_device = outside.rows.iter().rev().find(|(_, row)| row.reading.device == id);
            let sequence = of_device.map_or(0, |(_, row)| row.reading.sequence) + 1;
            let row = outside.rows.last().map_or(0, |(row, _)| *row) + 1;
            drop(outside);
            let signed = self.ext.execute_with(|| reading(seed, sequence, *power));
            self.outside.get().rows.push((row, signed));
        }
    }

    pub fn execute<R>(&mut self, f: impl FnOnce() -> R) -> R {
        self.ext.execute_with(f)
    }

    pub fn now(&self) -> u32 {
        self.past.len() as u32 - 1
    }

    pub fn nonce(&self) -> u32 {
        self.past[self.past.len() - 1].nonce
    }

    /// Runs the worker at the present block; returns its reports but the backlog.
    pub fn run(&mut self) -> Vec<Report> {
        let (now, nonce) = (self.now(), self.nonce());
        self.outside.get().nonce = nonce;
        self.outside.get().requests.clear();
        self.execute(|| super::super::run::<Test>(now));
        let mut outside = self.outside.get();
        let reports = core::mem::take(&mut outside.reports);
        reports.into_iter().filter(|report| !matches!(report, Report::Backlog(_))).collect()
    }

    /// Makes a block of what is ready in the pool, at most `limit` transactions.
    pub fn make_block(&mut self, limit: usize) {
        let now = self.now() + 1;
        let mut nonce = self.nonce();
        let mut room = limit;
        self.execute(|| frame_system::Pallet::<Test>::set_block_number(now));
        while room > 0 {
            let mut outside = self.outside.get();
            let Some(at) = outside.pool.iter().position(|(next, _)| *next == nonce) else { break };
            let (_, call) = outside.pool.remove(at);
            drop(outside);
            self.include(call);
            nonce += 1;
            room -= 1;
        }
        self.outside.get().pool.retain(|(waiting, _)| *waiting >= nonce);
        self.finish_block(nonce);
    }

    fn include(&mut self, call: Call<Test>) {
        let notice = match &call {
            Call::notify { notice, .. } => {
                Notice::decode(&mut &notice.ciphertext[2..]).expect("as it was made")
            }
            other => panic!("the worker submits {other:?}"),
        };
        let good = self.execute(|| {
            frame_system::Pallet::<Test>::inc_account_nonce(account(PROCESSOR));
            RuntimeCall::from(call).dispatch(signed(PROCESSOR)).is_ok()
        });
        if good {
            self.notices.push(notice);
        }
    }

    fn finish_block(&mut self, nonce: u32) {
        let last = self.execute(|| {
            crate::Pallet::<Test>::do_try_state().expect("the invariants hold");
            LastNotices::<Test>::iter().collect()
        });
        self.past.push(Footprint { last, nonce, included: self.notices.len() });
    }

    /// Takes the last blocks back, down to block `height`; what they had is lost.
    pub fn reorganize(&mut self, height: u32) {
        assert!(height >= self.outside.get().finalized);
        self.past.truncate(height as usize + 1);
        let Footprint { last, nonce, included } = self.past[height as usize].clone();
        self.notices.truncate(included);
        self.execute(|| {
            frame_system::Pallet::<Test>::set_block_number(height);
            frame_system::Account::<Test>::mutate(account(PROCESSOR), |account| account.nonce = nonce);
            let _ = LastNotices::<Test>::clear(u32::MAX, None);
            for (device, notice) in last {
                LastNotices::<Test>::insert(device, notice);
            }
        });
    }

    /// A block of something else that the account sends.
    pub fn spend_nonce(&mut self) {
        let (now, nonce) = (self.now() + 1, self.nonce() + 1);
        self.execute(|| {
            frame_system::Pallet::<Test>::set_block_number(now);
            frame_system::Pallet::<Test>::inc_account_nonce(account(PROCESSOR));
        });
        self.outside.get().pool.retain(|(waiting, _)| *waiting >= nonce);
        self.finish_block(nonce);
    }

    /// Blocks without a transaction.
    pub fn wait(&mut self, blocks: u32) {
        for _ in 0..blocks {
            self.make_block(0);
        }
    }

    pub fn finalize(&mut self, height: u32) {
        self.outside.get().finalized = height;
    }

    /// What the worker keeps between runs.
    pub fn memory(&self) -> Option<Vec<u8>> {
        self.storage.0.read().persistent_storage.get(b"dmsm/notices/journal")
    }

    /// Gives the worker an older memory, or takes it all.
    pub fn set_memory(&mut self, memory: Option<Vec<u8>>) {
        use sp_core::offchain::{DbExternalities, StorageKind::PERSISTENT};
        match memory {
            Some(bytes) => self.storage.local_storage_set(PERSISTENT, b"dmsm/notices/journal", &bytes),
            None => {
                self.storage.local_storage_clear(PERSISTENT, b"dmsm/notices/journal");
                for seed in 1..=4 {
                    let key = [b"dmsm/notices/verdict/".as_slice(), &device(seed).0].concat();
                    self.storage.local_storage_clear(PERSISTENT, &key);
                }
            }
        }
    }

    /// The lock of a run that died.
    pub fn leave_lock(&mut self, until: u64) {
        use sp_core::offchain::{DbExternalities, StorageKind::PERSISTENT};
        let until = Timestamp::from_unix_millis(until).encode();
        self.storage.local_storage_set(PERSISTENT, b"dmsm/notices/lock", &until);
    }

    /// Nonces in the pool.
    pub fn waiting(&self) -> Vec<u32> {
        self.outside.get().pool.iter().map(|(nonce, _)| *nonce).collect()
    }

    /// Notices in the pool, as device, previous and sequence.
    pub fn links(&self) -> Vec<(DeviceId, u64, u64)> {
        let link = |(_, call): &(u32, Call<Test>)| match call {
            Call::notify { notice, .. } => (notice.device, notice.previous, notice.sequence),
            other => panic!("the worker submits {other:?}"),
        };
        self.outside.get().pool.iter().map(link).collect()
    }

    /// Notices of device `seed` on chain, as sequence and power.
    pub fn told(&self, seed: u8) -> Vec<(u64, PowerStatus)> {
        let id = device(seed);
        let of_device = self.notices.iter().filter(|notice| notice.reading.reading.device == id);
        of_device.map(|notice| (notice.reading.reading.sequence, notice.verdict.power)).collect()
    }

    /// Runs and makes blocks until the worker has nothing left to do.
    pub fn settle(&mut self) {
        for _ in 0..60 {
            self.run();
            self.make_block(usize::MAX);
            let now = self.now();
            self.finalize(now);
        }
        let reports = self.run();
        assert!(reports.contains(&Report::CaughtUpAt(self.now())), "{reports:?}");
        assert!(self.waiting().is_empty());
    }
}
