// SPDX-License-Identifier: Apache-2.0
//! `dmsm-grid`: the region's data service of a processing node. See the library's documentation.

use clap::Parser;
use dmsm_grid::{error::with_causes, service, Config};
use std::{io::IsTerminal, process::ExitCode};
use tokio::signal::unix::{signal, SignalKind};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let config = Config::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match service::run(config, told_to_stop()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dmsm-grid: {}", with_causes(&error));
            ExitCode::FAILURE
        }
    }
}

/// Done at SIGINT or SIGTERM. A system that gives no signals is stopped by other means.
async fn told_to_stop() {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
