// SPDX-License-Identifier: Apache-2.0
//! Whatever fails, in whatever order: once it stops failing, every request that is still open is
//! answered, and none was accepted or answered twice.

use super::*;
use crate::Outcome;
use proptest::{
    collection,
    prelude::*,
    test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner},
};

#[derive(Clone, Copy, Debug)]
enum Step {
    Ask,
    Run,
    Die { after: usize, forget: bool, lose_pool: bool },
    Block { limit: usize },
    Wait { blocks: u32 },
    Other,
    LoseFromPool { at: usize },
    Fault(Option<Fault>),
    PoolRefuses(bool),
    VaultRefuses(bool),
    Reorganize { depth: u32, keep_pool: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let fault = prop_oneof![
        4 => Just(None),
        1 => Just(Some(Fault::Silent)),
        1 => Just(Some(Fault::Refused)),
        1 => Just(Some(Fault::OtherMeter)),
    ];
    prop_oneof![
        3 => Just(Step::Ask),
        10 => Just(Step::Run),
        4 => (0usize..40, any::<bool>(), any::<bool>())
            .prop_map(|(after, forget, lose_pool)| Step::Die { after, forget, lose_pool }),
        8 => prop_oneof![Just(0), 1usize..4, Just(usize::MAX)].prop_map(|limit| Step::Block { limit }),
        1 => (1u32..40).prop_map(|blocks| Step::Wait { blocks }),
        1 => Just(Step::Other),
        1 => (0usize..4).prop_map(|at| Step::LoseFromPool { at }),
        2 => fault.prop_map(Step::Fault),
        2 => any::<bool>().prop_map(Step::PoolRefuses),
        2 => any::<bool>().prop_map(Step::VaultRefuses),
        2 => (1u32..6, any::<bool>()).prop_map(|(depth, keep_pool)| Step::Reorganize { depth, keep_pool }),
    ]
}

/// Returns how many were answered.
fn play(steps: Vec<Step>) -> usize {
    let mut world = World::new();
    for step in steps {
        match step {
            Step::Ask => {
                world.ask(BILL);
            }
            Step::Run => {
                world.run();
            }
            Step::Die { after, forget, lose_pool } => {
                if world.run_and_die(after) {
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
            Step::VaultRefuses(refuses) => world.outside.get().vault_refuses = refuses,
            Step::Reorganize { depth, keep_pool } => {
                let height = world.now().saturating_sub(depth).max(1);
                world.reorganize(height);
                if !keep_pool {
                    world.outside.get().pool.clear();
                }
            }
        }
    }
    {
        let mut outside = world.outside.get();
        outside.fault = None;
        outside.pool_refuses = false;
        outside.vault_refuses = false;
        // A gap in the nonces of the pool is the pool's affair: it drops what never becomes ready.
        outside.pool.clear();
    }
    let open = world.open();
    world.settle();
    let outcomes = world.outcomes();
    for request in open {
        assert!(outcomes.contains(&(request, Outcome::Fulfilled)), "{request}: {outcomes:?}");
    }
    let count = |of: fn(&Log) -> Option<RequestId>| {
        let mut numbers: Vec<_> = world.log.iter().filter_map(of).collect();
        let all = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), all, "twice: {:?}", world.log);
        all
    };
    count(|entry| if let Log::Accepted(request) = entry { Some(*request) } else { None });
    count(|entry| if let Log::Answered(request, _) = entry { Some(*request) } else { None })
}

#[test]
fn nothing_twice_and_nothing_lost() {
    let runs = Runs { cases: 200, failure_persistence: None, ..Runs::default() };
    let mut runner = TestRunner::new_with_rng(runs, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let answered = std::cell::Cell::new(0);
    runner
        .run(&collection::vec(step(), 10..50), |steps| {
            answered.set(answered.get() + play(steps));
            Ok(())
        })
        .expect("whatever failed");
    assert!(answered.get() > 300, "{} answers", answered.get());
}
