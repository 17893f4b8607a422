// SPDX-License-Identifier: Apache-2.0
//! `dmsm-cloud`: keeps ciphertext for the consortium. See the library's documentation.

use clap::{ArgMatches, CommandFactory, FromArgMatches, Subcommand};
use dmsm_cloud::{
    commands::{self, Command},
    error::with_causes,
    service, Config,
};
use std::{future::Future, io::IsTerminal, process::ExitCode};
use tokio::signal::unix::{signal, SignalKind};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    // The flags of the service stand beside the commands: without a command it runs.
    let service = Config::command();
    let about = service.get_about().cloned().unwrap_or_default();
    let program = Command::augment_subcommands(service)
        .about(about)
        .subcommand_required(false)
        .arg_required_else_help(false)
        .subcommand_negates_reqs(true)
        .args_conflicts_with_subcommands(true);
    let matches = program.get_matches();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match run(&matches).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dmsm-cloud: {}", with_causes(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn run(matches: &ArgMatches) -> Result<(), Box<dyn std::error::Error>> {
    if matches.subcommand().is_some() {
        let command = Command::from_arg_matches(matches)?;
        return Ok(commands::run(command, &mut std::io::stdout()).await?);
    }
    Ok(service::run(Config::from_arg_matches(matches)?, told_to_stop()).await?)
}

/// Done at SIGINT or SIGTERM. A system that gives no signals is stopped by other means.
// The handlers are in place before anything else starts: a signal that comes early is not lost.
fn told_to_stop() -> impl Future<Output = ()> {
    let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async {
        let (Ok(mut interrupt), Ok(mut terminate)) = signals else { return std::future::pending().await };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}
