// SPDX-License-Identifier: Apache-2.0
//! Everything that is not the chain: the node, its disk and pool, the other services.

use super::*;

/// The worker died here.
pub struct Died;

/// The state of everything that is not the chain.
#[derive(Default)]
pub struct Outside {
    // Node
    pub no_grid: bool,
    pub no_cloud: bool,
    pub finalized: u32,
    pub reports: Vec<Report>,
    pub vault_refuses: bool,
    /// It gives data keys and no more.
    pub vault_seals_nothing: bool,
    // Clock
    pub time: u64,
    /// How long each look at the clock takes, ms.
    pub tick: u64,
    random: u64,
    // Both services
    pub grid: Grid,
    pub cloud: CloudService,
    pub fault: Option<(At, Fault)>,
    pub asked: Vec<At>,
    pub requests: Vec<Request>,
    // Pool
    pub pool: Vec<(u32, RuntimeCall)>,
    pub pool_refuses: bool,
    /// The account's nonce at the state that the pool knows.
    pub nonce: u32,
    /// What survives a restart.
    pub disk: BTreeMap<Vec<u8>, Vec<u8>>,
    // Death
    /// How often the worker has touched anything outside itself.
    pub touches: usize,
    pub die_at: Option<usize>,
    pub dead: bool,
}

/// A call of the worker.
#[derive(Default)]
pub struct Request {
    pub method: String,
    pub uri: String,
    pub authorization: String,
    pub accept: String,
    pub body: Vec<u8>,
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

/// What a body says.
pub fn decoded<A: DecodeAll>(body: &[u8]) -> A {
    A::decode_all(&mut &body[..]).expect("a body as agreed")
}

impl Outside {
    /// Code and body.
    fn answer(&mut self, id: usize) -> (u16, Vec<u8>) {
        let request = core::mem::take(&mut self.requests[id]);
        let at = request.at();
        self.asked.push(at);
        let authorized = if At::GRID.contains(&at) {
            self.grid.is_authorized(&request)
        } else {
            self.cloud.is_authorized(self.time, &request)
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
            At::Batches => self.grid.open_batches(decoded(&request.body), wrong).encode(),
            At::Unsealed => self.grid.unsealed(decoded(&request.body), wrong).encode(),
            At::Sealed => {
                if !self.grid.seal(&self.cloud, decoded(&request.body)) {
                    return (409, Vec::new());
                }
                Vec::new()
            }
            At::Manifest => self.grid.manifest(decoded(&request.body), wrong).encode(),
            At::Anchored => {
                if !self.grid.anchored(decoded(&request.body)) {
                    return (409, Vec::new());
                }
                Vec::new()
            }
            At::PutAll => self.cloud.put_all(decoded(&request.body), wrong).encode(),
            At::Put => self.cloud.put(&request, wrong).encode(),
        };
        let code = if at == At::Put { 201 } else { 200 };
        match fault {
            Some(Fault::Garbage) => (code, b"<html>bad gateway</html>".to_vec()),
            Some(Fault::Trailing) => (code, [answer, vec![0]].concat()),
            Some(Fault::Endless) => (code, vec![0; 1 << 19]),
            _ => (code, answer),
        }
    }

    /// The nonce after those of the account that stand in the pool without a gap.
    pub fn next_nonce(&self, on_chain: u32) -> u32 {
        let waits = |nonce: &u32| self.pool.iter().any(|(waiting, _)| waiting == nonce);
        on_chain + (on_chain..).take_while(waits).count() as u32
    }
}

/// Shared between a test and the extensions.
#[derive(Clone)]
pub struct Handle(Arc<Mutex<Outside>>);

impl Handle {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Outside { time: START, ..Outside::default() })))
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
        let refuses = self.touch().vault_seals_nothing;
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
            outside.cloud.assert_stored(call);
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
