// SPDX-License-Identifier: Apache-2.0
//! `dmsm request list`

use super::question::describe;
use crate::{
    context::{own_id, Context},
    error::Error,
    journal::Journal,
    output::{table, time_millis, Verdict},
};
use dmsm_client::{OpenRequest, OpenState, Settled};
use dmsm_primitives::{
    request::{ContentId, Question, Rejection},
    Amount, BlockNumber, Moment, RequestId, RequestKind,
};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {}

/// A request, open or ended.
#[derive(serde::Serialize)]
pub struct Row {
    request: RequestId,
    kind: RequestKind,
    /// How far it is: requested or accepted; `None` once it has ended.
    state: Option<&'static str>,
    /// How it ended: fulfilled, rejected, cancelled, expired or timed-out; `None` while it is open.
    outcome: Option<&'static str>,
    /// Why it was rejected.
    reason: Option<Rejection>,
    /// What is held, minor units.
    held: Option<Amount>,
    /// When it runs out, ms since the Unix epoch.
    deadline: Option<Moment>,
    /// In which block it ended.
    block: Option<BlockNumber>,
    /// What was asked, if the journal knows.
    question: Option<Question>,
}

impl Row {
    pub fn open(request: RequestId, open: &OpenRequest, question: Option<Question>) -> Self {
        Self {
            request,
            kind: open.cid.kind,
            state: Some(match open.state {
                OpenState::Requested => "requested",
                OpenState::Accepted { .. } => "accepted",
            }),
            outcome: None,
            reason: None,
            held: Some(open.price),
            deadline: Some(open.deadline),
            block: None,
            question,
        }
    }

    pub fn ended(settled: &Settled, question: Option<Question>) -> Self {
        Self {
            request: settled.request,
            kind: settled.cid.kind,
            state: None,
            outcome: Some(settled.ending.name()),
            reason: settled.ending.reason(),
            held: None,
            deadline: None,
            block: Some(settled.at),
            question,
        }
    }

    fn cells(&self) -> Vec<String> {
        let until = self.deadline.map(|deadline| format!("until {}", time_millis(deadline)));
        let since = self.block.map(|block| format!("in block {block}"));
        let mut notes: Vec<String> = self.question.as_ref().map(describe).into_iter().collect();
        notes.extend(self.reason.map(|reason| format!("rejected: {reason}")));
        vec![
            self.request.to_string(),
            self.kind.to_string(),
            self.state.or(self.outcome).unwrap_or_default().to_owned(),
            self.held.map_or("-".into(), |held| held.to_string()),
            until.or(since).unwrap_or_default(),
            notes.join("; "),
        ]
    }
}

pub async fn run(_: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let vault = context.vault()?;
    let (signer, client) = (context.signer_with(&vault)?, context.client().await?);
    let requester = own_id(&client, Some(&vault), &signer).await?;
    let known = Journal::of(&vault, client.genesis()).read()?;
    let question = |cid: &ContentId| {
        known.iter().find(|(known, _)| known == cid).map(|(_, remembered)| remembered.question)
    };
    let ended = client.recent_requests(&requester).await?;
    let open = client.open_requests(&requester).await?;
    let mut rows: Vec<Row> =
        ended.iter().map(|settled| Row::ended(settled, question(&settled.cid))).collect();
    rows.extend(open.iter().map(|(request, open)| Row::open(*request, open, question(&open.cid))));
    rows.sort_by_key(|row| row.request);
    // One may have ended between the two queries.
    rows.dedup_by_key(|row| row.request);
    show(&rows, context, out)
}

pub fn show(rows: &[Row], context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let cells: Vec<Vec<String>> = rows.iter().map(Row::cells).collect();
    let heading = ["REQUEST", "KIND", "STATE", "HELD (minor units)", "WHEN", "QUESTION"];
    context.answer(out, &rows, table(&heading, &cells))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;
    use dmsm_client::{AccountId, Ending};
    use dmsm_primitives::{DeviceId, MemberId, Month};

    #[test]
    fn open_and_ended_requests_are_rows() {
        let cid = ContentId { kind: RequestKind::BillDetails, digest: [1; 32] };
        let open = OpenRequest {
            requester: MemberId([1; 32]),
            payer: AccountId([2; 32]),
            processor: MemberId([3; 32]),
            cid,
            digest: [4; 32],
            price: 50,
            time_limit: 30_000,
            deadline: 1_325_376_000_250,
            state: OpenState::Accepted { lock: [5; 32] },
        };
        let ending = Ending::Rejected(Rejection::NoData);
        let settled = Settled { request: 3, cid, ending, at: 99 };
        let month = Month { year: 2012, month: 1 };
        let question = Question::Bill { meter: DeviceId([0xab; 32]), month };
        let rows = [Row::ended(&settled, Some(question)), Row::open(4, &open, None)];
        let text = |json| {
            let mut out = Vec::new();
            show(&rows, &Context::new(Common { json, ..Common::default() }), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let shown = text(false);
        assert!(
            shown.contains("in block 99                    bill of 2012-01 for 0xababababab…; rejected: there are no readings to answer from"),
            "{shown}"
        );
        assert!(shown.contains("accepted  50                  until 2012-01-01 00:00:00.250"), "{shown}");
        let json: serde_json::Value = serde_json::from_str(&text(true)).unwrap();
        assert_eq!(
            (json[0]["outcome"].as_str(), json[0]["reason"].as_str()),
            (Some("rejected"), Some("no-data"))
        );
        assert_eq!(json[0]["question"]["bill"]["month"], "2012-01");
        assert_eq!((json[1]["held"].as_u64(), json[1]["state"].as_str()), (Some(50), Some("accepted")));
    }
}
