// SPDX-License-Identifier: Apache-2.0
//! What operators do beside the service.

use crate::{
    blobs,
    database::{Database, DatabaseError},
    index::{FollowError, Follower, Index, IndexMetrics, NodeChain},
};
use clap::{Args, Subcommand};
use dmsm_client::Client;
use prometheus::Registry;
use std::io::{self, Write};

/// A command; without one the service runs.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// The index of the chain.
    #[command(subcommand)]
    Index(IndexVerb),
}

/// What is done with the index.
#[derive(Subcommand, Debug)]
pub enum IndexVerb {
    /// Throw the index away and build it anew from the chain and the store; it comes out the same.
    Rebuild(Rebuild),
}

/// Where the index is, and what it is built from.
#[derive(Args, Debug)]
pub struct Rebuild {
    /// sqlite://PATH, or postgres://USER@HOST/NAME.
    #[arg(long, env = "DMSM_CLOUD_DATABASE", hide_env_values = true, value_name = "URL")]
    database: String,

    /// Where blobs lie: file:///PATH, or s3://BUCKET/PATH with the settings of AWS_*.
    #[arg(long, env = "DMSM_CLOUD_STORE", value_name = "URL")]
    store: String,

    /// WebSocket address of a node of the chain.
    #[arg(long, env = "DMSM_CLOUD_NODE", default_value = "ws://127.0.0.1:9944", value_name = "URL")]
    node: String,
}

/// Why a command is not done.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// No database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// No store.
    #[error(transparent)]
    Store(#[from] blobs::OpenError),
    /// No node.
    #[error(transparent)]
    Node(#[from] dmsm_client::Error),
    /// The index cannot be built.
    #[error(transparent)]
    Index(#[from] FollowError),
    /// The counters contradict each other; a fault of this program.
    #[error("cannot set up metrics")]
    Metrics(#[from] prometheus::Error),
    /// The answer cannot be written.
    #[error("cannot write the answer")]
    Output(#[from] io::Error),
}

/// Does a command and writes its answer.
///
/// # Errors
///
/// [`CommandError`]; what it names was not done, or not to its end: it may be done again.
pub async fn run(command: Command, output: &mut (dyn Write + Send)) -> Result<(), CommandError> {
    let Command::Index(IndexVerb::Rebuild(Rebuild { database, store, node })) = command;
    let blobs = blobs::open(&store)?;
    let database = Database::open(&database).await?;
    let client = Client::connect(&node).await?;
    database.bind(client.genesis()).await?;
    let metrics = IndexMetrics::register(&Registry::new())?;
    let mut follower = Follower::new(Index::new(database.clone()), NodeChain::new(client), blobs, metrics);
    let head = follower.rebuild().await;
    database.close().await;
    writeln!(output, "the index is built up to block {}", head?.number)?;
    Ok(())
}
