// SPDX-License-Identifier: Apache-2.0

use super::*;

fn list(accounts: &[u64]) -> BoundedVec<u64, <Test as Config>::MaxAuthorities> {
    accounts.to_vec().try_into().expect("within the bound")
}

#[test]
fn set_authorities_is_what_the_session_asks_for() {
    Builder::standard().build_and_execute(|| {
        assert_eq!(Pallet::wanted_authorities(), None);

        assert_ok!(Pallet::set_authorities(council(), list(&[PROCESSOR_2, PROCESSOR_1])));

        assert_eq!(events(), [Event::AuthoritiesSet { authorities: vec![PROCESSOR_2, PROCESSOR_1] }]);
        assert_eq!(Pallet::wanted_authorities(), Some(vec![PROCESSOR_2, PROCESSOR_1]));
    });
}

#[test]
fn set_authorities_fails_when_the_caller_is_not_the_council() {
    Builder::standard().build_and_execute(|| {
        for caller in [PROCESSOR_1, USER_1, COUNCILLOR, STRANGER] {
            assert_noop!(Pallet::set_authorities(signed(caller), list(&[PROCESSOR_1])), BadOrigin);
        }
    });
}

#[test]
fn set_authorities_fails_when_the_list_is_empty() {
    Builder::standard().build_and_execute(|| {
        assert_noop!(Pallet::set_authorities(council(), list(&[])), Error::<Test>::NoAuthority);
    });
}

#[test]
fn set_authorities_fails_when_one_stands_twice() {
    Builder::standard().build_and_execute(|| {
        assert_noop!(
            Pallet::set_authorities(council(), list(&[PROCESSOR_1, PROCESSOR_2, PROCESSOR_1])),
            Error::<Test>::DoubledAuthority
        );
    });
}

#[test]
fn set_authorities_fails_when_one_is_no_active_processor() {
    Builder::standard().suspended(PROCESSOR_2).build_and_execute(|| {
        for other in [USER_1, SHARER, CLOUD, STRANGER, PROCESSOR_2] {
            assert_noop!(
                Pallet::set_authorities(council(), list(&[PROCESSOR_1, other])),
                Error::<Test>::NotProcessor
            );
        }
    });
}

#[test]
fn set_authorities_fails_when_one_has_no_session_keys() {
    Builder::standard().build_and_execute(|| {
        Keyless::set([PROCESSOR_2].into());
        assert_noop!(
            Pallet::set_authorities(council(), list(&[PROCESSOR_1, PROCESSOR_2])),
            Error::<Test>::NoSessionKeys
        );
        assert_ok!(Pallet::set_authorities(council(), list(&[PROCESSOR_1])));
        Keyless::set([].into());
        assert_ok!(Pallet::set_authorities(council(), list(&[PROCESSOR_1, PROCESSOR_2])));
    });
}

#[test]
fn more_authorities_than_may_be_cannot_be_decoded() {
    use codec::{Decode, Encode};
    let five = vec![1u64, 2, 3, 4, 5].encode();
    assert!(BoundedVec::<u64, <Test as Config>::MaxAuthorities>::decode(&mut &five[..]).is_err());
}
