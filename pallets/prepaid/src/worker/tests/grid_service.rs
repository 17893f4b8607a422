// SPDX-License-Identifier: Apache-2.0
//! A grid service that does not answer as agreed: a report and a retry, nothing else.

use super::*;
use crate::Outcome;

const FAULTS: [Fault; 11] = [
    Fault::Refused,
    Fault::Silent,
    Fault::Code(401),
    Fault::Code(500),
    Fault::Garbage,
    Fault::Trailing,
    Fault::Broken,
    Fault::Endless,
    Fault::OtherMeter,
    Fault::OtherTime,
    Fault::OtherKind,
];

#[test]
fn a_fault_before_acceptance_is_reported_and_hands_nothing_in() {
    for fault in FAULTS {
        let mut world = World::new();
        world.ask(BILL);
        world.outside.get().fault = Some(fault);
        for _ in 0..3 {
            assert_eq!(world.run(), [Report::GridUnreachable], "{fault:?}");
            world.make_block(usize::MAX);
        }
        assert!(world.waiting().is_empty() && world.log.is_empty(), "{fault:?}");
        assert!(world.outside.get().disk.is_empty(), "{fault:?}");

        world.outside.get().fault = None;
        assert_eq!(world.run(), [Report::RequestAccepted], "{fault:?}");
        world.settle();
        assert_eq!(world.outcomes(), [(0, Outcome::Fulfilled)], "{fault:?}");
    }
}

#[test]
fn a_fault_after_acceptance_is_reported_and_asked_again() {
    for fault in FAULTS {
        let mut world = World::new();
        world.ask(BILL);
        world.run();
        world.make_block(usize::MAX);
        world.outside.get().fault = Some(fault);
        for _ in 0..3 {
            assert_eq!(world.run(), [Report::GridUnreachable], "{fault:?}");
            world.make_block(usize::MAX);
        }
        assert!(world.waiting().is_empty(), "{fault:?}");
        world.outside.get().fault = None;
        assert_eq!(world.run(), [Report::RequestAnswered], "{fault:?}");
        world.settle();
        assert_eq!(world.outcomes(), [(0, Outcome::Fulfilled)], "{fault:?}");
    }
}

#[test]
fn what_waits_for_a_dead_grid_service_gets_its_refund() {
    let mut world = World::new();
    world.ask(BILL);
    world.run();
    world.make_block(usize::MAX);
    world.outside.get().fault = Some(Fault::Refused);
    while !world.open().is_empty() {
        assert_eq!(world.run(), [Report::GridUnreachable]);
        world.wait(10);
    }
    assert_eq!(world.outcomes(), [(0, Outcome::TimedOut)]);
    assert_eq!(world.execute(|| money(USER)), (ENDOWMENT, 0));
    assert_eq!(world.execute(score), 475);
    assert!(world.run().is_empty());
}

#[test]
fn an_answer_that_was_lost_is_reported_until_it_is_back() {
    for reply in [Reply::NoData, Reply::PeriodRefused] {
        let mut world = World::new();
        world.ask(BILL);
        world.run();
        world.make_block(usize::MAX);
        world.outside.get().reply = reply;
        for _ in 0..3 {
            assert_eq!(world.run(), [Report::AnswerLost]);
            world.make_block(usize::MAX);
        }
        assert!(world.waiting().is_empty());
        world.outside.get().reply = Reply::Answer;
        world.settle();
        assert_eq!(world.outcomes(), [(0, Outcome::Fulfilled)]);
    }
}

#[test]
fn an_answer_that_grew_too_long_is_reported() {
    let mut world = World::new();
    world.ask(BILL);
    world.run();
    world.make_block(usize::MAX);
    world.outside.get().reply = Reply::Sized(4_000);
    assert_eq!(world.run(), [Report::AnswerLost]);
    assert!(world.waiting().is_empty());
}

/// The time that one silence takes is all that a run has; the others have their turn all the same.
#[test]
fn a_silent_grid_service_does_not_hold_up_the_run_for_ever() {
    let mut world = World::new();
    for _ in 0..10 {
        world.ask(BILL);
    }
    world.outside.get().fault = Some(Fault::Silent);
    let before = world.outside.get().time;
    assert_eq!(world.run(), [Report::GridUnreachable]);
    assert!(world.outside.get().time < before + LOCK_MILLIS);
}
