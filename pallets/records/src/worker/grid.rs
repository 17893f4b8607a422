// SPDX-License-Identifier: Apache-2.0
//! Batches of the grid service.

use alloc::vec::Vec;
use dmsm_host::worker::GridAccess;
use dmsm_offchain::grid::{post, post_patiently, Unreachable};
use dmsm_primitives::{
    records::{ALL_PRESENT, MAX_BATCH, SLOTS},
    storage::{OpenBatch, SealedRow, ToSealRow, MAX_OPEN_BATCHES},
    Moment, Record,
};

/// Longest wait for the batches, ms: days are judged and cut meanwhile.
const CUTTING_MILLIS: u64 = 10_000;

/// Batches that wait for their anchors, oldest first. Days that are over at `now` are cut into new
/// ones.
pub(super) fn open_batches(access: &GridAccess, now: Moment) -> Result<Vec<OpenBatch>, Unreachable> {
    let batches: Vec<OpenBatch> = post_patiently(access, "/v1/worker/batches", &now, CUTTING_MILLIS)?;
    let fits = |batch: &OpenBatch| {
        (1..=MAX_BATCH).contains(&batch.count) && batch.unsealed <= batch.count && batch.day.month().is_some()
    };
    let whole = batches.len() <= MAX_OPEN_BATCHES as usize && batches.iter().all(fits);
    whole.then_some(batches).ok_or(Unreachable)
}

/// One to `limit` rows of a batch that are to be sealed, in the order of their meters.
pub(super) fn unsealed(
    access: &GridAccess,
    batch: &OpenBatch,
    limit: u32,
) -> Result<Vec<ToSealRow>, Unreachable> {
    let rows: Vec<ToSealRow> = post(access, "/v1/worker/batch/unsealed", &(batch.day, batch.version, limit))?;
    let fits = |row: &ToSealRow| row.energy.len() == SLOTS && row.present <= ALL_PRESENT;
    let whole = (1..=limit as usize).contains(&rows.len())
        && rows.is_sorted_by(|one, next| one.meter < next.meter)
        && rows.iter().all(fits);
    whole.then_some(rows).ok_or(Unreachable)
}

/// Says what came of rows. The cloud has their ciphertexts.
pub(super) fn sealed(
    access: &GridAccess,
    batch: &OpenBatch,
    rows: Vec<SealedRow>,
) -> Result<(), Unreachable> {
    post(access, "/v1/worker/batch/sealed", &(batch.day, batch.version, rows))
}

/// The records of a batch whose rows are all sealed, in the order of their meters.
pub(super) fn records(access: &GridAccess, batch: &OpenBatch) -> Result<Vec<Record>, Unreachable> {
    let records: Option<Vec<Record>> =
        post(access, "/v1/worker/batch/manifest", &(batch.day, batch.version))?;
    records.ok_or(Unreachable)
}

/// Says that a batch is anchored for good.
pub(super) fn anchored(access: &GridAccess, batch: &OpenBatch, root: [u8; 32]) -> Result<(), Unreachable> {
    post(access, "/v1/worker/batch/anchored", &(batch.day, batch.version, root))
}
