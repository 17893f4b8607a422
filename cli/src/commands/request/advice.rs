// SPDX-License-Identifier: Apache-2.0
//! `dmsm request advice`

use super::ask::{ask, AskOpts};
use crate::{context::Context, error::Error, output::Verdict};
use dmsm_primitives::{request::Question, Month};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// Judged by the use of this month, such as 2012-01; without it by the last one with readings.
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<Month>,
    #[command(flatten)]
    ask: AskOpts,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let month = opts.month;
    ask(|meter| Question::Advice { meter, month }, opts.ask, None, context, out).await
}
