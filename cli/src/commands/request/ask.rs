// SPDX-License-Identifier: Apache-2.0
//! What bill, usage and advice have in common.

use super::{answer, meter, wait};
use crate::{
    context::Context,
    error::Error,
    journal::Journal,
    output::{time_millis, Verdict},
};
use dmsm_client::{Asked, Sent};
use dmsm_primitives::{request::Question, DeviceId};
use std::{io::Write, path::PathBuf};

#[derive(clap::Args)]
pub struct AskOpts {
    /// The meter: its identifier, the beginning of it (0x…), or the file of its key. Without it, your
    /// only connected device.
    #[arg(long, value_name = "DEVICE")]
    meter: Option<String>,

    /// Show each state of the request with its time, then the answer.
    #[arg(long)]
    wait: bool,

    /// Where to write the answer as JSON. With --wait it is always written: to request-ID.json in
    /// the current folder, if no file is given.
    #[arg(long, value_name = "FILE", requires = "wait")]
    out: Option<PathBuf>,

    /// Wait so many seconds at most.
    #[arg(long, value_name = "SECONDS", requires = "wait")]
    timeout: Option<u64>,
}

/// Asks the processor of the region, and shows what becomes of it.
pub async fn ask(
    question: impl FnOnce(DeviceId) -> Question,
    opts: AskOpts,
    green_button: Option<PathBuf>,
    context: &Context,
    out: &mut dyn Write,
) -> Result<Verdict, Error> {
    let vault = context.vault()?;
    let (signer, client) = (context.signer_with(&vault)?, context.client().await?);
    let owner = client.required_id(&signer.account()).await?;
    let meter = meter::choose(&client, &owner, opts.meter.as_deref()).await?;
    let question = question(meter);
    let inquiry = client.prepare(question, &vault, &signer.account()).await?;
    // Before it is sent: what is on chain must not be forgotten.
    Journal::of(&vault, client.genesis()).note(&inquiry)?;
    let asked = client.send(&inquiry, &signer, context.wait()).await?;
    if !opts.wait {
        return show(&asked, context, out);
    }
    let (settled, time) = wait::until_ended(&client, &inquiry, &asked, opts.timeout, context, out).await?;
    let cloud = context.cloud(owner, &vault, &client)?;
    let sent = Sent { processor: inquiry.order.processor, digest: inquiry.digest() };
    let answered =
        client.answer(&settled, &owner, Some(sent), Some(&question), &vault, cloud.as_ref()).await?;
    let file = opts.out.unwrap_or_else(|| format!("request-{}.json", answered.request).into());
    answer::give(&answered, time, Some(&file), green_button.as_deref(), context, out)
}

fn show(asked: &Asked, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let Asked { request, price, deadline, receipt, .. } = asked;
    let text = format!(
        "request {request} in block {}: {price} minor units are held until it is answered; it must be \
         accepted before {}\nlook at it with `dmsm request show {request}`",
        receipt.block,
        time_millis(*deadline)
    );
    context.answer(out, asked, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Common;
    use dmsm_client::Receipt;
    use dmsm_primitives::MemberId;

    #[test]
    fn a_new_request_says_what_is_held_and_what_to_do() {
        let receipt = Receipt { block: 12, hash: [1; 32] };
        let asked = Asked { request: 7, processor: MemberId([2; 32]), price: 50, deadline: 1_500, receipt };
        let text = |json| {
            let mut out = Vec::new();
            show(&asked, &Context::new(Common { json, ..Common::default() }), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let shown = text(false);
        assert!(shown.starts_with("request 7 in block 12: 50 minor units are held"), "{shown}");
        assert!(shown.contains("before 1970-01-01 00:00:01.500"), "{shown}");
        let json: serde_json::Value = serde_json::from_str(&text(true)).unwrap();
        assert_eq!((json["request"].as_u64(), json["block"].as_u64()), (Some(7), Some(12)));
    }
}
