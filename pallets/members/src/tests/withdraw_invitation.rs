// SPDX-License-Identifier: Apache-2.0

use super::*;

#[test]
fn withdraw_invitation_takes_the_application_with_it() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(Pallet::invite(signed(PROCESSOR_1), STRANGER));
        assert_ok!(apply(STRANGER, application(STRANGER, Role::User, REGION_1)));
        events();

        assert_ok!(Pallet::withdraw_invitation(signed(PROCESSOR_1), STRANGER));

        assert_eq!(events(), [Event::InvitationWithdrawn { account: STRANGER }]);
        assert!(!Applications::<Test>::contains_key(STRANGER));
        assert!(!OpenInvitations::<Test>::contains_key(Some(id(PROCESSOR_1))));
        assert_eq!(System::sufficients(&STRANGER), 0);
        assert_ok!(Pallet::invite(signed(PROCESSOR_2), STRANGER));
    });
}

#[test]
fn withdraw_invitation_by_the_council_ends_that_of_another() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(Pallet::invite(signed(PROCESSOR_1), STRANGER));
        assert_ok!(Pallet::withdraw_invitation(council(), STRANGER));
        assert_eq!(OpenInvitations::<Test>::iter().count(), 0);
    });
}

#[test]
fn withdraw_invitation_fails_when_there_is_none() {
    Builder::standard().build_and_execute(|| {
        assert_noop!(Pallet::withdraw_invitation(council(), STRANGER), Error::<Test>::NotInvited);
        assert_noop!(Pallet::withdraw_invitation(council(), USER_1), Error::<Test>::NotInvited);
    });
}

#[test]
fn withdraw_invitation_fails_when_another_registrar_invited() {
    Builder::standard().invited(STRANGER).build_and_execute(|| {
        assert_ok!(Pallet::invite(signed(PROCESSOR_1), 50));
        assert_noop!(Pallet::withdraw_invitation(signed(PROCESSOR_2), 50), Error::<Test>::NotInvited);
        assert_noop!(Pallet::withdraw_invitation(signed(PROCESSOR_1), STRANGER), Error::<Test>::NotInvited);
    });
}

#[test]
fn withdraw_invitation_fails_when_the_caller_is_no_registrar() {
    Builder::standard().invited(STRANGER).suspended(PROCESSOR_2).build_and_execute(|| {
        for caller in [USER_1, STRANGER, PROCESSOR_2] {
            assert_noop!(Pallet::withdraw_invitation(signed(caller), STRANGER), Error::<Test>::NotRegistrar);
        }
    });
}
