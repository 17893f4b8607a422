// SPDX-License-Identifier: Apache-2.0
//! One file a call.

mod apply;
mod approve;
mod extension;
mod genesis;
mod invite;
mod leave;
mod random;
mod registry;
mod rotate_keys;
mod set_authorities;
mod set_operator;
mod status;
mod withdraw_invitation;

use crate::{mock::*, Error, Event, Members, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;

type Pallet = crate::Pallet<Test>;

fn signed(account: u64) -> RuntimeOrigin {
    RuntimeOrigin::signed(account)
}

fn council() -> RuntimeOrigin {
    RuntimeOrigin::root()
}

fn status_of(account: u64) -> Option<Status> {
    Members::<Test>::get(id(account)).map(|member| member.status)
}
