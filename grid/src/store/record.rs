// SPDX-License-Identifier: Apache-2.0
//! What both backends share: the columns of a reading, and which of a batch are new.

use super::{Appended, StoreError};
use dmsm_primitives::{DeviceId, DeviceSignature, Reading, SignedReading};
use std::collections::{HashMap, HashSet};

/// id, device, sequence, taken_at, power, temperature, signature.
pub(super) type Record = (i64, Vec<u8>, i64, i64, i64, Option<i32>, Vec<u8>);

/// The reading of a row, and its number.
pub(super) fn decode(record: Record) -> Result<(u64, SignedReading), StoreError> {
    let (id, device, sequence, taken_at, power, temperature, signature) = record;
    let reading = Reading {
        device: device_id(device)?,
        sequence: from_sql(sequence)?,
        taken_at: from_sql(taken_at)?,
        power,
        temperature,
    };
    let signature = DeviceSignature(signature.try_into().map_err(|_| StoreError::Corrupt)?);
    Ok((from_sql(id)?, SignedReading { reading, signature }))
}

pub(super) fn device_id(bytes: Vec<u8>) -> Result<DeviceId, StoreError> {
    Ok(DeviceId(bytes.try_into().map_err(|_| StoreError::Corrupt)?))
}

pub(super) fn from_sql(value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::Corrupt)
}

pub(super) fn to_sql(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::OutOfRange)
}

/// Refuses what SQL integers cannot hold, before anything is written.
pub(super) fn check_range(batch: &[SignedReading]) -> Result<(), StoreError> {
    batch.iter().try_for_each(|SignedReading { reading, .. }| {
        to_sql(reading.sequence).and(to_sql(reading.taken_at)).map(drop)
    })
}

/// The devices of a batch, each once.
pub(super) fn devices(batch: &[SignedReading]) -> HashSet<DeviceId> {
    batch.iter().map(|signed| signed.reading.device).collect()
}

/// The readings of a batch that the stored sequences of their devices have passed already:
/// duplicates, or repeated sequences.
pub(super) fn passed(batch: &[SignedReading], last: &HashMap<DeviceId, u64>) -> Vec<(DeviceId, u64)> {
    let keys = batch.iter().map(|signed| (signed.reading.device, signed.reading.sequence));
    keys.filter(|(device, sequence)| last.get(device).is_some_and(|last| sequence <= last)).collect()
}

/// What becomes of each reading of a batch, and those to insert, in order.
pub(super) struct Plan<'a> {
    pub outcomes: Vec<Appended>,
    pub fresh: Vec<&'a SignedReading>,
}

/// Decides on a batch. `last` holds the last sequence of each device, `stored` the stored readings
/// of [`passed`].
pub(super) fn plan<'a>(
    batch: &'a [SignedReading],
    last: &HashMap<DeviceId, u64>,
    stored: &[SignedReading],
) -> Plan<'a> {
    let mut last = last.clone();
    let mut known: HashMap<_, _> =
        stored.iter().map(|signed| ((signed.reading.device, signed.reading.sequence), signed)).collect();
    let mut plan = Plan { outcomes: Vec::with_capacity(batch.len()), fresh: Vec::new() };
    for signed in batch {
        let (device, sequence) = (signed.reading.device, signed.reading.sequence);
        let last = last.entry(device).or_default();
        plan.outcomes.push(if sequence > *last {
            *last = sequence;
            known.insert((device, sequence), signed);
            plan.fresh.push(signed);
            Appended::Stored
        } else if known.get(&(device, sequence)) == Some(&signed) {
            Appended::Duplicate
        } else {
            Appended::RepeatedSequence
        });
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(device: u8, sequence: u64, power: i64) -> SignedReading {
        let reading =
            Reading { device: DeviceId([device; 32]), sequence, taken_at: 0, power, temperature: None };
        SignedReading { reading, signature: DeviceSignature([0; 64]) }
    }

    #[test]
    fn a_batch_is_judged_against_what_is_stored_and_against_itself() {
        let batch = [
            signed(1, 5, 0), // stored already
            signed(1, 5, 9), // another reading under a stored sequence
            signed(1, 4, 0), // below, never stored
            signed(1, 7, 0), // new, a gap is allowed
            signed(1, 7, 0), // twice in one batch
            signed(1, 7, 1), // contradicts its batch
            signed(2, 0, 0), // sequences count from 1
            signed(2, 1, 0), // first of another device
        ];
        let last = HashMap::from([(DeviceId([1; 32]), 5)]);
        assert_eq!(passed(&batch, &last).len(), 3);
        let plan = plan(&batch, &last, &[signed(1, 5, 0)]);
        use Appended::{Duplicate, RepeatedSequence, Stored};
        assert_eq!(
            plan.outcomes,
            [
                Duplicate,
                RepeatedSequence,
                RepeatedSequence,
                Stored,
                Duplicate,
                RepeatedSequence,
                RepeatedSequence,
                Stored
            ]
        );
        assert_eq!(plan.fresh, [&batch[3], &batch[7]]);
    }
}
