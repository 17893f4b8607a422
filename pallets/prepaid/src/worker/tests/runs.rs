// SPDX-License-Identifier: Apache-2.0
//! Runs where all goes well.

use super::{
    world::{answer_to, open_blocks, open_letter, LIMIT, SLOT},
    *,
};
use crate::Outcome;

#[test]
fn a_node_without_vault_does_nothing() {
    let mut world = World::without_vault();
    world.with_account(PROCESSOR);
    world.ask(BILL);
    assert!(world.run().is_empty());
    assert!(world.waiting().is_empty());
    assert!(world.outside.get().asked.is_empty());
    assert!(world.outside.get().disk.is_empty());
}

#[test]
fn a_node_without_grid_service_does_nothing() {
    let mut world = World::new();
    world.outside.get().no_grid = true;
    world.ask(BILL);
    assert!(world.run().is_empty());
    assert!(world.waiting().is_empty());
    assert!(world.outside.get().disk.is_empty());
}

#[test]
fn a_node_that_is_not_enrolled_does_nothing() {
    let nothing = |world: &mut World| {
        world.ask(BILL);
        assert!(world.run().is_empty());
        assert!(world.waiting().is_empty());
        assert!(world.outside.get().asked.is_empty());
    };
    // No account; another's account; a user's account.
    nothing(&mut World::without_vault().with_vault());
    for seed in [STRANGER, USER, SECOND_PROCESSOR, FOREIGN_PROCESSOR] {
        let mut world = World::without_vault().with_vault();
        world.with_account(seed);
        nothing(&mut world);
    }
}

#[test]
fn a_suspended_processor_accepts_nothing() {
    let mut world = World::new();
    world.ask(BILL);
    suspend(PROCESSOR);
    assert!(world.run().is_empty());
    assert!(world.waiting().is_empty());
}

#[test]
fn a_suspended_processor_answers_what_it_accepted() {
    let mut world = World::new();
    let request = world.ask(BILL);
    assert_eq!(world.run(), [Report::RequestAccepted]);
    world.make_block(usize::MAX);
    suspend(PROCESSOR);
    assert_eq!(world.run(), [Report::RequestAnswered]);
    world.make_block(usize::MAX);
    assert_eq!(world.log, [Log::Accepted(request), Log::Answered(request, answer_to(&BILL))]);
}

#[test]
fn a_request_is_accepted_and_then_answered() {
    let mut world = World::new();
    let request = world.ask(BILL);

    assert_eq!(world.run(), [Report::RequestAccepted]);
    assert_eq!(world.handed_in(), [("accept", request)]);
    world.make_block(usize::MAX);
    assert_eq!(world.run(), [Report::RequestAnswered]);
    assert_eq!(world.handed_in(), [("fulfil", request)]);
    world.make_block(usize::MAX);
    assert!(world.run().is_empty());
    assert!(world.waiting().is_empty());

    assert_eq!(world.log, [Log::Accepted(request), Log::Answered(request, answer_to(&BILL))]);
    assert_eq!(world.outcomes(), [(request, Outcome::Fulfilled)]);
    world.execute(|| {
        assert_eq!(money(USER), (ENDOWMENT - PRICE, 0));
        assert_eq!(money(PROCESSOR), (PRICE, 0));
        assert_eq!(score(), 506);
    });
    // The question was asked before it was accepted, and not again.
    assert_eq!(world.outside.get().asked, [BILL]);
}

#[test]
fn every_kind_of_question_is_answered() {
    let dated = Question::Advice { meter: METER, month: Some(MONTH) };
    for question in [BILL, USAGE, ADVICE, dated] {
        let mut world = World::new();
        let request = world.ask(question);
        world.settle();
        assert_eq!(world.log, [Log::Accepted(request), Log::Answered(request, answer_to(&question))]);
    }
}

#[test]
fn the_number_of_open_requests_is_reported() {
    let mut world = World::new();
    world.ask(BILL);
    world.ask(USAGE);
    let now = world.now();
    world.execute(|| super::super::run::<Test>(now));
    assert!(world.outside.get().reports.contains(&Report::OpenRequests(2)));
}

#[test]
fn the_next_run_hands_nothing_in_again_while_a_step_is_on_its_way() {
    let mut world = World::new();
    let request = world.ask(BILL);
    world.run();
    for _ in 0..5 {
        world.make_block(0);
        assert!(world.run().is_empty());
        assert_eq!(world.handed_in(), [("accept", request)]);
    }
    world.make_block(usize::MAX);
    world.run();
    for _ in 0..5 {
        world.make_block(0);
        assert!(world.run().is_empty());
        assert_eq!(world.handed_in(), [("fulfil", request)]);
    }
    assert_eq!(world.outside.get().asked.len(), 1);
}

/// A request with any letter and CID is rejected for this reason, and the grid service asked so
/// many times.
fn assert_rejected(world: &mut World, request: RequestId, reason: Rejection, asked: usize) {
    assert_eq!(world.run(), [Report::RequestRejected], "{reason:?}");
    assert_eq!(world.outside.get().asked.len(), asked, "{reason:?}");
    world.make_block(usize::MAX);
    assert_eq!(world.log, [Log::Rejected(request, reason)]);
    assert_eq!(world.execute(|| money(USER)), (ENDOWMENT, 0));
    assert_eq!(world.execute(score), 500);
    assert!(world.run().is_empty());
}

#[test]
fn what_does_not_decrypt_to_a_question_is_rejected() {
    let mut closed = open_blocks(&[1; 64], 256);
    closed[1] = 2;
    let trailing = {
        let content = Content { salt: [0; 16], question: BILL };
        open_blocks(&[content.encode(), vec![0]].concat(), 256)
    };
    for letter in [closed, open_blocks(b"no question", 256), open_blocks(&[0xff; 200], 256), trailing] {
        let mut world = World::new();
        let content = world.content(BILL);
        let request = world.ask_with(USER, ContentId::of(&content), letter);
        assert_rejected(&mut world, request, Rejection::Unreadable, 0);
    }
}

#[test]
fn what_is_not_what_its_cid_names_is_rejected() {
    let mut world = World::new();
    let (one, other) = (world.content(BILL), world.content(BILL));
    let cid = ContentId::of(&one);
    let other_kind = ContentId { kind: RequestKind::UsageDetails, ..cid };
    for (cid, letter) in [(cid, open_letter(&other)), (other_kind, open_letter(&one))] {
        let mut world = World::new();
        let request = world.ask_with(USER, cid, letter);
        assert_rejected(&mut world, request, Rejection::ContentMismatch, 0);
    }
}

#[test]
fn a_question_about_anothers_meter_is_rejected() {
    for meter in [METER, DeviceId([77; 32])] {
        let mut world = World::new();
        Owners::mutate(|owners| owners.insert(METER, id(NEIGHBOUR)));
        let request = world.ask(Question::Bill { meter, month: MONTH });
        assert_rejected(&mut world, request, Rejection::ForeignMeter, 0);
    }
}

#[test]
fn a_kind_that_the_policy_does_not_serve_is_rejected() {
    let mut world = World::new();
    world.outside.get().not_served = vec![RequestKind::UsageDetails];
    let request = world.ask(USAGE);
    assert_rejected(&mut world, request, Rejection::NotServed, 0);
    world.ask(BILL);
    assert_eq!(world.run(), [Report::RequestAccepted]);
}

#[test]
fn what_the_grid_service_cannot_answer_is_rejected() {
    for (reply, reason) in
        [(Reply::NoData, Rejection::NoData), (Reply::PeriodRefused, Rejection::PeriodRefused)]
    {
        let mut world = World::new();
        world.outside.get().reply = reply;
        let request = world.ask(BILL);
        assert_rejected(&mut world, request, reason, 1);
    }
}

#[test]
fn an_answer_that_fits_no_block_is_rejected_and_the_longest_that_does_is_given() {
    // 16 ciphertexts of 512 bytes are 8 KiB, and each holds 248 bytes of message.
    let mut world = World::new();
    world.outside.get().reply = Reply::Sized(16 * 248);
    world.ask(BILL);
    world.settle();
    assert_eq!(world.outcomes(), [(0, Outcome::Fulfilled)]);

    let mut world = World::new();
    world.outside.get().reply = Reply::Sized(16 * 248 + 1);
    let request = world.ask(BILL);
    assert_rejected(&mut world, request, Rejection::PeriodRefused, 1);
}

#[test]
fn the_longest_answer_is_what_a_real_vault_makes_of_it() {
    use dmsm_primitives::blocks::split;
    for (modulus, blocks) in [(256, 16), (384, 10), (512, 8)] {
        let longest = answer::longest(modulus, 8_192);
        let ciphertexts = |length: usize| split(&vec![0; length], modulus).expect("short").len();
        assert_eq!(ciphertexts(longest), blocks);
        assert!(ciphertexts(longest) * 2 * modulus <= 8_192);
        assert_eq!(ciphertexts(longest + 1), blocks + 1);
        assert!(ciphertexts(longest + 1) * 2 * modulus > 8_192);
    }
    assert_eq!(answer::longest(0, 8_192), 0);
}

#[test]
fn the_oldest_requests_come_first() {
    let mut world = World::new();
    for _ in 0..5 {
        world.ask(BILL);
    }
    assert_eq!(world.run(), [Report::RequestAccepted; 5]);
    assert_eq!(world.waiting(), [0, 1, 2, 3, 4]);
    let accepted: Vec<_> = (0..5).map(|request| ("accept", request)).collect();
    assert_eq!(world.handed_in(), accepted);
    world.settle();
    assert_eq!(world.done().len(), 10);
}

#[test]
fn a_run_looks_at_no_more_requests_than_its_bound_and_none_is_left_over() {
    let mut world = World::new();
    let all = MAX_REQUESTS + 3;
    world.ask_for_less(BILL, all);
    assert_eq!(world.run().len(), MAX_REQUESTS);
    world.settle();
    assert_eq!(world.done().len(), 2 * all);
    assert_eq!(world.execute(|| money(PROCESSOR)), (all as u128, 0));
}

#[test]
fn a_run_out_of_time_leaves_the_rest_to_the_next() {
    let mut world = World::new();
    for _ in 0..6 {
        world.ask(BILL);
    }
    world.outside.get().tick = BUDGET_MILLIS / 8;
    let first = world.run().len();
    assert!((1..6).contains(&first), "{first} requests");
    world.outside.get().tick = 0;
    assert_eq!(world.run().len(), 6 - first);
    world.settle();
    assert_eq!(world.outcomes().len(), 6);
}

#[test]
fn nothing_is_handed_in_from_the_deadline_on() {
    let mut world = World::new();
    world.ask(BILL);
    let deadline = Now::get() + LIMIT;
    // The clock of a block whose refunds had no room.
    world.execute(|| Now::set(deadline));
    assert!(world.run().is_empty());
    assert!(world.waiting().is_empty());
    world.execute(|| Now::set(deadline - 1));
    assert_eq!(world.run(), [Report::RequestAccepted]);
}

#[test]
fn an_answer_is_handed_in_before_the_deadline_and_not_after() {
    let mut world = World::new();
    world.ask(BILL);
    world.run();
    world.make_block(usize::MAX);
    let deadline = Now::get() + LIMIT;
    world.execute(|| Now::set(deadline));
    assert!(world.run().is_empty());
    world.execute(|| Now::set(deadline - SLOT - 1));
    assert_eq!(world.run(), [Report::RequestAnswered]);
    world.make_block(usize::MAX);
    assert_eq!(world.outcomes(), [(0, Outcome::Fulfilled)]);
}

#[test]
fn the_lock_of_a_run_keeps_others_out_until_it_is_too_old() {
    let mut world = World::new();
    world.ask(BILL);
    let now = world.outside.get().time;
    world.leave_lock(b"dmsm/requests/lock", now + LOCK_MILLIS);
    assert!(world.run().is_empty());
    assert!(world.waiting().is_empty());
    world.outside.get().time += LOCK_MILLIS + 1;
    assert_eq!(world.run(), [Report::RequestAccepted]);
    assert!(!world.outside.get().disk.contains_key(b"dmsm/requests/lock".as_slice()), "it is free again");
}

#[test]
fn a_transaction_of_another_worker_of_the_account_takes_no_nonce_away() {
    let mut world = World::new();
    let request = world.ask(BILL);
    world.hand_in_other();
    assert_eq!(world.run(), [Report::RequestAccepted]);
    world.hand_in_other();
    assert_eq!(world.waiting(), [0, 1, 2]);
    world.make_block(usize::MAX);
    assert_eq!(world.log, [Log::Other, Log::Accepted(request), Log::Other]);
    world.hand_in_other();
    world.run();
    world.hand_in_other();
    assert_eq!(world.waiting(), [3, 4, 5]);
    world.make_block(1);
    world.settle();
    assert_eq!(world.outcomes(), [(request, Outcome::Fulfilled)]);
}

#[test]
fn a_preimage_is_the_same_every_time_and_another_for_every_request_and_letter() {
    let mut world = World::new();
    let (one, other) = (world.ask(BILL), world.ask(BILL));
    let preimages = world.execute(|| {
        let of = |id, letter_of| {
            let request = Requests::<Test>::get(letter_of).expect("open");
            Run::<Test>::preimage(id, &request).expect("the vault signs")
        };
        let again = of(one, one);
        assert_eq!(of(one, one), again);
        [again, of(one, other), of(other, one), of(other, other)]
    });
    for (at, preimage) in preimages.iter().enumerate() {
        assert!(!preimages[..at].contains(preimage));
    }
}

/// A delivery moves the score while an acceptance that names the old one is on its way.
#[test]
fn an_acceptance_that_names_an_old_score_is_made_again_at_once() {
    let mut world = World::new();
    world.ask(BILL);
    world.run();
    world.make_block(usize::MAX);
    world.ask(BILL);
    world.run();
    for _ in 0..6 {
        world.make_block(usize::MAX);
        world.run();
    }
    assert_eq!(world.outcomes(), [(0, Outcome::Fulfilled), (1, Outcome::Fulfilled)], "{:?}", world.log);
}
