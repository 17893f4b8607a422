// SPDX-License-Identifier: Apache-2.0
//! Between rows and what they mean.

use super::{BatchId, BatchState, BatchStatus, Changed, Verdict, Waiting, WaitingDays};
use crate::{
    pricing::Slots,
    store::{record, StoreError},
};
use codec::Compact;
use dmsm_primitives::{
    records::SLOTS,
    storage::{OpenBatch, SealedRow, ToSealRow},
    Day, DeviceId, Moment, Record,
};

fn small<T: TryFrom<i64>>(value: i64) -> Result<T, StoreError> {
    T::try_from(value).map_err(|_| StoreError::Corrupt)
}

fn bytes<const N: usize>(bytes: Vec<u8>) -> Result<[u8; N], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Corrupt)
}

/// Day, device, when, scan.
pub(super) type ChangedRow = (i64, Vec<u8>, i64, i64);

pub(super) fn changed((day, device, changed_at, scan): ChangedRow) -> Result<Changed, StoreError> {
    let (meter, day) = (record::device_id(device)?, Day(small(day)?));
    Ok(Changed { meter, day, changed_at: record::from_sql(changed_at)?, scan })
}

pub(super) fn energy(energy: &[u32; SLOTS]) -> Vec<u8> {
    energy.iter().flat_map(|slot| slot.to_be_bytes()).collect()
}

fn slots(energy: Vec<u8>) -> Result<[u32; SLOTS], StoreError> {
    let energy: [u8; 4 * SLOTS] = bytes(energy)?;
    let mut slots = [0; SLOTS];
    for (slot, bytes) in slots.iter_mut().zip(energy.as_chunks().0) {
        *slot = u32::from_be_bytes(*bytes);
    }
    Ok(slots)
}

/// Present, energy.
pub(super) fn newest((present, energy): (i64, Vec<u8>)) -> Result<Slots, StoreError> {
    Ok(Slots { present: record::from_sql(present)?, energy: slots(energy)? })
}

/// State, present and energy as a verdict leaves them; `None` where nothing waits any more.
pub(super) type Left = (i64, Option<i64>, Option<Vec<u8>>);

pub(super) fn left(verdict: &Verdict) -> Result<Option<Left>, StoreError> {
    Ok(match verdict {
        Verdict::Unchanged => None,
        Verdict::Incomplete => Some((1, None, None)),
        Verdict::TooLarge => Some((2, None, None)),
        Verdict::Closed(slots) => {
            Some((3, Some(record::to_sql(slots.present)?), Some(energy(&slots.energy))))
        }
    })
}

pub(super) fn waiting(state: i64) -> Result<Waiting, StoreError> {
    match state {
        0 => Ok(Waiting::Changed),
        1 => Ok(Waiting::Incomplete),
        2 => Ok(Waiting::TooLarge),
        3 => Ok(Waiting::Closed),
        _ => Err(StoreError::Corrupt),
    }
}

/// Day, version, meter-days, unsealed.
pub(super) fn open((day, version, count, unsealed): (i64, i64, i64, i64)) -> Result<OpenBatch, StoreError> {
    Ok(OpenBatch {
        day: Day(small(day)?),
        version: small(version)?,
        count: small(count)?,
        unsealed: small(unsealed)?,
    })
}

/// Device, present, energy.
pub(super) fn to_seal((device, present, energy): (Vec<u8>, i64, Vec<u8>)) -> Result<ToSealRow, StoreError> {
    let energy = slots(energy)?.map(Compact).to_vec();
    Ok(ToSealRow { meter: record::device_id(device)?, present: record::from_sql(present)?, energy })
}

/// Nonce, digest, digest of the ciphertext.
pub(super) type SealRow = (Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);

/// Whether a row is sealed exactly so.
pub(super) fn is_sealed(stored: &SealRow, row: &SealedRow) -> bool {
    let (nonce, digest, ciphertext) = stored;
    nonce.as_deref() == Some(&row.nonce)
        && digest.as_deref() == Some(&row.digest)
        && ciphertext.as_deref() == Some(&row.ciphertext)
}

/// Device, present, digest, digest of the ciphertext.
pub(super) type RecordRow = (Vec<u8>, i64, Option<Vec<u8>>, Option<Vec<u8>>);

/// The records of a batch; `None` if any is unsealed.
pub(super) fn records(day: Day, rows: Vec<RecordRow>) -> Result<Option<Vec<Record>>, StoreError> {
    let record = |(device, present, digest, ciphertext): RecordRow| {
        let (Some(digest), Some(ciphertext)) = (digest, ciphertext) else { return Ok(None) };
        let (meter, present) = (record::device_id(device)?, record::from_sql(present)?);
        let (digest, ciphertext) = (bytes(digest)?, bytes(ciphertext)?);
        Ok(Some(Record { meter, day, present, digest, ciphertext }))
    };
    rows.into_iter().map(record).collect()
}

/// Version, nonce.
pub(super) fn anchored((version, nonce): (i64, Option<Vec<u8>>)) -> Result<(u16, [u8; 16]), StoreError> {
    Ok((small(version)?, bytes(nonce.ok_or(StoreError::Corrupt)?)?))
}

/// Day, version, meter-days, root, another root in its place, unsealed.
pub(super) type BatchRow = (i64, i64, i64, Option<Vec<u8>>, Option<Vec<u8>>, i64);

pub(super) fn status(row: BatchRow) -> Result<BatchStatus, StoreError> {
    let (day, version, meter_days, root, taken_by, unsealed) = row;
    let state = match (root, taken_by) {
        (Some(_), _) => BatchState::Anchored,
        (None, Some(_)) => BatchState::Released,
        (None, None) => BatchState::Open,
    };
    Ok(BatchStatus {
        id: BatchId { day: Day(small(day)?), version: small(version)? },
        meter_days: small(meter_days)?,
        unsealed: small(unsealed)?,
        state,
    })
}

/// Day, state, meters, since.
pub(super) fn waiting_days(row: (i64, i64, i64, i64)) -> Result<WaitingDays, StoreError> {
    let (day, state, meters, since) = row;
    Ok(WaitingDays {
        day: Day(small(day)?),
        reason: waiting(state)?,
        meters: record::from_sql(meters)?,
        since: record::from_sql(since)?,
    })
}

/// Device, state, when it changed last.
pub(super) fn waiting_meter(row: (Vec<u8>, i64, i64)) -> Result<(DeviceId, Waiting, Moment), StoreError> {
    Ok((record::device_id(row.0)?, waiting(row.1)?, record::from_sql(row.2)?))
}
