// SPDX-License-Identifier: Apache-2.0
//! Paid requests through the whole runtime: money, credit, the pool.

use crate::common::*;
use codec::Encode;
use dmsm_host::fixtures::{self, dmsm_fixtures};
use dmsm_primitives::{
    request::{Content, ContentId, Question},
    time::Month,
    BlsSignature, CreditBook, DeviceId, OperatorId,
};
use dmsm_runtime::{AccountId, Balances, Credit, Executive, Members, Prepaid, Runtime, RuntimeCall, System};
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::WeightMeter};
use pallet_prepaid::{Error, Order, Outcome, State};
use sp_io::hashing::sha2_256;
use sp_keyring::Sr25519Keyring;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionSource};

const START: u64 = 1_700_000_000_000;
const PREIMAGE: [u8; 32] = [4; 32];

fn set_clock(now: u64) {
    pallet_timestamp::Now::<Runtime>::put(now);
}

/// A household with money, asking for its bill of January 2012.
struct Asking {
    processor: Person,
    household: Person,
    order: Order,
    letter: Vec<u8>,
    signature: BlsSignature,
}

impl Asking {
    fn new() -> Self {
        set_clock(START);
        let processor = processor();
        let household = household(&processor);
        give(&household.account(), 1_000);
        let question = Question::Bill { meter: DeviceId([1; 32]), month: Month { year: 2012, month: 1 } };
        let content = Content { salt: [7; 16], question };
        let cid = ContentId::of(&content);
        let terms = pallet_prepaid::RequestTypes::<Runtime>::get(cid.kind).expect("on offer in `dev`");
        let order = Order {
            processor: processor.id,
            cid,
            price: terms.price,
            time_limit: terms.time_limit,
            timestamp: START,
        };
        let letter = dmsm_fixtures::paillier_encrypt_and_open(2048, &content.encode()).0;
        let payload = order.seal(household.id, &letter).signing_payload(&genesis());
        let signature = fixtures::sign(household.seed, &payload);
        Self { processor, household, order, letter, signature }
    }

    fn call(&self) -> RuntimeCall {
        let letter = self.letter.clone().try_into().expect("one block");
        pallet_prepaid::Call::request { order: self.order.clone(), letter, signature: self.signature }.into()
    }

    fn hand_in(&self) {
        let letter = self.letter.clone().try_into().expect("one block");
        assert_ok!(Prepaid::request(self.household.origin(), self.order.clone(), letter, self.signature));
    }

    fn accept(&self) {
        assert_ok!(Prepaid::accept(
            self.processor.origin(),
            0,
            sha2_256(&self.letter),
            sha2_256(&PREIMAGE),
            Credit::score(&self.processor.id),
        ));
    }

    fn fulfil(&self) -> frame_support::dispatch::DispatchResult {
        let answer = dmsm_fixtures::paillier_encrypt_and_open(2048, b"an answer").0;
        let request = pallet_prepaid::Requests::<Runtime>::get(0).expect("open");
        let n = fixtures::member_keys(self.household.seed, 2048).paillier.n;
        let seal = request.answer_seal(0, &n, sha2_256(&answer));
        let signature = fixtures::sign(self.processor.seed, &seal.signing_payload(&genesis()));
        Prepaid::fulfil(
            self.processor.origin(),
            0,
            PREIMAGE.to_vec().try_into().expect("32 bytes"),
            pallet_prepaid::Delivery::InBlock(answer.try_into().expect("one block")),
            signature,
        )
    }

    fn free(&self) -> u128 {
        Balances::free_balance(self.household.account())
    }
}

fn give(account: &AccountId, amount: u128) {
    let alice = frame_system::RawOrigin::Signed(Sr25519Keyring::Alice.to_account_id());
    assert_ok!(Balances::transfer_allow_death(alice.into(), account.clone().into(), amount));
}

fn poll() {
    Prepaid::on_poll(System::block_number(), &mut WeightMeter::new());
}

#[test]
fn an_answer_in_time_is_paid_and_raises_credit() {
    chain().execute_with(|| {
        let asking = Asking::new();
        let (money, price) = (issuance(), asking.order.price);
        asking.hand_in();
        assert_eq!(asking.free(), 1_000 - price);
        asking.accept();
        assert_ok!(asking.fulfil());
        assert_eq!(Balances::free_balance(asking.processor.account()), price);
        assert_eq!(asking.free(), 1_000 - price);
        assert_eq!(issuance(), money);
        // 50 minor units: five doublings.
        assert_eq!(Credit::score(&asking.processor.id), 505);
    });
}

#[test]
fn a_silent_processor_loses_payment_and_credit() {
    chain().execute_with(|| {
        let asking = Asking::new();
        let money = issuance();
        asking.hand_in();
        asking.accept();
        set_clock(START + asking.order.time_limit);
        assert_noop!(asking.fulfil(), Error::<Runtime>::DeadlinePassed);
        poll();
        assert_eq!(asking.free(), 1_000);
        assert_eq!(issuance(), money);
        assert_eq!(Credit::score(&asking.processor.id), 475);
        let recent = pallet_prepaid::Recent::<Runtime>::get(asking.household.id);
        assert_eq!(recent.last().map(|settled| settled.outcome), Some(Outcome::TimedOut));
    });
}

#[test]
fn a_processor_earns_no_credit_from_its_own_operator() {
    chain().execute_with(|| {
        let asking = Asking::new();
        for id in [asking.processor.id, asking.household.id] {
            let operator = Some(OperatorId(1));
            assert_ok!(by_council(pallet_members::Call::set_operator { id, operator }));
        }
        asking.hand_in();
        asking.accept();
        assert_ok!(asking.fulfil());
        assert_eq!(Credit::score(&asking.processor.id), 500);
    });
}

#[test]
fn nobody_leaves_with_an_open_request() {
    chain().execute_with(|| {
        let asking = Asking::new();
        asking.hand_in();
        for origin in [asking.household.origin(), asking.processor.origin()] {
            assert_noop!(Members::leave(origin), pallet_members::Error::<Runtime>::HasOpenBusiness);
        }
        assert_ok!(Prepaid::cancel(asking.household.origin(), 0));
        assert_ok!(Members::leave(asking.household.origin()));
    });
}

/// An answer is made under the requester's key, and stands in the pool for all to read before it is
/// paid: a requester that could change the key then would have the answer and its money.
#[test]
fn a_requester_keeps_its_keys_until_its_request_ends() {
    chain().execute_with(|| {
        let asking = Asking::new();
        let rotate = || {
            let (seed, id) = (7, asking.household.id);
            let keys = fixtures::member_keys(seed, 3072);
            Members::rotate_keys(asking.household.origin(), keys, fixtures::possession(seed, &id))
        };
        asking.hand_in();
        assert_noop!(rotate(), pallet_members::Error::<Runtime>::HasOpenBusiness);
        asking.accept();
        assert_noop!(rotate(), pallet_members::Error::<Runtime>::HasOpenBusiness);
        assert_ok!(asking.fulfil());
        assert_ok!(rotate());
    });
}

#[test]
fn a_suspended_processor_settles_what_it_accepted_and_accepts_nothing_new() {
    chain().execute_with(|| {
        let asking = Asking::new();
        asking.hand_in();
        assert_ok!(by_council(pallet_members::Call::suspend { id: asking.processor.id }));
        let credit = Credit::score(&asking.processor.id);
        assert_noop!(
            Prepaid::accept(asking.processor.origin(), 0, sha2_256(&asking.letter), [0; 32], credit),
            Error::<Runtime>::ProcessorSuspended
        );
        assert_ok!(by_council(pallet_members::Call::reinstate { id: asking.processor.id }));
        asking.accept();
        assert_ok!(by_council(pallet_members::Call::suspend { id: asking.processor.id }));
        assert_ok!(asking.fulfil());
    });
}

#[test]
fn open_requests_keep_their_terms() {
    chain().execute_with(|| {
        let asking = Asking::new();
        asking.hand_in();
        let kind = asking.order.cid.kind;
        assert_ok!(by_council(pallet_prepaid::Call::set_request_type { kind, terms: None }));
        asking.accept();
        let request = pallet_prepaid::Requests::<Runtime>::get(0).expect("open");
        assert!(matches!(request.state, State::Accepted { .. }));
        assert_ok!(asking.fulfil());
        assert_eq!(Balances::free_balance(asking.processor.account()), asking.order.price);
    });
}

#[test]
fn the_pool_refuses_an_invalid_request_by_code_before_it_costs_block_space() {
    chain().execute_with(|| {
        let mut asking = Asking::new();
        let validate = |asking: &Asking| {
            let nonce = System::account_nonce(asking.household.account());
            let transaction = transaction(&asking.household.pair, nonce, asking.call());
            Executive::validate_transaction(TransactionSource::External, transaction, System::block_hash(0))
        };
        assert!(validate(&asking).is_ok());
        asking.order.price += 1;
        let index = Error::<Runtime>::PriceChanged.encode()[0];
        assert_eq!(
            validate(&asking),
            Err(InvalidTransaction::Custom(pallet_prepaid::REFUSED + index).into())
        );
        asking.order.price -= 1;
        asking.signature = BlsSignature([0; 48]);
        let index = Error::<Runtime>::BadSignature.encode()[0];
        assert_eq!(
            validate(&asking),
            Err(InvalidTransaction::Custom(pallet_prepaid::REFUSED + index).into())
        );
    });
}
