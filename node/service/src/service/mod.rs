// SPDX-License-Identifier: Apache-2.0
//! A whole node, assembled.

mod consensus;
mod offchain;
mod partial;

pub use partial::{new_partial, Partial};

use crate::{rpc, stand_in::RuntimeApi, worker::Worker, Block, Hash};
use consensus::{Consensus, Voter};
use sc_client_api::BlockBackend;
use sc_network::{config::FullNetworkConfiguration, NetworkBackend};
use sc_service::{
    error::Error as ServiceError, BuildNetworkParams, Configuration, PartialComponents, SpawnTasksParams,
    TaskManager, WarpSyncConfig,
};
use sc_telemetry::Telemetry;
use std::sync::Arc;

/// What the Wasm runtime may call: Substrate's functions and ours.
pub type HostFunctions = (sp_io::SubstrateHostFunctions, dmsm_host::HostFunctions);

/// The client of a full node.
pub type FullClient = sc_service::TFullClient<Block, RuntimeApi, sc_executor::WasmExecutor<HostFunctions>>;

/// The database of a full node.
pub type FullBackend = sc_service::TFullBackend<Block>;

/// The longest chain is the best one.
pub type FullSelectChain = sc_consensus::LongestChain<FullBackend, Block>;

/// The pool of transactions that wait.
pub type TransactionPool = sc_transaction_pool::TransactionPoolHandle<Block, FullClient>;

/// Imports blocks and watches for changes of the authority set.
pub type GrandpaBlockImport =
    sc_consensus_grandpa::GrandpaBlockImport<FullBackend, Block, FullClient, FullSelectChain>;

/// What ties the voter to the import of blocks.
pub type GrandpaLink = sc_consensus_grandpa::LinkHalf<Block, FullClient, FullSelectChain>;

type SyncService = sc_network_sync::SyncingService<Block>;

/// Starts a node: authority or not, processing node or not.
pub fn new_full<N: NetworkBackend<Block, Hash>>(
    config: Configuration,
    worker: Worker,
) -> Result<TaskManager, ServiceError> {
    let PartialComponents {
        client,
        backend,
        mut task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other: (block_import, grandpa_link, mut telemetry),
    } = new_partial(&config)?;
    let keystore = keystore_container.keystore();

    let mut net_config = FullNetworkConfiguration::<Block, Hash, N>::new(
        &config.network,
        config.prometheus_registry().cloned(),
    );
    let metrics = N::register_notification_metrics(config.prometheus_registry());
    let genesis = client.block_hash(0)?.ok_or("the database has no genesis block")?;
    let protocol_name = sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
    let (grandpa_protocol, notification_service) = sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
        protocol_name.clone(),
        metrics.clone(),
        net_config.peer_store_handle(),
    );
    net_config.add_notification_protocol(grandpa_protocol);

    let warp_sync = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
        backend.clone(),
        grandpa_link.shared_authority_set().clone(),
        Vec::new(),
    ));
    let (network, system_rpc_tx, tx_handler_controller, sync, _) =
        sc_service::build_network(BuildNetworkParams {
            config: &config,
            net_config,
            client: client.clone(),
            transaction_pool: transaction_pool.clone(),
            spawn_handle: task_manager.spawn_handle(),
            spawn_essential_handle: task_manager.spawn_essential_handle(),
            import_queue,
            block_announce_validator_builder: None,
            warp_sync_config: Some(WarpSyncConfig::WithProvider(warp_sync)),
            block_relay: None,
            metrics,
            gap_sync_body_policy: None,
        })?;

    offchain::spawn(
        offchain::Parts {
            client: client.clone(),
            backend: backend.clone(),
            transaction_pool: transaction_pool.clone(),
            keystore: keystore.clone(),
            network: network.clone(),
        },
        &config,
        worker,
        &task_manager,
    )?;

    let role = config.role;
    let force_authoring = config.force_authoring;
    let votes = !config.disable_grandpa;
    let name = config.network.node_name.clone();
    let registry = config.prometheus_registry().cloned();

    let rpc_builder = {
        let (client, pool) = (client.clone(), transaction_pool.clone());
        Box::new(move |_| {
            rpc::extensions(client.clone(), pool.clone())
                .map_err(|error| ServiceError::Application(Box::new(error)))
        })
    };
    sc_service::spawn_tasks(SpawnTasksParams {
        network: network.clone(),
        client: client.clone(),
        keystore: keystore.clone(),
        task_manager: &mut task_manager,
        transaction_pool: transaction_pool.clone(),
        rpc_builder,
        backend,
        system_rpc_tx,
        tx_handler_controller,
        sync_service: sync.clone(),
        config,
        telemetry: telemetry.as_mut(),
        tracing_execute_block: None,
    })?;

    let consensus = Consensus {
        slot_duration: sc_consensus_aura::slot_duration(&*client)?,
        client,
        select_chain,
        transaction_pool,
        keystore,
        sync,
        registry,
        telemetry: telemetry.as_ref().map(Telemetry::handle),
    };
    if role.is_authority() {
        consensus::spawn_authoring(&consensus, block_import, force_authoring, &task_manager)?;
    }
    if votes {
        let voter = Voter { name, role, link: grandpa_link, network, protocol_name, notification_service };
        consensus::spawn_voter(&consensus, voter, &task_manager)?;
    }
    Ok(task_manager)
}
