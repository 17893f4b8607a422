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
//! and costs nobody credit.

mod answer;
mod memory;
#[cfg(test)]
mod tests;

use crate::{Call, Config, Inbox, Letters, RequestOf, Requests, State};
use alloc::vec::Vec;
use codec::DecodeAll;
use dmsm_host::{
    dmsm_vault, dmsm_worker,
    worker::{GridAccess, Report},
};
use dmsm_offchain::Account;
use dmsm_primitives::{
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
    Run::<T> { now, access, account, memory }.work(&ids);
}

struct Run<T: Config> {
    now: BlockNumber,
    access: GridAccess,
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
        for id in ids.iter().take(MAX_REQUESTS) {
            if sp_io::offchain::timestamp() >= deadline {
                break;
            }
            if let Err(report) = self.attend(*id) {
                dmsm_worker::report(report);
            }
        }
    }

    /// Does what the state of a request asks for, unless that is on its way.
    fn attend(&mut self, id: RequestId) -> Result<(), Report> {
        let Some(request) = Requests::<T>::get(id) else { return Ok(()) };
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
            State::Requested => self.judge(id, &request)?,
            State::Accepted { lock } => self.answer(id, &request, lock)?,
        };
        let (call, report) = match action {
            Action::Reject(reason) => {
                (Call::reject { request: id, digest: request.digest, reason }, Report::RequestRejected)
            }
            Action::Accept => (self.acceptance(id, &request)?, Report::RequestAccepted),
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
            Ok(_) => Action::Accept,
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

    /// The answer, in plaintext.
    fn ask(&self, request: &RequestOf<T>, content: &Content) -> Result<Result<Vec<u8>, Rejection>, Report> {
        let found = answer::ask(&self.access, &content.question).map_err(|_| Report::GridUnreachable)?;
        let keys = T::Members::keys_of(&request.requester).ok_or(Report::VaultRefused)?;
        let longest = answer::longest(keys.paillier.n.len(), T::MaxAnswer::get() as usize);
        Ok(match found {
            Ok(answer) if answer.len() <= longest => Ok(answer),
            Ok(_) => Err(Rejection::PeriodRefused),
            Err(reason) => Err(reason),
        })
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
        let content = Self::read(id, request).map_err(|_| Report::VaultRefused)?;
        // It could be answered when it was accepted; where the data is gone meanwhile, the operator
        // must bring it back.
        let answer = self.ask(request, &content)?.map_err(|_| Report::AnswerLost)?;

        let keys = T::Members::keys_of(&request.requester).ok_or(Report::VaultRefused)?;
        let ciphertext = dmsm_vault::encrypt_for(&keys.paillier.n, &keys.paillier.h, &answer)
            .ok_or(Report::VaultRefused)?;
        let seal = request.answer_seal(id, &keys.paillier.n, &ciphertext);
        let signature = dmsm_vault::sign(&seal.signing_payload(&crate::Pallet::<T>::genesis_hash()))
            .and_then(|bytes| bytes.try_into().ok())
            .map(BlsSignature)
            .ok_or(Report::VaultRefused)?;
        Ok(Action::Fulfil(Call::fulfil {
            request: id,
            preimage: preimage.to_vec().try_into().map_err(|_| Report::VaultRefused)?,
            answer: ciphertext.try_into().map_err(|_| Report::VaultRefused)?,
            signature,
        }))
    }
}
