// SPDX-License-Identifier: Apache-2.0
//! `dmsm keys show`

use super::Public;
use crate::{context::Context, error::Error, output::Verdict};
use std::io::Write;

#[derive(clap::Args)]
pub struct Opts {}

pub async fn run(_: Opts, context: &Context, out: &mut dyn Write) -> Result<Verdict, Error> {
    let public = Public::of(&context.vault()?)?;
    context.answer(out, &public, &public)
}
