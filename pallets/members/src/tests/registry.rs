// SPDX-License-Identifier: Apache-2.0
//! Members, as other pallets see them.

use super::*;

#[test]
fn active_is_for_the_role_and_while_active_alone() {
    Builder::standard().suspended(USER_2).build_and_execute(|| {
        assert_eq!(Pallet::active(&USER_1, Role::User), Some((id(USER_1), REGION_1)));
        assert_eq!(Pallet::active(&USER_1, Role::Processor), None);
        assert_eq!(Pallet::active(&USER_2, Role::User), None);
        assert_eq!(Pallet::active(&STRANGER, Role::User), None);
    });
}

#[test]
fn a_suspended_member_keeps_its_identifier_account_and_keys() {
    Builder::standard().suspended(USER_2).build_and_execute(|| {
        assert_eq!(Pallet::id_of(&USER_2), Some(id(USER_2)));
        assert_eq!(Pallet::account_of(&id(USER_2)), Some(USER_2));
        assert_eq!(Pallet::keys_of(&id(USER_2)), Some(keys(USER_2)));
    });
}

#[test]
fn a_member_that_left_keeps_its_keys_alone() {
    Builder::standard().build_and_execute(|| {
        assert_ok!(Pallet::leave(signed(USER_2)));
        assert_eq!(Pallet::id_of(&USER_2), None);
        assert_eq!(Pallet::account_of(&id(USER_2)), None);
        assert_eq!(Pallet::keys_of(&id(USER_2)), Some(keys(USER_2)));
    });
}
