// SPDX-License-Identifier: Apache-2.0
//! The index follows a node that comes and goes.

use crate::{
    database::{conformance, Database},
    world::{device, manifest, member, notice, World, DAY, GENESIS},
};
use async_trait::async_trait;
use dmsm_client::{Error, FinalizedBlock};
use dmsm_cloud::{
    access::{ChainIndex, Finalized},
    index::{Chain, FollowError, Follower, Index, IndexMetrics, Paging, RecordFilter},
};
use dmsm_primitives::BlockNumber;
use prometheus::Registry;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::sleep;

conformance! {
    what_is_final_is_read_and_no_more
    a_node_that_goes_away_is_waited_for
    a_database_that_goes_away_is_waited_for
    reading_goes_on_behind_the_last_block
    a_node_of_another_chain_is_refused
    a_node_whose_block_differs_is_refused
    a_node_that_has_less_is_waited_for
    a_node_that_discarded_states_is_told_how_to_run
    a_manifest_that_comes_late_is_found
    the_index_is_built_anew_at_once
    the_index_is_built_anew_beside_a_follower
    metrics_say_how_far_the_index_is
}

/// A node, as far as the index sees it. Clones are the same node.
#[derive(Clone)]
struct Node(Arc<Mutex<State>>);

struct State {
    genesis: [u8; 32],
    blocks: Vec<FinalizedBlock>,
    finalized: BlockNumber,
    /// Blocks were given behind this one.
    position: BlockNumber,
    /// Positions that were gone to.
    visits: Vec<BlockNumber>,
    /// Answers to come that are none.
    errors: Vec<Error>,
    mended: u32,
}

impl Node {
    fn new(world: &World) -> Self {
        let blocks = world.blocks.clone();
        let finalized = blocks.len() as BlockNumber;
        Self(Arc::new(Mutex::new(State {
            genesis: GENESIS,
            blocks,
            finalized,
            position: 0,
            visits: Vec::new(),
            errors: Vec::new(),
            mended: 0,
        })))
    }

    fn with<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        with(&mut self.0.lock().unwrap())
    }

    fn answer<T>(&self, with: impl FnOnce(&mut State) -> T) -> Result<T, Error> {
        self.with(|state| match state.errors.pop() {
            Some(error) => Err(error),
            None => Ok(with(state)),
        })
    }
}

#[async_trait]
impl Chain for Node {
    fn genesis(&self) -> [u8; 32] {
        self.with(|state| state.genesis)
    }

    async fn finalized(&mut self) -> Result<BlockNumber, Error> {
        self.answer(|state| state.finalized)
    }

    async fn hash(&mut self, number: BlockNumber) -> Result<Option<[u8; 32]>, Error> {
        self.answer(|state| match number {
            0 => Some(state.genesis),
            _ => state.blocks.get(number as usize - 1).map(|block| block.hash),
        })
    }

    fn go_to(&mut self, block: &Finalized) {
        self.with(|state| {
            state.position = block.number;
            state.visits.push(block.number);
        });
    }

    async fn next(&mut self) -> Result<Vec<FinalizedBlock>, Error> {
        self.answer(|state| {
            let from = state.position as usize;
            let until = (from + 7).min(state.finalized as usize);
            state.position = until as BlockNumber;
            state.blocks[from..until].to_vec()
        })
    }

    async fn wait(&mut self) {
        sleep(Duration::from_millis(10)).await;
    }

    async fn mend(&mut self) -> Result<(), Error> {
        self.with(|state| state.mended += 1);
        Ok(())
    }
}

fn metrics() -> (Registry, IndexMetrics) {
    let registry = Registry::new();
    let metrics = IndexMetrics::register(&registry).unwrap();
    (registry, metrics)
}

fn follower(index: &Index, node: &Node, world: &World) -> Follower<Node, crate::world::Store> {
    Follower::new(index.clone(), node.clone(), world.store.clone(), metrics().1)
}

fn world(blocks: u64) -> World {
    let mut world = World::new();
    for sequence in 1..=blocks {
        world.block(vec![notice(device(1), sequence)]);
    }
    world
}

/// Waits for a block to be indexed, and not for ever.
async fn reached(index: &Index, number: BlockNumber) {
    for _ in 0..1_000 {
        if index.head().await.unwrap().is_some_and(|head| head.number == number) {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("block {number} is not indexed: {:?}", index.head().await);
}

fn broken() -> Error {
    Error::Disconnected { reason: "reset".into() }
}

async fn what_is_final_is_read_and_no_more(database: Database) {
    let (index, world) = (database.open().await, world(20));
    let node = Node::new(&world);
    node.with(|state| state.finalized = 12);
    let running = tokio::spawn(follower(&index, &node, &world).run());
    reached(&index, 12).await;
    sleep(Duration::from_millis(100)).await;
    assert_eq!(index.finalized().await.unwrap().number, 12);
    node.with(|state| state.finalized = 20);
    reached(&index, 20).await;
    running.abort();
    assert_eq!(database.dump().await.iter().filter(|row| row.starts_with("notices")).count(), 20);
}

async fn a_node_that_goes_away_is_waited_for(database: Database) {
    let (index, world) = (database.open().await, world(20));
    let node = Node::new(&world);
    node.with(|state| {
        let syncing = || Error::NoBlock { block: "9".into() };
        state.errors = vec![broken(), Error::Node { reason: "busy".into() }, syncing(), broken()];
    });
    let head = follower(&index, &node, &world).catch_up().await.unwrap();
    assert_eq!(head.number, 20);
    assert_eq!(node.with(|state| state.mended), 4);
}

async fn a_database_that_goes_away_is_waited_for(database: Database) {
    let (index, world) = (database.open().await, world(20));
    let node = Node::new(&world);
    follower(&index, &node, &world).catch_up().await.unwrap();
    let (index, more) = (database.open().await, crate::follow::world(30));
    let node = Node::new(&more);
    database.execute("ALTER TABLE notices RENAME TO elsewhere").await;
    let running = tokio::spawn(follower(&index, &node, &more).run());
    sleep(Duration::from_millis(400)).await;
    assert_eq!(index.head().await.unwrap().unwrap().number, 20);
    database.execute("ALTER TABLE elsewhere RENAME TO notices").await;
    reached(&index, 30).await;
    running.abort();
}

async fn reading_goes_on_behind_the_last_block(database: Database) {
    let (index, world) = (database.open().await, world(20));
    let node = Node::new(&world);
    node.with(|state| state.finalized = 9);
    follower(&index, &node, &world).catch_up().await.unwrap();
    node.with(|state| state.finalized = 20);
    follower(&database.open().await, &node, &world).catch_up().await.unwrap();
    assert_eq!(node.with(|state| state.visits.clone()), [0, 9]);
    assert_eq!(index.finalized().await.unwrap().number, 20);
}

async fn a_node_of_another_chain_is_refused(database: Database) {
    let (index, world) = (database.open().await, world(5));
    let node = Node::new(&world);
    follower(&index, &node, &world).catch_up().await.unwrap();
    node.with(|state| state.genesis = [9; 32]);
    let refused = follower(&index, &node, &world).run().await;
    assert!(matches!(refused, Err(FollowError::OtherChain)));
}

async fn a_node_whose_block_differs_is_refused(database: Database) {
    let (index, world) = (database.open().await, world(5));
    let node = Node::new(&world);
    follower(&index, &node, &world).catch_up().await.unwrap();
    node.with(|state| state.blocks[4].hash = [9; 32]);
    let refused = follower(&index, &node, &world).run().await;
    assert!(matches!(refused, Err(FollowError::OtherBlock { number: 5 })));
}

async fn a_node_that_has_less_is_waited_for(database: Database) {
    let (index, world) = (database.open().await, world(10));
    let node = Node::new(&world);
    node.with(|state| state.finalized = 8);
    follower(&index, &node, &world).catch_up().await.unwrap();
    // It begins anew.
    node.with(|state| state.finalized = 3);
    let running = tokio::spawn(follower(&index, &node, &world).run());
    sleep(Duration::from_millis(300)).await;
    assert!(!running.is_finished());
    node.with(|state| state.finalized = 10);
    reached(&index, 10).await;
    running.abort();
}

async fn a_node_that_discarded_states_is_told_how_to_run(database: Database) {
    let (index, world) = (database.open().await, world(10));
    let node = Node::new(&world);
    node.with(|state| state.errors = vec![Error::Discarded { block: 1 }]);
    let refused = follower(&index, &node, &world).run().await.unwrap_err();
    assert!(matches!(refused, FollowError::Discarded { block: 1 }));
    assert!(refused.to_string().contains("`--state-pruning archive-canonical`"));
}

async fn a_manifest_that_comes_late_is_found(database: Database) {
    let (index, mut world) = (database.open().await, World::new());
    let late = manifest(member(1), DAY, 0, 0..3);
    let anchor = world.anchor(&late);
    world.block(vec![anchor]);
    let bytes = world.store.remove(&late.digest()).unwrap();
    let node = Node::new(&world);
    let mut follower = follower(&index, &node, &world);
    follower.catch_up().await.unwrap();
    let count =
        || async { index.records(&RecordFilter::default(), &Paging::default()).await.unwrap().items.len() };
    assert_eq!(count().await, 0);
    world.store.put_bytes(late.digest(), bytes);
    follower.catch_up().await.unwrap();
    assert_eq!(count().await, 3);
}

async fn the_index_is_built_anew_at_once(database: Database) {
    let (index, mut world) = (database.open().await, world(20));
    // More than are read beside a block.
    let anchors = (0..40).map(|n| world.anchor(&manifest(member(1), DAY, n, 0..3))).collect();
    world.block(anchors);
    let node = Node::new(&world);
    follower(&index, &node, &world).catch_up().await.unwrap();
    let before = database.dump().await;
    assert_eq!(before.iter().filter(|row| row.starts_with("records")).count(), 120);
    database.execute("DELETE FROM notices").await;
    assert_eq!(follower(&index, &node, &world).rebuild().await.unwrap().number, 21);
    assert_eq!(database.dump().await, before);
}

async fn the_index_is_built_anew_beside_a_follower(database: Database) {
    let (index, world) = (database.open().await, world(300));
    let node = Node::new(&world);
    follower(&index, &node, &world).catch_up().await.unwrap();
    let before = database.dump().await;
    let running = tokio::spawn(follower(&index, &Node::new(&world), &world).run());
    follower(&database.open().await, &Node::new(&world), &world).rebuild().await.unwrap();
    reached(&index, 300).await;
    assert!(!running.is_finished());
    running.abort();
    assert_eq!(database.dump().await, before);
}

async fn metrics_say_how_far_the_index_is(database: Database) {
    let (index, mut world) = (database.open().await, world(20));
    world.blocks[3].unknown = vec!["Records.Renamed".into(); 2];
    let missing = manifest(member(1), DAY, 0, 0..3);
    let mut false_one = world.anchor(&manifest(member(1), DAY, 1, 0..3));
    if let dmsm_client::ChainEvent::Anchored(batch) = &mut false_one {
        batch.root = [9; 32];
    }
    let anchors = vec![world.anchor(&missing), false_one];
    world.block(anchors);
    world.store.remove(&missing.digest());
    let node = Node::new(&world);
    let (registry, metrics) = metrics();
    let mut follower = Follower::new(index, node.clone(), world.store.clone(), metrics);
    let value = |name: &str| {
        let families = registry.gather();
        let metric =
            families.iter().find(|family| family.get_name() == name).unwrap().get_metric()[0].clone();
        metric.get_gauge().get_value() + metric.get_counter().get_value()
    };
    follower.catch_up().await.unwrap();
    assert_eq!((value("index_head"), value("index_lag_blocks"), value("index_connected")), (21.0, 0.0, 1.0));
    assert_eq!(value("index_unknown_events_total"), 2.0);
    assert_eq!((value("index_manifests_unavailable"), value("index_manifests_mismatched")), (1.0, 1.0));
    node.with(|state| state.errors = vec![Error::Discarded { block: 1 }]);
    follower.catch_up().await.unwrap_err();
    assert_eq!(value("index_connected"), 0.0);
}
