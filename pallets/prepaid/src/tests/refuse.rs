// SPDX-License-Identifier: Apache-2.0
//! `reject` and `cancel`: either side steps back before acceptance.

use super::*;

fn reject_as(seed: u8, request: RequestId, digest: [u8; 32]) -> DispatchResult {
    Prepaid::reject(signed(seed), request, digest, REASON)
}

fn cancel_as(seed: u8, request: RequestId) -> DispatchResult {
    Prepaid::cancel(signed(seed), request)
}

/// Nothing of a request is left but its outcome, and the money is free.
fn assert_gone(request: RequestId, outcome: Outcome) {
    assert_eq!(outcomes(), [(request, outcome)]);
    assert_eq!(state_of(request), None);
    assert!(!Letters::<Test>::contains_key(request));
    assert!(Deadlines::<Test>::iter_keys().next().is_none());
    assert!(Inbox::<Test>::iter_keys().next().is_none());
    assert!(Outbox::<Test>::iter_keys().next().is_none());
    assert_eq!(money(USER), (ENDOWMENT, 0));
    assert_eq!(money(PROCESSOR), (0, 0));
    assert_eq!(score(), 500);
    assert!(credit_events().is_empty());
}

#[test]
fn reject_frees_the_money_and_says_why() {
    for reason in [
        Rejection::Unreadable,
        Rejection::ContentMismatch,
        Rejection::ForeignMeter,
        Rejection::NoData,
        Rejection::PeriodRefused,
        Rejection::NotServed,
    ] {
        Builder::default().build_and_execute(|| {
            let request = requested();
            events();
            assert_ok!(Prepaid::reject(signed(PROCESSOR), request, digest_of(request), reason));
            assert_gone(request, Outcome::Rejected(reason));
            assert_eq!(events(), [Event::Rejected { request, reason }]);
        });
    }
}

#[test]
fn cancel_frees_the_money() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        events();
        assert_ok!(cancel_as(USER, request));
        assert_gone(request, Outcome::Cancelled);
        assert_eq!(events(), [Event::Cancelled { request }]);
    });
}

#[test]
fn reject_and_cancel_fail_when_not_signed_by_an_account() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Prepaid::reject(origin.clone(), request, digest_of(request), REASON), BadOrigin);
            assert_noop!(Prepaid::cancel(origin, request), BadOrigin);
        }
    });
}

#[test]
fn reject_and_cancel_fail_when_there_is_no_such_request() {
    Builder::default().build_and_execute(|| {
        let digest = digest_of(requested());
        for number in [1, NEVER, RequestId::MAX] {
            assert_noop!(reject_as(PROCESSOR, number, digest), Error::<Test>::UnknownRequest);
            assert_noop!(cancel_as(USER, number), Error::<Test>::UnknownRequest);
        }
    });
}

#[test]
fn reject_and_cancel_fail_when_the_request_has_ended() {
    for (outcome, end) in ends() {
        Builder::default().build_and_execute(|| {
            let request = end();
            assert_eq!(outcomes(), [(request, outcome)]);
            let digest = sha(&letter(&content()));
            assert_noop!(reject_as(PROCESSOR, request, digest), Error::<Test>::UnknownRequest);
            assert_noop!(cancel_as(USER, request), Error::<Test>::UnknownRequest);
            assert_eq!(outcomes(), [(request, outcome)]);
        });
    }
}

#[test]
fn reject_fails_when_the_caller_is_not_the_processor_that_was_asked() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        for seed in [SECOND_PROCESSOR, FOREIGN_PROCESSOR, USER, NEIGHBOUR, STRANGER] {
            assert_noop!(reject_as(seed, request, digest_of(request)), Error::<Test>::NotItsProcessor);
        }
    });
}

#[test]
fn cancel_fails_when_the_caller_is_not_who_asked() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        for seed in [PROCESSOR, SECOND_PROCESSOR, NEIGHBOUR, SHARER, STRANGER] {
            assert_noop!(cancel_as(seed, request), Error::<Test>::NotItsRequester);
        }
    });
}

#[test]
fn reject_fails_when_another_letter_was_looked_at() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        for digest in [[0; 32], sha(b"another letter")] {
            assert_noop!(reject_as(PROCESSOR, request, digest), Error::<Test>::WrongRequest);
        }
    });
}

#[test]
fn reject_and_cancel_fail_when_the_request_was_accepted() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        assert_noop!(reject(request), Error::<Test>::AlreadyAccepted);
        assert_noop!(cancel_as(USER, request), Error::<Test>::AlreadyAccepted);
        assert_eq!(money(USER), (ENDOWMENT - PRICE, PRICE));
    });
}

#[test]
fn reject_and_cancel_work_until_just_before_the_deadline() {
    let refusals: [fn(RequestId) -> DispatchResult; 2] = [reject, |request| cancel_as(USER, request)];
    for refuse in refusals {
        Builder::default().build_and_execute(|| {
            let request = requested();
            next_block(TIME_LIMIT - 1);
            assert_ok!(refuse(request));
            assert_eq!(money(USER), (ENDOWMENT, 0));
            // The refund finds nothing.
            next_block(1);
            assert_eq!(outcomes().len(), 1);
        });
    }
}

#[test]
fn reject_and_cancel_fail_when_the_deadline_has_passed() {
    for late in [0, 1, TIME_LIMIT] {
        Builder::default().build_and_execute(|| {
            let request = requested();
            // The clock of a block whose refunds have not run.
            Now::set(START + TIME_LIMIT + late);
            assert_noop!(reject(request), Error::<Test>::DeadlinePassed);
            assert_noop!(cancel_as(USER, request), Error::<Test>::DeadlinePassed);
        });
    }
}

#[test]
fn a_suspended_processor_can_reject() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        suspend(PROCESSOR);
        assert_ok!(reject(request));
    });
}

#[test]
fn a_suspended_requester_can_cancel() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        suspend(USER);
        assert_ok!(cancel_as(USER, request));
        assert_eq!(money(USER), (ENDOWMENT, 0));
    });
}

#[test]
fn what_was_asked_of_a_processor_is_open_business_of_both_until_it_ends() {
    for (_, end) in ends() {
        Builder::default().build_and_execute(|| {
            let any =
                || [USER, PROCESSOR, NEIGHBOUR, SECOND_PROCESSOR].map(|seed| Prepaid::has_any(&id(seed)));
            assert_eq!(any(), [false; 4]);
            let first = requested();
            assert_eq!(any(), [true, true, false, false]);
            assert_ok!(accept(first));
            assert_eq!(any(), [true, true, false, false]);
            assert_ok!(fulfil(first));
            assert_eq!(any(), [false; 4]);
            next_block(1);
            end();
            assert_eq!(any(), [false; 4]);
        });
    }
}

#[test]
fn open_business_ends_with_the_last_request() {
    Builder::default().build_and_execute(|| {
        let first = requested();
        next_block(1);
        let second = requested();
        assert_ok!(cancel_as(USER, first));
        assert!(Prepaid::has_any(&id(USER)) && Prepaid::has_any(&id(PROCESSOR)));
        assert_ok!(reject(second));
        assert!(!Prepaid::has_any(&id(USER)) && !Prepaid::has_any(&id(PROCESSOR)));
    });
}

#[test]
fn the_last_sixteen_outcomes_are_remembered() {
    Builder::default().build_and_execute(|| {
        for number in 0..20 {
            let request = requested();
            assert_eq!(request, number);
            assert_ok!(cancel_as(USER, request));
            next_block(1);
        }
        let expected: Vec<_> = (4..20).map(|number| (number, Outcome::Cancelled)).collect();
        assert_eq!(outcomes(), expected);
        let last = Recent::<Test>::get(id(USER)).pop().expect("sixteen");
        let cid = ContentId::of(&content());
        assert_eq!(last, Settled { request: 19, cid, outcome: Outcome::Cancelled, at: 20 });
        assert!(Recent::<Test>::get(id(NEIGHBOUR)).is_empty());
    });
}
