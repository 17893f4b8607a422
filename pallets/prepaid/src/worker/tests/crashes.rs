// SPDX-License-Identifier: Apache-2.0
//! Death at every point: before everything that the worker does outside itself.

use super::{world::answer_to, *};
use crate::Outcome;

/// What is left after a death.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Left {
    /// The disk and the pool, as a killed process leaves them; locks too.
    All,
    /// The pool alone.
    Pool,
    /// The disk alone.
    Disk,
    /// Neither.
    Nothing,
}

fn restart(world: &mut World, left: Left) {
    if matches!(left, Left::Pool | Left::Nothing) {
        world.forget();
    }
    if matches!(left, Left::Disk | Left::Nothing) {
        world.outside.get().pool.clear();
    }
}

/// Exactly one acceptance and one answer are on chain, and the lock opened.
fn assert_answered_once(world: &mut World, request: RequestId, context: &str) {
    world.settle();
    let once = [Log::Accepted(request), Log::Answered(request, answer_to(&BILL))];
    assert_eq!(world.done(), once, "{context}");
    assert_eq!(world.outcomes(), [(request, Outcome::Fulfilled)], "{context}");
    assert_eq!(world.execute(|| (money(USER), money(PROCESSOR))), ((ENDOWMENT - PRICE, 0), (PRICE, 0)));
}

/// Kills the worker at every point of the run that `prepare` leads to. Returns how many there were.
fn die_everywhere(left: Left, before: impl Fn(&mut World)) -> usize {
    for point in 0.. {
        let mut world = World::new();
        let request = world.ask(BILL);
        before(&mut world);
        let died = world.run_and_die(point);
        if died {
            restart(&mut world, left);
        }
        assert_answered_once(&mut world, request, &format!("{left:?}, point {point}"));
        if !died {
            return point;
        }
    }
    unreachable!("a run ends")
}

const EVERY: [Left; 4] = [Left::All, Left::Pool, Left::Disk, Left::Nothing];

#[test]
fn death_at_any_point_of_an_acceptance_leaves_one_acceptance_and_one_answer() {
    for left in EVERY {
        let points = die_everywhere(left, |_| {});
        assert!(points >= 10, "{points} points");
    }
}

#[test]
fn death_at_any_point_of_an_answer_leaves_one_acceptance_and_one_answer() {
    for left in EVERY {
        let points = die_everywhere(left, |world| {
            world.run();
            world.make_block(usize::MAX);
        });
        assert!(points >= 10, "{points} points");
    }
}

#[test]
fn death_while_a_step_is_on_its_way_leaves_one_acceptance_and_one_answer() {
    for left in EVERY {
        let accepting = die_everywhere(left, |world| {
            world.run();
        });
        let answering = die_everywhere(left, |world| {
            world.run();
            world.make_block(usize::MAX);
            world.run();
        });
        assert!(accepting >= 2 && answering >= 2);
    }
}

#[test]
fn death_after_death_leaves_one_acceptance_and_one_answer() {
    for left in EVERY {
        for point in 0..12 {
            let mut world = World::new();
            let request = world.ask(BILL);
            for _ in 0..4 {
                if world.run_and_die(point) {
                    restart(&mut world, left);
                }
                world.make_block(usize::MAX);
            }
            assert_answered_once(&mut world, request, &format!("{left:?}, point {point}"));
        }
    }
}

#[test]
fn death_at_any_point_of_a_rejection_leaves_one_rejection() {
    for left in EVERY {
        for point in 0.. {
            let mut world = World::new();
            world.outside.get().reply = Reply::NoData;
            let request = world.ask(BILL);
            let died = world.run_and_die(point);
            if died {
                restart(&mut world, left);
            }
            world.settle();
            assert_eq!(world.done(), [Log::Rejected(request, Rejection::NoData)]);
            if !died {
                assert!(point >= 8, "{point} points");
                break;
            }
        }
    }
}

/// Every node of the processor that has the vault opens the lock: nothing that it needs was lost.
#[test]
fn an_answer_needs_nothing_of_the_run_that_accepted() {
    let mut world = World::new();
    let request = world.ask(BILL);
    world.run();
    world.make_block(usize::MAX);
    restart(&mut world, Left::Nothing);
    assert_eq!(world.run(), [Report::RequestAnswered]);
    assert_answered_once(&mut world, request, "another node");
}

#[test]
fn what_was_accepted_with_another_vault_is_reported_and_left() {
    let mut world = World::new();
    let request = world.ask(BILL);
    world.execute(|| {
        let digest = digest_of(request);
        Prepaid::accept(signed(PROCESSOR), request, digest, [1; 32], score()).expect("it can be accepted");
    });
    world.make_block(0);
    for _ in 0..3 {
        assert_eq!(world.run(), [Report::VaultRefused]);
    }
    assert!(world.waiting().is_empty());
    // It does not keep the others out.
    let other = world.ask(BILL);
    assert_eq!(world.run(), [Report::VaultRefused, Report::RequestAccepted]);
    assert_eq!(world.handed_in(), [("accept", other)]);
}
