// SPDX-License-Identifier: Apache-2.0

use super::*;
use dmsm_primitives::{
    request::AnswerSeal,
    signing::{self, Purpose},
    time::DAY_MILLIS,
};

/// Hands in an answer, properly signed for what it is.
fn answer_with(request: RequestId, preimage: &[u8], answer: Vec<u8>) -> DispatchResult {
    let signature = sign_answer(PROCESSOR, request, &answer);
    fulfil_as(PROCESSOR, request, preimage, answer, signature)
}

/// Hands in the right answer under another's signature.
fn signed_with(request: RequestId, signature: BlsSignature) -> DispatchResult {
    let (answer, _) = sealed_answer(request);
    fulfil_as(PROCESSOR, request, &PREIMAGE, answer, signature)
}

/// So many blocks that are ciphertexts under [`modulus`].
fn blocks(count: usize) -> Vec<u8> {
    encrypted(b"one block").repeat(count)
}

/// The pallet's change of credit.
fn recorded(conduct: Conduct, change: i16, score: Score) -> pallet_credit::Event<Test> {
    let (processor, counterparty) = (id(PROCESSOR), id(USER));
    pallet_credit::Event::Recorded { processor, counterparty, conduct, change, score }
}

#[test]
fn fulfil_pays_for_the_answer_and_raises_credit() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        let (answer, signature) = sealed_answer(request);
        let digest = sha(&answer);
        events();

        assert_ok!(fulfil_as(PROCESSOR, request, &PREIMAGE, answer, signature));

        // 100 minor units: six doublings.
        assert_eq!(credit_events(), [recorded(Conduct::Delivered { price: PRICE }, 6, 506)]);
        assert_eq!(events(), [Event::Fulfilled { request, preimage: PREIMAGE, digest, cloud: None }]);
        assert_eq!(money(USER), (ENDOWMENT - PRICE, 0));
        assert_eq!(money(PROCESSOR), (PRICE, 0));
        assert_eq!(score(), 506);
        assert_eq!(outcomes(), [(request, Outcome::Fulfilled)]);
        assert_eq!(state_of(request), None);
        assert!(!Letters::<Test>::contains_key(request));
        assert!(Deadlines::<Test>::iter_keys().next().is_none());
        assert!(Inbox::<Test>::iter_keys().next().is_none());
        assert!(Outbox::<Test>::iter_keys().next().is_none());
    });
}

#[test]
fn fulfil_takes_an_answer_of_as_many_blocks_as_fit() {
    for count in [1, 2, 16] {
        Builder::default().build_and_execute(|| {
            let request = accepted();
            assert_ok!(answer_with(request, &PREIMAGE, blocks(count)));
        });
    }
}

#[test]
fn fulfil_takes_blocks_of_the_requesters_own_modulus_length() {
    Builder::default().build_and_execute(|| {
        let keys = fixtures::member_keys(USER.into(), 3072);
        with_member(USER, |member| member.keys = keys.clone());
        let request = accepted();
        let answer = dmsm_fixtures::paillier_encrypt_and_open(3072, b"the answer").0.repeat(10);
        let open = Requests::<Test>::get(request).expect("open");
        let seal = open.answer_seal(request, &keys.paillier.n, sha(&answer));
        let signature = fixtures::sign(PROCESSOR.into(), &seal.signing_payload(&Prepaid::genesis_hash()));
        // Ten blocks of 768 bytes, where sixteen blocks of 512 would have been.
        assert_eq!(answer.len(), 7_680);
        assert_ok!(fulfil_as(PROCESSOR, request, &PREIMAGE, answer, signature));
    });
}

#[test]
fn fulfil_works_until_just_before_the_deadline() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        next_block(TIME_LIMIT - 1);
        assert_ok!(fulfil(request));
        // The refund finds nothing.
        next_block(1);
        assert_eq!(outcomes(), [(request, Outcome::Fulfilled)]);
        assert_eq!(money(PROCESSOR), (PRICE, 0));
        assert_eq!(score(), 506);
    });
}

#[test]
fn fulfil_fails_when_the_deadline_has_passed_though_the_refund_has_not_run() {
    for late in [0, 1, TIME_LIMIT, DAY_MILLIS] {
        Builder::default().build_and_execute(|| {
            let request = accepted();
            // The clock of a block whose refunds have not run.
            Now::set(START + TIME_LIMIT + late);
            assert_noop!(fulfil(request), Error::<Test>::DeadlinePassed);
            assert_eq!(money(USER), (ENDOWMENT - PRICE, PRICE));
        });
    }
}

#[test]
fn fulfil_fails_when_the_refund_has_run() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        let (answer, signature) = sealed_answer(request);
        next_block(TIME_LIMIT);
        assert_noop!(
            fulfil_as(PROCESSOR, request, &PREIMAGE, answer, signature),
            Error::<Test>::UnknownRequest
        );
        assert_eq!(outcomes(), [(request, Outcome::TimedOut)]);
        assert_eq!(money(USER), (ENDOWMENT, 0));
        assert_eq!(money(PROCESSOR), (0, 0));
    });
}

#[test]
fn fulfil_fails_when_it_is_not_signed_by_an_account() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        let (answer, signature) = sealed_answer(request);
        let preimage: BoundedVec<_, _> = PREIMAGE.to_vec().try_into().expect("32 bytes");
        let answer = Delivery::InBlock(answer.try_into().expect("one block"));
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(
                Prepaid::fulfil(origin, request, preimage.clone(), answer.clone(), signature),
                BadOrigin
            );
        }
    });
}

#[test]
fn fulfil_fails_when_there_is_no_such_request() {
    Builder::default().build_and_execute(|| {
        let (answer, signature) = sealed_answer(accepted());
        for number in [1, NEVER, RequestId::MAX] {
            assert_noop!(
                fulfil_as(PROCESSOR, number, &PREIMAGE, answer.clone(), signature),
                Error::<Test>::UnknownRequest
            );
        }
    });
}

#[test]
fn fulfil_fails_when_the_request_has_ended() {
    for (outcome, end) in ends() {
        Builder::default().build_and_execute(|| {
            let request = end();
            let before = money(PROCESSOR);
            let answer = encrypted(b"the answer");
            let signature = fixtures::sign(PROCESSOR.into(), b"anything");
            assert_noop!(
                fulfil_as(PROCESSOR, request, &PREIMAGE, answer, signature),
                Error::<Test>::UnknownRequest
            );
            assert_eq!(money(PROCESSOR), before);
            assert_eq!(outcomes(), [(request, outcome)]);
        });
    }
}

#[test]
fn fulfil_fails_when_it_is_repeated() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        let (answer, signature) = sealed_answer(request);
        assert_ok!(fulfil_as(PROCESSOR, request, &PREIMAGE, answer.clone(), signature));
        assert_noop!(
            fulfil_as(PROCESSOR, request, &PREIMAGE, answer, signature),
            Error::<Test>::UnknownRequest
        );
        assert_eq!(money(PROCESSOR), (PRICE, 0));
    });
}

#[test]
fn fulfil_fails_when_the_caller_is_not_the_processor_that_was_asked() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        let (answer, signature) = sealed_answer(request);
        for seed in [SECOND_PROCESSOR, FOREIGN_PROCESSOR, USER, NEIGHBOUR, STRANGER] {
            assert_noop!(
                fulfil_as(seed, request, &PREIMAGE, answer.clone(), signature),
                Error::<Test>::NotItsProcessor
            );
            // Nor under its own signature.
            let own = sign_answer(seed, request, &answer);
            assert_noop!(
                fulfil_as(seed, request, &PREIMAGE, answer.clone(), own),
                Error::<Test>::NotItsProcessor
            );
        }
    });
}

#[test]
fn fulfil_fails_when_the_request_was_not_accepted() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        assert_noop!(fulfil(request), Error::<Test>::NotAccepted);
    });
}

#[test]
fn fulfil_fails_when_the_preimage_has_not_32_bytes() {
    Builder::default().build_and_execute(|| {
        for length in [0, 1, 31, 33, 63, 64] {
            let preimage = vec![8; length];
            // Even where its hash is the lock.
            let request = requested();
            let digest = digest_of(request);
            assert_ok!(Prepaid::accept(signed(PROCESSOR), request, digest, sha(&preimage), score()));
            assert_noop!(answer_with(request, &preimage, blocks(1)), Error::<Test>::BadPreimageLength);
            next_block(1);
        }
    });
}

#[test]
fn an_oversize_preimage_or_answer_cannot_be_decoded() {
    let call = |preimage: usize, answer: usize| {
        (5u8, 0u64, vec![1u8; preimage], (0u8, vec![1u8; answer]), BlsSignature([0; 48])).encode()
    };
    let decodes = |bytes: Vec<u8>| Call::<Test>::decode(&mut &bytes[..]).is_ok();
    assert!(decodes(call(64, 16_384)));
    assert!(!decodes(call(65, 512)));
    assert!(!decodes(call(32, 16_385)));
    // The length alone is refused, before anything is allocated for it.
    assert!(!decodes((5u8, 0u64, codec::Compact(u32::MAX)).encode()));
    assert!(!decodes((5u8, 0u64, vec![1u8; 32], 0u8, codec::Compact(u32::MAX)).encode()));
}

#[test]
fn fulfil_fails_when_the_preimage_does_not_open_the_lock() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        let mut near = PREIMAGE;
        near[31] ^= 1;
        for wrong in [near, [0; 32], sha(&PREIMAGE)] {
            assert_noop!(answer_with(request, &wrong, blocks(1)), Error::<Test>::WrongPreimage);
        }
    });
}

#[test]
fn fulfil_fails_when_the_preimage_is_that_of_another_request() {
    Builder::default().build_and_execute(|| {
        let one = accepted();
        next_block(1);
        let other = requested();
        let digest = digest_of(other);
        assert_ok!(Prepaid::accept(signed(PROCESSOR), other, digest, sha(&[7; 32]), score()));
        assert_noop!(answer_with(one, &[7; 32], blocks(1)), Error::<Test>::WrongPreimage);
        assert_noop!(answer_with(other, &PREIMAGE, blocks(1)), Error::<Test>::WrongPreimage);
        assert_ok!(answer_with(other, &[7; 32], blocks(1)));
    });
}

#[test]
fn fulfil_fails_when_the_answer_is_too_long() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        for length in [8_193, 8_704, 16_383, 16_384] {
            let mut answer = blocks(32);
            answer.truncate(length);
            assert_noop!(answer_with(request, &PREIMAGE, answer), Error::<Test>::AnswerTooLong);
        }
    });
}

#[test]
fn fulfil_fails_when_the_answer_is_not_whole_blocks() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        for length in [0, 1, 256, 511, 513, 768, 1_023, 8_191] {
            let mut answer = blocks(16);
            answer.truncate(length);
            assert_noop!(answer_with(request, &PREIMAGE, answer), Error::<Test>::BadAnswer);
        }
    });
}

#[test]
fn fulfil_fails_when_a_block_of_the_answer_is_no_ciphertext() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        for wrong in no_ciphertexts() {
            let good = blocks(1);
            for answer in [wrong.clone(), [good.clone(), wrong.clone()].concat(), [wrong, good].concat()] {
                assert_noop!(answer_with(request, &PREIMAGE, answer), Error::<Test>::BadAnswer);
            }
        }
    });
}

#[test]
fn fulfil_fails_when_it_is_signed_by_another_key() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        let (answer, _) = sealed_answer(request);
        for seed in [SECOND_PROCESSOR, USER, STRANGER] {
            let signature = sign_answer(seed, request, &answer);
            assert_noop!(
                fulfil_as(PROCESSOR, request, &PREIMAGE, answer.clone(), signature),
                Error::<Test>::BadSignature
            );
        }
        for signature in no_signatures() {
            assert_noop!(signed_with(request, signature), Error::<Test>::BadSignature);
        }
    });
}

#[test]
fn fulfil_fails_when_the_signature_is_over_another_answer() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        let signature = sign_answer(PROCESSOR, request, &encrypted(b"another answer"));
        assert_noop!(signed_with(request, signature), Error::<Test>::BadSignature);
    });
}

#[test]
fn fulfil_fails_when_the_signature_is_for_another_request() {
    Builder::default().build_and_execute(|| {
        let one = accepted();
        next_block(1);
        let other = accepted();
        let (answer, for_other) = sealed_answer(other);
        assert_noop!(fulfil_as(PROCESSOR, one, &PREIMAGE, answer, for_other), Error::<Test>::BadSignature);
    });
}

/// Every field of the seal is covered: a signature over any other value of it is refused.
#[test]
fn fulfil_fails_when_any_field_of_the_seal_was_signed_otherwise() {
    Builder::default().build_and_execute(|| {
        let number = accepted();
        let (answer, right) = sealed_answer(number);
        let open = Requests::<Test>::get(number).expect("open");
        let seal = open.answer_seal(number, &modulus(), sha(&answer));
        // Were a field added, this would not compile: then the list below needs it.
        let AnswerSeal { request, processor: _, requester: _, cid, .. } = seal;
        let AnswerSeal { request_digest: _, requester_key: _, digest: _, .. } = seal;
        let kind = RequestKind::UsageDetails;
        let genesis = Prepaid::genesis_hash();
        let others = [
            AnswerSeal { request: request + 1, ..seal.clone() },
            AnswerSeal { processor: id(SECOND_PROCESSOR), ..seal.clone() },
            AnswerSeal { requester: id(NEIGHBOUR), ..seal.clone() },
            AnswerSeal { cid: ContentId { kind, ..cid }, ..seal.clone() },
            AnswerSeal { cid: ContentId { digest: [0; 32], ..cid }, ..seal.clone() },
            AnswerSeal { request_digest: [0; 32], ..seal.clone() },
            AnswerSeal { requester_key: [0; 32], ..seal.clone() },
            AnswerSeal { digest: [0; 32], ..seal.clone() },
        ];
        let payloads = others.iter().map(|other| other.signing_payload(&genesis)).chain([
            // For another chain or purpose, and without any.
            seal.signing_payload(&[0; 32]),
            signing::payload(Purpose::Request, &genesis, &seal),
            signing::payload(Purpose::Preimage, &genesis, &seal),
            seal.encode(),
        ]);
        for payload in payloads {
            let signature = fixtures::sign(PROCESSOR.into(), &payload);
            assert_noop!(
                fulfil_as(PROCESSOR, number, &PREIMAGE, answer.clone(), signature),
                Error::<Test>::BadSignature
            );
        }
        assert_ok!(fulfil_as(PROCESSOR, number, &PREIMAGE, answer, right));
    });
}

#[test]
fn fulfil_fails_when_the_processor_signs_with_a_key_that_it_rotated() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        let (answer, old) = sealed_answer(request);
        with_member(PROCESSOR, |member| member.keys = fixtures::member_keys(50, BITS));
        assert_noop!(signed_with(request, old), Error::<Test>::BadSignature);
        let new = sign_answer(50, request, &answer);
        assert_ok!(fulfil_as(PROCESSOR, request, &PREIMAGE, answer, new));
    });
}

#[test]
fn a_requester_that_rotates_its_signing_key_is_answered() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        with_member(USER, |member| member.keys = fixtures::member_keys(50, BITS));
        assert_ok!(fulfil(request));
    });
}

/// The first thing that is wrong is named, in the order of the documentation.
#[test]
fn fulfil_names_what_is_wrong_in_order() {
    Builder::default().build_and_execute(|| {
        let request = requested();
        let call = |seed, number, preimage: &[u8], answer: usize| {
            fulfil_as(seed, number, preimage, vec![0; answer], BlsSignature([0; 48]))
        };
        Now::set(START + TIME_LIMIT);
        assert_noop!(call(STRANGER, NEVER, &[], 16_384), Error::<Test>::UnknownRequest);
        assert_noop!(call(STRANGER, request, &[], 16_384), Error::<Test>::NotItsProcessor);
        assert_noop!(call(PROCESSOR, request, &[], 16_384), Error::<Test>::NotAccepted);
        Now::set(START);
        assert_ok!(accept(request));
        Now::set(START + TIME_LIMIT);
        assert_noop!(call(PROCESSOR, request, &[], 16_384), Error::<Test>::DeadlinePassed);
        Now::set(START);
        assert_noop!(call(PROCESSOR, request, &[], 16_384), Error::<Test>::BadPreimageLength);
        assert_noop!(call(PROCESSOR, request, &[0; 32], 16_384), Error::<Test>::WrongPreimage);
        assert_noop!(call(PROCESSOR, request, &PREIMAGE, 16_384), Error::<Test>::AnswerTooLong);
        assert_noop!(call(PROCESSOR, request, &PREIMAGE, 512), Error::<Test>::BadAnswer);
        assert_noop!(signed_with(request, BlsSignature([0; 48])), Error::<Test>::BadSignature);
        assert_ok!(fulfil(request));
    });
}

#[test]
fn a_suspended_processor_settles_what_it_accepted() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        suspend(PROCESSOR);
        assert_ok!(fulfil(request));
        assert_eq!(money(PROCESSOR), (PRICE, 0));
    });
}

#[test]
fn a_processor_that_asks_itself_moves_no_money_and_earns_nothing() {
    Builder::default().build_and_execute(|| {
        set_roles(&[Role::Processor]);
        assert_ok!(Balances::transfer_allow_death(signed(USER), account(PROCESSOR), 2 * PRICE));
        let Asked { order, letter, .. } = Asked::new();
        assert_ok!(Asked::by(PROCESSOR, order, letter).by_account(PROCESSOR));
        assert_ok!(accept(0));
        assert_eq!(money(PROCESSOR), (PRICE, PRICE));
        assert_ok!(fulfil(0));
        assert_eq!(money(PROCESSOR), (2 * PRICE, 0));
        assert_eq!(score(), 500);
    });
}

#[test]
fn deliveries_to_one_requester_earn_no_more_than_a_day_allows() {
    Builder::default().build_and_execute(|| {
        let deliver = || {
            let request = accepted();
            assert_ok!(fulfil(request));
            next_block(1);
            score()
        };
        assert_eq!([(); 5].map(|()| deliver()), [506, 512, 518, 520, 520]);
        // Another requester is another counterparty, and tomorrow is another day.
        let Asked { order, letter, .. } = Asked::new();
        assert_ok!(Asked::by(NEIGHBOUR, order, letter).by_account(NEIGHBOUR));
        assert_ok!(accept(5));
        assert_ok!(fulfil(5));
        assert_eq!(score(), 526);
        next_block(DAY_MILLIS);
        assert_eq!(deliver(), 532);
    });
}

#[test]
fn a_time_out_costs_more_than_any_delivery_earns() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        assert_ok!(fulfil(request));
        next_block(1);
        accepted();
        events();
        next_block(TIME_LIMIT);
        assert_eq!(credit_events(), [recorded(Conduct::TimedOut, -25, 481)]);
        assert_eq!(score(), 481);
    });
}
