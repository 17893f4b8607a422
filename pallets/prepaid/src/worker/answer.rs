// SPDX-License-Identifier: Apache-2.0
//! Answers of the grid service.

use alloc::vec::Vec;
use codec::Encode;
use dmsm_host::worker::GridAccess;
use dmsm_offchain::grid::{post, Unreachable};
use dmsm_primitives::{
    answer::{Answer, NoAnswer},
    blocks,
    request::{Question, Rejection},
};

/// The encoded answer to a question, or why there is none.
pub(super) fn ask(
    access: &GridAccess,
    question: &Question,
) -> Result<Result<Vec<u8>, Rejection>, Unreachable> {
    let found: Result<Answer, NoAnswer> = post(access, "/v1/worker/answer", question)?;
    match found {
        Ok(answer) if fits(&answer, question) => Ok(Ok(answer.encode())),
        Ok(_) => Err(Unreachable),
        Err(NoAnswer::NoData) => Ok(Err(Rejection::NoData)),
        Err(NoAnswer::PeriodRefused) => Ok(Err(Rejection::PeriodRefused)),
    }
}

/// Whether an answer is one to the question.
fn fits(answer: &Answer, question: &Question) -> bool {
    match (answer, question) {
        (Answer::Bill(bill), Question::Bill { meter, month }) => bill.meter == *meter && bill.month == *month,
        (Answer::Usage(usage), Question::Usage { meter, period }) => {
            usage.meter == *meter && usage.period == *period
        }
        (Answer::Advice(advice), Question::Advice { meter, month }) => {
            advice.meter == *meter && month.is_none_or(|month| advice.month == month)
        }
        _ => false,
    }
}

/// Longest plaintext whose ciphertext under a modulus of `modulus_bytes` is not above `max` bytes.
pub(super) fn longest(modulus_bytes: usize, max: usize) -> usize {
    (max / (2 * modulus_bytes).max(1)) * blocks::capacity(modulus_bytes)
}
