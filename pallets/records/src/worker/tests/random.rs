// SPDX-License-Identifier: Apache-2.0
//! Whatever fails, in whatever order: once it stops failing, every closed meter-day is anchored
//! exactly once, under the root of its manifest, and lies in the cloud.

use super::*;
use proptest::{
    collection,
    prelude::*,
    test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner},
};

#[derive(Clone, Copy, Debug)]
enum Step {
    Close { day: u32, meter: u32 },
    Run,
    Die { after: usize, forget: bool, lose_pool: bool },
    Block { limit: usize },
    Wait { blocks: u32 },
    Other,
    LoseFromPool { at: usize },
    Fault(Option<(At, Fault)>),
    PoolRefuses(bool),
    VaultRefuses(bool),
    Finality(bool),
    Reorganize { depth: u32, keep_pool: bool },
    OtherNode,
}

fn step() -> impl Strategy<Value = Step> {
    let at = prop_oneof![
        Just(At::Batches),
        Just(At::Unsealed),
        Just(At::Sealed),
        Just(At::Manifest),
        Just(At::Anchored),
        Just(At::PutAll),
        Just(At::Put)
    ];
    let kind = prop_oneof![Just(Fault::Silent), Just(Fault::Refused), Just(Fault::Lost)];
    let fault = prop_oneof![1 => Just(None), 1 => (at, kind).prop_map(Some)];
    prop_oneof![
        // Days of two months.
        4 => (28u32..33, 0u32..4).prop_map(|(day, meter)| Step::Close { day: DAY.0 + day, meter }),
        12 => Just(Step::Run),
        4 => (0usize..60, any::<bool>(), any::<bool>())
            .prop_map(|(after, forget, lose_pool)| Step::Die { after, forget, lose_pool }),
        12 => prop_oneof![1 => Just(0), 1 => 1usize..3, 3 => Just(usize::MAX)]
            .prop_map(|limit| Step::Block { limit }),
        1 => (1u32..40).prop_map(|blocks| Step::Wait { blocks }),
        1 => Just(Step::Other),
        1 => (0usize..4).prop_map(|at| Step::LoseFromPool { at }),
        3 => fault.prop_map(Step::Fault),
        1 => any::<bool>().prop_map(Step::PoolRefuses),
        1 => any::<bool>().prop_map(Step::VaultRefuses),
        1 => any::<bool>().prop_map(Step::Finality),
        2 => (1u32..6, any::<bool>()).prop_map(|(depth, keep_pool)| Step::Reorganize { depth, keep_pool }),
        1 => Just(Step::OtherNode),
    ]
}

/// Returns how many batches were anchored.
fn play(steps: Vec<Step>) -> usize {
    let mut world = World::new();
    world.outside.get().grid.batch_rows = 2;
    let mut other_disk = std::collections::BTreeMap::new();
    for step in steps {
        match step {
            Step::Close { day, meter } => world.close(Day(day), meter),
            Step::Run => drop(world.run()),
            Step::Die { after, forget, lose_pool } => {
                let at = world.touches() + after;
                if world.run_and_die(Some(at)) {
                    if forget {
                        world.forget();
                    }
                    if lose_pool {
                        world.outside.get().pool.clear();
                    }
                }
            }
            Step::Block { limit } => world.make_block(limit),
            Step::Wait { blocks } => world.wait(blocks),
            Step::Other => world.hand_in_other(),
            Step::LoseFromPool { at } => {
                let mut outside = world.outside.get();
                if at < outside.pool.len() {
                    outside.pool.remove(at);
                }
            }
            Step::Fault(fault) => world.outside.get().fault = fault,
            Step::PoolRefuses(refuses) => world.outside.get().pool_refuses = refuses,
            Step::VaultRefuses(refuses) => world.outside.get().vault_seals_nothing = refuses,
            Step::Finality(finality) => world.finality = finality,
            Step::Reorganize { depth, keep_pool } => {
                let height = world.now().saturating_sub(depth).max(1);
                world.reorganize(height);
                if !keep_pool {
                    world.outside.get().pool.clear();
                }
            }
            Step::OtherNode => core::mem::swap(&mut world.outside.get().disk, &mut other_disk),
        }
    }
    {
        let mut outside = world.outside.get();
        outside.fault = None;
        outside.pool_refuses = false;
        outside.vault_seals_nothing = false;
        // A gap in the nonces of the pool is the pool's affair: it drops what never becomes ready.
        outside.pool.clear();
        // The lock of a run that died.
        outside.time += LOCK_MILLIS;
    }
    world.settle();
    let anchored: Vec<_> =
        world.done().into_iter().filter(|entry| matches!(entry, Log::Anchored(..))).collect();
    let batches = world.outside.get().grid.batches.len();
    assert_eq!(anchored.len(), batches, "twice: {:?}", world.log);
    batches
}

#[test]
fn nothing_twice_and_nothing_lost() {
    let runs = Runs { cases: 200, failure_persistence: None, ..Runs::default() };
    let mut runner = TestRunner::new_with_rng(runs, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let anchored = std::cell::Cell::new(0);
    runner
        .run(&collection::vec(step(), 10..80), |steps| {
            anchored.set(anchored.get() + play(steps));
            Ok(())
        })
        .expect("whatever failed");
    assert!(anchored.get() > 500, "{} batches", anchored.get());
}
