// SPDX-License-Identifier: Apache-2.0

use super::*;

#[test]
fn invite_lets_an_account_apply_and_have_a_nonce() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(Pallet::invite(signed(PROCESSOR_1), STRANGER));

        assert_eq!(events(), [Event::Invited { account: STRANGER, by: Some(id(PROCESSOR_1)) }]);
        assert_eq!(Invitations::<Test>::get(STRANGER), Some(Some(id(PROCESSOR_1))));
        assert_eq!(OpenInvitations::<Test>::get(Some(id(PROCESSOR_1))), 1);
        assert_eq!(System::sufficients(&STRANGER), 1);
    });
}

#[test]
fn invite_by_the_council_names_nobody() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(Pallet::invite(council(), STRANGER));

        assert_eq!(events(), [Event::Invited { account: STRANGER, by: None }]);
        assert_eq!(OpenInvitations::<Test>::get(None::<MemberId>), 1);
    });
}

#[test]
fn invite_fails_when_the_caller_is_no_registrar() {
    Builder::standard().suspended(PROCESSOR_2).build_and_execute(|| {
        for caller in [USER_1, SHARER, CLOUD, STRANGER, COUNCILLOR, PROCESSOR_2] {
            assert_noop!(Pallet::invite(signed(caller), 50), Error::<Test>::NotRegistrar);
        }
        assert_noop!(Pallet::invite(RuntimeOrigin::none(), 50), BadOrigin);
    });
}

#[test]
fn invite_fails_when_the_account_is_a_member() {
    Builder::standard().suspended(USER_2).build_and_execute(|| {
        assert_noop!(Pallet::invite(council(), USER_1), Error::<Test>::AlreadyMember);
        assert_noop!(Pallet::invite(council(), USER_2), Error::<Test>::AlreadyMember);
    });
}

#[test]
fn invite_fails_when_the_account_was_invited() {
    Builder::standard().invited(STRANGER).build_and_execute(|| {
        assert_noop!(Pallet::invite(council(), STRANGER), Error::<Test>::AlreadyInvited);
        assert_noop!(Pallet::invite(signed(PROCESSOR_1), STRANGER), Error::<Test>::AlreadyInvited);
    });
}

#[test]
fn invite_fails_when_the_registrar_has_too_many_open() {
    Builder::standard().build_and_execute(|| {
        for account in 50..53 {
            assert_ok!(Pallet::invite(signed(PROCESSOR_1), account));
        }
        assert_noop!(Pallet::invite(signed(PROCESSOR_1), 53), Error::<Test>::TooManyInvitations);
        // Each registrar has its own count.
        assert_ok!(Pallet::invite(signed(PROCESSOR_2), 53));
        assert_ok!(Pallet::invite(council(), 54));
    });
}

#[test]
fn invitations_settled_make_room_for_others() {
    Builder::standard().build_and_execute(|| {
        for account in 50..53 {
            assert_ok!(Pallet::invite(signed(PROCESSOR_1), account));
        }
        assert_ok!(Pallet::withdraw_invitation(signed(PROCESSOR_1), 50));
        assert_ok!(apply(51, application(51, Role::User, REGION_1)));
        // Settled by another than the one who invited.
        assert_ok!(Pallet::approve(council(), 51, application_of(51)));

        assert_eq!(OpenInvitations::<Test>::get(Some(id(PROCESSOR_1))), 1);
        assert_ok!(Pallet::invite(signed(PROCESSOR_1), 54));
        assert_ok!(Pallet::invite(signed(PROCESSOR_1), 55));
        assert_noop!(Pallet::invite(signed(PROCESSOR_1), 56), Error::<Test>::TooManyInvitations);
    });
}
