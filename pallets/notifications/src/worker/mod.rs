// SPDX-License-Identifier: Apache-2.0
//! The worker of a processing node: readings in, notices out, each exactly once.
//!
//! # What keeps it right
//!
//! The worker believes the chain. A notice is done when its sequence stands on chain; the journal
//! is only a memory of what was handed to the pool, and may be lost at any point:
//!
//! - *Nothing twice*: a reading at or below the device's last sequence is skipped, and the chain
//!   takes a notice only if it follows the device's last one.
//! - *Nothing lost*: the cursor passes a row only when every notice up to it is in a finalized
//!   block, those included that the journal forgot and found on chain. A notice that is not
//!   included in time, or refused, or whose block is lost, sends the cursor back.
//!
//! A run is bounded: one page of readings, `BUDGET_MILLIS` of time. What is left waits in order.

mod grid;
mod journal;
#[cfg(test)]
mod tests;

use crate::{Call, Config, LastNotices, SealedNotice};
use alloc::{collections::BTreeMap, vec::Vec};
use codec::Encode;
use dmsm_host::{
    dmsm_vault, dmsm_worker,
    worker::{GridAccess, Report},
};
use dmsm_offchain::Account;
use dmsm_primitives::{
    BlockNumber, BlsSignature, DeviceId, DeviceInfo, DeviceRegistry, MemberRegistry, Notice, Reading,
    RegionId, SignedReading, Verdict,
};
use journal::{InFlight, Journal};
use sp_runtime::offchain::{
    storage_lock::{StorageLock, Time},
    Duration,
};

/// Longest time that one run spends on new readings, ms.
const BUDGET_MILLIS: u64 = 400;
/// Longest time that a crashed run can keep others out, ms.
const LOCK_MILLIS: u64 = 10_000;

/// One run, at the state of block `now`. Does nothing on a node without vault or grid service.
pub fn run<T: Config>(now: BlockNumber) {
    let (Some(bls_key), Some(access)) = (dmsm_vault::bls_public_key(), dmsm_worker::grid()) else { return };
    let mut lock =
        StorageLock::<Time>::with_deadline(b"dmsm/notices/lock", Duration::from_millis(LOCK_MILLIS));
    let Ok(_guard) = lock.try_lock() else { return };
    let enrolled = Account::<T>::enrolled::<T::Members, T::WorkerAccount>(&bls_key);
    let Some(account) = enrolled.filter(|account| account.active) else {
        dmsm_worker::report(Report::NotEnrolled);
        return;
    };
    let mut journal = Journal::load();
    let last_sequence = |device: &DeviceId| LastNotices::<T>::get(device).map_or(0, |last| last.sequence);
    let included = journal.advance(now, dmsm_worker::finalized(), account.nonce(), last_sequence);
    if included > 0 {
        dmsm_worker::report(Report::NoticesIncluded(included));
    }
    Run::<T> { now, access, account, journal, devices: BTreeMap::new() }.work();
}

/// What a run knows about a device.
struct Watched {
    info: DeviceInfo,
    /// Sequence of its last notice on chain.
    on_chain: u64,
    /// Sequence of its last notice, on chain or on the way.
    tip: u64,
    /// Verdict of that notice; `None` if there is none.
    verdict: Option<Verdict>,
}

struct Run<T: Config> {
    now: BlockNumber,
    access: GridAccess,
    account: Account<T>,
    journal: Journal,
    devices: BTreeMap<DeviceId, Option<Watched>>,
}

/// Why a page was left before its end.
enum Stop {
    /// Out of time.
    Budget,
    /// The vault or the pool said no; the next run tries again.
    Refused(Report),
}

impl<T: Config> Run<T> {
    fn work(mut self) {
        if self.journal.gave_up() {
            dmsm_worker::report(Report::Resubmitted);
        }
        let limit = self.journal.room();
        let caught_up = match self.read_page(limit) {
            Err(grid::Unreachable) => {
                dmsm_worker::report(Report::GridUnreachable);
                false
            }
            Ok(page) => {
                let whole = page.len() < limit;
                let before = self.journal.waiting();
                let stop = self.judge_page(page).err();
                let submitted = self.journal.waiting().saturating_sub(before);
                if submitted > 0 {
                    dmsm_worker::report(Report::NoticesSubmitted(submitted as u32));
                }
                dmsm_worker::report(Report::Backlog(self.journal.in_flight() as u64));
                if let Some(Stop::Refused(report)) = stop {
                    dmsm_worker::report(report);
                }
                whole && stop.is_none()
            }
        };
        if caught_up && self.journal.in_flight() == 0 {
            dmsm_worker::report(Report::CaughtUpAt(self.now));
        }
        self.journal.save();
    }

    /// New readings, and what is needed to judge them: what their devices' last notices said.
    fn read_page(&mut self, limit: usize) -> Result<Vec<(u64, SignedReading)>, grid::Unreachable> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let page = grid::readings_after(&self.access, self.journal.read_up_to(), limit)?;
        let mut unknown = Vec::new();
        for (_, SignedReading { reading, .. }) in &page {
            if self.devices.contains_key(&reading.device) {
                continue;
            }
            let watched = self.watch(&reading.device);
            if let Some(Watched { tip, verdict: None, .. }) = watched {
                if tip > 0 {
                    unknown.push((reading.device, tip));
                }
            }
            self.devices.insert(reading.device, watched);
        }
        if !unknown.is_empty() {
            let found = grid::lookup(&self.access, &unknown)?;
            for ((device, _), reading) in unknown.iter().zip(found) {
                let verdict = reading.and_then(|found| Self::verdict_of_last(device, &found.reading));
                if let Some(Some(watched)) = self.devices.get_mut(device) {
                    watched.verdict = verdict;
                }
            }
        }
        Ok(page)
    }

    fn watch(&self, device: &DeviceId) -> Option<Watched> {
        let info = T::Devices::device(device)?;
        let on_chain = LastNotices::<T>::get(device).map_or(0, |last| last.sequence);
        let (tip, verdict) = match self.journal.tip_of(device) {
            Some((sequence, verdict)) if sequence >= on_chain => (sequence, verdict),
            _ => (on_chain, journal::remembered_verdict(device, on_chain)),
        };
        Some(Watched { info, on_chain, tip, verdict })
    }

    /// What the last notice on chain said about the reading that raised it.
    fn verdict_of_last(device: &DeviceId, reading: &Reading) -> Option<Verdict> {
        let last = LastNotices::<T>::get(device)?;
        Some(T::Devices::rule_at(device, last.judged_at)?.judge(reading))
    }

    fn judge_page(&mut self, page: Vec<(u64, SignedReading)>) -> Result<(), Stop> {
        let deadline = sp_io::offchain::timestamp().add(Duration::from_millis(BUDGET_MILLIS));
        for (row, reading) in page {
            if sp_io::offchain::timestamp() >= deadline {
                return Err(Stop::Budget);
            }
            if let Some(notice) = self.judge(row, reading).map_err(Stop::Refused)? {
                self.journal.push(notice, self.now);
            }
            self.journal.pass(row);
        }
        Ok(())
    }

    /// Judges a reading, and hands in a notice if it raises one. Returns what must become final
    /// before the row is done: this notice, or what the chain has already.
    fn judge(&mut self, row: u64, signed: SignedReading) -> Result<Option<InFlight>, Report> {
        let (device, sequence) = (signed.reading.device, signed.reading.sequence);
        let region = self.account.region;
        let Some(Some(watched)) = self.devices.get(&device) else { return Ok(None) };
        if sequence <= watched.on_chain {
            // The block that has it may yet be lost.
            let (verdict, included_at) = (watched.verdict, Some(self.now));
            return Ok(Some(InFlight { nonce: None, row, device, sequence, verdict, included_at }));
        }
        if sequence <= watched.tip || !Self::believed(&signed, &watched.info, region) {
            return Ok(None);
        }
        let Some(rule) = T::Devices::rule_at(&device, self.now) else { return Ok(None) };
        let verdict = rule.judge(&signed.reading);
        if !rule.raises_notice(verdict, watched.verdict) {
            return Ok(None);
        }
        let nonce = self.hand_in(Notice { reading: signed, verdict }, watched.info.owner, watched.tip)?;
        if let Some(Some(watched)) = self.devices.get_mut(&device) {
            watched.tip = sequence;
            watched.verdict = Some(verdict);
        }
        let (nonce, verdict) = (Some(nonce), Some(verdict));
        Ok(Some(InFlight { nonce, row, device, sequence, verdict, included_at: None }))
    }

    /// Whether the device is connected here and signed the reading.
    fn believed(signed: &SignedReading, info: &DeviceInfo, region: RegionId) -> bool {
        let payload = signed.reading.signing_payload(&crate::Pallet::<T>::genesis_hash());
        info.connected
            && info.region == region
            && sp_io::crypto::ed25519_verify(&signed.signature.0.into(), &payload, &info.key.0.into())
    }

    /// Encrypts, signs and submits. Returns the transaction's nonce.
    fn hand_in(
        &self,
        notice: Notice,
        owner: dmsm_primitives::MemberId,
        previous: u64,
    ) -> Result<u32, Report> {
        let key = T::Members::keys_of(&owner).ok_or(Report::VaultRefused)?.paillier;
        let ciphertext =
            dmsm_vault::encrypt_for(&key.n, &key.h, &notice.encode()).ok_or(Report::VaultRefused)?;
        let reading = &notice.reading.reading;
        let sealed = SealedNotice {
            device: reading.device,
            previous,
            sequence: reading.sequence,
            judged_at: self.now,
            ciphertext: ciphertext.try_into().map_err(|_| Report::VaultRefused)?,
        };
        let payload = sealed
            .seal(self.account.member, owner, &key.n)
            .signing_payload(&crate::Pallet::<T>::genesis_hash());
        let signature = dmsm_vault::sign(&payload)
            .and_then(|bytes| bytes.try_into().ok())
            .map(BlsSignature)
            .ok_or(Report::VaultRefused)?;
        let floor = self.journal.next_nonce(self.account.nonce());
        self.account
            .submit::<Call<T>, T::WorkerAccount>(Call::notify { notice: sealed, signature }, floor)
            .map_err(|_| Report::SubmissionRefused)
    }
}
