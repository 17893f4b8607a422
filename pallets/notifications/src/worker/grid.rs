// SPDX-License-Identifier: Apache-2.0
//! Readings of the grid service.

use alloc::vec::Vec;
use dmsm_host::worker::GridAccess;
pub(super) use dmsm_offchain::grid::Unreachable;
use dmsm_offchain::grid::{get, post};
use dmsm_primitives::{DeviceId, SignedReading};

/// Up to `limit` readings after a row, in the order of their rows.
pub(super) fn readings_after(
    access: &GridAccess,
    row: u64,
    limit: usize,
) -> Result<Vec<(u64, SignedReading)>, Unreachable> {
    let page: Vec<(u64, SignedReading)> =
        get(access, &alloc::format!("/v1/worker/readings?after={row}&limit={limit}"))?;
    let ordered = page.is_sorted_by(|a, b| a.0 < b.0) && page.first().is_none_or(|(first, _)| *first > row);
    (ordered && page.len() <= limit).then_some(page).ok_or(Unreachable)
}

/// Stored readings by device and sequence, in the order asked for.
pub(super) fn lookup(
    access: &GridAccess,
    wanted: &[(DeviceId, u64)],
) -> Result<Vec<Option<SignedReading>>, Unreachable> {
    let found: Vec<Option<SignedReading>> = post(access, "/v1/worker/lookup", wanted)?;
    (found.len() == wanted.len()).then_some(found).ok_or(Unreachable)
}
