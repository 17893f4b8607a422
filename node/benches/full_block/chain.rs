// SPDX-License-Identifier: Apache-2.0
//! A node's client over ParityDB, without a network.

use dmsm_node_service::{
    chain_spec::ChainSpec,
    service::{FullBackend, FullClient, HostFunctions},
    stand_in::RuntimeApi,
    Block,
};
use sc_block_builder::{BlockBuilder, BlockBuilderBuilder};
use sc_client_api::execution_extensions::ExecutionExtensions;
use sc_consensus::{
    BlockImport, BlockImportParams, ForkChoiceStrategy, ImportResult, StateAction, StorageChanges,
};
use sc_executor::WasmExecutor;
use sc_service::{ClientConfig, GenesisBlockBuilder};
use sp_blockchain::{ApplyExtrinsicFailed, HeaderBackend};
use sp_consensus_aura::{digests::CompatibleDigestItem, sr25519::AuthoritySignature, Slot};
use sp_core::{testing::TaskExecutor, H256};
use sp_inherents::InherentDataProvider;
use sp_runtime::{
    traits::Block as _,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
    Digest, DigestItem, OpaqueExtrinsic,
};
use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

/// A block filled to its limit.
pub struct Full {
    pub transactions: usize,
    pub author_millis: f64,
    pub import_millis: f64,
}

/// A client and its database.
pub struct Chain {
    client: Arc<FullClient>,
    slot: u64,
    // Dropped last: the database lies in it.
    _folder: tempfile::TempDir,
}

impl Chain {
    pub fn new(spec: &ChainSpec) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let backend: Arc<FullBackend> = sc_service::new_db_backend(sc_client_db::DatabaseSettings {
            trie_cache_maximum_size: Some(64 * 1024 * 1024),
            state_pruning: None,
            source: sc_client_db::DatabaseSource::ParityDb { path: folder.path().join("db") },
            blocks_pruning: sc_client_db::BlocksPruning::KeepFinalized,
            pruning_filters: Vec::new(),
            metrics_registry: None,
        })?;
        let executor = WasmExecutor::<HostFunctions>::builder().build();
        let genesis = GenesisBlockBuilder::new(spec, true, backend.clone(), executor.clone())?;
        let extensions = ExecutionExtensions::new(None, Arc::new(executor.clone()));
        let client: FullClient = sc_service::new_client::<_, Block, RuntimeApi, _>(
            backend,
            executor,
            genesis,
            None,
            None,
            extensions,
            Box::new(TaskExecutor::new()),
            None,
            None,
            ClientConfig::default(),
        )?;
        Ok(Self { client: Arc::new(client), slot: 1_000_000, _folder: folder })
    }

    pub fn genesis_hash(&self) -> H256 {
        self.client.info().genesis_hash
    }

    /// Authors a block of as many of these transactions, in order, as fit, and makes it the best
    /// one. Returns it and how long authoring took, ms.
    pub fn author(&mut self, transactions: Vec<OpaqueExtrinsic>) -> Result<(Block, f64), Box<dyn Error>> {
        self.slot += 1;
        let info = self.client.info();
        let digest = Digest {
            logs: vec![<DigestItem as CompatibleDigestItem<AuthoritySignature>>::aura_pre_digest(
                Slot::from(self.slot),
            )],
        };
        let clock = sp_timestamp::InherentDataProvider::new(
            (self.slot * dmsm_runtime::timing::DEFAULT_SLOT_MILLIS).into(),
        );
        let inherents = futures::executor::block_on(clock.create_inherent_data())?;

        let start = Instant::now();
        let mut builder: BlockBuilder<'_, Block, FullClient> = BlockBuilderBuilder::new(&*self.client)
            .on_parent_block(info.best_hash)
            .with_parent_block_number(info.best_number)
            .with_inherent_digests(digest)
            .build()?;
        for inherent in builder.create_inherents(inherents)? {
            builder.push(inherent)?;
        }
        for transaction in transactions {
            match builder.push(transaction) {
                Ok(()) => {}
                Err(sp_blockchain::Error::ApplyExtrinsicFailed(ApplyExtrinsicFailed::Validity(
                    TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources),
                ))) => break,
                Err(error) => return Err(error.into()),
            }
        }
        let built = builder.build()?;
        let elapsed = start.elapsed();

        let (block, changes) = built.into_inner();
        let changes = StateAction::ApplyChanges(StorageChanges::Changes(changes));
        self.put_in(block.clone(), changes)?;
        Ok((block, millis(elapsed)))
    }

    /// Executes a block and makes it the best one. Returns how long that took, ms.
    pub fn import(&self, block: Block) -> Result<f64, Box<dyn Error>> {
        let start = Instant::now();
        self.put_in(block, StateAction::Execute)?;
        Ok(millis(start.elapsed()))
    }

    fn put_in(&self, block: Block, state: StateAction<Block>) -> Result<(), Box<dyn Error>> {
        let (header, body) = block.deconstruct();
        let mut params = BlockImportParams::new(sp_consensus::BlockOrigin::Own, header);
        params.body = Some(body);
        params.state_action = state;
        params.fork_choice = Some(ForkChoiceStrategy::LongestChain);
        match futures::executor::block_on(self.client.import_block(params))? {
            ImportResult::Imported(_) => Ok(()),
            other => Err(format!("not imported: {other:?}").into()),
        }
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
