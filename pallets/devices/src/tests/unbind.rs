// SPDX-License-Identifier: Apache-2.0

use super::*;
use dmsm_primitives::DeviceRegistry;

#[test]
fn unbind_keeps_the_record_and_frees_the_count() {
    Builder::default().connected(ALICE, 1).build_and_execute(|| {
        assert_ok!(Pallet::unbind(signed(ALICE), device(ALICE, 1)));

        assert_eq!(events(), [Event::Unbound { device: device(ALICE, 1) }]);
        assert_eq!(status_of(device(ALICE, 1)), Some(DeviceStatus::Unbound));
        assert!(!DevicesOf::<Test>::contains_key(id(ALICE), device(ALICE, 1)));
        assert!(!DeviceCount::<Test>::contains_key(id(ALICE)));
        // A notice of the past can still be judged.
        assert_eq!(<Pallet as DeviceRegistry>::rule_at(&device(ALICE, 1), 1), Some(RULE));
    });
}

#[test]
fn unbind_is_open_to_a_device_that_never_connected() {
    Builder::default().registered(ALICE, 1).build_and_execute(|| {
        assert_ok!(Pallet::unbind(signed(ALICE), device(ALICE, 1)));
    });
}

#[test]
fn unbind_is_all_that_a_suspended_owner_may() {
    Builder::default().connected(SUSPENDED, 2).build_and_execute(|| {
        let device = device(SUSPENDED, 2);
        assert_noop!(Pallet::register(signed(SUSPENDED), key(3), RULE), Error::<Test>::NotUser);
        assert_noop!(Pallet::set_rule(signed(SUSPENDED), device, RULE, 5), Error::<Test>::NotUser);
        assert_noop!(Pallet::connect(signed(SUSPENDED), device, proof(SUSPENDED, 2)), Error::<Test>::NotUser);
        assert_ok!(Pallet::unbind(signed(SUSPENDED), device));
    });
}

#[test]
fn unbind_fails_when_the_caller_is_no_member() {
    Builder::default().connected(ALICE, 1).build_and_execute(|| {
        assert_noop!(Pallet::unbind(signed(STRANGER), device(ALICE, 1)), Error::<Test>::NotUser);
    });
}

#[test]
fn unbind_fails_when_there_is_no_such_device() {
    Builder::default().build_and_execute(|| {
        assert_noop!(Pallet::unbind(signed(ALICE), device(ALICE, 1)), Error::<Test>::UnknownDevice);
    });
}

#[test]
fn unbind_fails_when_the_device_is_anothers() {
    Builder::default().connected(ALICE, 1).build_and_execute(|| {
        for caller in [BOB, PROCESSOR, SUSPENDED] {
            assert_noop!(Pallet::unbind(signed(caller), device(ALICE, 1)), Error::<Test>::NotOwner);
        }
    });
}

#[test]
fn unbind_fails_when_the_device_is_unbound() {
    Builder::default().connected(ALICE, 1).connected(ALICE, 2).build_and_execute(|| {
        assert_ok!(Pallet::unbind(signed(ALICE), device(ALICE, 1)));
        assert_noop!(Pallet::unbind(signed(ALICE), device(ALICE, 1)), Error::<Test>::AlreadyUnbound);
        assert_eq!(DeviceCount::<Test>::get(id(ALICE)), 1);
    });
}
