// SPDX-License-Identifier: Apache-2.0
//! `suspend` and `reinstate`.

use super::*;

#[test]
fn suspend_and_reinstate_change_the_status() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(Pallet::suspend(signed(PROCESSOR_1), id(USER_1)));
        assert_eq!(status_of(USER_1), Some(Status::Suspended));
        assert_ok!(Pallet::reinstate(signed(PROCESSOR_1), id(USER_1)));
        assert_eq!(status_of(USER_1), Some(Status::Active));
        assert_eq!(events(), [Event::Suspended { id: id(USER_1) }, Event::Reinstated { id: id(USER_1) }]);
    });
}

/// As for approval: the processor of a region its users alone, the council everybody.
#[test]
fn suspend_and_reinstate_obey_the_matrix_of_roles_and_registrars() {
    Builder::standard().build_and_execute(|| {
        for member in [PROCESSOR_1, PROCESSOR_2, USER_1, USER_2, SHARER, CLOUD] {
            for (registrar, own_user) in [(PROCESSOR_1, USER_1), (PROCESSOR_2, USER_2)] {
                if member == own_user {
                    assert_ok!(Pallet::suspend(signed(registrar), id(member)));
                    assert_ok!(Pallet::reinstate(signed(registrar), id(member)));
                } else {
                    assert_noop!(Pallet::suspend(signed(registrar), id(member)), Error::<Test>::NotRegistrar);
                }
            }
            assert_ok!(Pallet::suspend(council(), id(member)));
            for registrar in [PROCESSOR_1, PROCESSOR_2] {
                if ![(PROCESSOR_1, USER_1), (PROCESSOR_2, USER_2)].contains(&(registrar, member)) {
                    assert_noop!(
                        Pallet::reinstate(signed(registrar), id(member)),
                        Error::<Test>::NotRegistrar
                    );
                }
            }
            assert_ok!(Pallet::reinstate(council(), id(member)));
        }
    });
}

#[test]
fn suspend_fails_when_there_is_no_such_member() {
    Builder::standard().build_and_execute(|| {
        assert_noop!(Pallet::suspend(council(), id(STRANGER)), Error::<Test>::UnknownMember);
    });
}

#[test]
fn suspend_fails_when_the_member_is_not_active() {
    Builder::standard().suspended(USER_1).build_and_execute(|| {
        assert_noop!(Pallet::suspend(council(), id(USER_1)), Error::<Test>::NotActive);
        assert_ok!(Pallet::leave(signed(USER_2)));
        assert_noop!(Pallet::suspend(council(), id(USER_2)), Error::<Test>::NotActive);
    });
}

#[test]
fn suspend_fails_when_the_caller_is_no_registrar() {
    Builder::standard().suspended(PROCESSOR_2).build_and_execute(|| {
        for caller in [USER_1, USER_2, PROCESSOR_2, STRANGER] {
            assert_noop!(Pallet::suspend(signed(caller), id(USER_2)), Error::<Test>::NotRegistrar);
        }
    });
}

#[test]
fn reinstate_fails_when_there_is_no_such_member() {
    Builder::standard().build_and_execute(|| {
        assert_noop!(Pallet::reinstate(council(), id(STRANGER)), Error::<Test>::UnknownMember);
    });
}

#[test]
fn reinstate_fails_when_the_member_is_not_suspended() {
    Builder::standard().build_and_execute(|| {
        assert_noop!(Pallet::reinstate(council(), id(USER_1)), Error::<Test>::NotSuspended);
        assert_ok!(Pallet::leave(signed(USER_1)));
        assert_noop!(Pallet::reinstate(council(), id(USER_1)), Error::<Test>::NotSuspended);
    });
}

#[test]
fn reinstate_fails_when_a_suspended_processor_would_reinstate_itself() {
    Builder::standard().suspended(PROCESSOR_1).build_and_execute(|| {
        assert_noop!(Pallet::reinstate(signed(PROCESSOR_1), id(PROCESSOR_1)), Error::<Test>::NotRegistrar);
    });
}
