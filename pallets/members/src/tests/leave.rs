// SPDX-License-Identifier: Apache-2.0

use super::*;
use std::collections::BTreeSet;

#[test]
fn leave_keeps_the_record_and_frees_the_account() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(Pallet::leave(signed(USER_1)));

        assert_eq!(events(), [Event::Left { id: id(USER_1) }]);
        assert_eq!(status_of(USER_1), Some(Status::Left));
        assert_eq!(MemberIdOf::<Test>::get(USER_1), None);
        assert_eq!(UsageOf::<Test>::get(USER_1), None);
        assert_eq!(System::sufficients(&USER_1), 0);
        // What it signed can still be judged.
        assert!(Pallet::had_bls_key(&id(USER_1), &keys(USER_1).bls));
    });
}

#[test]
fn leave_is_open_to_a_suspended_member() {
    Builder::standard().suspended(USER_1).build_and_execute(|| {
        assert_ok!(Pallet::leave(signed(USER_1)));
        assert_eq!(status_of(USER_1), Some(Status::Left));
    });
}

#[test]
fn leave_lets_the_account_come_back_under_another_identifier() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(Pallet::leave(signed(USER_1)));
        assert_ok!(Pallet::invite(signed(PROCESSOR_1), USER_1));
        let fresh = ApplicationOf { id: id(60), ..application(USER_1, Role::User, REGION_1) };
        assert_ok!(apply(USER_1, fresh));
        assert_ok!(Pallet::approve(signed(PROCESSOR_1), USER_1, application_of(USER_1)));

        assert_eq!(MemberIdOf::<Test>::get(USER_1), Some(id(60)));
        assert_eq!(Pallet::account_of(&id(60)), Some(USER_1));
        assert_eq!(Pallet::account_of(&id(USER_1)), None);
        assert_eq!(System::sufficients(&USER_1), 1);
    });
}

#[test]
fn leave_keeps_the_invitations_that_the_member_gave() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(Pallet::invite(signed(PROCESSOR_1), 50));
        assert_ok!(Pallet::leave(signed(PROCESSOR_1)));
        assert_ok!(apply(50, application(50, Role::User, REGION_1)));
        assert_ok!(Pallet::approve(council(), 50, application_of(50)));
        assert_eq!(OpenInvitations::<Test>::iter().count(), 0);
    });
}

#[test]
fn leave_fails_when_the_caller_is_no_member() {
    Builder::standard().invited(50).build_and_execute(|| {
        for caller in [STRANGER, COUNCILLOR, 50] {
            assert_noop!(Pallet::leave(signed(caller)), Error::<Test>::UnknownMember);
        }
    });
}

#[test]
fn leave_fails_when_the_caller_left_before() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(Pallet::leave(signed(USER_1)));
        assert_noop!(Pallet::leave(signed(USER_1)), Error::<Test>::UnknownMember);
    });
}

#[test]
fn leave_fails_when_business_is_open() {
    Builder::standard().build_and_execute(|| {
        Busy::set(BTreeSet::from([id(USER_1)]));
        assert_noop!(Pallet::leave(signed(USER_1)), Error::<Test>::HasOpenBusiness);
        Busy::set(BTreeSet::new());
        assert_ok!(Pallet::leave(signed(USER_1)));
    });
}

#[test]
fn leave_fails_when_the_member_is_an_authority() {
    Builder::standard().build_and_execute(|| {
        let list = |accounts: &[u64]| accounts.to_vec().try_into().expect("within the bound");
        assert_ok!(Pallet::set_authorities(council(), list(&[PROCESSOR_1, PROCESSOR_2])));
        assert_noop!(Pallet::leave(signed(PROCESSOR_1)), Error::<Test>::IsAuthority);
        assert_ok!(Pallet::set_authorities(council(), list(&[PROCESSOR_2])));
        assert_ok!(Pallet::leave(signed(PROCESSOR_1)));
    });
}
