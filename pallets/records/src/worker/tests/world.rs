// SPDX-License-Identifier: Apache-2.0
//! What surrounds a worker.

use super::*;
use codec::{Compact, DecodeAll};
use dmsm_host::{
    fixtures::{self, dmsm_fixtures},
    vault::SealedMeterDay,
    Environment, EnvironmentExt, Vault, VaultExt,
};
use dmsm_offchain::KEY_TYPE;
use dmsm_primitives::{
    cloud::{Authorization, CallSeal, Receipt, MAX_CALL_SKEW},
    records::{root, Manifest, ALL_PRESENT, SLOTS},
    storage::{OpenBatch, SealedRow, ToSealRow},
    BlsSignature, MemberRegistry, Record, RequestKind, Scope,
};
use frame_support::storage::unhashed;
use sp_core::offchain::{
    DbExternalities, Externalities, HttpError, HttpRequestId, HttpRequestStatus, OffchainDbExt,
    OffchainWorkerExt, OpaqueNetworkState, StorageKind, Timestamp, TransactionPool, TransactionPoolExt,
};
use sp_io::hashing::sha2_256;
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use sp_runtime::{traits::Dispatchable, DispatchError};
use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{catch_unwind, resume_unwind, AssertUnwindSafe},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What the worker is told about its grid service.
const TOKEN: &str = "secret";
/// Time between blocks, ms.
pub const SLOT: Moment = 200;
/// Bits of the data key.
const BITS: u32 = 3072;
/// How many blocks finality is behind.
pub const LAG: u32 = 2;

/// A place where the worker asks another service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum At {
    Batches,
    Unsealed,
    Sealed,
    Manifest,
    Anchored,
    PutAll,
    Put,
}

impl At {
    pub const GRID: [Self; 5] = [Self::Batches, Self::Unsealed, Self::Sealed, Self::Manifest, Self::Anchored];
    pub const CLOUD: [Self; 2] = [Self::PutAll, Self::Put];

    /// What is reported when it fails.
    pub fn report(self) -> Report {
        if Self::GRID.contains(&self) {
            Report::GridUnreachable
        } else {
            Report::CloudUnreachable
        }
    }
}

/// How a service misbehaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// It does not listen.
    Refused,
    /// It does not answer in time.
    Silent,
    /// It does what it is asked and does not answer in time.
    Lost,
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
    /// It answers well, but for this.
    Wrong(Wrong),
}

/// What is wrong about an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrong {
    /// More batches than may be open.
    TooManyBatches,
    /// A batch of nothing.
    EmptyBatch,
    /// A batch of more than there can be.
    LargeBatch,
    /// More rows to seal than there are.
    TooManyUnsealed,
    /// A day without date.
    NoDay,
    /// No rows.
    NoRows,
    /// More rows than were asked for.
    TooManyRows,
    /// Rows backwards.
    OutOfOrder,
    /// A row twice.
    Doubled,
    /// A day with a half-hour less.
    ShortDay,
    /// A half-hour more than a day has.
    LongDay,
    /// There is no manifest yet.
    NoManifest,
    /// A record less.
    ShortManifest,
    /// A record of another day.
    OtherDay,
    /// Another digest.
    OtherDigest,
    /// Another length.
    OtherLength,
}

/// A row of the grid service.
#[derive(Clone)]
pub struct Row {
    pub meter: DeviceId,
    pub energy: [u32; SLOTS],
    pub sealed: Option<SealedRow>,
}

/// A batch of the grid service.
#[derive(Clone)]
pub struct Batch {
    pub day: Day,
    pub version: u16,
    pub rows: Vec<Row>,
    pub anchored: Option<[u8; 32]>,
}

impl Batch {
    fn open(&self) -> OpenBatch {
        let unsealed = self.rows.iter().filter(|row| row.sealed.is_none()).count() as u32;
        OpenBatch { day: self.day, version: self.version, count: self.rows.len() as u32, unsealed }
    }

    fn records(&self) -> Option<Vec<Record>> {
        let record = |row: &Row| {
            let SealedRow { meter, digest, ciphertext, .. } = row.sealed?;
            Some(Record { meter, day: self.day, present: ALL_PRESENT, digest, ciphertext })
        };
        self.rows.iter().map(record).collect()
    }
}

/// What the worker's transactions did on chain, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Log {
    Announced(Scope),
    Anchored(Day, u16),
    /// It was included, and refused.
    Failed(DispatchError),
    /// A transaction that is not this worker's.
    Other,
}

/// The worker died here.
struct Died;

/// The state of everything that is not the chain.
pub struct Outside {
    // Node
    pub no_grid: bool,
    pub no_cloud: bool,
    pub finalized: u32,
    pub reports: Vec<Report>,
    pub vault_refuses: bool,
    // Clock
    pub time: u64,
    /// How long each look at the clock takes, ms.
    pub tick: u64,
    // Grid service
    /// Most rows of a batch.
    pub batch_rows: usize,
    /// Closed meter-days that no batch has yet.
    pending: BTreeMap<(Day, DeviceId), [u32; SLOTS]>,
    pub batches: Vec<Batch>,
    /// Roots of anchors that are final.
    pub final_roots: BTreeMap<(Day, u16), [u8; 32]>,
    // Cloud
    pub blobs: BTreeMap<[u8; 32], Vec<u8>>,
    nonces: BTreeSet<[u8; 16]>,
    random: u64,
    genesis: [u8; 32],
    // Both services
    pub fault: Option<(At, Fault)>,
    pub asked: Vec<At>,
    requests: Vec<Request>,
    // Pool
    pub pool: Vec<(u32, RuntimeCall)>,
    pub pool_refuses: bool,
    /// The account's nonce at the state that the pool knows.
    nonce: u32,
    /// What survives a restart.
    pub disk: BTreeMap<Vec<u8>, Vec<u8>>,
    // Death
    /// How often the worker has touched anything outside itself.
    touches: usize,
    die_at: Option<usize>,
    dead: bool,
}

#[derive(Default)]
struct Request {
    method: String,
    uri: String,
    authorization: String,
    accept: String,
    body: Vec<u8>,
    answer: Vec<u8>,
    read: usize,
}

impl Request {
    fn at(&self) -> At {
        match (self.method.as_str(), self.uri.as_str()) {
            ("POST", "http://grid/v1/worker/batches") => At::Batches,
            ("POST", "http://grid/v1/worker/batch/unsealed") => At::Unsealed,
            ("POST", "http://grid/v1/worker/batch/sealed") => At::Sealed,
            ("POST", "http://grid/v1/worker/batch/manifest") => At::Manifest,
            ("POST", "http://grid/v1/worker/batch/anchored") => At::Anchored,
            ("POST", "http://cloud/at/v1/blobs") => At::PutAll,
            ("PUT", uri) if uri.starts_with("http://cloud/at/v1/blobs/") => At::Put,
            other => panic!("asked for {other:?}"),
        }
    }
}

fn decoded<A: DecodeAll>(body: &[u8]) -> A {
    A::decode_all(&mut &body[..]).expect("a body as agreed")
}

impl Outside {
    /// Code and body.
    fn answer(&mut self, id: usize) -> (u16, Vec<u8>) {
        let request = core::mem::take(&mut self.requests[id]);
        let at = request.at();
        self.asked.push(at);
        let authorized = if At::GRID.contains(&at) {
            request.authorization == format!("Bearer {TOKEN}")
        } else {
            self.is_authorized(&request)
        };
        if !authorized {
            return (401, Vec::new());
        }
        let fault = self.fault.filter(|(place, _)| *place == at).map(|(_, fault)| fault);
        let wrong = match fault {
            Some(Fault::Wrong(wrong)) => Some(wrong),
            Some(Fault::Code(code)) => return (code, Vec::new()),
            _ => None,
        };
        let answer = match at {
            At::Batches => self.open_batches(decoded(&request.body), wrong).encode(),
            At::Unsealed => self.unsealed(decoded(&request.body), wrong).encode(),
            At::Sealed => {
                if !self.seal(decoded(&request.body)) {
                    return (409, Vec::new());
                }
                Vec::new()
            }
            At::Manifest => self.manifest(decoded(&request.body), wrong).encode(),
            At::Anchored => {
                if !self.anchored(decoded(&request.body)) {
                    return (409, Vec::new());
                }
                Vec::new()
            }
            At::PutAll => self.put_all(decoded(&request.body), wrong).encode(),
            At::Put => self.put(&request, wrong).encode(),
        };
        let code = if at == At::Put { 201 } else { 200 };
        match fault {
            Some(Fault::Garbage) => (code, b"<html>bad gateway</html>".to_vec()),
            Some(Fault::Trailing) => (code, [answer, vec![0]].concat()),
            Some(Fault::Endless) => (code, vec![0; 1 << 19]),
            _ => (code, answer),
        }
    }

    fn batch(&mut self, day: Day, version: u16) -> &mut Batch {
        let same = |batch: &&mut Batch| (batch.day, batch.version) == (day, version);
        self.batches.iter_mut().find(same).expect("the worker names a batch that there is")
    }

    fn open_batches(&mut self, now: Moment, wrong: Option<Wrong>) -> Vec<OpenBatch> {
        let closed: BTreeSet<_> =
            self.pending.keys().map(|(day, _)| *day).filter(|day| day.end() <= now).collect();
        for day in closed {
            let of_day = |(key, energy): (&(Day, DeviceId), &[u32; SLOTS])| {
                (key.0 == day).then_some(Row { meter: key.1, energy: *energy, sealed: None })
            };
            let rows: Vec<_> = self.pending.iter().filter_map(of_day).collect();
            self.pending.retain(|key, _| key.0 != day);
            for rows in rows.chunks(self.batch_rows) {
                let version = self.batches.iter().filter(|batch| batch.day == day).count() as u16;
                self.batches.push(Batch { day, version, rows: rows.to_vec(), anchored: None });
            }
        }
        let open = self.batches.iter().filter(|batch| batch.anchored.is_none()).map(Batch::open);
        let mut open: Vec<_> = open.take(MAX_OPEN_BATCHES as usize).collect();
        if let Some(first) = open.first_mut() {
            match wrong {
                Some(Wrong::EmptyBatch) => (first.count, first.unsealed) = (0, 0),
                Some(Wrong::LargeBatch) => first.count = MAX_BATCH + 1,
                Some(Wrong::TooManyUnsealed) => first.unsealed = first.count + 1,
                Some(Wrong::NoDay) => first.day = Day(u32::MAX),
                Some(Wrong::TooManyBatches) => {
                    let first = *first;
                    open.resize(MAX_OPEN_BATCHES as usize + 1, first);
                }
                _ => {}
            }
        }
        open
    }

    fn unsealed(&mut self, asked: (Day, u16, u32), wrong: Option<Wrong>) -> Vec<ToSealRow> {
        let (day, version, limit) = asked;
        assert!((1..=256).contains(&limit));
        let row = |row: &Row| ToSealRow {
            meter: row.meter,
            present: ALL_PRESENT,
            energy: row.energy.into_iter().map(Compact).collect(),
        };
        let unsealed = self.batch(day, version).rows.iter().filter(|row| row.sealed.is_none());
        let mut rows: Vec<_> = unsealed.take(limit as usize).map(row).collect();
        match wrong {
            Some(Wrong::NoRows) => rows.clear(),
            Some(Wrong::TooManyRows) => {
                let last = rows.last().cloned().expect("some");
                while rows.len() <= limit as usize {
                    let mut next = last.clone();
                    next.meter.0[..2].copy_from_slice(&[0xff, rows.len() as u8]);
                    rows.push(next);
                }
            }
            Some(Wrong::OutOfOrder) => rows.reverse(),
            Some(Wrong::Doubled) => rows.extend(rows.last().cloned()),
            Some(Wrong::ShortDay) => rows[0].energy.truncate(SLOTS - 1),
            Some(Wrong::LongDay) => rows[0].present |= 1 << SLOTS,
            _ => {}
        }
        rows
    }

    /// Refuses rows that differ from what is stored.
    fn seal(&mut self, told: (Day, u16, Vec<SealedRow>)) -> bool {
        let (day, version, sealed) = told;
        assert!((1..=256).contains(&sealed.len()));
        for row in sealed {
            assert!(self.blobs.contains_key(&row.ciphertext), "the cloud has no ciphertext of it");
            let known = self.batch(day, version).rows.iter_mut().find(|known| known.meter == row.meter);
            let known = known.expect("a row of the batch");
            if known.sealed.is_some_and(|known| known != row) {
                return false;
            }
            known.sealed = Some(row);
        }
        true
    }

    fn manifest(&mut self, asked: (Day, u16), wrong: Option<Wrong>) -> Option<Vec<Record>> {
        let mut records = self.batch(asked.0, asked.1).records();
        if let Some(records) = &mut records {
            match wrong {
                Some(Wrong::NoManifest) => return None,
                Some(Wrong::ShortManifest) => drop(records.pop()),
                Some(Wrong::OutOfOrder) => records.reverse(),
                Some(Wrong::OtherDay) => records[0].day.0 += 1,
                _ => {}
            }
        }
        records
    }

    fn anchored(&mut self, told: (Day, u16, [u8; 32])) -> bool {
        let (day, version, root) = told;
        assert_eq!(self.final_roots.get(&(day, version)), Some(&root), "it is not final");
        let known = &mut self.batch(day, version).anchored;
        assert!(known.is_none_or(|known| known == root), "told another root before");
        *known = Some(root);
        true
    }

    /// Whether the processor signed all that matters in a call, now and never before.
    fn is_authorized(&mut self, request: &Request) -> bool {
        assert_eq!(request.accept, "application/octet-stream");
        let authorization = Authorization::parse(&request.authorization).expect("the header has form");
        let Authorization { member, time, nonce, signature } = authorization;
        let path = request.uri.strip_prefix("http://cloud").expect("the cloud's address");
        let method = request.method.as_str();
        let seal = CallSeal { member, method, path, body: sha2_256(&request.body), time, nonce };
        let signed = fixtures::sign(PROCESSOR.into(), &seal.signing_payload(&self.genesis));
        member == id(PROCESSOR)
            && signature == signed
            && time.abs_diff(self.time) <= MAX_CALL_SKEW
            && self.nonces.insert(nonce)
    }

    fn put_all(&mut self, blobs: Vec<Vec<u8>>, wrong: Option<Wrong>) -> Vec<[u8; 32]> {
        assert!(blobs.encoded_size() <= 1 << 20 && blobs.len() <= 1_024);
        let mut digests = Vec::new();
        for blob in blobs {
            digests.push(sha2_256(&blob));
            self.blobs.insert(sha2_256(&blob), blob);
        }
        match wrong {
            Some(Wrong::OtherDigest) => digests[0][0] ^= 1,
            Some(Wrong::OtherLength) => digests.push([0; 32]),
            _ => {}
        }
        digests
    }

    fn put(&mut self, request: &Request, wrong: Option<Wrong>) -> Receipt {
        assert!(request.body.len() <= 1 << 20);
        let mut digest = sha2_256(&request.body);
        let named = request.uri.rsplit('/').next().expect("a path");
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(named, hex, "the body is not what the path names");
        self.blobs.insert(digest, request.body.clone());
        let mut bytes = request.body.len() as u32;
        match wrong {
            Some(Wrong::OtherDigest) => digest[0] ^= 1,
            Some(Wrong::OtherLength) => bytes += 1,
            _ => {}
        }
        Receipt { cloud: id(99), digest, bytes, signature: BlsSignature([0; 48]) }
    }

    /// The nonce after those of the account that stand in the pool without a gap.
    fn next_nonce(&self, on_chain: u32) -> u32 {
        let waits = |nonce: &u32| self.pool.iter().any(|(waiting, _)| waiting == nonce);
        on_chain + (on_chain..).take_while(waits).count() as u32
    }

    /// That all of a batch lies in the cloud before its anchor is on its way.
    fn assert_stored(&self, call: &Call<Test>) {
        let Call::anchor { day, version, root: anchored, count, manifest } = call else { return };
        let stored = self.blobs.get(manifest).expect("the cloud has no manifest");
        let stored: Manifest = decoded(stored);
        assert!(stored.has_form());
        assert_eq!((stored.processor, stored.day, stored.version), (id(PROCESSOR), *day, *version));
        assert_eq!((root(&stored.records), stored.records.len() as u32), (*anchored, *count));
        for record in &stored.records {
            assert!(self.blobs.contains_key(&record.ciphertext), "the cloud has no ciphertext of it");
        }
    }
}

/// Shared between a test and the extensions.
#[derive(Clone)]
pub struct Handle(Arc<Mutex<Outside>>);

impl Handle {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Outside {
            no_grid: false,
            no_cloud: false,
            finalized: 0,
            reports: Vec::new(),
            vault_refuses: false,
            time: START,
            tick: 0,
            batch_rows: MAX_BATCH as usize,
            pending: BTreeMap::new(),
            batches: Vec::new(),
            final_roots: BTreeMap::new(),
            blobs: BTreeMap::new(),
            nonces: BTreeSet::new(),
            random: 0,
            genesis: [0; 32],
            fault: None,
            asked: Vec::new(),
            requests: Vec::new(),
            pool: Vec::new(),
            pool_refuses: false,
            nonce: 0,
            disk: BTreeMap::new(),
            touches: 0,
            die_at: None,
            dead: false,
        })))
    }

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
        (!self.get().no_cloud).then(|| "http://cloud/at".into())
    }

    fn finalized(&self) -> u32 {
        self.get().finalized
    }

    fn next_nonce(&self, key: &[u8], on_chain: u32) -> u32 {
        assert_eq!(key, account(PROCESSOR).encode());
        self.get().next_nonce(on_chain)
    }

    fn serves(&self, _: RequestKind) -> bool {
        false
    }

    fn report(&self, report: Report) {
        self.touch().reports.push(report);
    }
}

/// What a meter-day becomes in the cloud: itself.
fn in_the_open(scope: &Scope, day: &ToSeal) -> Vec<u8> {
    let mut ciphertext = [vec![0, 1], (scope, day).encode()].concat();
    ciphertext.resize(2 * BITS as usize / 8, 0);
    ciphertext
}

impl Vault for Handle {
    fn encrypt_for(&self, _: &[u8], _: &[u8], _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn encrypt_as_owner(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn decrypt(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn sign(&self, message: &[u8]) -> [u8; 48] {
        drop(self.touch());
        fixtures::sign(PROCESSOR.into(), message).0
    }

    fn bls_public_key(&self) -> [u8; 96] {
        MockMembers::keys_of(&id(PROCESSOR)).expect("a member").bls.0
    }

    fn data_key(&self, _: &Scope) -> Option<(Vec<u8>, Vec<u8>)> {
        let refuses = self.touch().vault_refuses;
        (!refuses).then(|| dmsm_fixtures::paillier_key(BITS))
    }

    fn seal_meter_day(&self, scope: &Scope, day: &ToSeal) -> Option<SealedMeterDay> {
        let refuses = self.touch().vault_refuses;
        let context = (scope, day).encode();
        let mut nonce = [0; 16];
        nonce.copy_from_slice(&sha2_256(&[b"nonce", &context[..]].concat())[..16]);
        let digest = sha2_256(&[b"digest", &context[..]].concat());
        let ciphertext = in_the_open(scope, day);
        (!refuses).then_some(SealedMeterDay { nonce, digest, ciphertext })
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
        if let RuntimeCall::Records(call) = &call {
            outside.assert_stored(call);
        }
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
        let mut outside = self.get();
        outside.random += 1;
        sha2_256(&outside.random.to_le_bytes())
    }

    fn http_request_start(&mut self, method: &str, uri: &str, _: &[u8]) -> Result<HttpRequestId, ()> {
        let mut outside = self.touch();
        let request = Request { method: method.into(), uri: uri.into(), ..Default::default() };
        outside.requests.push(request);
        Ok(HttpRequestId(outside.requests.len() as u16 - 1))
    }

    fn http_request_add_header(&mut self, id: HttpRequestId, name: &str, value: &str) -> Result<(), ()> {
        let request = &mut self.get().requests[usize::from(id.0)];
        match name {
            "Authorization" => request.authorization = value.into(),
            "Accept" => request.accept = value.into(),
            other => panic!("a header {other}"),
        }
        Ok(())
    }

    fn http_request_write_body(
        &mut self,
        id: HttpRequestId,
        chunk: &[u8],
        deadline: Option<Timestamp>,
    ) -> Result<(), HttpError> {
        assert!(deadline.is_some(), "the worker waits for ever");
        let mut outside = self.get();
        let at = outside.requests[usize::from(id.0)].at();
        if outside.fault == Some((at, Fault::Refused)) {
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
        let mut status = |id: &HttpRequestId| {
            let id = usize::from(id.0);
            let at = outside.requests[id].at();
            let fault = outside.fault.filter(|(place, _)| *place == at).map(|(_, fault)| fault);
            if fault != Some(Fault::Silent) {
                let (code, answer) = outside.answer(id);
                outside.requests[id].answer = answer;
                if fault != Some(Fault::Lost) {
                    return HttpRequestStatus::Finished(code);
                }
            }
            outside.time = outside.time.max(deadline);
            HttpRequestStatus::DeadlineReached
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
        let broken = outside
            .fault
            .is_some_and(|(at, fault)| fault == Fault::Broken && outside.asked.last() == Some(&at));
        let request = &mut outside.requests[usize::from(id.0)];
        let rest = &request.answer[request.read..];
        if broken && (request.read > 0 || rest.is_empty()) {
            return Err(HttpError::IoError);
        }
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

/// A meter by number.
pub fn meter(number: u32) -> DeviceId {
    let mut meter = [7; 32];
    meter[..4].copy_from_slice(&number.to_be_bytes());
    DeviceId(meter)
}

/// A chain of one processor, with a worker.
pub struct World {
    ext: sp_io::TestExternalities,
    pub outside: Handle,
    pub log: Vec<Log>,
    /// By block, from 0 on.
    past: Vec<Footprint>,
    /// All that was ever said of a day and meter, in order.
    said: BTreeMap<(Day, DeviceId), Vec<[u32; SLOTS]>>,
    /// Makes every meter-day another one.
    salt: u32,
    /// Whether blocks become final, [`LAG`] behind.
    pub finality: bool,
}

impl World {
    /// A node with everything, at block 1.
    pub fn new() -> Self {
        let mut world = Self::without_vault().with_vault();
        world.with_account(PROCESSOR);
        world
    }

    /// A node without vault and without an account in its keystore.
    pub fn without_vault() -> Self {
        let mut ext = new_test_ext();
        let outside = Handle::new();
        ext.register_extension(OffchainWorkerExt::new(outside.clone()));
        ext.register_extension(OffchainDbExt::new(outside.clone()));
        ext.register_extension(TransactionPoolExt::new(outside.clone()));
        ext.register_extension(EnvironmentExt(Arc::new(outside.clone())));
        let (footprint, genesis) = ext.execute_with(|| {
            (Footprint { state: state(), clock: Now::get(), logged: 0 }, Records::genesis_hash())
        });
        outside.get().genesis = genesis;
        let (log, said, past) = (Vec::new(), BTreeMap::new(), vec![footprint; 2]);
        Self { ext, outside, log, past, said, salt: 0, finality: true }
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

    /// A meter-day is closed, or changed after it was.
    pub fn close(&mut self, day: Day, number: u32) {
        self.salt += 1;
        let mut energy = [0; SLOTS];
        energy.iter_mut().enumerate().for_each(|(slot, energy)| *energy = slot as u32);
        energy[0] = self.salt;
        energy[1] = u32::MAX;
        self.said.entry((day, meter(number))).or_default().push(energy);
        self.outside.get().pending.insert((day, meter(number)), energy);
    }

    /// The meter-days of the first `meters` meters are closed.
    pub fn close_day(&mut self, day: Day, meters: u32) {
        (0..meters).for_each(|number| self.close(day, number));
    }

    /// Runs the worker at the present block; returns its reports but the number of batches.
    pub fn run(&mut self) -> Vec<Report> {
        assert!(!self.run_and_die(None), "it dies of itself");
        let reports = core::mem::take(&mut self.outside.get().reports);
        reports.into_iter().filter(|report| !matches!(report, Report::RecordsWaiting(_))).collect()
    }

    /// How often the worker has done something that others see.
    pub fn touches(&self) -> usize {
        self.outside.get().touches
    }

    /// Runs the worker, and kills it before it does what others see for the time `die_at`, counted
    /// over all runs. Returns whether it came so far.
    pub fn run_and_die(&mut self, die_at: Option<usize>) -> bool {
        let (now, nonce) = (self.now(), self.nonce());
        {
            let mut outside = self.outside.get();
            outside.nonce = nonce;
            outside.requests.clear();
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
        });
    }

    fn finish_block(&mut self) {
        let logged = self.log.len();
        let footprint = self.execute(|| {
            Records::do_try_state().expect("the invariants hold");
            Footprint { state: state(), clock: Now::get(), logged }
        });
        self.past.push(footprint);
        if self.finality {
            self.finalize(self.now().saturating_sub(LAG));
        }
    }

    /// Makes a block final, and all before it.
    fn finalize(&mut self, height: u32) {
        let height = height.max(self.outside.get().finalized);
        let anchors: Vec<_> = self.execute(|| Anchors::<Test>::iter().collect());
        let mut outside = self.outside.get();
        outside.finalized = height;
        for ((processor, day, version), anchor) in anchors {
            if processor == id(PROCESSOR) && anchor.at <= height {
                let known = outside.final_roots.insert((day, version), anchor.root);
                assert!(known.is_none_or(|known| known == anchor.root), "written over");
            }
        }
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
            RuntimeCall::Records(Call::announce_data_key { scope, .. }) => Log::Announced(*scope),
            RuntimeCall::Records(Call::anchor { day, version, .. }) => Log::Anchored(*day, *version),
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

    /// Takes the last blocks back, down to block `height`, or to the last final one; what they had is
    /// lost.
    pub fn reorganize(&mut self, height: u32) {
        let height = height.max(self.outside.get().finalized).min(self.now());
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

    /// Nonces in the pool.
    pub fn waiting(&self) -> Vec<u32> {
        self.outside.get().pool.iter().map(|(nonce, _)| *nonce).collect()
    }

    /// What was taken by the chain, without what it refused.
    pub fn done(&self) -> Vec<Log> {
        self.log.iter().filter(|entry| !matches!(entry, Log::Failed(_))).cloned().collect()
    }

    /// Whether nothing is left to do.
    pub fn is_settled(&self) -> bool {
        let outside = self.outside.get();
        outside.pending.is_empty()
            && outside.pool.is_empty()
            && outside.batches.iter().all(|batch| batch.anchored.is_some())
    }

    /// Runs and makes blocks until nothing is left to do, and looks at what came of it.
    pub fn settle(&mut self) {
        self.finality = true;
        for _ in 0..400 {
            self.run();
            self.make_block(usize::MAX);
            if self.is_settled() {
                return self.assert_stored();
            }
        }
        panic!("not settled: {:?}", self.log);
    }

    /// That every closed meter-day is anchored exactly once, under the root of its manifest, and lies
    /// in the cloud.
    pub fn assert_stored(&mut self) {
        let anchors: Vec<_> = self.execute(|| Anchors::<Test>::iter().collect());
        let mut anchors: BTreeMap<_, _> = anchors.into_iter().collect();
        let outside = self.outside.get();
        let mut stored = BTreeMap::<(Day, DeviceId), Vec<[u32; SLOTS]>>::new();
        for batch in &outside.batches {
            let key = (id(PROCESSOR), batch.day, batch.version);
            let anchor = anchors.remove(&key).expect("a batch without anchor");
            assert_eq!(batch.anchored, Some(anchor.root));
            let manifest: Manifest = decoded(&outside.blobs[&anchor.manifest]);
            assert_eq!((manifest.root(), manifest.records.len() as u32), (anchor.root, anchor.count));
            assert_eq!(Some(&manifest.records), batch.records().as_ref());
            for (row, record) in batch.rows.iter().zip(&manifest.records) {
                let blob = &outside.blobs[&record.ciphertext];
                let (scope, sealed) = <(Scope, ToSeal)>::decode(&mut &blob[2..]).expect("in the open");
                assert_eq!(scope, manifest.scope);
                assert_eq!((sealed.meter, sealed.day, sealed.version), (row.meter, batch.day, batch.version));
                assert_eq!(sealed.energy, row.energy.map(Compact));
                stored.entry((batch.day, row.meter)).or_default().push(row.energy);
            }
        }
        assert!(anchors.is_empty(), "an anchor of no batch: {anchors:?}");
        assert!(stored.keys().eq(self.said.keys()), "a meter-day is missing");
        for (key, said) in &self.said {
            // What was corrected before it was cut into a batch is stored as corrected.
            let mut rest = said.iter();
            assert!(stored[key].iter().all(|energy| rest.any(|said| said == energy)), "twice, or never said");
            assert_eq!(stored[key].last(), said.last(), "the last word is not stored");
        }
    }
}
