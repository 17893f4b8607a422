// SPDX-License-Identifier: Apache-2.0

use super::*;

#[test]
fn register_waits_for_the_proof() {
    Builder::default().build_and_execute(|| {
        assert_ok!(Pallet::register(signed(ALICE), key(1), RULE));

        let (device, owner) = (device(ALICE, 1), id(ALICE));
        assert_eq!(events(), [Event::Registered { device, owner, region: REGION_1 }]);
        let stored = Devices::<Test>::get(device).expect("it was registered");
        assert_eq!(stored, Device::new(owner, key(1), REGION_1, RULE, 1));
        assert_eq!(stored.status, DeviceStatus::Registered);
        assert!(DevicesOf::<Test>::contains_key(owner, device));
        assert_eq!(DeviceCount::<Test>::get(owner), 1);
    });
}

#[test]
fn register_puts_the_device_into_its_owners_region() {
    Builder::default().build_and_execute(|| {
        assert_ok!(Pallet::register(signed(BOB), key(1), RULE));
        assert_eq!(Devices::<Test>::get(device(BOB, 1)).map(|found| found.region), Some(REGION_2));
    });
}

#[test]
fn register_of_the_same_key_by_two_owners_gives_two_devices() {
    Builder::default().build_and_execute(|| {
        // Bob squats on the key of Alice's device; hers is registered all the same.
        assert_ok!(Pallet::register(signed(BOB), key(1), RULE));
        assert_ok!(Pallet::register(signed(ALICE), key(1), RULE));
        assert_ne!(device(ALICE, 1), device(BOB, 1));
        assert_eq!(DeviceCount::<Test>::get(id(ALICE)), 1);
        assert_eq!(DeviceCount::<Test>::get(id(BOB)), 1);
        // And the device proves itself to its owner alone.
        assert_noop!(Pallet::connect(signed(BOB), device(BOB, 1), proof(ALICE, 1)), Error::<Test>::BadProof);
        assert_ok!(Pallet::connect(signed(ALICE), device(ALICE, 1), proof(ALICE, 1)));
    });
}

#[test]
fn register_fails_when_the_caller_is_no_active_user() {
    Builder::default().build_and_execute(|| {
        for caller in [PROCESSOR, SUSPENDED, STRANGER] {
            assert_noop!(Pallet::register(signed(caller), key(1), RULE), Error::<Test>::NotUser);
        }
        assert_noop!(
            Pallet::register(RuntimeOrigin::root(), key(1), RULE),
            sp_runtime::DispatchError::BadOrigin
        );
    });
}

#[test]
fn register_fails_when_the_rule_is_inconsistent() {
    Builder::default().build_and_execute(|| {
        for rule in inconsistent_rules() {
            assert_noop!(Pallet::register(signed(ALICE), key(1), rule), Error::<Test>::InconsistentRule);
        }
    });
}

#[test]
fn register_takes_a_rule_of_extreme_thresholds() {
    Builder::default().build_and_execute(|| {
        let widest = Rule { low: 0, high: i64::MAX, temperature_warning: i32::MIN, ..RULE };
        assert_ok!(Pallet::register(signed(ALICE), key(1), widest));
        let highest = Rule { low: i64::MAX, high: i64::MAX, temperature_warning: i32::MAX, ..RULE };
        assert_ok!(Pallet::register(signed(ALICE), key(2), highest));
    });
}

#[test]
fn register_fails_when_the_owner_registered_the_key() {
    Builder::default().registered(ALICE, 1).build_and_execute(|| {
        assert_noop!(Pallet::register(signed(ALICE), key(1), rule(1)), Error::<Test>::AlreadyRegistered);
    });
}

#[test]
fn register_fails_when_the_key_was_that_of_an_unbound_device() {
    Builder::default().connected(ALICE, 1).build_and_execute(|| {
        assert_ok!(Pallet::unbind(signed(ALICE), device(ALICE, 1)));
        assert_noop!(Pallet::register(signed(ALICE), key(1), RULE), Error::<Test>::AlreadyRegistered);
    });
}

#[test]
fn register_fails_when_the_owner_has_too_many() {
    Builder::default().registered(ALICE, 1).registered(ALICE, 2).connected(ALICE, 3).build_and_execute(
        || {
            assert_noop!(Pallet::register(signed(ALICE), key(4), RULE), Error::<Test>::TooManyDevices);
            assert_ok!(Pallet::register(signed(BOB), key(4), RULE));
            // One that is unbound makes room.
            assert_ok!(Pallet::unbind(signed(ALICE), device(ALICE, 3)));
            assert_ok!(Pallet::register(signed(ALICE), key(4), RULE));
            assert_noop!(Pallet::register(signed(ALICE), key(5), RULE), Error::<Test>::TooManyDevices);
        },
    );
}
