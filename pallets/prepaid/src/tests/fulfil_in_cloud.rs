// SPDX-License-Identifier: Apache-2.0
//! Answers that lie in the cloud.

use super::*;
use dmsm_primitives::{
    cloud::{Receipt, ReceiptSeal},
    signing::{self, Purpose},
};

/// Bytes of one block under the mock's keys.
const BLOCK: u32 = 2 * BITS / 8;

fn seal() -> ReceiptSeal {
    ReceiptSeal { cloud: id(CLOUD), owner: id(PROCESSOR), digest: [5; 32], bytes: 40 * BLOCK }
}

/// A receipt for what `seal` says, signed by `seed` over `payload`.
fn receipt_over(seal: &ReceiptSeal, seed: u8, payload: &[u8]) -> Receipt {
    let ReceiptSeal { cloud, digest, bytes, .. } = *seal;
    Receipt { cloud, digest, bytes, signature: fixtures::sign(seed.into(), payload) }
}

fn receipt(seal: &ReceiptSeal) -> Receipt {
    receipt_over(seal, CLOUD, &seal.signing_payload(&Prepaid::genesis_hash()))
}

/// Hands in a receipt, properly signed by the processor.
fn fulfil_with(request: RequestId, receipt: Receipt) -> DispatchResult {
    let open = Requests::<Test>::get(request).expect("open");
    let n = dmsm_fixtures::paillier_key(BITS).0;
    let payload = open.answer_seal(request, &n, receipt.digest).signing_payload(&Prepaid::genesis_hash());
    fulfil_signed(request, receipt, fixtures::sign(PROCESSOR.into(), &payload))
}

fn fulfil_signed(request: RequestId, receipt: Receipt, signature: BlsSignature) -> DispatchResult {
    let preimage = PREIMAGE.to_vec().try_into().expect("32 bytes");
    Prepaid::fulfil(signed(PROCESSOR), request, preimage, Delivery::InCloud(receipt), signature)
}

#[test]
fn a_receipt_stands_in_for_the_answer() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        events();
        assert_ok!(fulfil_with(request, receipt(&seal())));
        let fulfilled =
            Event::Fulfilled { request, preimage: PREIMAGE, digest: [5; 32], cloud: Some(id(CLOUD)) };
        assert_eq!(events(), [fulfilled]);
        assert_eq!(money(PROCESSOR), (PRICE, 0));
        assert_eq!(outcomes(), [(request, Outcome::Fulfilled)]);
        assert_eq!(score(), 506);
    });
}

#[test]
fn a_receipt_is_taken_from_one_block_to_the_longest_answer() {
    for bytes in [BLOCK, 2 * BLOCK, MAX_ANSWER_IN_CLOUD] {
        Builder::default().build_and_execute(|| {
            let request = accepted();
            assert_ok!(fulfil_with(request, receipt(&ReceiptSeal { bytes, ..seal() })));
        });
    }
}

#[test]
fn a_receipt_for_what_is_not_whole_blocks_is_refused() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        for bytes in [0, 1, BLOCK - 1, BLOCK + 1, MAX_ANSWER_IN_CLOUD - 1] {
            let receipt = receipt(&ReceiptSeal { bytes, ..seal() });
            assert_noop!(fulfil_with(request, receipt), Error::<Test>::BadAnswer);
        }
        for bytes in [MAX_ANSWER_IN_CLOUD + 1, MAX_ANSWER_IN_CLOUD + BLOCK, u32::MAX] {
            let receipt = receipt(&ReceiptSeal { bytes, ..seal() });
            assert_noop!(fulfil_with(request, receipt), Error::<Test>::AnswerTooLong);
        }
    });
}

#[test]
fn a_receipt_of_who_is_no_cloud_is_refused() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        for seed in [PROCESSOR, SECOND_PROCESSOR, USER, SHARER, STRANGER] {
            let seal = ReceiptSeal { cloud: id(seed), ..seal() };
            let payload = seal.signing_payload(&Prepaid::genesis_hash());
            let receipt = receipt_over(&seal, seed, &payload);
            assert_noop!(fulfil_with(request, receipt), Error::<Test>::UnknownCloud);
        }
    });
}

#[test]
fn a_receipt_of_a_suspended_cloud_is_refused() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        suspend(CLOUD);
        assert_noop!(fulfil_with(request, receipt(&seal())), Error::<Test>::CloudSuspended);
    });
}

#[test]
fn a_receipt_that_the_cloud_did_not_sign_for_this_is_refused() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        let genesis = Prepaid::genesis_hash();
        let right = seal();
        // Were a field added, this would not compile: then the list below needs it.
        let ReceiptSeal { cloud: _, owner: _, digest: _, bytes: _ } = right;
        let others = [
            ReceiptSeal { cloud: id(SECOND_PROCESSOR), ..right },
            ReceiptSeal { owner: id(SECOND_PROCESSOR), ..right },
            ReceiptSeal { digest: [6; 32], ..right },
            ReceiptSeal { bytes: 2 * BLOCK, ..right },
        ];
        let payloads = others.iter().map(|other| other.signing_payload(&genesis)).chain([
            right.signing_payload(&[0; 32]),
            signing::payload(Purpose::Answer, &genesis, &right),
            right.encode(),
        ]);
        for payload in payloads {
            let receipt = receipt_over(&right, CLOUD, &payload);
            assert_noop!(fulfil_with(request, receipt), Error::<Test>::BadReceipt);
        }
        for seed in [PROCESSOR, USER] {
            let receipt = receipt_over(&right, seed, &right.signing_payload(&genesis));
            assert_noop!(fulfil_with(request, receipt), Error::<Test>::BadReceipt);
        }
        assert_ok!(fulfil_with(request, receipt(&right)));
    });
}

#[test]
fn the_processor_answers_for_what_lies_in_the_cloud() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        let other = sign_answer(PROCESSOR, request, &encrypted(b"another answer"));
        assert_noop!(fulfil_signed(request, receipt(&seal()), other), Error::<Test>::BadSignature);
    });
}

#[test]
fn a_receipt_at_the_deadline_is_too_late() {
    Builder::default().build_and_execute(|| {
        let request = accepted();
        Now::set(START + TIME_LIMIT);
        assert_noop!(fulfil_with(request, receipt(&seal())), Error::<Test>::DeadlinePassed);
    });
}
