// SPDX-License-Identifier: Apache-2.0
//! Refusals, losses and reorganizations.

use super::{
    world::{answer_to, open_letter},
    *,
};
use crate::{Error, Outcome};

fn assert_answered(world: &mut World, request: RequestId) {
    world.settle();
    let once = [Log::Accepted(request), Log::Answered(request, answer_to(&BILL))];
    assert_eq!(world.done(), once);
    assert_eq!(world.outcomes(), [(request, Outcome::Fulfilled)]);
}

#[test]
fn an_acceptance_that_the_pool_lost_is_made_again_after_patience() {
    let mut world = World::new();
    let request = world.ask(BILL);
    world.run();
    world.outside.get().pool.clear();
    world.wait(memory::PATIENCE);
    assert!(world.run().is_empty());
    world.wait(1);
    assert_eq!(world.run(), [Report::RequestAccepted]);
    assert_answered(&mut world, request);
}

#[test]
fn an_answer_that_the_pool_lost_is_made_again_after_patience() {
    let mut world = World::new();
    let request = world.ask(BILL);
    world.run();
    world.make_block(usize::MAX);
    world.run();
    world.outside.get().pool.clear();
    world.wait(memory::PATIENCE);
    assert!(world.run().is_empty());
    world.wait(1);
    assert_eq!(world.run(), [Report::RequestAnswered]);
    assert_answered(&mut world, request);
}

/// What was made again and what was only slow are both included: the chain takes one.
#[test]
fn a_slow_transaction_and_the_one_made_again_do_no_harm() {
    let mut world = World::new();
    let request = world.ask(BILL);
    world.run();
    let slow = world.outside.get().pool.clone();
    world.wait(memory::PATIENCE + 1);
    assert_eq!(world.run(), [Report::RequestAccepted]);
    assert_eq!(world.handed_in(), [("accept", request); 2]);
    assert_eq!(slow.len(), 1);
    world.make_block(usize::MAX);
    let again = Error::<Test>::AlreadyAccepted.into();
    assert_eq!(world.log, [Log::Accepted(request), Log::Failed(again)]);
    assert_answered(&mut world, request);
}

#[test]
fn a_pool_that_refuses_is_reported_and_asked_again() {
    let mut world = World::new();
    let request = world.ask(BILL);
    for report in [Report::RequestAccepted, Report::RequestAnswered] {
        world.outside.get().pool_refuses = true;
        for _ in 0..3 {
            assert_eq!(world.run(), [Report::SubmissionRefused]);
        }
        world.outside.get().pool_refuses = false;
        assert_eq!(world.run(), [report]);
        world.make_block(usize::MAX);
    }
    assert_answered(&mut world, request);
}

#[test]
fn a_vault_that_refuses_to_encrypt_is_reported_and_asked_again() {
    let mut world = World::new();
    let request = world.ask(BILL);
    for report in [Report::RequestAccepted, Report::RequestAnswered] {
        world.outside.get().vault_refuses = true;
        for _ in 0..3 {
            assert_eq!(world.run(), [Report::VaultRefused]);
            world.make_block(usize::MAX);
        }
        world.outside.get().vault_refuses = false;
        assert_eq!(world.run(), [report]);
        world.make_block(usize::MAX);
        // The answer that was kept is lost, and made again.
        world.forget();
    }
    assert_answered(&mut world, request);
}

#[test]
fn a_memory_that_is_no_memory_is_forgotten() {
    let mut world = World::new();
    let request = world.ask(BILL);
    world.outside.get().disk.insert(b"dmsm/requests/memory".to_vec(), vec![0xff; 9]);
    assert_eq!(world.run(), [Report::RequestAccepted]);
    assert_answered(&mut world, request);
}

#[test]
fn the_memory_of_what_has_ended_is_forgotten() {
    let mut world = World::new();
    world.ask(BILL);
    world.run();
    let full = world.outside.get().disk[b"dmsm/requests/memory".as_slice()].len();
    world.settle();
    world.run();
    let empty = world.outside.get().disk[b"dmsm/requests/memory".as_slice()].len();
    assert!(empty < full && empty == 2, "{empty} of {full} bytes");
    let answers = |key: &&Vec<u8>| key.starts_with(b"dmsm/requests/answer/");
    assert_eq!(world.outside.get().disk.keys().filter(answers).count(), 0);
}

#[test]
fn a_submission_that_died_delays_the_next_and_no_more() {
    let mut world = World::new();
    let request = world.ask(BILL);
    let now = world.outside.get().time;
    world.leave_lock(b"dmsm/worker/nonce", now + 2_000);
    assert_eq!(world.run(), [Report::RequestAccepted]);
    let waited = world.outside.get().time - now;
    assert!((2_000..2_200).contains(&waited), "{waited} ms");
    assert_answered(&mut world, request);
}

#[test]
fn a_requester_that_cancels_first_is_not_accepted() {
    let mut world = World::new();
    let request = world.ask(BILL);
    world.run();
    world.execute(|| Prepaid::cancel(signed(USER), request).expect("it is open"));
    world.make_block(usize::MAX);
    assert_eq!(world.log, [Log::Failed(Error::<Test>::UnknownRequest.into())]);
    assert!(world.run().is_empty());
    assert_eq!(world.outcomes(), [(request, Outcome::Cancelled)]);
}

#[test]
fn a_reorganization_that_loses_steps_loses_nothing() {
    // The request is in block 2, the acceptance in block 3, the answer in block 4.
    for height in [2, 3] {
        let mut world = World::new();
        let request = world.ask(BILL);
        world.run();
        world.make_block(usize::MAX);
        world.run();
        world.make_block(usize::MAX);
        world.run();
        assert!(world.open().is_empty());
        world.reorganize(height);
        assert_eq!(world.open(), [request]);
        assert_answered(&mut world, request);
    }
}

#[test]
fn a_reorganization_that_keeps_steps_in_the_pool_doubles_nothing() {
    let mut world = World::new();
    let request = world.ask(BILL);
    world.run();
    let pool = world.outside.get().pool.clone();
    world.make_block(usize::MAX);
    world.run();
    world.reorganize(2);
    world.outside.get().pool.extend(pool);
    assert_eq!(world.waiting().len(), 2);
    assert_answered(&mut world, request);
}

#[test]
fn a_request_that_a_reorganization_took_away_is_left_alone() {
    let mut world = World::new();
    world.ask(BILL);
    world.run();
    world.make_block(usize::MAX);
    world.run();
    world.reorganize(1);
    assert!(world.open().is_empty());
    world.make_block(usize::MAX);
    assert!(world.run().is_empty());
    assert!(world.done().is_empty());
    assert_eq!(world.execute(|| money(USER)), (ENDOWMENT, 0));
}

/// On the other fork, another requester has the number. What was made for the first one opens
/// nothing there, and the second one is served as if nothing had been.
#[test]
fn another_request_with_the_same_number_is_another_request() {
    for steps in 0..=2 {
        let mut world = World::new();
        let meter = DeviceId([8; 32]);
        Owners::mutate(|owners| owners.insert(meter, id(NEIGHBOUR)));
        let first = world.ask(BILL);
        world.run();
        let stale = world.outside.get().pool.clone();
        for _ in 0..steps {
            world.make_block(usize::MAX);
            world.run();
        }
        world.reorganize(1);
        world.outside.get().pool = stale;

        let question = Question::Bill { meter, month: MONTH };
        let content = world.content(question);
        let second = world.ask_with(NEIGHBOUR, ContentId::of(&content), open_letter(&content));
        assert_eq!(second, first);
        world.make_block(usize::MAX);
        assert_eq!(world.log, [Log::Failed(Error::<Test>::WrongRequest.into())]);
        world.settle();
        assert_eq!(world.done(), [Log::Accepted(second), Log::Answered(second, answer_to(&question))]);
        assert_eq!(world.execute(|| money(USER)), (ENDOWMENT, 0));
        assert_eq!(world.execute(|| money(NEIGHBOUR)), (ENDOWMENT - PRICE, 0));
    }
}
