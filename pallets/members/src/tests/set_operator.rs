// SPDX-License-Identifier: Apache-2.0

use super::*;
use dmsm_primitives::{MemberRegistry, OperatorId};

const UTILITY: OperatorId = OperatorId(7);

#[test]
fn set_operator_puts_a_member_down_and_takes_it_off() {
    Builder::standard().build_and_execute(|| {
        assert_eq!(Pallet::operator_of(&id(USER_1)), None);

        assert_ok!(Pallet::set_operator(council(), id(USER_1), Some(UTILITY)));
        assert_eq!(Pallet::operator_of(&id(USER_1)), Some(UTILITY));
        assert_eq!(events(), [Event::OperatorSet { id: id(USER_1), operator: Some(UTILITY) }]);

        assert_ok!(Pallet::set_operator(council(), id(USER_1), None));
        assert_eq!(Pallet::operator_of(&id(USER_1)), None);
    });
}

#[test]
fn set_operator_fails_when_the_caller_is_not_the_council() {
    Builder::standard().build_and_execute(|| {
        for caller in [PROCESSOR_1, USER_1, COUNCILLOR, STRANGER] {
            assert_noop!(Pallet::set_operator(signed(caller), id(USER_1), Some(UTILITY)), BadOrigin);
        }
    });
}

#[test]
fn set_operator_fails_when_there_is_no_such_member() {
    Builder::standard().build_and_execute(|| {
        assert_noop!(
            Pallet::set_operator(council(), id(STRANGER), Some(UTILITY)),
            Error::<Test>::UnknownMember
        );
    });
}
