// SPDX-License-Identifier: Apache-2.0
//! Questions to the region's grid service.

use alloc::{vec, vec::Vec};
use codec::{DecodeAll, Encode};
use dmsm_host::worker::GridAccess;
use sp_runtime::offchain::{
    http::{Request, Response},
    Duration, Timestamp,
};

/// The service did not answer in time, or not as agreed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unreachable;

/// Longest wait for an answer, ms.
const TIMEOUT_MILLIS: u64 = 2_000;
/// Longest answer, bytes: a full page of readings and some.
const MAX_ANSWER: usize = 1 << 18;

/// Asks with `GET`.
pub fn get<A: DecodeAll>(access: &GridAccess, path: &str) -> Result<A, Unreachable> {
    ask(Request::<Vec<&[u8]>>::get(&access.endpoint(path)), access)
}

/// Asks with `POST` and a SCALE body.
pub fn post<A: DecodeAll>(
    access: &GridAccess,
    path: &str,
    body: &(impl Encode + ?Sized),
) -> Result<A, Unreachable> {
    ask(Request::post(&access.endpoint(path), vec![body.encode()]), access)
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
fn body(response: Response, deadline: Timestamp) -> Result<Vec<u8>, Unreachable> {
    let mut stream = response.body();
    stream.deadline(deadline);
    let bytes: Vec<u8> = stream.by_ref().take(MAX_ANSWER + 1).collect();
    (stream.error().is_none() && bytes.len() <= MAX_ANSWER).then_some(bytes).ok_or(Unreachable)
}
