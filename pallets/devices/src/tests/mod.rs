// SPDX-License-Identifier: Apache-2.0
//! One file a call.

mod connect;
mod random;
mod register;
mod registry;
mod set_rule;
mod unbind;

use crate::{mock::*, Devices, Error, Event, *};
use frame_support::{assert_noop, assert_ok};

type Pallet = crate::Pallet<Test>;

fn signed(account: u64) -> RuntimeOrigin {
    RuntimeOrigin::signed(account)
}

fn status_of(device: DeviceId) -> Option<DeviceStatus> {
    Devices::<Test>::get(device).map(|device| device.status)
}

/// Rules that make no sense: low below 0, high below low, high not above 0.
fn inconsistent_rules() -> [Rule; 4] {
    [
        Rule { low: -1, ..RULE },
        Rule { low: 11, high: 10, ..RULE },
        Rule { low: 0, high: 0, ..RULE },
        Rule { low: i64::MIN, high: i64::MIN, ..RULE },
    ]
}
