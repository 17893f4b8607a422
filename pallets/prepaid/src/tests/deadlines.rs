// SPDX-License-Identifier: Apache-2.0
//! What runs out, and in which order.

use super::*;
use frame_support::{traits::Get, weights::Weight};

type Costs = <Test as crate::Config>::WeightInfo;

/// Most refunds of one block.
fn most() -> usize {
    <<Test as crate::Config>::MaxRefunds as Get<u32>>::get() as usize
}

/// Weight for a look at the queue and so many refunds.
fn room_for(refunds: u64) -> Weight {
    Costs::look_at_deadlines() + Costs::refund_due() * refunds
}

/// Numbers of what ran out since the last call of [`events`].
fn run_out() -> Vec<RequestId> {
    let number = |event| match event {
        Event::Expired { request } | Event::TimedOut { request } => request,
        other => panic!("a refund tells {other:?}"),
    };
    events().into_iter().map(number).collect()
}

/// So many requests, a millisecond apart.
fn several(count: u64) -> Vec<RequestId> {
    let one = |_| {
        let request = requested();
        Now::mutate(|now| *now += 1);
        request
    };
    (0..count).map(one).collect()
}

#[test]
fn what_is_not_accepted_in_time_expires_at_the_first_block_at_its_deadline() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        events();
        next_block(TIME_LIMIT - 1);
        assert!(events().is_empty());
        assert_eq!(state_of(request), Some(State::Requested));
        next_block(1);
        assert!(credit_events().is_empty());
        assert_eq!(events(), [Event::Expired { request }]);
        assert_eq!(outcomes(), [(request, Outcome::Expired)]);
        assert_eq!(money(USER), (ENDOWMENT, 0));
        assert_eq!(score(), 500);
    });
}

#[test]
fn what_is_not_answered_in_time_times_out_at_the_first_block_at_its_deadline() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        next_block(TIME_LIMIT - 1);
        assert_ok!(accept(request));
        events();
        next_block(TIME_LIMIT - 1);
        assert!(events().is_empty());
        next_block(1);
        let (processor, counterparty) = (id(PROCESSOR), id(USER));
        let conduct = Conduct::TimedOut;
        assert_eq!(
            credit_events(),
            [pallet_credit::Event::Recorded { processor, counterparty, conduct, change: -25, score: 475 }]
        );
        assert_eq!(events(), [Event::TimedOut { request }]);
        assert_eq!(outcomes(), [(request, Outcome::TimedOut)]);
        assert_eq!(money(USER), (ENDOWMENT, 0));
        assert_eq!(money(PROCESSOR), (0, 0));
    });
}

#[test]
fn a_block_that_comes_late_refunds_as_well() {
    for late in [1, TIME_LIMIT, 365 * 24 * 3_600_000] {
        Builder::default().build_and_execute(|| {
            let request = accepted();
            next_block(TIME_LIMIT + late);
            assert_eq!(outcomes(), [(request, Outcome::TimedOut)]);
        });
    }
}

#[test]
fn a_suspended_party_gets_its_refund_and_its_due() {
    Builder::default().build_and_execute(|| {
        accepted();
        suspend(USER);
        suspend(PROCESSOR);
        next_block(TIME_LIMIT);
        assert_eq!(money(USER), (ENDOWMENT, 0));
        assert_eq!(score(), 475);
    });
}

/// At one deadline either the claim or the refund happens.
#[test]
fn claim_and_refund_are_exclusive() {
    for elapsed in TIME_LIMIT - 2..=TIME_LIMIT + 2 {
        for refunds_run in [true, false] {
            Builder::default().build_and_execute(|| {
                let request = accepted();
                let (answer, signature) = sealed_answer(request);
                next_block_within(elapsed, if refunds_run { Weight::MAX } else { Weight::zero() });
                let claimed = fulfil_as(PROCESSOR, request, &PREIMAGE, answer, signature).is_ok();
                assert_eq!(claimed, elapsed < TIME_LIMIT);
                // Whatever is left runs out.
                next_block(TIME_LIMIT);
                let (outcome, rest, paid) = match claimed {
                    true => (Outcome::Fulfilled, ENDOWMENT - PRICE, PRICE),
                    false => (Outcome::TimedOut, ENDOWMENT, 0),
                };
                assert_eq!(outcomes(), [(request, outcome)]);
                assert_eq!((money(USER), money(PROCESSOR)), ((rest, 0), (paid, 0)));
            });
        }
    }
}

#[test]
fn what_runs_out_first_is_refunded_first() {
    Builder::default().build_and_execute(|| {
        // The first is accepted, so that it runs out last.
        let requests = several(4);
        assert_ok!(accept(requests[0]));
        events();
        next_block(2 * TIME_LIMIT);
        assert_eq!(run_out(), [requests[1], requests[2], requests[3], requests[0]]);
    });
}

#[test]
fn of_one_deadline_the_lower_number_is_refunded_first() {
    Builder::default().households(5).build_and_execute(|| {
        let Asked { order, letter, .. } = Asked::new();
        for household in (FIRST_HOUSEHOLD..FIRST_HOUSEHOLD + 5).rev() {
            assert_ok!(Asked::by(household, order.clone(), letter.clone()).by_account(household));
        }
        events();
        next_block(TIME_LIMIT);
        assert_eq!(run_out(), [0, 1, 2, 3, 4]);
    });
}

#[test]
fn a_block_refunds_no_more_than_its_bound() {
    Builder::default().build_and_execute(|| {
        let requests = several(most() as u64 + 3);
        events();
        next_block(TIME_LIMIT);
        assert_eq!(run_out(), requests[..most()]);
        next_block(0);
        assert_eq!(run_out(), requests[most()..]);
        next_block(0);
        assert!(run_out().is_empty());
    });
}

#[test]
fn a_block_without_room_drops_nothing() {
    Builder::default().build_and_execute(|| {
        let requests = several(5);
        events();
        Now::mutate(|now| *now += TIME_LIMIT);
        let almost = |weight: Weight| weight - Weight::from_parts(1, 0);
        for (limit, used, refunded) in [
            (Weight::zero(), Weight::zero(), 0),
            (almost(room_for(0)), Weight::zero(), 0),
            (room_for(0), room_for(0), 0),
            (almost(room_for(1)), room_for(0), 0),
            (room_for(1), room_for(1), 1),
            (almost(room_for(3)), room_for(2), 3),
            (Weight::MAX, room_for(2), 5),
            (Weight::MAX, room_for(0), 5),
        ] {
            assert_eq!(next_block_within(0, limit), used);
            assert_eq!(outcomes().len(), refunded);
            Prepaid::do_try_state().expect("the invariants hold");
        }
        assert_eq!(run_out(), requests);
    });
}

/// Requests whose deadline has passed while others are before them in the queue.
#[test]
fn nothing_but_a_refund_happens_to_what_waits_in_the_backlog() {
    Builder::default().build_and_execute(|| {
        let requests = several(most() as u64 + 2);
        let (accepted, waiting) = (requests[most()], requests[most() + 1]);
        assert_ok!(accept(accepted));
        Now::mutate(|now| *now += 2 * TIME_LIMIT);
        let (answer, signature) = sealed_answer(accepted);
        next_block_within(0, room_for(2));
        assert_noop!(
            fulfil_as(PROCESSOR, accepted, &PREIMAGE, answer, signature),
            Error::<Test>::DeadlinePassed
        );
        assert_noop!(accept(waiting), Error::<Test>::DeadlinePassed);
        assert_noop!(reject(waiting), Error::<Test>::DeadlinePassed);
        assert_noop!(Prepaid::cancel(signed(USER), waiting), Error::<Test>::DeadlinePassed);
        next_block(0);
        next_block(0);
        let outcomes = outcomes();
        assert!(outcomes.contains(&(accepted, Outcome::TimedOut)));
        assert!(outcomes.contains(&(waiting, Outcome::Expired)));
        assert_eq!(money(USER), (ENDOWMENT, 0));
    });
}

#[test]
fn others_are_asked_accepted_and_answered_during_a_backlog() {
    Builder::default().build_and_execute(|| {
        let requests = several(20);
        next_block_within(TIME_LIMIT, room_for(1));
        next_block_within(1, room_for(1));
        let new = requested();
        assert_ok!(accept(new));
        next_block_within(1, room_for(1));
        assert_ok!(fulfil(new));
        next_block_within(1, room_for(1));
        let open = Requests::<Test>::iter_keys().count();
        assert_eq!(open, requests.len() - 4);
        assert_eq!(money(PROCESSOR), (PRICE, 0));
        next_block(0);
        next_block(0);
        assert_eq!(Requests::<Test>::iter_keys().count(), 0);
        assert_eq!(money(USER), (ENDOWMENT - PRICE, 0));
    });
}

const HOUSEHOLDS: u8 = 25;

/// 1,000 requests of 25 households, ten a millisecond, every third of them accepted.
fn a_thousand() {
    let letter = letter(&content());
    for number in 0..1_000u64 {
        Now::set(START + number / 10);
        let household = FIRST_HOUSEHOLD + (number % u64::from(HOUSEHOLDS)) as u8;
        let Asked { mut order, .. } = Asked::new();
        // In one block, a requester's timestamps rise all the same.
        order.timestamp = START + number;
        assert_ok!(Asked::by(household, order, letter.clone()).by_account(household));
    }
    for number in (0..1_000).step_by(3) {
        assert_ok!(accept(number));
    }
}

/// What a thousand requests leave behind when all are refunded.
fn assert_all_free() {
    assert_eq!(Requests::<Test>::iter_keys().count(), 0);
    assert_eq!(Deadlines::<Test>::iter_keys().count(), 0);
    for household in FIRST_HOUSEHOLD..FIRST_HOUSEHOLD + HOUSEHOLDS {
        assert_eq!(money(household), (ENDOWMENT, 0));
    }
}

#[test]
fn a_thousand_that_run_out_in_one_block_are_refunded_in_order_over_the_following() {
    Builder::default().households(HOUSEHOLDS).build_and_execute(|| {
        a_thousand();
        let mut queue: Vec<(Moment, RequestId)> =
            Requests::<Test>::iter().map(|(number, open)| (open.deadline, number)).collect();
        queue.sort_unstable();
        let expected: Vec<RequestId> = queue.into_iter().map(|(_, number)| number).collect();
        assert_eq!(expected.len(), 1_000);
        System::reset_events();

        // All of them are due from here on.
        Now::mutate(|now| *now += 2 * TIME_LIMIT);
        let limit = room_for(1_000);
        let mut refunded = Vec::new();
        for block in 0..1_000 / most() {
            let used = next_block_within(200, limit);
            let now = run_out();
            assert_eq!(now.len(), most(), "block {block}");
            assert_eq!(used, room_for(most() as u64));
            refunded.extend(now);
            if block % 25 == 0 {
                Prepaid::do_try_state().expect("the invariants hold");
            }
        }
        assert_eq!(refunded, expected);
        assert_all_free();
        // 334 time-outs are more than a score has.
        assert_eq!(score(), 0);
    });
}

#[test]
fn each_block_of_a_backlog_keeps_within_its_weight() {
    Builder::default().households(HOUSEHOLDS).build_and_execute(|| {
        a_thousand();
        System::reset_events();
        Now::mutate(|now| *now += 2 * TIME_LIMIT);
        let mut refunded = 0;
        // Limits of every kind, in turn: none, less than a look, some refunds and a bit, plenty.
        let bit = Weight::from_parts(1_000, 0);
        let limits = [Weight::zero(), bit, room_for(0), room_for(3) + bit, room_for(7), Weight::MAX];
        for limit in limits.into_iter().cycle().take(400) {
            let used = next_block_within(200, limit);
            assert!(used.all_lte(limit), "{used:?} of {limit:?}");
            let now = run_out().len();
            assert!(now <= most());
            refunded += now;
        }
        assert_eq!(refunded, 1_000);
        assert_all_free();
    });
}
