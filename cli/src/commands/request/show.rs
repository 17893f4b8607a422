// SPDX-License-Identifier: Apache-2.0
//! `dmsm request show`

use super::{
    answer,
    list::{self, Row},
};
use crate::{
    context::{own_id, Context},
    error::Error,
    journal::Journal,
    output::Verdict,
};
use dmsm_client::Ending;
use dmsm_primitives::RequestId;
use std::{io::Write, path::PathBuf};

#[derive(clap::Args)]
pub struct Opts {
    /// The request.
    request: RequestId,

    /// Write the answer as JSON, too.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Write the answer as Green Button data (ESPI 1.1, XML), too. Half-hours without reading are
    /// left out.
    #[arg(long, value_name = "FILE")]
    green_button: Option<PathBuf>,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let vault = context.vault()?;
    let (signer, client) = (context.signer_with(&vault)?, context.client().await?);
    let requester = own_id(&client, Some(&vault), &signer).await?;
    let journal = Journal::of(&vault, client.genesis());
    if let Some(open) = client.open_request(opts.request).await? {
        let known = journal.find(&open.cid)?.map(|known| known.question);
        return list::show(&[Row::open(opts.request, &open, known)], context, out);
    }
    let recent = client.recent_requests(&requester).await?;
    let settled = recent.iter().find(|settled| settled.request == opts.request).ok_or_else(|| {
        Error::NotFound(format!(
            "request {} is neither open nor among your last ones that ended: look at `dmsm request list`",
            opts.request
        ))
    })?;
    let known = journal.find(&settled.cid)?;
    let question = known.map(|known| known.question);
    if settled.ending != Ending::Fulfilled {
        return list::show(&[Row::ended(settled, question)], context, out);
    }
    let sent = known.map(|known| known.sent);
    let cloud = context.cloud(requester, &vault, &client)?;
    let answered =
        client.answer(settled, &requester, sent, question.as_ref(), &vault, cloud.as_ref()).await?;
    let time = client.block_time(settled.at).await?;
    answer::give(&answered, time, opts.out.as_deref(), opts.green_button.as_deref(), context, out)
}
