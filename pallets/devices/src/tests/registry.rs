// SPDX-License-Identifier: Apache-2.0
//! Devices, as other pallets see them.

use super::*;
use dmsm_primitives::{DeviceInfo, DeviceRegistry, OpenBusiness};

fn info(account: u64, seed: u8) -> Option<DeviceInfo> {
    <Pallet as DeviceRegistry>::device(&device(account, seed))
}

#[test]
fn a_device_is_connected_between_its_proof_and_its_unbinding() {
    Builder::default().registered(ALICE, 1).build_and_execute(|| {
        let expected =
            |connected| Some(DeviceInfo { owner: id(ALICE), key: key(1), region: REGION_1, connected });
        assert_eq!(info(ALICE, 1), expected(false));
        assert_ok!(Pallet::connect(signed(ALICE), device(ALICE, 1), proof(ALICE, 1)));
        assert_eq!(info(ALICE, 1), expected(true));
        assert_ok!(Pallet::unbind(signed(ALICE), device(ALICE, 1)));
        assert_eq!(info(ALICE, 1), expected(false));
        assert_eq!(info(ALICE, 2), None);
    });
}

#[test]
fn an_unknown_device_has_no_rule() {
    Builder::default().build_and_execute(|| {
        assert_eq!(<Pallet as DeviceRegistry>::rule_at(&device(ALICE, 1), 1), None);
    });
}

#[test]
fn an_owner_has_business_until_its_last_device_is_unbound() {
    Builder::default().registered(ALICE, 1).connected(ALICE, 2).build_and_execute(|| {
        assert!(Pallet::has_any(&id(ALICE)));
        assert!(!Pallet::has_any(&id(BOB)));
        assert_ok!(Pallet::unbind(signed(ALICE), device(ALICE, 1)));
        assert!(Pallet::has_any(&id(ALICE)));
        assert_ok!(Pallet::unbind(signed(ALICE), device(ALICE, 2)));
        assert!(!Pallet::has_any(&id(ALICE)));
    });
}
