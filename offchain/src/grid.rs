// SPDX-License-Identifier: Apache-2.0
//! Questions to the region's grid service.

use crate::http::Call;
pub use crate::http::Unreachable;
use alloc::vec::Vec;
use codec::{DecodeAll, Encode};
use dmsm_host::worker::GridAccess;
use sp_runtime::offchain::http::Method;

/// Longest wait for an answer, ms.
const TIMEOUT_MILLIS: u64 = 2_000;
/// Longest answer, bytes: a full page of readings, or a batch's records, and some.
const MAX_ANSWER: usize = 1 << 18;

/// Asks with `GET`.
pub fn get<A: DecodeAll>(access: &GridAccess, path: &str) -> Result<A, Unreachable> {
    ask(access, Method::Get, path, Vec::new(), TIMEOUT_MILLIS)
}

/// Asks with `POST` and a SCALE body.
pub fn post<A: DecodeAll>(
    access: &GridAccess,
    path: &str,
    body: &(impl Encode + ?Sized),
) -> Result<A, Unreachable> {
    ask(access, Method::Post, path, body.encode(), TIMEOUT_MILLIS)
}

/// The same, for what takes the service up to `timeout` ms.
pub fn post_patiently<A: DecodeAll>(
    access: &GridAccess,
    path: &str,
    body: &(impl Encode + ?Sized),
    timeout: u64,
) -> Result<A, Unreachable> {
    ask(access, Method::Post, path, body.encode(), timeout)
}

fn ask<A: DecodeAll>(
    access: &GridAccess,
    method: Method,
    path: &str,
    body: Vec<u8>,
    timeout: u64,
) -> Result<A, Unreachable> {
    let answer = Call {
        method,
        url: &access.endpoint(path),
        headers: &[("Authorization", &access.authorization())],
        body,
        timeout,
        max_answer: MAX_ANSWER,
    }
    .ask()?;
    A::decode_all(&mut &answer[..]).map_err(|_| Unreachable)
}
