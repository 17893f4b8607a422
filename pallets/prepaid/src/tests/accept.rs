// SPDX-License-Identifier: Apache-2.0

use super::*;

const LOCK: [u8; 32] = [9; 32];

fn accept_as(seed: u8, request: RequestId, digest: [u8; 32], credit: Score) -> DispatchResult {
    Prepaid::accept(signed(seed), request, digest, LOCK, credit)
}

/// Everything right.
fn accept_rightly(request: RequestId) -> DispatchResult {
    accept_as(PROCESSOR, request, digest_of(request), score())
}

#[test]
fn accept_locks_the_request_and_starts_the_time_limit_anew() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        let before = Requests::<Test>::get(request).expect("open");
        next_block(TIME_LIMIT / 2);
        events();

        assert_ok!(accept_rightly(request));

        let deadline = START + TIME_LIMIT / 2 + TIME_LIMIT;
        assert_eq!(events(), [Event::Accepted { request, lock: LOCK, credit: 500, deadline }]);
        assert!(credit_events().is_empty());
        let state = State::Accepted { lock: LOCK };
        assert_eq!(Requests::<Test>::get(request), Some(Request { deadline, state, ..before }));
        let slot = (deadline.to_be_bytes(), request.to_be_bytes());
        assert_eq!(Deadlines::<Test>::iter_keys().collect::<Vec<_>>(), [slot]);
        // Money and letter stay where they are.
        assert_eq!(money(USER), (ENDOWMENT - PRICE, PRICE));
        assert_eq!(money(PROCESSOR), (0, 0));
        assert!(Letters::<Test>::contains_key(request));
    });
}

#[test]
fn accept_fails_when_it_is_not_signed_by_an_account() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Prepaid::accept(origin, request, digest_of(request), LOCK, score()), BadOrigin);
        }
    });
}

#[test]
fn accept_fails_when_there_is_no_such_request() {
    Builder::default().build_and_execute(|| {
        let digest = digest_of(requested());
        for number in [1, NEVER, RequestId::MAX] {
            assert_noop!(accept_as(PROCESSOR, number, digest, 500), Error::<Test>::UnknownRequest);
        }
    });
}

#[test]
fn accept_fails_when_the_request_has_ended() {
    for (outcome, end) in ends() {
        Builder::default().build_and_execute(|| {
            let request = end();
            assert_eq!(outcomes(), [(request, outcome)]);
            let digest = sha(&letter(&content()));
            assert_noop!(accept_as(PROCESSOR, request, digest, score()), Error::<Test>::UnknownRequest);
        });
    }
}

#[test]
fn accept_fails_when_the_caller_is_not_the_processor_that_was_asked() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        for seed in [SECOND_PROCESSOR, FOREIGN_PROCESSOR, USER, NEIGHBOUR, STRANGER] {
            assert_noop!(accept_as(seed, request, digest_of(request), 500), Error::<Test>::NotItsProcessor);
        }
    });
}

#[test]
fn accept_fails_when_the_processor_is_suspended() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        suspend(PROCESSOR);
        assert_noop!(accept_rightly(request), Error::<Test>::ProcessorSuspended);
        with_member(PROCESSOR, |member| member.standing.active = true);
        assert_ok!(accept_rightly(request));
    });
}

#[test]
fn a_suspended_requester_is_still_served() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        suspend(USER);
        assert_ok!(accept(request));
        assert_ok!(fulfil(request));
    });
}

#[test]
fn accept_fails_when_another_letter_was_looked_at() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        for digest in [[0; 32], sha(b"another letter")] {
            assert_noop!(accept_as(PROCESSOR, request, digest, 500), Error::<Test>::WrongRequest);
        }
    });
}

#[test]
fn accept_fails_when_the_request_was_accepted() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        assert_ok!(accept_rightly(request));
        assert_noop!(accept_rightly(request), Error::<Test>::AlreadyAccepted);
        // And the lock cannot be changed.
        assert_noop!(accept(request), Error::<Test>::AlreadyAccepted);
        assert_eq!(state_of(request), Some(State::Accepted { lock: LOCK }));
    });
}

#[test]
fn accept_works_until_just_before_the_deadline() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        next_block(TIME_LIMIT - 1);
        assert_ok!(accept_rightly(request));
    });
}

#[test]
fn accept_fails_when_the_deadline_has_passed() {
    for late in [0, 1, TIME_LIMIT] {
        Builder::default().build_and_execute(|| {
            let request = requested();
            // The clock of a block whose refunds have not run.
            Now::set(START + TIME_LIMIT + late);
            assert_noop!(accept_rightly(request), Error::<Test>::DeadlinePassed);
        });
    }
}

#[test]
fn accept_fails_when_the_credit_is_not_the_chains_figure() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        for credit in [0, 499, 501, 1_000, Score::MAX] {
            assert_noop!(
                accept_as(PROCESSOR, request, digest_of(request), credit),
                Error::<Test>::WrongCredit
            );
        }
        assert_ok!(accept_as(PROCESSOR, request, digest_of(request), 500));
    });
}

#[test]
fn accept_fails_when_the_credit_moved_meanwhile() {
    Builder::default().build_and_execute(|| {
        let first = accepted();
        next_block(1);
        let second = requested();
        let old = score();
        assert_ok!(fulfil(first));
        assert_ne!(score(), old);
        assert_noop!(accept_as(PROCESSOR, second, digest_of(second), old), Error::<Test>::WrongCredit);
        assert_ok!(accept_rightly(second));
    });
}

/// The first thing that is wrong is named, in the order of the documentation.
#[test]
fn accept_names_what_is_wrong_in_order() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        let digest = digest_of(request);
        suspend(PROCESSOR);
        Now::set(START + TIME_LIMIT);
        assert_noop!(accept_as(STRANGER, NEVER, LOCK, 0), Error::<Test>::UnknownRequest);
        assert_noop!(accept_as(STRANGER, request, LOCK, 0), Error::<Test>::NotItsProcessor);
        assert_noop!(accept_as(PROCESSOR, request, LOCK, 0), Error::<Test>::ProcessorSuspended);
        with_member(PROCESSOR, |member| member.standing.active = true);
        assert_noop!(accept_as(PROCESSOR, request, LOCK, 0), Error::<Test>::WrongRequest);
        assert_noop!(accept_as(PROCESSOR, request, digest, 0), Error::<Test>::DeadlinePassed);
        Now::set(START);
        assert_noop!(accept_as(PROCESSOR, request, digest, 0), Error::<Test>::WrongCredit);
        assert_ok!(accept_as(PROCESSOR, request, digest, 500));
    });
}
