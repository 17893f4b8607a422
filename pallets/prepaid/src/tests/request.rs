// SPDX-License-Identifier: Apache-2.0

use super::*;
use dmsm_primitives::{
    request::RequestSeal,
    signing::{self, Purpose},
    MemberId,
};

/// The order of [`Asked::new`].
fn order() -> Order {
    Asked::new().order
}

/// An honest request for a changed order, signed over the change.
fn asked(change: impl FnOnce(&mut Order)) -> Asked {
    let mut order = order();
    change(&mut order);
    Asked::with(order, letter(&content()))
}

/// An honest request, with other bytes for a letter, signed over them.
fn asked_with(letter: Vec<u8>) -> Asked {
    Asked::with(order(), letter)
}

#[test]
fn request_holds_the_price_and_waits_for_its_processor() {
    Builder::default().build_and_execute(|| {
        let asked = Asked::at(START + 17);
        let (letter, cid) = (asked.letter.clone(), asked.order.cid);
        let (requester, processor, deadline) = (id(USER), id(PROCESSOR), START + TIME_LIMIT);

        assert_ok!(asked.hand_in());

        assert_eq!(
            events(),
            [Event::Requested { request: 0, requester, processor, cid, price: PRICE, deadline }]
        );
        assert_eq!(money(USER), (ENDOWMENT - PRICE, PRICE));
        let open = Request {
            requester,
            payer: account(USER),
            processor,
            cid,
            digest: sha(&letter),
            price: PRICE,
            time_limit: TIME_LIMIT,
            deadline,
            state: State::Requested,
        };
        assert_eq!(Requests::<Test>::iter().collect::<Vec<_>>(), [(0, open)]);
        assert_eq!(Letters::<Test>::get(0).map(|letter| letter.into_inner()), Some(letter));
        assert_eq!(Inbox::<Test>::iter_keys().collect::<Vec<_>>(), [(processor, 0)]);
        assert_eq!(Outbox::<Test>::iter_keys().collect::<Vec<_>>(), [(requester, 0)]);
        let slot = (deadline.to_be_bytes(), 0u64.to_be_bytes());
        assert_eq!(Deadlines::<Test>::iter_keys().collect::<Vec<_>>(), [slot]);
        assert_eq!(LastTimestamps::<Test>::get(requester), Some(START + 17));
        assert_eq!(NextRequest::<Test>::get(), 1);
        assert!(outcomes().is_empty());
    });
}

#[test]
fn request_gives_out_every_number_once() {
    Builder::default().build_and_execute(|| {
        for number in 0..3 {
            let request = requested();
            assert_eq!(request, number);
            assert_ok!(Prepaid::cancel(signed(USER), request));
            next_block(1);
        }
        assert_eq!(NextRequest::<Test>::get(), 3);
    });
}

#[test]
fn request_is_open_to_every_role_on_the_list() {
    Builder::default().build_and_execute(|| {
        set_roles(&[Role::User, Role::DataSharer]);
        assert_ok!(Asked::by(SHARER, order(), letter(&content())).by_account(SHARER));
        assert_ok!(Asked::new().hand_in());
    });
}

#[test]
fn request_takes_a_letter_under_the_processors_own_modulus_length() {
    Builder::default().build_and_execute(|| {
        with_member(PROCESSOR, |member| member.keys = fixtures::member_keys(PROCESSOR.into(), 3072));
        let long = dmsm_fixtures::paillier_encrypt_and_open(3072, &content().encode()).0;
        assert_eq!(long.len(), 768);
        assert_noop!(Asked::new().hand_in(), Error::<Test>::BadLetter);
        assert_ok!(asked_with(long).hand_in());
    });
}

#[test]
fn several_requests_of_one_requester_hold_the_sum() {
    Builder::default().build_and_execute(|| {
        for later in 0..5 {
            assert_ok!(Asked::at(START + later).hand_in());
        }
        assert_ok!(Asked::by(NEIGHBOUR, order(), letter(&content())).by_account(NEIGHBOUR));
        assert_eq!(money(USER), (ENDOWMENT - 5 * PRICE, 5 * PRICE));
        assert_eq!(money(NEIGHBOUR), (ENDOWMENT - PRICE, PRICE));
    });
}

#[test]
fn request_fails_when_it_is_not_signed_by_an_account() {
    Builder::default().build_and_execute(|| {
        let Asked { order, letter, signature } = Asked::new();
        let letter: BoundedVec<_, _> = letter.try_into().expect("within the bound");
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(Prepaid::request(origin, order.clone(), letter.clone(), signature), BadOrigin);
        }
    });
}

#[test]
fn request_fails_when_the_caller_is_a_stranger() {
    Builder::default().build_and_execute(|| {
        assert_noop!(Asked::new().by_account(STRANGER), Error::<Test>::NotMember);
        let its_own = Asked::by(STRANGER, order(), letter(&content()));
        assert_noop!(its_own.by_account(STRANGER), Error::<Test>::NotMember);
    });
}

#[test]
fn request_fails_when_the_caller_is_suspended() {
    Builder::default().build_and_execute(|| {
        suspend(USER);
        assert_noop!(Asked::new().hand_in(), Error::<Test>::Suspended);
    });
}

#[test]
fn request_fails_when_there_is_no_such_processor() {
    Builder::default().build_and_execute(|| {
        for nobody in [id(STRANGER), MemberId([0; 32])] {
            let asked = asked(|order| order.processor = nobody);
            assert_noop!(asked.hand_in(), Error::<Test>::UnknownProcessor);
        }
    });
}

#[test]
fn request_fails_when_another_role_is_named_as_processor() {
    Builder::default().build_and_execute(|| {
        for seed in [USER, NEIGHBOUR, SHARER] {
            let asked = asked(|order| order.processor = id(seed));
            assert_noop!(asked.hand_in(), Error::<Test>::UnknownProcessor);
        }
    });
}

#[test]
fn request_fails_when_the_processor_is_suspended() {
    Builder::default().build_and_execute(|| {
        suspend(PROCESSOR);
        assert_noop!(Asked::new().hand_in(), Error::<Test>::ProcessorSuspended);
        // The region has another one.
        assert_ok!(asked(|order| order.processor = id(SECOND_PROCESSOR)).hand_in());
    });
}

#[test]
fn request_fails_when_the_processor_is_of_another_region() {
    Builder::default().build_and_execute(|| {
        let asked = asked(|order| order.processor = id(FOREIGN_PROCESSOR));
        assert_noop!(asked.hand_in(), Error::<Test>::NotLocalProcessor);
    });
}

#[test]
fn request_fails_when_the_requester_is_of_another_region() {
    Builder::default().build_and_execute(|| {
        with_member(USER, |member| member.standing.region = REGION_2);
        assert_noop!(Asked::new().hand_in(), Error::<Test>::NotLocalProcessor);
        assert_ok!(asked(|order| order.processor = id(FOREIGN_PROCESSOR)).hand_in());
    });
}

#[test]
fn request_fails_when_the_kind_is_not_on_offer() {
    Builder::default().build_and_execute(|| {
        for kind in [RequestKind::UsageDetails, RequestKind::SavingAdvice, RequestKind::DataSharing] {
            let asked = asked(|order| order.cid.kind = kind);
            assert_noop!(asked.hand_in(), Error::<Test>::UnknownType);
        }
        let asked = Asked::new();
        let kind = RequestKind::BillDetails;
        assert_ok!(Prepaid::set_request_type(RuntimeOrigin::root(), kind, None));
        assert_noop!(asked.hand_in(), Error::<Test>::UnknownType);
    });
}

#[test]
fn request_fails_when_the_role_may_not_ask() {
    Builder::default().build_and_execute(|| {
        for seed in [SHARER, PROCESSOR] {
            let asked = Asked::by(seed, order(), letter(&content()));
            assert_noop!(asked.by_account(seed), Error::<Test>::RoleNotAllowed);
        }
        set_roles(&[Role::DataSharer, Role::Processor, Role::Cloud]);
        assert_noop!(Asked::new().hand_in(), Error::<Test>::RoleNotAllowed);
    });
}

#[test]
fn request_fails_when_the_price_changed_after_it_was_signed() {
    for price in [1, PRICE - 1, PRICE + 1, Amount::MAX] {
        Builder::default().build_and_execute(|| {
            let asked = Asked::new();
            set_price(price);
            assert_noop!(asked.hand_in(), Error::<Test>::PriceChanged);
        });
    }
}

#[test]
fn request_fails_when_another_price_was_signed_than_the_one_on_offer() {
    Builder::default().build_and_execute(|| {
        for price in [0, PRICE - 1, PRICE + 1] {
            assert_noop!(asked(|order| order.price = price).hand_in(), Error::<Test>::PriceChanged);
        }
    });
}

#[test]
fn request_fails_when_the_time_limit_changed_after_it_was_signed() {
    for time_limit in [1_000, TIME_LIMIT - 1, TIME_LIMIT + 1] {
        Builder::default().build_and_execute(|| {
            let asked = Asked::new();
            let terms = RequestType { time_limit, ..terms() };
            let kind = RequestKind::BillDetails;
            assert_ok!(Prepaid::set_request_type(RuntimeOrigin::root(), kind, Some(terms)));
            assert_noop!(asked.hand_in(), Error::<Test>::TimeLimitChanged);
        });
    }
}

#[test]
fn request_fails_when_another_time_limit_was_signed_than_the_one_on_offer() {
    Builder::default().build_and_execute(|| {
        for time_limit in [0, TIME_LIMIT - 1, TIME_LIMIT + 1, Moment::MAX] {
            let asked = asked(|order| order.time_limit = time_limit);
            assert_noop!(asked.hand_in(), Error::<Test>::TimeLimitChanged);
        }
    });
}

#[test]
fn request_fails_when_the_timestamp_is_stale() {
    Builder::default().build_and_execute(|| {
        for timestamp in [0, START - 2 * SKEW, START - SKEW - 1] {
            assert_noop!(Asked::at(timestamp).hand_in(), Error::<Test>::StaleTimestamp);
        }
        assert_ok!(Asked::at(START - SKEW).hand_in());
    });
}

#[test]
fn request_fails_when_it_waited_too_long_for_inclusion() {
    Builder::default().build_and_execute(|| {
        let (late, in_time) = (Asked::at(START), Asked::at(START + 1));
        next_block(SKEW + 1);
        assert_noop!(late.hand_in(), Error::<Test>::StaleTimestamp);
        assert_ok!(in_time.hand_in());
    });
}

#[test]
fn request_fails_when_the_timestamp_is_of_the_future() {
    Builder::default().build_and_execute(|| {
        for timestamp in [START + SKEW + 1, START + 2 * SKEW, Moment::MAX] {
            assert_noop!(Asked::at(timestamp).hand_in(), Error::<Test>::FutureTimestamp);
        }
        assert_ok!(Asked::at(START + SKEW).hand_in());
    });
}

#[test]
fn request_fails_when_the_timestamp_is_not_later_than_the_last() {
    Builder::default().build_and_execute(|| {
        let first = Asked::at(START);
        assert_ok!(first.clone().hand_in());
        // The same transaction, another letter at the same time, and an earlier time that is fresh.
        assert_noop!(first.hand_in(), Error::<Test>::RepeatedTimestamp);
        let other = asked_with(encrypted(b"another letter"));
        assert_noop!(other.hand_in(), Error::<Test>::RepeatedTimestamp);
        for earlier in [START - SKEW, START - 1] {
            assert_noop!(Asked::at(earlier).hand_in(), Error::<Test>::RepeatedTimestamp);
        }
        assert_ok!(Asked::at(START + 1).hand_in());
        // Each requester has its own.
        assert_ok!(Asked::by(NEIGHBOUR, order(), letter(&content())).by_account(NEIGHBOUR));
    });
}

#[test]
fn request_fails_when_the_timestamp_is_that_of_a_request_that_ended() {
    for (outcome, end) in ends() {
        Builder::default().build_and_execute(|| {
            let asked = Asked::at(START);
            end();
            assert_eq!(outcomes(), [(0, outcome)]);
            assert_noop!(asked.hand_in(), Error::<Test>::RepeatedTimestamp);
        });
    }
}

#[test]
fn a_request_that_failed_leaves_its_timestamp_free() {
    Builder::default().build_and_execute(|| {
        let asked = Asked::new();
        set_price(PRICE + 1);
        assert_noop!(asked.clone().hand_in(), Error::<Test>::PriceChanged);
        set_price(PRICE);
        assert_ok!(asked.hand_in());
    });
}

#[test]
fn request_takes_a_clock_at_either_end_of_its_range() {
    for now in [0, 1, Moment::MAX - TIME_LIMIT - 1] {
        Builder::default().build_and_execute(|| {
            Now::set(now);
            assert_ok!(Asked::at(now).hand_in());
        });
    }
}

#[test]
fn request_fails_when_the_letter_has_another_length_than_one_block() {
    Builder::default().build_and_execute(|| {
        let block = letter(&content());
        assert_eq!(block.len(), 512);
        let longer = [block.as_slice(), &[1]].concat();
        let two = [block.as_slice(), &block].concat();
        let padded = [vec![0; 256], block.clone()].concat();
        for wrong in [vec![], vec![1], block[..511].to_vec(), block[..256].to_vec(), longer, two, padded] {
            assert_noop!(asked_with(wrong).hand_in(), Error::<Test>::BadLetter);
        }
        assert_noop!(asked_with(vec![1; 2_048]).hand_in(), Error::<Test>::BadLetter);
    });
}

#[test]
fn request_fails_when_the_letter_is_no_ciphertext() {
    Builder::default().build_and_execute(|| {
        for wrong in no_ciphertexts() {
            assert_noop!(asked_with(wrong).hand_in(), Error::<Test>::BadLetter);
        }
    });
}

#[test]
fn request_fails_when_the_letter_is_under_another_modulus_length() {
    Builder::default().build_and_execute(|| {
        let long = dmsm_fixtures::paillier_encrypt_and_open(3072, &content().encode()).0;
        assert_noop!(asked_with(long).hand_in(), Error::<Test>::BadLetter);
    });
}

#[test]
fn an_oversize_letter_cannot_be_decoded() {
    let call = |length: usize| {
        let Asked { order, signature, .. } = Asked::new();
        (1u8, order, vec![1u8; length], signature).encode()
    };
    Builder::default().build_and_execute(|| {
        assert!(Call::<Test>::decode(&mut &call(2_048)[..]).is_ok());
        assert!(Call::<Test>::decode(&mut &call(2_049)[..]).is_err());
        // The length alone is refused, before anything is allocated for it.
        let endless = (1u8, order(), codec::Compact(u32::MAX)).encode();
        assert!(Call::<Test>::decode(&mut &endless[..]).is_err());
    });
}

#[test]
fn request_fails_when_it_is_signed_by_another_key() {
    Builder::default().build_and_execute(|| {
        let honest = Asked::new();
        let payload = honest.order.seal(id(USER), &honest.letter).signing_payload(&Prepaid::genesis_hash());
        for seed in [NEIGHBOUR, PROCESSOR, STRANGER] {
            let signature = fixtures::sign(seed.into(), &payload);
            let asked = Asked { signature, ..honest.clone() };
            assert_noop!(asked.hand_in(), Error::<Test>::BadSignature);
        }
        for signature in no_signatures() {
            let asked = Asked { signature, ..honest.clone() };
            assert_noop!(asked.hand_in(), Error::<Test>::BadSignature);
        }
    });
}

#[test]
fn request_fails_when_another_member_hands_it_in() {
    Builder::default().build_and_execute(|| {
        assert_noop!(Asked::new().by_account(NEIGHBOUR), Error::<Test>::BadSignature);
    });
}

#[test]
fn request_fails_when_the_requester_rotated_its_key_after_signing() {
    Builder::default().build_and_execute(|| {
        let asked = Asked::new();
        with_member(USER, |member| member.keys = fixtures::member_keys(50, BITS));
        assert_noop!(asked.hand_in(), Error::<Test>::BadSignature);
    });
}

/// Every field of the seal is covered: a signature over any other value of it is refused.
#[test]
fn request_fails_when_any_field_of_the_seal_was_signed_otherwise() {
    Builder::default().build_and_execute(|| {
        let honest = Asked::new();
        let seal = honest.order.seal(id(USER), &honest.letter);
        // Were a field added, this would not compile: then the list below needs it.
        let RequestSeal { requester: _, processor: _, cid, price, time_limit, timestamp, digest: _ } = seal;
        let kind = RequestKind::UsageDetails;
        let genesis = Prepaid::genesis_hash();
        for other in [
            RequestSeal { requester: id(NEIGHBOUR), ..seal.clone() },
            RequestSeal { processor: id(SECOND_PROCESSOR), ..seal.clone() },
            RequestSeal { cid: ContentId { kind, ..cid }, ..seal.clone() },
            RequestSeal { cid: ContentId { digest: [0; 32], ..cid }, ..seal.clone() },
            RequestSeal { price: price - 1, ..seal.clone() },
            RequestSeal { price: price + 1, ..seal.clone() },
            RequestSeal { time_limit: time_limit + 1, ..seal.clone() },
            RequestSeal { timestamp: timestamp - 1, ..seal.clone() },
            RequestSeal { digest: [0; 32], ..seal.clone() },
        ] {
            let signature = fixtures::sign(USER.into(), &other.signing_payload(&genesis));
            let asked = Asked { signature, ..honest.clone() };
            assert_noop!(asked.hand_in(), Error::<Test>::BadSignature);
        }
        assert_ok!(honest.hand_in());
    });
}

#[test]
fn request_fails_when_it_was_signed_for_another_chain_or_purpose() {
    Builder::default().build_and_execute(|| {
        let honest = Asked::new();
        let seal = honest.order.seal(id(USER), &honest.letter);
        let genesis = Prepaid::genesis_hash();
        assert_ne!(genesis, [0; 32]);
        for payload in [
            seal.signing_payload(&[0; 32]),
            signing::payload(Purpose::Answer, &genesis, &seal),
            signing::payload(Purpose::Notice, &genesis, &seal),
            seal.encode(),
            vec![],
        ] {
            let asked = Asked { signature: fixtures::sign(USER.into(), &payload), ..honest.clone() };
            assert_noop!(asked.hand_in(), Error::<Test>::BadSignature);
        }
    });
}

/// And any field of what is handed in, even where the change names something that is on offer.
#[test]
fn request_fails_when_what_is_handed_in_differs_from_what_was_signed() {
    Builder::default().offer(RequestKind::UsageDetails, terms()).build_and_execute(|| {
        let honest = Asked::new();
        let mut bytes = honest.letter.clone();
        bytes[511] ^= 1;
        let changed: [Asked; 5] = [
            honest.clone().forged(|order| order.processor = id(SECOND_PROCESSOR)),
            honest.clone().forged(|order| order.cid.kind = RequestKind::UsageDetails),
            honest.clone().forged(|order| order.cid.digest = [0; 32]),
            honest.clone().forged(|order| order.timestamp += 1),
            Asked { letter: bytes, ..honest.clone() },
        ];
        for asked in changed {
            assert_noop!(asked.hand_in(), Error::<Test>::BadSignature);
        }
        // The price and the time limit follow the offer, and the signature does not.
        set_price(PRICE + 1);
        let dearer = honest.clone().forged(|order| order.price = PRICE + 1);
        assert_noop!(dearer.hand_in(), Error::<Test>::BadSignature);
        let longer = RequestType { time_limit: TIME_LIMIT + 1, ..terms() };
        let kind = RequestKind::BillDetails;
        assert_ok!(Prepaid::set_request_type(RuntimeOrigin::root(), kind, Some(longer)));
        let slower = honest.forged(|order| order.time_limit = TIME_LIMIT + 1);
        assert_noop!(slower.hand_in(), Error::<Test>::BadSignature);
    });
}

#[test]
fn request_fails_when_the_money_does_not_cover_the_price() {
    Builder::default().build_and_execute(|| {
        for price in [ENDOWMENT, ENDOWMENT + 1, Amount::MAX] {
            set_price(price);
            let asked = asked(|order| order.price = price);
            assert_noop!(asked.hand_in(), Error::<Test>::CannotPay);
        }
        // What keeps the account alive is not spent.
        set_price(ENDOWMENT - 1);
        assert_ok!(asked(|order| order.price = ENDOWMENT - 1).hand_in());
        assert_eq!(money(USER), (1, ENDOWMENT - 1));
    });
}

#[test]
fn request_fails_when_the_money_is_held_already() {
    Builder::default().build_and_execute(|| {
        set_price(ENDOWMENT / 2);
        let asked = |timestamp| {
            asked(|order| {
                order.price = ENDOWMENT / 2;
                order.timestamp = timestamp;
            })
        };
        assert_ok!(asked(START).hand_in());
        assert_noop!(asked(START + 1).hand_in(), Error::<Test>::CannotPay);
        // It is free again when the first one ends.
        assert_ok!(Prepaid::cancel(signed(USER), 0));
        assert_ok!(asked(START + 1).hand_in());
    });
}

#[test]
fn request_fails_when_the_requester_has_no_account_with_money() {
    Builder::default().build_and_execute(|| {
        assert_ok!(Balances::transfer_all(signed(USER), account(NEIGHBOUR), false));
        assert_noop!(Asked::new().hand_in(), Error::<Test>::CannotPay);
    });
}

/// The paper's order: identifiers, CID, timestamp, signature. Everything is wrong at first, and each
/// error is mended when it was named.
#[test]
fn request_names_what_is_wrong_in_the_papers_order() {
    Builder::default().build_and_execute(|| {
        let mended = requested();
        assert_ok!(Prepaid::cancel(signed(USER), mended));
        assert_ok!(Balances::transfer_allow_death(signed(USER), account(NEIGHBOUR), ENDOWMENT - PRICE));
        set_roles(&[Role::DataSharer]);
        suspend(USER);
        suspend(FOREIGN_PROCESSOR);
        let mut wrong = Asked {
            order: Order {
                processor: id(NEIGHBOUR),
                cid: ContentId { kind: RequestKind::SavingAdvice, digest: [0; 32] },
                price: PRICE + 1,
                time_limit: TIME_LIMIT + 1,
                timestamp: START - SKEW - 1,
            },
            letter: vec![],
            signature: BlsSignature([0; 48]),
        };

        assert_noop!(wrong.clone().by_account(STRANGER), Error::<Test>::NotMember);
        assert_noop!(wrong.clone().hand_in(), Error::<Test>::Suspended);
        with_member(USER, |member| member.standing.active = true);
        assert_noop!(wrong.clone().hand_in(), Error::<Test>::UnknownProcessor);
        wrong.order.processor = id(FOREIGN_PROCESSOR);
        assert_noop!(wrong.clone().hand_in(), Error::<Test>::ProcessorSuspended);
        with_member(FOREIGN_PROCESSOR, |member| member.standing.active = true);
        assert_noop!(wrong.clone().hand_in(), Error::<Test>::NotLocalProcessor);
        wrong.order.processor = id(PROCESSOR);

        assert_noop!(wrong.clone().hand_in(), Error::<Test>::UnknownType);
        wrong.order.cid.kind = RequestKind::BillDetails;
        assert_noop!(wrong.clone().hand_in(), Error::<Test>::RoleNotAllowed);
        set_roles(&[Role::User]);
        assert_noop!(wrong.clone().hand_in(), Error::<Test>::PriceChanged);
        wrong.order.price = PRICE;
        assert_noop!(wrong.clone().hand_in(), Error::<Test>::TimeLimitChanged);
        wrong.order.time_limit = TIME_LIMIT;

        assert_noop!(wrong.clone().hand_in(), Error::<Test>::StaleTimestamp);
        wrong.order.timestamp = START + SKEW + 1;
        assert_noop!(wrong.clone().hand_in(), Error::<Test>::FutureTimestamp);
        wrong.order.timestamp = START;
        assert_noop!(wrong.clone().hand_in(), Error::<Test>::RepeatedTimestamp);
        wrong.order.timestamp = START + 1;

        assert_noop!(wrong.clone().hand_in(), Error::<Test>::BadLetter);
        wrong.letter = letter(&content());
        assert_noop!(wrong.clone().hand_in(), Error::<Test>::BadSignature);
        let signed_at_last = Asked::with(wrong.order, wrong.letter);
        assert_noop!(signed_at_last.clone().hand_in(), Error::<Test>::CannotPay);
        assert_ok!(Balances::transfer_allow_death(signed(NEIGHBOUR), account(USER), 1));
        assert_ok!(signed_at_last.hand_in());
    });
}
