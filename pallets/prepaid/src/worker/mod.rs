// SPDX-License-Identifier: Apache-2.0
//! The worker of a processing node: requests in, answers out, each exactly once.
//!
//! # What keeps it right
//!
//! The worker believes the chain. What is to be done about a request follows from its state:
//!
//! | State on chain | Next |
//! |---|---|
//! | `Requested` | decrypt, check, ask the grid service; then `accept` or `reject` |
//! | `Accepted` | ask the grid service, encrypt, sign, `fulfil` |
//! | gone | nothing |
//!
//! Whatever is lost in a crash is made again: the preimage of a lock is derived from the vault's
//! signature over the request, which nobody else can make and which is the same every time; the
//! answer is asked for again. The memory of what was handed to the pool is written before the
//! pool gets it, so that a crash between the two costs some blocks of waiting and nothing else; and
//! the chain takes an acceptance and an answer once.
//!
//! The answer is asked for *before* a request is accepted: what cannot be answered is rejected,
//! and costs nobody credit. It is kept, encrypted for the requester, until it is handed in: readings
//! that come meanwhile change nothing in it.
//!
//! What was accepted comes first, then what waits longest; a member whose requests fail is passed
//! over for some blocks, so that nobody's slow questions make others wait.
//!
//! An answer that no block takes goes to the cloud, masked by the preimage, before that is shown. A
//! bill goes without its evidence where there is no cloud, or where the cloud is away until half of
//! the time is gone.

mod answer;
mod memory;
#[cfg(test)]
mod tests;

use crate::{Call, Config, Delivery, Inbox, Letters, RequestOf, Requests, State, MAX_ANSWER_IN_CLOUD};
use alloc::vec::Vec;
use codec::{DecodeAll, Encode};
use dmsm_host::{
    dmsm_vault, dmsm_worker,
    worker::{GridAccess, Report},
};
use dmsm_offchain::{Account, Cloud};
use dmsm_primitives::{
    answer::Answer,
    cloud,
    request::{Content, ContentId, Rejection},
    signing::{self, Purpose},
    BlockNumber, BlsSignature, CreditBook, DeviceRegistry, MemberId, MemberRegistry, RequestId,
};
use frame_support::traits::{Get, Time as _};
use memory::{Memory, Step};
use sp_io::hashing::sha2_256;
use sp_runtime::offchain::{
    storage_lock::{StorageLock, Time},
    Duration,
};

/// Longest time that one run spends, ms.
const BUDGET_MILLIS: u64 = 400;
/// Longest time that a crashed run can keep others out, ms.
const LOCK_MILLIS: u64 = 10_000;
/// Most requests that one run looks at, oldest first.
const MAX_REQUESTS: usize = 512;

/// One run, at the state of block `now`. Does nothing on a node without vault or grid service.
pub fn run<T: Config>(now: BlockNumber) {
    let (Some(bls_key), Some(access)) = (dmsm_vault::bls_public_key(), dmsm_worker::grid()) else { return };
    let mut lock =
        StorageLock::<Time>::with_deadline(b"dmsm/requests/lock", Duration::from_millis(LOCK_MILLIS));
    let Ok(_guard) = lock.try_lock() else { return };
    // The worker of notices says when this node is not enrolled.
    let Some(account) = Account::<T>::enrolled::<T::Members, T::WorkerAccount>(&bls_key) else { return };
    let mut ids: Vec<RequestId> = Inbox::<T>::iter_key_prefix(account.member).collect();
    ids.sort_unstable();
    dmsm_worker::report(Report::OpenRequests(ids.len() as u32));
    let memory = Memory::load(&ids);
    let cloud = Cloud::of_node(account.member, crate::Pallet::<T>::genesis_hash());
    Run::<T> { now, access, cloud, account, memory }.work(&ids);
}

struct Run<T: Config> {
    now: BlockNumber,
    access: GridAccess,
    cloud: Option<Cloud>,
    account: Account<T>,
    memory: Memory,
}

/// What the worker does about a request.
enum Action<T: Config> {
    Reject(Rejection),
    Accept,
    Fulfil(Call<T>),
}

impl<T: Config> Run<T> {
    fn work(mut self, ids: &[RequestId]) {
        let deadline = sp_io::offchain::timestamp().add(Duration::from_millis(BUDGET_MILLIS));
        for (id, request) in Self::in_order(ids) {
            if sp_io::offchain::timestamp() >= deadline {
                break;
            }
            if self.memory.pauses(&request.requester, self.now) {
                continue;
            }
            match self.attend(id, &request) {
                Ok(()) => self.memory.succeeded(&request.requester),
                Err(report) => {
                    dmsm_worker::report(report);
                    if Self::is_of_the_question(report) {
                        self.memory.failed(request.requester, self.now);
                    }
                }
            }
        }
    }

    /// Whether it may be this question that fails, and it cost time to find out.
    fn is_of_the_question(report: Report) -> bool {
        matches!(report, Report::GridUnreachable | Report::CloudUnreachable | Report::AnswerLost)
    }

    /// What was accepted before what was not, each the oldest first.
    fn in_order(ids: &[RequestId]) -> Vec<(RequestId, RequestOf<T>)> {
        let open = ids.iter().take(MAX_REQUESTS).filter_map(|id| Some((*id, Requests::<T>::get(id)?)));
        let mut open: Vec<_> = open.collect();
        open.sort_by_key(|(id, request)| (request.state == State::Requested, *id));
        open
    }

    /// Does what the state of a request asks for, unless that is on its way.
    fn attend(&mut self, id: RequestId, request: &RequestOf<T>) -> Result<(), Report> {
        if T::Time::now() >= request.deadline {
            return Ok(());
        }
        let step = match request.state {
            // Suspended, it settles what it accepted and accepts nothing new.
            State::Requested if !self.account.active => return Ok(()),
            State::Requested => Step::Opening,
            State::Accepted { .. } => Step::Answering,
        };
        if self.memory.is_on_its_way(id, &request.digest, step, self.now, self.account.nonce()) {
            return Ok(());
        }
        let action = match request.state {
            State::Requested => self.judge(id, request)?,
            State::Accepted { lock } => self.answer(id, request, lock)?,
        };
        let (call, report) = match action {
            Action::Reject(reason) => {
                (Call::reject { request: id, digest: request.digest, reason }, Report::RequestRejected)
            }
            Action::Accept => (self.acceptance(id, request)?, Report::RequestAccepted),
            Action::Fulfil(call) => (call, Report::RequestAnswered),
        };
        self.memory.note(id, request.digest, step, self.now);
        match self.account.submit::<Call<T>, T::WorkerAccount>(call, 0) {
            Ok(nonce) => {
                self.memory.note_nonce(id, nonce);
                dmsm_worker::report(report);
                Ok(())
            }
            Err(_) => {
                self.memory.forget(id);
                Err(Report::SubmissionRefused)
            }
        }
    }

    /// Whether a request can be answered.
    fn judge(&self, id: RequestId, request: &RequestOf<T>) -> Result<Action<T>, Report> {
        let content = match Self::read(id, request) {
            Ok(content) => content,
            Err(reason) => return Ok(Action::Reject(reason)),
        };
        if !dmsm_worker::serves(request.cid.kind) {
            return Ok(Action::Reject(Rejection::NotServed));
        }
        if !Self::owns(&request.requester, &content) {
            return Ok(Action::Reject(Rejection::ForeignMeter));
        }
        Ok(match self.ask(request, &content)? {
            Ok(answer) => {
                Memory::keep_answer(&request.digest, &Self::encrypt(request, &answer)?);
                Action::Accept
            }
            Err(reason) => Action::Reject(reason),
        })
    }

    /// The content of a letter, if it is what its CID names.
    fn read(id: RequestId, request: &RequestOf<T>) -> Result<Content, Rejection> {
        let letter = Letters::<T>::get(id).ok_or(Rejection::Unreadable)?;
        let message = dmsm_vault::decrypt(&letter).ok_or(Rejection::Unreadable)?;
        let content = Content::decode_all(&mut &message[..]).map_err(|_| Rejection::Unreadable)?;
        if ContentId::of(&content) != request.cid {
            return Err(Rejection::ContentMismatch);
        }
        Ok(content)
    }

    /// Whether the meter is, or was, the requester's.
    fn owns(requester: &MemberId, content: &Content) -> bool {
        T::Devices::device(content.question.meter()).is_some_and(|device| device.owner == *requester)
    }

    /// The answer, in plaintext, as it will be handed in.
    fn ask(&self, request: &RequestOf<T>, content: &Content) -> Result<Result<Vec<u8>, Rejection>, Report> {
        let found = answer::ask(&self.access, &content.question).map_err(|_| Report::GridUnreachable)?;
        let keys = T::Members::keys_of(&request.requester).ok_or(Report::VaultRefused)?;
        let longest = answer::longest(keys.paillier.n.len(), self.longest_ciphertext(request));
        let whole = |answer: &Answer| answer.encoded_size() <= longest;
        Ok(found.and_then(|answer| {
            let fitting = if whole(&answer) { Some(answer) } else { answer::shortened(answer).filter(whole) };
            fitting.map(|answer| answer.encode()).ok_or(Rejection::PeriodRefused)
        }))
    }

    /// What a block takes, or the cloud where there is one and half of the time is left.
    fn longest_ciphertext(&self, request: &RequestOf<T>) -> usize {
        let is_late = T::Time::now().saturating_add(request.time_limit / 2) > request.deadline;
        match self.cloud.is_some() && !is_late {
            true => MAX_ANSWER_IN_CLOUD as usize,
            false => T::MaxAnswer::get() as usize,
        }
    }

    fn encrypt(request: &RequestOf<T>, answer: &[u8]) -> Result<Vec<u8>, Report> {
        let keys = T::Members::keys_of(&request.requester).ok_or(Report::VaultRefused)?;
        dmsm_vault::encrypt_for(&keys.paillier.n, &keys.paillier.h, answer).ok_or(Report::VaultRefused)
    }

    fn acceptance(&self, id: RequestId, request: &RequestOf<T>) -> Result<Call<T>, Report> {
        let lock = sha2_256(&Self::preimage(id, request)?);
        let credit = T::Credit::score(&request.processor);
        Ok(Call::accept { request: id, digest: request.digest, lock, credit })
    }

    /// x: as secret as the BLS key and the same after every crash. It is bound to the letter, so
    /// that what one fork shows opens nothing in another.
    fn preimage(id: RequestId, request: &RequestOf<T>) -> Result<[u8; 32], Report> {
        let genesis = crate::Pallet::<T>::genesis_hash();
        let payload = signing::payload(Purpose::Preimage, &genesis, &(id, request.digest));
        dmsm_vault::sign(&payload).map(|signature| sha2_256(&signature)).ok_or(Report::VaultRefused)
    }

    /// Opens the lock and hands in the answer.
    fn answer(&self, id: RequestId, request: &RequestOf<T>, lock: [u8; 32]) -> Result<Action<T>, Report> {
        let preimage = Self::preimage(id, request)?;
        if sha2_256(&preimage) != lock {
            // Accepted with another vault: nothing can be done here.
            return Err(Report::VaultRefused);
        }
        let kept = Memory::answer(&request.digest);
        let ciphertext = match kept.filter(|kept| kept.len() <= self.longest_ciphertext(request)) {
            Some(kept) => kept,
            None => self.answer_anew(id, request)?,
        };
        let keys = T::Members::keys_of(&request.requester).ok_or(Report::VaultRefused)?;
        let delivery = self.deliver(request, &keys.paillier.n, ciphertext, &preimage)?;
        let seal = request.answer_seal(id, &keys.paillier.n, delivery.digest());
        let signature = dmsm_vault::sign(&seal.signing_payload(&crate::Pallet::<T>::genesis_hash()))
            .and_then(|bytes| bytes.try_into().ok())
            .map(BlsSignature)
            .ok_or(Report::VaultRefused)?;
        Ok(Action::Fulfil(Call::fulfil {
            request: id,
            preimage: preimage.to_vec().try_into().map_err(|_| Report::VaultRefused)?,
            delivery,
            signature,
        }))
    }

    /// The answer where none was kept, or the one kept is too long meanwhile.
    fn answer_anew(&self, id: RequestId, request: &RequestOf<T>) -> Result<Vec<u8>, Report> {
        let content = Self::read(id, request).map_err(|_| Report::VaultRefused)?;
        // It could be answered when it was accepted; where the data is gone meanwhile, the operator
        // must bring it back.
        let answer = self.ask(request, &content)?.map_err(|_| Report::AnswerLost)?;
        Self::encrypt(request, &answer)
    }

    /// The ciphertext as it is, or the cloud's receipt for it.
    fn deliver(
        &self,
        request: &RequestOf<T>,
        n: &[u8],
        mut ciphertext: Vec<u8>,
        preimage: &[u8; 32],
    ) -> Result<Delivery, Report> {
        if ciphertext.len() <= T::MaxAnswer::get() as usize {
            return ciphertext.try_into().map(Delivery::InBlock).map_err(|_| Report::VaultRefused);
        }
        cloud::mask(&mut ciphertext, preimage);
        let cloud = self.cloud.as_ref().ok_or(Report::CloudUnreachable)?;
        let receipt = cloud.put(&ciphertext).map_err(|_| Report::CloudUnreachable)?;
        crate::Pallet::<T>::check_receipt(n, request.processor, &receipt)
            .map_err(|_| Report::CloudUnreachable)?;
        Ok(Delivery::InCloud(receipt))
    }
}
