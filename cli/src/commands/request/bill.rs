// SPDX-License-Identifier: Apache-2.0
//! `dmsm request bill`

use super::ask::{ask, AskOpts};
use crate::{context::Context, error::Error, output::Verdict};
use dmsm_primitives::{request::Question, Month};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {
    /// The month, such as 2012-01, in the region's time.
    #[arg(long, value_name = "YYYY-MM")]
    month: Month,
    #[command(flatten)]
    ask: AskOpts,
}

pub async fn run(opts: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let month = opts.month;
    ask(|meter| Question::Bill { meter, month }, opts.ask, None, context, out).await
}
