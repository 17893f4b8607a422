// SPDX-License-Identifier: Apache-2.0
//! The grid service, as the worker asks it.

use alloc::{vec, vec::Vec};
use codec::{DecodeAll, Encode};
use dmsm_host::worker::GridAccess;
use dmsm_primitives::{DeviceId, SignedReading};
use sp_runtime::offchain::{
    http::{Request, Response},
    Duration,
};

/// The service did not answer in time, or not as agreed.
#[derive(Debug)]
pub(super) struct Unreachable;

/// Longest wait for an answer, ms.
const TIMEOUT_MILLIS: u64 = 2_000;
/// Longest answer, bytes: a full page and some.
const MAX_ANSWER: usize = 1 << 18;

/// Up to `limit` readings after a row, in the order of their rows.
pub(super) fn readings_after(
    access: &GridAccess,
    row: u64,
    limit: usize,
) -> Result<Vec<(u64, SignedReading)>, Unreachable> {
    let url = access.endpoint(&alloc::format!("/v1/worker/readings?after={row}&limit={limit}"));
    let page: Vec<(u64, SignedReading)> = ask(Request::<Vec<&[u8]>>::get(&url), access)?;
    let ordered = page.is_sorted_by(|a, b| a.0 < b.0) && page.first().is_none_or(|(first, _)| *first > row);
    (ordered && page.len() <= limit).then_some(page).ok_or(Unreachable)
}

/// Stored readings by device and sequence, in the order asked for.
pub(super) fn lookup(
    access: &GridAccess,
    wanted: &[(DeviceId, u64)],
) -> Result<Vec<Option<SignedReading>>, Unreachable> {
    let url = access.endpoint("/v1/worker/lookup");
    let found: Vec<Option<SignedReading>> = ask(Request::post(&url, vec![wanted.encode()]), access)?;
    (found.len() == wanted.len()).then_some(found).ok_or(Unreachable)
}

fn ask<B, I, A>(request: Request<'_, B>, access: &GridAccess) -> Result<A, Unreachable>
where
    B: Default + IntoIterator<Item = I>,
    I: AsRef<[u8]>,
    A: DecodeAll,
{
    let deadline = sp_io::offchain::timestamp().add(Duration::from_millis(TIMEOUT_MILLIS));
    let pending = request
        .add_header("Authorization", &access.authorization())
        .deadline(deadline)
        .send()
        .map_err(|_| Unreachable)?;
    let response = pending.try_wait(deadline).map_err(|_| Unreachable)?.map_err(|_| Unreachable)?;
    if response.code != 200 {
        return Err(Unreachable);
    }
    A::decode_all(&mut &body(response, deadline)?[..]).map_err(|_| Unreachable)
}

/// The whole body, if it is not too long.
fn body(response: Response, deadline: sp_runtime::offchain::Timestamp) -> Result<Vec<u8>, Unreachable> {
    let mut stream = response.body();
    stream.deadline(deadline);
    let bytes: Vec<u8> = stream.by_ref().take(MAX_ANSWER + 1).collect();
    (stream.error().is_none() && bytes.len() <= MAX_ANSWER).then_some(bytes).ok_or(Unreachable)
}
