// SPDX-License-Identifier: Apache-2.0
//! A grid service that does not answer as agreed: a report and a retry, nothing else.

use super::{
    world::{answer_to, open_letter},
    *,
};
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
            world.wait(16);
        }
        assert!(world.waiting().is_empty() && world.log.is_empty(), "{fault:?}");

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
        // The answer that was kept is lost.
        world.forget();
        world.outside.get().fault = Some(fault);
        for _ in 0..3 {
            assert_eq!(world.run(), [Report::GridUnreachable], "{fault:?}");
            world.wait(16);
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
    world.forget();
    world.outside.get().fault = Some(Fault::Refused);
    while !world.open().is_empty() {
        assert_eq!(world.run(), [Report::GridUnreachable]);
        world.wait(17);
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
        world.forget();
        world.outside.get().reply = reply;
        for _ in 0..3 {
            assert_eq!(world.run(), [Report::AnswerLost]);
            world.wait(16);
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
    world.forget();
    world.outside.get().reply = Reply::Sized(4_000);
    assert_eq!(world.run(), [Report::AnswerLost]);
    assert!(world.waiting().is_empty());
}

/// A reading that comes after acceptance changes nothing in what was promised.
#[test]
fn what_was_promised_is_delivered_whatever_the_readings_become() {
    for reply in [Reply::NoData, Reply::PeriodRefused, Reply::Sized(4_000), Reply::Sized(3_000)] {
        for fault in [None, Some(Fault::Code(422)), Some(Fault::Refused)] {
            let mut world = World::new();
            let request = world.ask(BILL);
            world.run();
            world.make_block(usize::MAX);
            world.outside.get().reply = reply;
            world.outside.get().fault = fault;
            assert_eq!(world.run(), [Report::RequestAnswered]);
            world.make_block(usize::MAX);
            assert_eq!(world.log, [Log::Accepted(request), Log::Answered(request, answer_to(&BILL))]);
        }
    }
}

#[test]
fn a_member_whose_questions_are_slow_keeps_nobody_else_waiting() {
    let mut world = World::new();
    let slow_meter = DeviceId([8; 32]);
    Owners::mutate(|owners| owners.insert(slow_meter, id(NEIGHBOUR)));
    world.outside.get().slow = Some(slow_meter);
    for _ in 0..6 {
        let content = world.content(Question::Bill { meter: slow_meter, month: MONTH });
        world.ask_with(NEIGHBOUR, ContentId::of(&content), open_letter(&content));
        world.make_block(0);
    }
    let request = world.ask(BILL);
    assert_eq!(world.run(), [Report::GridUnreachable]);
    world.make_block(usize::MAX);
    let mut blocks = 0;
    while world.open().contains(&request) {
        world.run();
        world.make_block(usize::MAX);
        blocks += 1;
    }
    assert!(blocks <= 4, "{blocks} blocks");
    assert_eq!(world.outcomes(), [(request, Outcome::Fulfilled)]);
}

#[test]
fn what_was_accepted_comes_before_what_was_not() {
    let mut world = World::new();
    let (one, other) = (world.ask(BILL), world.ask(BILL));
    world.execute(|| {
        let request = Requests::<Test>::get(other).expect("open");
        let lock = sha(&Run::<Test>::preimage(other, &request).expect("the vault signs"));
        Prepaid::accept(signed(PROCESSOR), other, request.digest, lock, score()).expect("it can be accepted");
    });
    world.make_block(0);
    world.run();
    assert_eq!(world.handed_in(), [("fulfil", other), ("accept", one)]);
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
