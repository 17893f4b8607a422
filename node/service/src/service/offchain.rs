// SPDX-License-Identifier: Apache-2.0
//! Off-chain workers, and what ours gets besides Substrate's usual.

use super::{FullBackend, FullClient, TransactionPool};
use crate::worker::{Heads, Worker, WorkerEnvironment, WorkerMetrics};
use dmsm_host::{EnvironmentExt, VaultExt};
use futures::FutureExt;
use sc_client_api::Backend;
use sc_network::service::traits::NetworkService;
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_service::{error::Error as ServiceError, Configuration, TaskManager};
use sc_transaction_pool_api::{InPoolTransaction, OffchainTransactionPoolFactory, TransactionPool as _};
use sp_blockchain::HeaderBackend;
use sp_externalities::Extension;
use sp_keystore::KeystorePtr;
use std::sync::Arc;
use substrate_prometheus_endpoint::Registry;

/// What workers reach of the node.
pub(super) struct Parts {
    pub client: Arc<FullClient>,
    pub backend: Arc<FullBackend>,
    pub transaction_pool: Arc<TransactionPool>,
    pub keystore: KeystorePtr,
    pub network: Arc<dyn NetworkService>,
}

/// Runs the off-chain workers at every new best block, if the node has them enabled.
pub(super) fn spawn(
    parts: Parts,
    config: &Configuration,
    worker: Worker,
    task_manager: &TaskManager,
) -> Result<(), ServiceError> {
    worker.announce(config.offchain_worker.enabled, &parts.keystore);
    if !config.offchain_worker.enabled {
        return Ok(());
    }
    let workers = OffchainWorkers::new(OffchainWorkerOptions {
        runtime_api_provider: parts.client.clone(),
        keystore: Some(parts.keystore),
        offchain_db: parts.backend.offchain_storage(),
        transaction_pool: Some(OffchainTransactionPoolFactory::new(parts.transaction_pool.clone())),
        network_provider: Arc::new(parts.network),
        is_validator: config.role.is_authority(),
        enable_http_requests: true,
        custom_extensions: extensions(
            worker,
            parts.client.clone(),
            parts.transaction_pool,
            config.prometheus_registry(),
        )?,
    })?;
    task_manager.spawn_handle().spawn(
        "offchain-workers-runner",
        Some("offchain-worker"),
        workers.run(parts.client, task_manager.spawn_handle()).boxed(),
    );
    Ok(())
}

/// Makes the extensions of one run. Substrate asks for them once a best block, so that is also
/// when the worker's lag is measured.
fn extensions(
    worker: Worker,
    client: Arc<FullClient>,
    pool: Arc<TransactionPool>,
    registry: Option<&Registry>,
) -> Result<impl Fn(crate::Hash) -> Vec<Box<dyn Extension>> + Send + 'static, ServiceError> {
    // Without a registry the metrics count for nobody.
    let metrics = WorkerMetrics::register(registry.unwrap_or(&Registry::new()))
        .map_err(|error| ServiceError::Application(Box::new(error)))?;
    let (vault, services, policy) = worker.into_parts(&metrics);
    let heads = move || {
        let info = client.info();
        Heads { best: info.best_number, finalized: info.finalized_number }
    };
    let works = vault.is_some() && services.grid.is_some();
    let environment = Arc::new(WorkerEnvironment::new(
        services,
        policy,
        Box::new(move |account, on_chain| next_nonce(&pool, account, on_chain)),
        heads,
        metrics,
    ));
    Ok(move |_| {
        if works {
            environment.on_best_block();
        }
        let mut extensions: Vec<Box<dyn Extension>> = vec![Box::new(EnvironmentExt(environment.clone()))];
        if let Some(vault) = &vault {
            extensions.push(Box::new(VaultExt(vault.clone())));
        }
        extensions
    })
}

/// The nonce after those of an account's transactions that are ready in the pool.
///
/// A transaction is known by the tag that its nonce provides, the account and the nonce in SCALE;
/// the pool gives those of one account in order.
fn next_nonce(pool: &TransactionPool, account: &[u8], on_chain: u32) -> u32 {
    pool.ready().fold(on_chain, |next, transaction| {
        let tag = [account, &next.to_le_bytes()].concat();
        if transaction.provides().contains(&tag) {
            next.saturating_add(1)
        } else {
            next
        }
    })
}
