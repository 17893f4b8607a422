// SPDX-License-Identifier: Apache-2.0
//! What operators do on the database beside the service: tariffs, imports and stored meter-days.

mod import;
mod records;
mod tariff;

use crate::store::{self, MeterDayStore, StoreError};
use clap::{Args, Subcommand};
use std::{
    io::{self, Write},
    path::PathBuf,
    sync::Arc,
};

/// A command; without one the service runs.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Import readings of a meter from a file; what is there already is not imported again.
    Import(import::Opts),
    /// Show what is recorded of the meters' days and what waits, and set it right.
    #[command(subcommand)]
    Records(records::Verb),
    /// Show, write and assign tariffs.
    #[command(subcommand)]
    Tariff(tariff::Verb),
}

/// Where the readings are, and how to answer.
#[derive(Args, Debug)]
pub struct Common {
    /// sqlite://PATH, or postgres://USER@HOST/NAME.
    #[arg(long, env = "DMSM_GRID_DATABASE", hide_env_values = true, value_name = "URL")]
    database: String,

    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// Why a command is not done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// No database, or it refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is too long.
    #[error("{} has more than {} bytes: split it", path.display(), crate::import::MAX_FILE_BYTES)]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// A line is not in order.
    #[error("nothing was imported: {}:{fault}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Which line and why.
        fault: crate::import::Fault,
    },
    /// A file holds no tariff.
    #[error("{} is not a tariff in JSON: dmsm-grid tariff list --json shows what one looks like", path.display())]
    NotJson {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// What a file says is no tariff.
    #[error("{} is no tariff", path.display())]
    NotATariff {
        /// The file.
        path: PathBuf,
        /// Why.
        source: crate::pricing::TariffFault,
    },
    /// The answer cannot be written.
    #[error("cannot write the answer")]
    Output(#[from] io::Error),
    /// The answer cannot be written as JSON.
    #[error("cannot write the answer")]
    Json(#[from] serde_json::Error),
}

/// Does a command and writes its answer.
///
/// # Errors
///
/// [`CommandError`]; what it names was not done.
pub async fn run(command: Command, output: &mut (dyn Write + Send)) -> Result<(), CommandError> {
    match command {
        Command::Import(opts) => import::run(opts, output).await,
        Command::Records(verb) => records::run(verb, output).await,
        Command::Tariff(verb) => tariff::run(verb, output).await,
    }
}

impl Common {
    async fn open(&self) -> Result<Arc<dyn MeterDayStore>, StoreError> {
        store::open(&self.database).await
    }
}

/// One line of JSON.
fn write_json(output: &mut (dyn Write + Send), value: &impl serde::Serialize) -> Result<(), CommandError> {
    writeln!(output, "{}", serde_json::to_string(value)?)?;
    Ok(())
}
