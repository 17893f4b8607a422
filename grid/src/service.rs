// SPDX-License-Identifier: Apache-2.0
//! The service, assembled.

use crate::{
    answers::Answers,
    config::Config,
    directory::{CacheLimits, CachedDirectory, ChainDirectory},
    http::{self, App, TokenError, WorkerToken},
    ingest::Ingest,
    meter_days::MeterDays,
    metrics::Metrics,
    store::{self, StoreError},
    warnings::Warnings,
};
use std::{future::Future, io, net::SocketAddr, sync::Arc};
use tokio::{net::TcpListener, sync::watch};

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// No database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An address is taken, or is not this machine's.
    #[error("cannot listen on {address}: is another dmsm-grid running? Choose another with {flag}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The flag that sets it.
        flag: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// The counters contradict each other; a fault of this program.
    #[error("cannot set up metrics")]
    Metrics(#[from] prometheus::Error),
}

/// Runs the service until `stop` is done.
pub async fn run(config: Config, stop: impl Future<Output = ()>) -> Result<(), StartError> {
    let token = WorkerToken::read(&config.worker_token_file)?;
    let store = store::open(&config.database).await?;
    let public = bind(config.listen, "--listen").await?;
    let worker = bind(config.worker_listen, "--worker-listen").await?;

    let chain = ChainDirectory::connect(config.node.clone());
    let directory = Arc::new(CachedDirectory::new(chain, CacheLimits::default()));
    let metrics = Arc::new(Metrics::new()?);
    let (region, limits) = (config.region(), config.limits());
    let app = Arc::new(App {
        ingest: Ingest::new(store.clone(), directory.clone(), region, limits, metrics.clone()),
        answers: Answers::new(store.clone(), config.utc_offset),
        meter_days: MeterDays::new(store.clone(), config.close_after()),
        store: store.clone(),
        directory,
        metrics,
        region,
        body_limit: config.max_body as usize,
        warnings: Warnings::default(),
    });

    tracing::info!(
        public = %local(&public, config.listen),
        worker = %local(&worker, config.worker_listen),
        database = %store::redacted(&config.database),
        node = %store::redacted(&config.node),
        %region,
        utc_offset = config.utc_offset.minutes(),
        "listening"
    );
    let (stopping, stopped) = watch::channel(());
    let until_stopped = |mut stopped: watch::Receiver<()>| async move {
        // Ends with the sender.
        let _ = stopped.changed().await;
    };
    tokio::join!(
        http::serve(public, http::public(app.clone()), until_stopped(stopped.clone())),
        http::serve(worker, http::worker(app, token), until_stopped(stopped)),
        async {
            stop.await;
            drop(stopping);
        },
    );
    store.close().await;
    tracing::info!("stopped");
    Ok(())
}

async fn bind(address: SocketAddr, flag: &'static str) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, flag, source })
}

/// The address with the port that the system chose where 0 was asked for.
fn local(listener: &TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}
