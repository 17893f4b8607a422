// SPDX-License-Identifier: Apache-2.0
//! The service, assembled.

use crate::{
    access::NoGrants,
    aggregate::Aggregates,
    auth::{Authenticator, CachedDirectory, ChainDirectory, Nonces},
    blobs::{self, Intake},
    clock::now,
    config::Config,
    database::{redacted, Database, DatabaseError},
    error::with_causes,
    http::{self, App},
    index::{FollowError, Follower, Index, NodeChain},
    link::NodeLink,
    metrics::Metrics,
    passphrase::{self, PassphraseError},
    quota::Quota,
    receipts::Receipts,
    warnings::Warnings,
};
use dmsm_vault::Vault;
use std::{
    convert::Infallible, future::Future, io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::watch,
    time::{interval, MissedTickBehavior},
};

/// How often nonces that expired are forgotten.
const FORGETTING: Duration = Duration::from_secs(30);
/// How often uploads that were given up are brought to an end.
const RECOVERY: Duration = Duration::from_secs(10 * 60);

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No passphrase.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// No vault.
    #[error(transparent)]
    Vault(#[from] dmsm_vault::Error),
    /// The vault does not say whose it is.
    #[error("the vault {} does not hold its member's identifier: give it with --member", .0.display())]
    NoIdentity(PathBuf),
    /// No database, or one of another chain.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// No store.
    #[error(transparent)]
    Store(#[from] blobs::OpenError),
    /// The address is taken, or is not this machine's.
    #[error("cannot listen on {address}: is another dmsm-cloud running? Choose another with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The counters contradict each other; a fault of this program.
    #[error("cannot set up metrics")]
    Metrics(#[from] prometheus::Error),
    /// The index cannot go on.
    #[error(transparent)]
    Index(#[from] FollowError),
}

/// Runs the service until `stop` is done.
pub async fn run(config: Config, stop: impl Future<Output = ()>) -> Result<(), RunError> {
    let receipts = receipts(&config)?;
    let database = Database::open(&config.database).await?;
    let blobs = blobs::open(&config.store)?;
    let address = config.listen;
    let listener = TcpListener::bind(address).await.map_err(|source| RunError::Listen { address, source })?;

    let link = NodeLink::connect(config.node.clone());
    let directory = Arc::new(CachedDirectory::new(ChainDirectory::new(link.clone())));
    let metrics = Arc::new(Metrics::new()?);
    let index = Index::new(database.clone());
    let app = Arc::new(App {
        auth: Authenticator::new(directory, Nonces::new(database.clone())),
        intake: Intake::new(blobs.clone(), Quota::new(database.clone(), config.quota_bytes)),
        blobs: blobs.clone(),
        index: Arc::new(index.clone()),
        grants: Arc::new(NoGrants),
        aggregates: Aggregates::new(Arc::new(index.clone()), blobs.clone()),
        receipts,
        database: database.clone(),
        metrics: metrics.clone(),
        warnings: Warnings::default(),
    });
    tracing::info!(
        // With the port that the system chose where 0 was asked for.
        listen = %listener.local_addr().unwrap_or(address),
        database = %redacted(&config.database),
        store = %redacted(&config.store),
        node = %redacted(&config.node),
        member = %app.receipts.member(),
        "listening"
    );

    let followed = async {
        let client = link.first().await;
        database.bind(client.genesis()).await?;
        let follower = Follower::new(index, NodeChain::new(client), blobs, metrics.index().clone());
        Ok::<Infallible, RunError>(follower.run().await?)
    };
    let (stopping, mut stopped) = watch::channel(());
    let served = http::serve(listener, http::router(app.clone()), async move {
        // Ends with the sender.
        let _ = stopped.changed().await;
    });
    let (done, ()) = tokio::join!(
        async {
            let _stopping = stopping;
            tokio::select! {
                () = stop => Ok(()),
                Err(error) = followed => Err(error),
                never = maintain(&app) => match never {},
            }
        },
        served,
    );
    database.close().await;
    tracing::info!("stopped");
    done
}

/// Opens the vault. May ask for a passphrase on the terminal.
fn receipts(config: &Config) -> Result<Receipts, RunError> {
    let passphrase = passphrase::read(config.vault_passphrase_file.as_deref())?;
    let vault = Vault::open(&config.vault, &passphrase)?;
    let own = vault.identity().map(|identity| identity.member_id());
    let member = config.member.or(own).ok_or_else(|| RunError::NoIdentity(config.vault.clone()))?;
    Ok(Receipts::new(member, vault))
}

/// Forgets and mends, again and again.
async fn maintain(app: &App) -> Infallible {
    let every = |period| {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks
    };
    let (mut forgetting, mut recovery) = (every(FORGETTING), every(RECOVERY));
    loop {
        tokio::select! {
            _ = forgetting.tick() => {
                if let Err(error) = app.auth.forget().await {
                    app.warnings.warn("nonces are not forgotten", &with_causes(&error));
                }
            }
            _ = recovery.tick() => match app.intake.recover(now()).await {
                Ok(0) => {}
                Ok(rows) => {
                    app.metrics.recovered.inc_by(rows as u64);
                    tracing::info!(rows, "uploads that broke off were brought to an end");
                }
                Err(error) => app.warnings.warn("uploads are not recovered", &with_causes(&error)),
            },
        }
    }
}
