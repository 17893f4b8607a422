// SPDX-License-Identifier: Apache-2.0
//! The transaction extension `MemberNonce`.

use super::*;
use codec::{Decode, Encode};
use frame_support::dispatch::{DispatchClass, GetDispatchInfo};
use sp_runtime::{
    traits::{DispatchTransaction, TransactionExtension, TxBaseImplication},
    transaction_validity::{
        InvalidTransaction,
        TransactionSource::{External, InBlock},
        TransactionValidityError, ValidTransaction,
    },
};

const INVITED: u64 = 50;

fn remark() -> RuntimeCall {
    frame_system::Call::remark { remark: vec![] }.into()
}

fn application_call() -> RuntimeCall {
    let Application { id, role, region, keys, opening } = application(INVITED, Role::User, REGION_1);
    let possession = BlsSignature([0; 48]);
    Call::apply { id, role, region, keys, possession, opening }.into()
}

/// What the pool says about a transaction.
fn validate_call(
    account: u64,
    nonce: u32,
    call: RuntimeCall,
) -> Result<ValidTransaction, TransactionValidityError> {
    let info = call.get_dispatch_info();
    MemberNonce::<Test>::from(nonce)
        .validate_only(signed(account), &call, &info, 100, External, 0)
        .map(|(valid, _, _)| valid)
}

fn validate(account: u64, nonce: u32) -> Result<ValidTransaction, TransactionValidityError> {
    validate_call(account, nonce, remark())
}

/// Puts a transaction into a block.
fn include(account: u64, nonce: u32) -> Result<Weight, TransactionValidityError> {
    let (call, info) = (remark(), remark().get_dispatch_info());
    MemberNonce::<Test>::from(nonce)
        .validate_and_prepare(signed(account), &call, &info, 100, 0)
        .map(|(unspent, _)| unspent)
}

fn custom(code: u8) -> TransactionValidityError {
    InvalidTransaction::Custom(code).into()
}

#[test]
fn a_member_may_transact_whatever_its_role() {
    Builder::standard().build_and_execute(|| {
        for member in [USER_1, PROCESSOR_1, SHARER, CLOUD] {
            let valid = validate(member, 0).expect("a member may");
            assert_eq!(valid.provides, [(member, 0u32).encode()]);
            assert!(valid.requires.is_empty());
            assert!(valid.propagate);
        }
    });
}

#[test]
fn validation_fails_when_the_signer_is_no_member() {
    Builder::standard().build_and_execute(|| {
        assert_eq!(validate(STRANGER, 0), Err(custom(NOT_A_MEMBER)));
        assert_eq!(include(STRANGER, 0), Err(custom(NOT_A_MEMBER)));
        // Not even to apply.
        assert_eq!(validate_call(STRANGER, 0, application_call()), Err(custom(NOT_A_MEMBER)));
        // Nor with a balance of a nonce from former days.
        System::inc_account_nonce(STRANGER);
        System::inc_sufficients(&STRANGER);
        assert_eq!(validate(STRANGER, 1), Err(custom(NOT_A_MEMBER)));
    });
}

#[test]
fn validation_fails_when_the_signer_left() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(validate(USER_1, 0));
        assert_ok!(Pallet::leave(signed(USER_1)));
        assert_eq!(validate(USER_1, 0), Err(custom(NOT_A_MEMBER)));
    });
}

#[test]
fn a_suspended_member_may_transact_to_settle_its_business() {
    Builder::standard().suspended(USER_1).build_and_execute(|| {
        assert_ok!(validate(USER_1, 0));
    });
}

#[test]
fn a_councillor_may_transact_without_being_a_member() {
    Builder::standard().build_and_execute(|| {
        System::inc_providers(&COUNCILLOR);
        assert_ok!(validate(COUNCILLOR, 0));
        for nonce in 0..6 {
            assert_ok!(include(COUNCILLOR, nonce));
        }
        assert_eq!(validate(COUNCILLOR, 6), Err(custom(OVER_QUOTA)));
    });
}

#[test]
fn validation_fails_when_an_invited_account_does_anything_but_apply() {
    Builder::standard().invited(INVITED).build_and_execute(|| {
        assert_ok!(validate_call(INVITED, 0, application_call()));
        assert_eq!(validate(INVITED, 0), Err(custom(NOT_A_MEMBER)));
        assert_eq!(validate_call(INVITED, 0, Call::leave {}.into()), Err(custom(NOT_A_MEMBER)));
        let invite = Call::invite { account: STRANGER }.into();
        assert_eq!(validate_call(INVITED, 0, invite), Err(custom(NOT_A_MEMBER)));
    });
}

#[test]
fn validation_fails_when_the_invitation_was_withdrawn() {
    Builder::standard().invited(INVITED).build_and_execute(|| {
        assert_ok!(Pallet::withdraw_invitation(council(), INVITED));
        assert_eq!(validate_call(INVITED, 0, application_call()), Err(custom(NOT_A_MEMBER)));
    });
}

#[test]
fn validation_fails_when_an_invited_account_applies_too_often() {
    Builder::standard().invited(INVITED).build_and_execute(|| {
        let (call, info) = (application_call(), application_call().get_dispatch_info());
        assert_eq!(validate_call(INVITED, 1, application_call()), Err(custom(TOO_MANY_PENDING)));
        for nonce in 0..2 {
            assert_ok!(MemberNonce::<Test>::from(nonce).validate_and_prepare(
                signed(INVITED),
                &call,
                &info,
                100,
                0
            ));
        }
        assert_eq!(validate_call(INVITED, 2, application_call()), Err(custom(OVER_QUOTA)));
    });
}

#[test]
fn validation_fails_when_the_quota_of_the_window_is_used() {
    Builder::standard().build_and_execute(|| {
        for nonce in 0..4 {
            assert_ok!(include(USER_1, nonce));
        }
        assert_eq!(validate(USER_1, 4), Err(custom(OVER_QUOTA)));
        assert_eq!(include(USER_1, 4), Err(custom(OVER_QUOTA)));
        // It is its own quota.
        assert_ok!(validate(USER_2, 0));
    });
}

#[test]
fn validation_counts_what_is_ahead_in_the_pool() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(include(USER_1, 0));
        assert_ok!(include(USER_1, 1));
        // Two are included and four may be: there is room for two in the pool.
        assert_ok!(validate(USER_1, 2));
        assert_ok!(validate(USER_1, 3));
        assert_eq!(validate(USER_1, 4), Err(custom(OVER_QUOTA)));
    });
}

#[test]
fn validation_fails_when_too_many_are_pending() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(validate(USER_1, 2));
        assert_eq!(validate(USER_1, 3), Err(custom(TOO_MANY_PENDING)));
        assert_ok!(validate(PROCESSOR_1, 5));
        assert_eq!(validate(PROCESSOR_1, 6), Err(custom(TOO_MANY_PENDING)));
        assert_ok!(validate(CLOUD, 1));
        assert_eq!(validate(CLOUD, 2), Err(custom(TOO_MANY_PENDING)));
        assert_eq!(validate(USER_1, u32::MAX), Err(custom(OVER_QUOTA)));
    });
}

#[test]
fn a_quota_is_whole_again_in_the_next_window() {
    Builder::standard().build_and_execute(|| {
        for nonce in 0..4 {
            assert_ok!(include(USER_1, nonce));
        }
        System::set_block_number(9);
        assert_eq!(validate(USER_1, 4), Err(custom(OVER_QUOTA)));
        System::set_block_number(10);
        assert_eq!(Pallet::included_in_window(&USER_1), 0);
        for nonce in 4..8 {
            assert_ok!(include(USER_1, nonce));
        }
        assert_eq!(validate(USER_1, 8), Err(custom(OVER_QUOTA)));
    });
}

#[test]
fn usage_is_counted_by_inclusion_and_not_by_validation() {
    Builder::standard().build_and_execute(|| {
        for _ in 0..10 {
            assert_ok!(validate(USER_1, 0));
        }
        assert_eq!(UsageOf::<Test>::get(USER_1), None);
        assert_ok!(include(USER_1, 0));
        assert_eq!(UsageOf::<Test>::get(USER_1), Some(Usage { window: 0, included: 1 }));
        assert_eq!(System::account_nonce(USER_1), 1);
    });
}

#[test]
fn usage_is_counted_once_for_a_transaction_that_fails_on_dispatch() {
    Builder::standard().build_and_execute(|| {
        let call: RuntimeCall = Call::invite { account: STRANGER }.into();
        let info = call.get_dispatch_info();
        let outcome = MemberNonce::<Test>::from(0).dispatch_transaction(signed(USER_1), call, &info, 100, 0);
        assert!(outcome.expect("it may be included").is_err());
        assert_eq!(Pallet::included_in_window(&USER_1), 1);
        assert_eq!(System::account_nonce(USER_1), 1);
    });
}

#[test]
fn priority_falls_with_the_distance_so_that_a_flood_waits_behind_the_first_of_every_other() {
    Builder::standard().build_and_execute(|| {
        let priority = |account, nonce| validate(account, nonce).expect("within the quota").priority;
        let flood: Vec<_> = (0..6).map(|nonce| priority(PROCESSOR_1, nonce)).collect();
        assert!(flood.is_sorted_by(|first, next| first > next), "{flood:?}");
        // Another member's first is equal to the flood's first, and outranks the rest.
        assert_eq!(priority(USER_1, 0), flood[0]);
        assert!(flood[1..].iter().all(|waiting| *waiting < priority(USER_1, 0)));
        // What was included does not count: the next in line is first again.
        assert_ok!(include(PROCESSOR_1, 0));
        assert_eq!(priority(PROCESSOR_1, 1), flood[0]);
    });
}

#[test]
fn validation_fails_when_the_nonce_is_stale() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(include(USER_1, 0));
        assert_eq!(validate(USER_1, 0), Err(InvalidTransaction::Stale.into()));
        assert_eq!(include(USER_1, 0), Err(InvalidTransaction::Stale.into()));
    });
}

#[test]
fn inclusion_fails_when_the_nonce_is_in_the_future() {
    Builder::standard().build_and_execute(|| {
        // The pool keeps it until the one before is there; a block may not have it.
        let valid = validate(USER_1, 1).expect("it may wait");
        assert_eq!(valid.requires, [(USER_1, 0u32).encode()]);
        assert_eq!(include(USER_1, 1), Err(InvalidTransaction::Future.into()));
        assert_eq!(System::account_nonce(USER_1), 0);
        assert_eq!(UsageOf::<Test>::get(USER_1), None);
    });
}

#[test]
fn an_origin_without_signer_passes_and_gets_its_weight_back() {
    Builder::standard().build_and_execute(|| {
        for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
            let (call, info) = (remark(), remark().get_dispatch_info());
            let extension = MemberNonce::<Test>::from(7);
            let (valid, val, origin) = extension
                .validate(origin, &call, &info, 0, (), &TxBaseImplication(&call), External)
                .expect("nothing to check");
            assert_eq!(valid, ValidTransaction::default());
            let expected = extension.weight(&call);
            assert_eq!(extension.prepare(val, &origin, &call, &info, 0), Ok(expected));
        }
        assert_eq!(UsageOf::<Test>::iter().count(), 0);
    });
}

#[test]
fn a_signed_transaction_keeps_its_weight() {
    Builder::standard().build_and_execute(|| assert_eq!(include(USER_1, 0), Ok(Weight::zero())));
}

#[test]
fn it_is_encoded_and_named_as_check_nonce() {
    type Known = frame_system::CheckNonce<Test>;
    for nonce in [0, 1, 63, 64, 16_383, 16_384, u32::MAX] {
        let encoded = MemberNonce::<Test>::from(nonce).encode();
        assert_eq!(encoded, Known::from(nonce).encode());
        assert_eq!(MemberNonce::<Test>::decode(&mut &encoded[..]), Ok(MemberNonce::from(nonce)));
    }
    let identifier = <MemberNonce<Test> as TransactionExtension<RuntimeCall>>::IDENTIFIER;
    assert_eq!(identifier, <Known as TransactionExtension<RuntimeCall>>::IDENTIFIER);
    assert_eq!(identifier, "CheckNonce");
    assert_eq!(format!("{:?}", MemberNonce::<Test>::from(5)), "MemberNonce(5)");
}

#[test]
fn validation_fails_when_an_operational_call_is_not_by_a_privileged_account() {
    Builder::standard().build_and_execute(|| {
        let call: RuntimeCall = frame_system::Call::set_heap_pages { pages: 1 }.into();
        assert_eq!(call.get_dispatch_info().class, DispatchClass::Operational);
        for member in [USER_1, PROCESSOR_1, SHARER, CLOUD] {
            assert_eq!(validate_call(member, 0, call.clone()), Err(custom(NOT_PRIVILEGED)));
        }
        assert_eq!(validate_call(STRANGER, 0, call.clone()), Err(custom(NOT_A_MEMBER)));
        // In a block too: the weight limit does not bound them.
        let info = call.get_dispatch_info();
        let included = MemberNonce::<Test>::from(0)
            .validate_only(signed(USER_1), &call, &info, 100, InBlock, 0)
            .map(drop);
        assert_eq!(included, Err(custom(NOT_PRIVILEGED)));
        System::inc_providers(&COUNCILLOR);
        assert_ok!(validate_call(COUNCILLOR, 0, call));
    });
}

#[test]
fn what_a_contract_refuses_is_not_admitted_to_the_pool() {
    Builder::standard().build_and_execute(|| {
        let call = || frame_system::Call::remark { remark: vec![0; 2] }.into();
        assert_eq!(validate_call(USER_1, 0, call()), Err(custom(REFUSED)));
    });
}

#[test]
fn in_a_block_the_contract_itself_decides() {
    Builder::standard().build_and_execute(|| {
        let call: RuntimeCall = frame_system::Call::remark { remark: vec![0; 2] }.into();
        let info = call.get_dispatch_info();
        let included = MemberNonce::<Test>::from(0)
            .validate_only(signed(USER_1), &call, &info, 100, InBlock, 0)
            .map(drop);
        assert_eq!(included, Ok(()));
    });
}

#[test]
fn a_stranger_is_refused_before_any_contract_is_asked() {
    Builder::standard().build_and_execute(|| {
        let call = frame_system::Call::remark { remark: vec![0; 2] }.into();
        assert_eq!(validate_call(STRANGER, 0, call), Err(custom(NOT_A_MEMBER)));
    });
}

#[test]
fn of_the_calls_of_a_slot_one_waits_in_the_pool_whatever_its_nonce() {
    Builder::standard().build_and_execute(|| {
        let slotted = |account, nonce| {
            let call = frame_system::Call::remark { remark: vec![0; SLOTTED] }.into();
            validate_call(account, nonce, call).expect("it is admitted").provides
        };
        let (one, next, other) = (slotted(USER_1, 0), slotted(USER_1, 1), slotted(USER_2, 0));
        let shared = |one: &[Vec<u8>], other: &[Vec<u8>]| one.iter().any(|tag| other.contains(tag));
        assert!(shared(&one, &next), "the pool takes one transaction for a tag");
        assert!(!shared(&one, &other));
        let free = validate(USER_1, 1).expect("it is admitted").provides;
        assert!(!shared(&one, &free));
    });
}
