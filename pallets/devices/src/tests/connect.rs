// SPDX-License-Identifier: Apache-2.0

use super::*;
use sp_core::Pair;

#[test]
fn connect_proves_the_devices_key() {
    Builder::default().registered(ALICE, 1).build_and_execute(|| {
        assert_ok!(Pallet::connect(signed(ALICE), device(ALICE, 1), proof(ALICE, 1)));

        assert_eq!(events(), [Event::Connected { device: device(ALICE, 1) }]);
        assert_eq!(status_of(device(ALICE, 1)), Some(DeviceStatus::Connected));
    });
}

#[test]
fn connect_fails_when_the_caller_is_no_active_user() {
    Builder::default().registered(ALICE, 1).registered(SUSPENDED, 2).build_and_execute(|| {
        for caller in [PROCESSOR, STRANGER] {
            assert_noop!(
                Pallet::connect(signed(caller), device(ALICE, 1), proof(ALICE, 1)),
                Error::<Test>::NotUser
            );
        }
        assert_noop!(
            Pallet::connect(signed(SUSPENDED), device(SUSPENDED, 2), proof(SUSPENDED, 2)),
            Error::<Test>::NotUser
        );
    });
}

#[test]
fn connect_fails_when_there_is_no_such_device() {
    Builder::default().build_and_execute(|| {
        assert_noop!(
            Pallet::connect(signed(ALICE), device(ALICE, 1), proof(ALICE, 1)),
            Error::<Test>::UnknownDevice
        );
    });
}

#[test]
fn connect_fails_when_the_device_is_anothers() {
    Builder::default().registered(ALICE, 1).build_and_execute(|| {
        assert_noop!(
            Pallet::connect(signed(BOB), device(ALICE, 1), proof(ALICE, 1)),
            Error::<Test>::NotOwner
        );
    });
}

#[test]
fn connect_fails_when_the_device_is_connected() {
    Builder::default().connected(ALICE, 1).build_and_execute(|| {
        assert_noop!(
            Pallet::connect(signed(ALICE), device(ALICE, 1), proof(ALICE, 1)),
            Error::<Test>::AlreadyConnected
        );
    });
}

#[test]
fn connect_fails_when_the_device_is_unbound() {
    Builder::default().registered(ALICE, 1).build_and_execute(|| {
        assert_ok!(Pallet::unbind(signed(ALICE), device(ALICE, 1)));
        assert_noop!(
            Pallet::connect(signed(ALICE), device(ALICE, 1), proof(ALICE, 1)),
            Error::<Test>::AlreadyUnbound
        );
    });
}

#[test]
fn connect_fails_when_the_proof_is_bound_to_something_else() {
    Builder::default().registered(ALICE, 1).registered(ALICE, 2).registered(BOB, 1).build_and_execute(|| {
        let connect = |proof| Pallet::connect(signed(ALICE), device(ALICE, 1), proof);
        let sign = |seed: u8, payload: &[u8]| DeviceSignature(secret(seed).sign(payload).0);
        let body = (device(ALICE, 1), id(ALICE));
        let genesis: [u8; 32] = System::block_hash(0).0;

        // To another owner, by another device, for another device.
        assert_noop!(connect(proof(BOB, 1)), Error::<Test>::BadProof);
        assert_noop!(connect(proof(ALICE, 2)), Error::<Test>::BadProof);
        let by_another = sign(2, &signing::payload(Purpose::Connect, &genesis, &body));
        assert_noop!(connect(by_another), Error::<Test>::BadProof);
        // To the right device and another owner.
        let elsewhere = (device(ALICE, 1), id(BOB));
        let to_another = sign(1, &signing::payload(Purpose::Connect, &genesis, &elsewhere));
        assert_noop!(connect(to_another), Error::<Test>::BadProof);
        // On another chain, for another purpose.
        let other_chain = sign(1, &signing::payload(Purpose::Connect, &[0; 32], &body));
        assert_noop!(connect(other_chain), Error::<Test>::BadProof);
        let other_purpose = sign(1, &signing::payload(Purpose::Reading, &genesis, &body));
        assert_noop!(connect(other_purpose), Error::<Test>::BadProof);
        // No signature at all.
        assert_noop!(connect(DeviceSignature([0; 64])), Error::<Test>::BadProof);

        assert_ok!(connect(sign(1, &signing::payload(Purpose::Connect, &genesis, &body))));
    });
}
