// SPDX-License-Identifier: Apache-2.0
//! What the pool refuses is what dispatch would refuse, by its number.

use super::*;

/// A state, what is handed in there, by whom, and what is wrong with it.
struct Case {
    error: Error<Test>,
    by: u8,
    prepare: fn(),
    asked: fn() -> Asked,
}

fn nothing() {}

fn changed(change: fn(&mut Order)) -> Asked {
    let Asked { mut order, letter, .. } = Asked::new();
    change(&mut order);
    Asked::with(order, letter)
}

/// One of each, in the order of the checks.
fn cases() -> [Case; 15] {
    use Error::*;
    fn case(error: Error<Test>, prepare: fn(), asked: fn() -> Asked) -> Case {
        Case { error, by: USER, prepare, asked }
    }
    [
        Case { by: STRANGER, ..case(NotMember, nothing, Asked::new) },
        case(Suspended, || suspend(USER), Asked::new),
        case(UnknownProcessor, nothing, || changed(|order| order.processor = id(NEIGHBOUR))),
        case(ProcessorSuspended, || suspend(PROCESSOR), Asked::new),
        case(NotLocalProcessor, nothing, || changed(|order| order.processor = id(FOREIGN_PROCESSOR))),
        case(UnknownType, nothing, || changed(|order| order.cid.kind = RequestKind::DataSharing)),
        case(RoleNotAllowed, || set_roles(&[Role::Cloud]), Asked::new),
        case(PriceChanged, || set_price(PRICE + 1), Asked::new),
        case(TimeLimitChanged, nothing, || changed(|order| order.time_limit += 1)),
        case(StaleTimestamp, nothing, || Asked::at(START - SKEW - 1)),
        case(FutureTimestamp, nothing, || Asked::at(START + SKEW + 1)),
        case(RepeatedTimestamp, || assert_eq!(requested(), 0), Asked::new),
        case(BadLetter, nothing, || Asked::with(Asked::new().order, vec![0; 512])),
        case(BadSignature, nothing, || Asked::new().forged(|order| order.timestamp += 1)),
        case(
            CannotPay,
            || {
                assert_ok!(Balances::transfer_all(signed(USER), account(NEIGHBOUR), false));
            },
            Asked::new,
        ),
    ]
}

fn call_of(asked: Asked) -> Call<Test> {
    let Asked { order, letter, signature } = asked;
    Call::request { order, letter: letter.try_into().expect("within the bound"), signature }
}

/// The number that an error has on chain.
fn number(error: &Error<Test>) -> u8 {
    error.encode()[0]
}

#[test]
fn the_pool_refuses_by_number_what_dispatch_would() {
    for Case { error, by, prepare, asked } in cases() {
        Builder::default().build_and_execute(|| {
            prepare();
            let asked = asked();
            let refused = Prepaid::admit(&account(by), &call_of(asked.clone()));
            assert_eq!(refused, Err(REFUSED + number(&error)), "{error:?}");
            assert_noop!(asked.by_account(by), error);
        });
    }
}

#[test]
fn every_error_of_a_request_has_its_own_number() {
    let numbers: Vec<u8> = cases().iter().map(|case| number(&case.error)).collect();
    // Numbers stay as they are once a chain has them.
    assert_eq!(numbers, (0..15).collect::<Vec<_>>());
    assert!(REFUSED.checked_add(number(&Error::BadTerms)).is_some());
}

#[test]
fn the_pool_admits_what_dispatch_would() {
    for timestamp in [START - SKEW, START, START + SKEW] {
        Builder::default().build_and_execute(|| {
            let asked = Asked::at(timestamp);
            assert_eq!(Prepaid::admit(&account(USER), &call_of(asked.clone())), Ok(()));
            assert_ok!(asked.hand_in());
        });
    }
}

#[test]
fn the_pool_changes_nothing() {
    Builder::default().build_and_execute(|| {
        let call = call_of(Asked::new());
        let before = sp_io::storage::root(sp_core::storage::StateVersion::V1);
        for _ in 0..3 {
            assert_eq!(Prepaid::admit(&account(USER), &call), Ok(()));
        }
        assert_eq!(sp_io::storage::root(sp_core::storage::StateVersion::V1), before);
    });
}

#[test]
fn the_pool_admits_every_other_call() {
    Builder::default().build_and_execute(|| {
        let kind = RequestKind::BillDetails;
        let (request, digest, lock) = (NEVER, [0; 32], [0; 32]);
        for call in [
            Call::set_request_type { kind, terms: None },
            Call::accept { request, digest, lock, credit: 0 },
            Call::reject { request, digest, reason: REASON },
            Call::cancel { request },
            Call::fulfil {
                request,
                preimage: Default::default(),
                delivery: Delivery::InBlock(Default::default()),
                signature: BlsSignature([0; 48]),
            },
        ] {
            for seed in [USER, PROCESSOR, STRANGER] {
                assert_eq!(Prepaid::admit(&account(seed), &call), Ok(()), "{call:?}");
            }
        }
    });
}
