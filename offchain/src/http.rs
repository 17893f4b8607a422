// SPDX-License-Identifier: Apache-2.0
//! Requests with an end to every wait and to every answer.

use alloc::{vec, vec::Vec};
use sp_runtime::offchain::{
    http::{Method, Request, Response},
    Duration, Timestamp,
};

/// The service did not answer in time, or not as agreed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unreachable;

/// A request.
pub(crate) struct Call<'a> {
    pub method: Method,
    pub url: &'a str,
    /// Names and values.
    pub headers: &'a [(&'a str, &'a str)],
    pub body: Vec<u8>,
    /// Longest time until the whole answer is there, ms.
    pub timeout: u64,
    /// Longest answer, bytes.
    pub max_answer: usize,
}

impl Call<'_> {
    /// The body of an answer 200 or 201.
    pub(crate) fn ask(self) -> Result<Vec<u8>, Unreachable> {
        let deadline = sp_io::offchain::timestamp().add(Duration::from_millis(self.timeout));
        // A body that is sent ends with an empty chunk, which `send` writes.
        let chunks = if self.body.is_empty() { Vec::new() } else { vec![self.body] };
        let request = Request::new(self.url).method(self.method).deadline(deadline).body(chunks);
        let request =
            self.headers.iter().fold(request, |request, (name, value)| request.add_header(name, value));
        let pending = request.send().map_err(|_| Unreachable)?;
        let response = pending.try_wait(deadline).map_err(|_| Unreachable)?.map_err(|_| Unreachable)?;
        if !matches!(response.code, 200 | 201) {
            return Err(Unreachable);
        }
        body(response, deadline, self.max_answer)
    }
}

/// The whole body, if it is not too long.
fn body(response: Response, deadline: Timestamp, max_answer: usize) -> Result<Vec<u8>, Unreachable> {
    let mut stream = response.body();
    stream.deadline(deadline);
    let bytes: Vec<u8> = stream.by_ref().take(max_answer + 1).collect();
    (stream.error().is_none() && bytes.len() <= max_answer).then_some(bytes).ok_or(Unreachable)
}
