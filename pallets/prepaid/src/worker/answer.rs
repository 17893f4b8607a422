// SPDX-License-Identifier: Apache-2.0
//! Answers of the grid service.

use alloc::vec::Vec;
use dmsm_host::worker::GridAccess;
use dmsm_offchain::grid::{post, Unreachable};
use dmsm_primitives::{
    answer::{Answer, Bill, Irregular, NoAnswer, Quality, Usage},
    blocks,
    request::{Question, Rejection},
};

/// The answer to a question, or why there is none.
pub(super) fn ask(
    access: &GridAccess,
    question: &Question,
) -> Result<Result<Answer, Rejection>, Unreachable> {
    let found: Result<Answer, NoAnswer> = post(access, "/v1/worker/answer", question)?;
    match found {
        Ok(answer) if fits(&answer, question) => Ok(Ok(answer)),
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

/// The answer without what can be left out of it; `None` if that is nothing.
pub(super) fn shortened(answer: Answer) -> Option<Answer> {
    match answer {
        Answer::Bill(bill) if bill.evidence.is_some() => Some(Answer::Bill(Bill { evidence: None, ..bill })),
        // Irregular half-hours stay counted, and are no longer listed.
        Answer::Usage(usage) => {
            let counted = |irregular: Irregular| Irregular { spans: Vec::new(), ..irregular };
            let Quality { missing, partial, doubled, unsigned } = usage.quality;
            let quality = Quality {
                missing: counted(missing),
                partial: counted(partial),
                doubled: counted(doubled),
                unsigned: counted(unsigned),
            };
            Some(Answer::Usage(Usage { quality, ..usage }))
        }
        _ => None,
    }
}

/// Longest plaintext whose ciphertext under a modulus of `modulus_bytes` is not above `max` bytes.
pub(super) fn longest(modulus_bytes: usize, max: usize) -> usize {
    (max / (2 * modulus_bytes).max(1)) * blocks::capacity(modulus_bytes)
}
