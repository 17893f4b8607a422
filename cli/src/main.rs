// SPDX-License-Identifier: Apache-2.0
//! `dmsm`: keys, membership, devices, notices and paid requests from the command line.

mod cli;
mod commands;
mod context;
mod dates;
mod device_key;
mod error;
mod green_button;
mod grid;
mod journal;
mod output;
mod passphrase;
mod private;
mod replay;
mod units;

use clap::Parser;
use std::{
    io::{self, IsTerminal},
    process::ExitCode,
};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let warnings = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt()
        .with_env_filter(warnings)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        .without_time()
        .init();
    let context = context::Context::new(cli.common);
    match commands::run(cli.command, &context, &mut io::stdout()).await {
        Ok(verdict) => verdict.into(),
        // Whoever reads has seen enough.
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dmsm: {error}");
            ExitCode::FAILURE
        }
    }
}
