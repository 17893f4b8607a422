// SPDX-License-Identifier: Apache-2.0

use super::*;

const KIND: RequestKind = RequestKind::SavingAdvice;

fn set(terms: Option<RequestType>) -> DispatchResult {
    Prepaid::set_request_type(RuntimeOrigin::root(), KIND, terms)
}

#[test]
fn set_request_type_puts_a_kind_on_offer_changes_it_and_takes_it_off() {
    Builder::default().build_and_execute(|| {
        assert_eq!(RequestTypes::<Test>::get(KIND), None);
        let dearer = RequestType { price: 2 * PRICE, ..terms() };
        for terms in [Some(terms()), Some(dearer), None] {
            assert_ok!(set(terms.clone()));
            assert_eq!(RequestTypes::<Test>::get(KIND), terms);
            assert_eq!(events(), [Event::RequestTypeSet { kind: KIND, terms }]);
        }
        // The others are as they were.
        assert_eq!(RequestTypes::<Test>::get(RequestKind::BillDetails), Some(terms()));
    });
}

#[test]
fn set_request_type_takes_terms_at_the_edges() {
    Builder::default().build_and_execute(|| {
        let all = [Role::User, Role::Processor, Role::DataSharer, Role::Cloud].to_vec();
        for terms in [
            RequestType { price: 1, ..terms() },
            RequestType { price: Amount::MAX, ..terms() },
            RequestType { time_limit: 1_000, ..terms() },
            RequestType { time_limit: 30 * 24 * 3_600_000, ..terms() },
            RequestType { roles: all.try_into().expect("four"), ..terms() },
        ] {
            assert_ok!(set(Some(terms)));
        }
    });
}

#[test]
fn set_request_type_fails_when_the_caller_is_not_the_council() {
    Builder::default().build_and_execute(|| {
        for origin in [signed(USER), signed(PROCESSOR), RuntimeOrigin::none()] {
            for terms in [Some(terms()), None] {
                assert_noop!(Prepaid::set_request_type(origin.clone(), KIND, terms), BadOrigin);
            }
        }
    });
}

#[test]
fn set_request_type_fails_when_the_terms_have_no_form() {
    Builder::default().build_and_execute(|| {
        for terms in [
            RequestType { price: 0, ..terms() },
            RequestType { time_limit: 0, ..terms() },
            RequestType { time_limit: 999, ..terms() },
            RequestType { time_limit: 30 * 24 * 3_600_000 + 1, ..terms() },
            RequestType { time_limit: Moment::MAX, ..terms() },
            RequestType { roles: Default::default(), ..terms() },
        ] {
            assert_noop!(set(Some(terms)), Error::<Test>::BadTerms);
        }
    });
}

#[test]
fn open_requests_keep_their_price_and_time_limit() {
    for new_terms in [None, Some(RequestType { price: 7, time_limit: 1_000, ..terms() })] {
        Builder::default().build_and_execute(|| {
            let kind = RequestKind::BillDetails;
            let request = requested();
            assert_ok!(Prepaid::set_request_type(RuntimeOrigin::root(), kind, new_terms.clone()));
            next_block(TIME_LIMIT - 1);
            assert_ok!(accept(request));
            next_block(TIME_LIMIT - 1);
            assert_ok!(fulfil(request));
            assert_eq!(money(USER), (ENDOWMENT - PRICE, 0));
            assert_eq!(money(PROCESSOR), (PRICE, 0));
        });
    }
}

#[test]
fn a_refund_gives_back_what_was_held_at_the_old_price() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        set_price(5 * PRICE);
        next_block(TIME_LIMIT);
        assert_eq!(state_of(request), None);
        assert_eq!(money(USER), (ENDOWMENT, 0));
    });
}
