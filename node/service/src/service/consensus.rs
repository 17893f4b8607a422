// SPDX-License-Identifier: Apache-2.0
//! Aura authors blocks, GRANDPA finalizes them.

use super::{FullClient, FullSelectChain, GrandpaBlockImport, GrandpaLink, SyncService, TransactionPool};
use crate::Block;
use sc_consensus::DefaultImportQueue;
use sc_consensus_aura::{ImportQueueParams, SlotProportion, StartAuraParams};
use sc_consensus_grandpa::{GrandpaParams, SharedVoterState, VotingRulesBuilder};
use sc_network::{config::Role, service::traits::NetworkService, NotificationService, ProtocolName};
use sc_service::{error::Error as ServiceError, TaskManager};
use sc_telemetry::TelemetryHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_aura::{
    inherents::InherentDataProvider as SlotProvider, sr25519::AuthorityPair, SlotDuration,
};
use sp_keystore::KeystorePtr;
use sp_timestamp::InherentDataProvider as TimestampProvider;
use std::{sync::Arc, time::Duration};
use substrate_prometheus_endpoint::Registry;

/// Blocks between two justifications that are kept, at most.
pub(super) const JUSTIFICATION_PERIOD: u32 = 512;

/// Share of a slot in which its block is proposed; the rest is for the way and the import. A full
/// block takes less (the weight limit follows from the slot), so this deadline is a safety net.
const PROPOSAL_SHARE: f32 = 2.0 / 3.0;

/// How long GRANDPA takes a message to travel: a quarter of a slot, between these bounds.
const GOSSIP: std::ops::RangeInclusive<Duration> = Duration::from_millis(20)..=Duration::from_millis(333);

/// What authoring and voting share.
pub(super) struct Consensus {
    pub client: Arc<FullClient>,
    pub select_chain: FullSelectChain,
    pub transaction_pool: Arc<TransactionPool>,
    pub keystore: KeystorePtr,
    pub sync: Arc<SyncService>,
    pub registry: Option<Registry>,
    pub telemetry: Option<TelemetryHandle>,
    pub slot_duration: SlotDuration,
}

/// Who votes, and how it is reached.
pub(super) struct Voter {
    pub name: String,
    pub role: Role,
    pub link: GrandpaLink,
    pub network: Arc<dyn NetworkService>,
    pub protocol_name: ProtocolName,
    pub notification_service: Box<dyn NotificationService>,
}

/// The queue through which blocks of others pass.
pub(super) fn import_queue(
    client: &Arc<FullClient>,
    block_import: &GrandpaBlockImport,
    registry: Option<&Registry>,
    telemetry: Option<TelemetryHandle>,
    task_manager: &TaskManager,
) -> Result<DefaultImportQueue<Block>, ServiceError> {
    let inherent_client = client.clone();
    let queue = sc_consensus_aura::import_queue::<AuthorityPair, _, _, _, _, _>(ImportQueueParams {
        block_import: block_import.clone(),
        justification_import: Some(Box::new(block_import.clone())),
        client: client.clone(),
        create_inherent_data_providers: move |parent, _| {
            let client = inherent_client.clone();
            async move {
                let slot_duration = sc_consensus_aura::standalone::slot_duration_at(&*client, parent)?;
                Ok(inherents(slot_duration))
            }
        },
        spawner: &task_manager.spawn_essential_handle(),
        registry,
        check_for_equivocation: Default::default(),
        telemetry,
        compatibility_mode: Default::default(),
    })?;
    Ok(queue)
}

/// Spawns the authoring of blocks. The node stops if it fails.
pub(super) fn spawn_authoring(
    consensus: &Consensus,
    block_import: GrandpaBlockImport,
    force_authoring: bool,
    task_manager: &TaskManager,
) -> Result<(), ServiceError> {
    let proposer_factory = sc_basic_authorship::ProposerFactory::new(
        task_manager.spawn_handle(),
        consensus.client.clone(),
        consensus.transaction_pool.clone(),
        consensus.registry.as_ref(),
        consensus.telemetry.clone(),
    );
    let slot_duration = consensus.slot_duration;
    let aura =
        sc_consensus_aura::start_aura::<AuthorityPair, _, _, _, _, _, _, _, _, _, _>(StartAuraParams {
            slot_duration,
            client: consensus.client.clone(),
            select_chain: consensus.select_chain.clone(),
            block_import,
            proposer_factory,
            create_inherent_data_providers: move |_, ()| async move { Ok(inherents(slot_duration)) },
            force_authoring,
            backoff_authoring_blocks: None::<()>,
            keystore: consensus.keystore.clone(),
            sync_oracle: consensus.sync.clone(),
            justification_sync_link: consensus.sync.clone(),
            block_proposal_slot_portion: SlotProportion::new(PROPOSAL_SHARE),
            // After missed slots a proposal may take longer: an upgrade may not fit one slot.
            max_block_proposal_slot_portion: None,
            telemetry: consensus.telemetry.clone(),
            compatibility_mode: Default::default(),
        })?;
    task_manager.spawn_essential_handle().spawn_blocking("aura", Some("block-authoring"), aura);
    Ok(())
}

/// Spawns the GRANDPA voter, which also follows others' votes. The node stops if it fails.
///
/// Votes go to the best block: among known authorities the usual distance to it only delays.
pub(super) fn spawn_voter(
    consensus: &Consensus,
    voter: Voter,
    task_manager: &TaskManager,
) -> Result<(), ServiceError> {
    let keystore = voter.role.is_authority().then(|| consensus.keystore.clone());
    let config = sc_consensus_grandpa::Config {
        gossip_duration: gossip_duration(consensus.slot_duration),
        justification_generation_period: JUSTIFICATION_PERIOD,
        name: Some(voter.name),
        observer_enabled: false,
        keystore,
        local_role: voter.role,
        telemetry: consensus.telemetry.clone(),
        protocol_name: voter.protocol_name,
    };
    let grandpa = sc_consensus_grandpa::run_grandpa_voter(GrandpaParams {
        config,
        link: voter.link,
        network: voter.network,
        sync: consensus.sync.clone(),
        notification_service: voter.notification_service,
        voting_rule: VotingRulesBuilder::<Block, FullClient>::new().build(),
        prometheus_registry: consensus.registry.clone(),
        shared_voter_state: SharedVoterState::empty(),
        telemetry: consensus.telemetry.clone(),
        offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(consensus.transaction_pool.clone()),
    })?;
    task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, grandpa);
    Ok(())
}

/// What every block says of its time.
fn inherents(slot_duration: SlotDuration) -> (SlotProvider, TimestampProvider) {
    let timestamp = TimestampProvider::from_system_time();
    (SlotProvider::from_timestamp_and_slot_duration(*timestamp, slot_duration), timestamp)
}

fn gossip_duration(slot: SlotDuration) -> Duration {
    (slot.as_duration() / 4).clamp(*GOSSIP.start(), *GOSSIP.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gossip_takes_a_quarter_of_a_slot_within_bounds() {
        for (slot, gossip) in [(40, 20), (200, 50), (500, 125), (1_000, 250), (2_000, 333), (6_000, 333)] {
            assert_eq!(
                gossip_duration(SlotDuration::from_millis(slot)),
                Duration::from_millis(gossip),
                "slot of {slot} ms"
            );
        }
    }
}
