// SPDX-License-Identifier: Apache-2.0
//! Each state of a request, as it comes.

use crate::{context::Context, error::Error, output::time_millis};
use dmsm_client::{
    Asked, Client, Ending, Error as ClientError, Head, Inquiry, Progress, RequestFollower, Settled, Stage,
    Update, Wait,
};
use dmsm_primitives::{Moment, RequestId};
use std::{future::pending, io::Write, time::Duration};
use tokio::time::{sleep_until, Instant};

/// Shows each state until the request has ended. Fails if it ended without an answer.
///
/// Gives where the answer is, and when it came.
pub async fn until_ended(
    client: &Client,
    inquiry: &Inquiry,
    asked: &Asked,
    timeout: Option<u64>,
    context: &Context,
    out: &mut dyn Write,
) -> Result<(Settled, Moment), Error> {
    let head = match context.wait() {
        Wait::Inclusion => Head::Best,
        Wait::Finalization => Head::Finalized,
    };
    let (requester, cid) = (inquiry.requester, inquiry.order.cid);
    let mut follower = RequestFollower::new(client.clone(), requester, cid, asked.receipt.block, head);
    let deadline = timeout.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    loop {
        let update = tokio::select! {
            update = follower.follow() => match update {
                Err(ClientError::Discarded { .. }) => return Err(Error::LostTrack { request: asked.request }),
                update => update?,
            },
            () = elapsed(deadline) => {
                let seconds = timeout.unwrap_or_default();
                return Err(Error::StillOpen { request: asked.request, seconds });
            }
        };
        show(&update, context, out)?;
        let Update::Reached(Stage { request, block, time, progress }) = update else { continue };
        match progress {
            Progress::Fulfilled { .. } => {
                return Ok((Settled { request, cid, ending: Ending::Fulfilled, at: block }, time))
            }
            progress if progress.is_end() => return Err(unanswered(request, &progress)),
            _ => {}
        }
    }
}

async fn elapsed(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => pending().await,
    }
}

/// What to do about a request that ended without an answer.
fn unanswered(request: RequestId, progress: &Progress) -> Error {
    let remedy = match progress {
        Progress::Rejected { .. } => "ask for something that the processor can answer",
        Progress::Cancelled => "ask again if it is wanted",
        _ => "ask again, and look at `dmsm credit list` for how reliable the processor is",
    };
    Error::Unanswered { request, how: progress.to_string(), remedy }
}

/// In JSON an object a line, with `withdrawn` where a fork took the state back.
#[derive(serde::Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    stage: &'a Stage,
    withdrawn: bool,
}

fn show(update: &Update, context: &Context, out: &mut dyn Write) -> Result<(), Error> {
    let (stage, withdrawn) = match update {
        Update::Reached(stage) => (stage, false),
        Update::Withdrawn(stage) => (stage, true),
    };
    let Stage { request, block, time, progress } = stage;
    let taken_back = if withdrawn { "taken back by a fork: " } else { "" };
    let text = format!("{}  block {block}  request {request} {taken_back}{progress}", time_millis(*time));
    context.answer(out, &Line { stage, withdrawn }, text)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;
    use dmsm_primitives::request::Rejection;

    fn text(json: bool, update: Update) -> String {
        let mut out = Vec::new();
        show(&update, &Context::new(Common { json, ..Common::default() }), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_state_is_a_line_with_its_time() {
        let progress = Progress::Accepted { lock: [1; 32], credit: 505, deadline: 9 };
        let stage = Stage { request: 3, block: 17, time: 1_325_376_000_250, progress };
        assert_eq!(
            text(false, Update::Reached(stage)),
            "2012-01-01 00:00:00.250  block 17  request 3 accepted by a processor with credit 505\n"
        );
        assert!(text(false, Update::Withdrawn(stage)).contains("taken back by a fork: accepted"));
        let json: serde_json::Value = serde_json::from_str(&text(true, Update::Withdrawn(stage))).unwrap();
        assert_eq!((json["state"].as_str(), json["withdrawn"].as_bool()), (Some("accepted"), Some(true)));
    }

    #[test]
    fn an_end_without_answer_says_that_the_money_is_free() {
        for progress in
            [Progress::Rejected { reason: Rejection::NoData }, Progress::Expired, Progress::TimedOut]
        {
            let text = unanswered(3, &progress).to_string();
            assert!(text.contains("request 3") && text.contains("the money is free again"), "{text}");
        }
    }
}
