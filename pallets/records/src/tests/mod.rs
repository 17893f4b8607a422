// SPDX-License-Identifier: Apache-2.0
//! One file a call, and what holds over all of them.

mod anchor;
mod announce_data_key;
mod invariants;
mod random;
mod state_bytes;
mod verify;

use crate::{mock::*, Error, Event, *};
use dmsm_primitives::{time::DAY_MILLIS, Month};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError::BadOrigin;

/// The last day that has a date.
const LAST_DAY: Day = Day(2_932_896);
