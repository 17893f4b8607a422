// SPDX-License-Identifier: Apache-2.0
//! Whatever fails, in whatever order: once it stops failing, the chain holds each notice that the
//! rule asks for, once and in order.

use super::*;
use proptest::{
    collection,
    prelude::*,
    test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner},
};

#[derive(Clone, Debug)]
enum Step {
    Read { seed: u8, powers: Vec<i64> },
    Forge { seed: u8 },
    Run,
    Block { limit: usize },
    Finalize { behind: u32 },
    LoseFromPool { at: usize },
    LosePool,
    ForgetAll,
    Remember,
    Restore,
    Fault(Option<Fault>),
    PoolRefuses(bool),
    VaultRefuses(bool),
    Disconnect { seed: u8, connected: bool },
    SpendNonce,
    Reorganize { depth: u32, keep_pool: bool },
    Wait { blocks: u32 },
}

fn step() -> impl Strategy<Value = Step> {
    let power = prop_oneof![Just(OFF), Just(LOW), Just(ON), Just(HIGH), Just(-ON)];
    let fault = prop_oneof![
        4 => Just(None),
        1 => Just(Some(Fault::Silent)),
        1 => Just(Some(Fault::OutOfOrder)),
        1 => Just(Some(Fault::ShortLookup)),
    ];
    prop_oneof![
        6 => (1u8..4, collection::vec(power, 1..6)).prop_map(|(seed, powers)| Step::Read { seed, powers }),
        1 => (1u8..4).prop_map(|seed| Step::Forge { seed }),
        12 => Just(Step::Run),
        8 => prop_oneof![Just(0), 1usize..6, Just(usize::MAX)].prop_map(|limit| Step::Block { limit }),
        4 => (0u32..5).prop_map(|behind| Step::Finalize { behind }),
        2 => (0usize..6).prop_map(|at| Step::LoseFromPool { at }),
        1 => Just(Step::LosePool),
        1 => Just(Step::ForgetAll),
        1 => Just(Step::Remember),
        1 => Just(Step::Restore),
        2 => fault.prop_map(Step::Fault),
        2 => any::<bool>().prop_map(Step::PoolRefuses),
        2 => any::<bool>().prop_map(Step::VaultRefuses),
        2 => (1u8..4, any::<bool>()).prop_map(|(seed, connected)| Step::Disconnect { seed, connected }),
        1 => Just(Step::SpendNonce),
        2 => (1u32..6, any::<bool>()).prop_map(|(depth, keep_pool)| Step::Reorganize { depth, keep_pool }),
        1 => (1u32..30).prop_map(|blocks| Step::Wait { blocks }),
    ]
}

/// Notices of a device by the rule, outside worker and chain.
fn expected(world: &World, seed: u8, rule: &Rule, lost: &[(u8, u64)]) -> Vec<(u64, PowerStatus)> {
    let id = device(seed);
    let mut last = None;
    let mut notices = Vec::new();
    for (_, SignedReading { reading, .. }) in &world.outside.get().rows {
        if reading.device != id || lost.contains(&(seed, reading.sequence)) {
            continue;
        }
        let verdict = rule.judge(reading);
        if rule.raises_notice(verdict, last) {
            notices.push((reading.sequence, verdict.power));
            last = Some(verdict);
        }
    }
    notices
}

fn play(steps: Vec<Step>) -> usize {
    let mut world = World::new();
    let every = Rule { policy: ReportingPolicy::EveryReading, ..RULE };
    with_device(3, |device| device.rules = vec![(0, every)]);
    let mut remembered = None;
    let mut forged = Vec::new();
    for step in steps {
        match step {
            Step::Read { seed, powers } => world.read(seed, &powers),
            Step::Forge { seed } => {
                world.read(seed, &[HIGH]);
                let mut outside = world.outside.get();
                let (_, row) = outside.rows.last_mut().expect("it was just read");
                row.reading.power = OFF;
                forged.push((seed, row.reading.sequence));
            }
            Step::Run => {
                world.run();
            }
            Step::Block { limit } => world.make_block(limit),
            Step::Finalize { behind } => {
                let height = world.now().saturating_sub(behind).max(world.outside.get().finalized);
                world.finalize(height);
            }
            Step::LoseFromPool { at } => {
                let mut outside = world.outside.get();
                if at < outside.pool.len() {
                    outside.pool.remove(at);
                }
            }
            Step::LosePool => world.outside.get().pool.clear(),
            Step::ForgetAll => world.set_memory(None),
            Step::Remember => remembered = world.memory(),
            Step::Restore => {
                if remembered.is_some() {
                    world.set_memory(remembered.clone());
                }
            }
            Step::Fault(fault) => world.outside.get().fault = fault,
            Step::PoolRefuses(refuses) => world.outside.get().pool_refuses = refuses,
            Step::VaultRefuses(refuses) => world.outside.get().vault_refuses = refuses,
            // While a notice waits; the worker sees the device connected.
            Step::Disconnect { seed, connected } => {
                with_device(seed, |device| device.info.connected = connected);
                world.make_block(1);
                with_device(seed, |device| device.info.connected = true);
            }
            Step::SpendNonce => world.spend_nonce(),
            Step::Reorganize { depth, keep_pool } => {
                let height = world.now().saturating_sub(depth).max(world.outside.get().finalized).max(1);
                world.reorganize(height);
                if !keep_pool {
                    world.outside.get().pool.clear();
                }
            }
            Step::Wait { blocks } => world.wait(blocks),
        }
    }
    {
        let mut outside = world.outside.get();
        outside.fault = None;
        outside.pool_refuses = false;
        outside.vault_refuses = false;
    }
    world.settle();
    for (seed, rule) in [(1, RULE), (2, RULE), (3, every)] {
        assert_eq!(world.told(seed), expected(&world, seed, &rule, &forged), "device {seed}");
    }
    world.notices.len()
}

#[test]
fn nothing_twice_and_nothing_lost() {
    let runs = Runs { cases: 60, failure_persistence: None, ..Runs::default() };
    let mut runner = TestRunner::new_with_rng(runs, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let notices = std::cell::Cell::new(0);
    runner
        .run(&collection::vec(step(), 20..80), |steps| {
            notices.set(notices.get() + play(steps));
            Ok(())
        })
        .expect("whatever failed");
    assert!(notices.get() > 500, "{} notices", notices.get());
}
