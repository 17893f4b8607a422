// SPDX-License-Identifier: Apache-2.0
//! The worker against a chain, a pool, a grid service and a cloud that fail in every way, and against
//! its own death at every point.
//!
//! The vault of these tests signs with the processor's real key and gives a real data key, but its
//! ciphertexts hold their meter-day in the open, so that a test can read what lies in the cloud.

mod crashes;
mod faults;
mod random;
mod runs;
mod services;
mod world;

use super::{pace, *};
use crate::mock::*;
use dmsm_primitives::{records::MAX_BATCH, storage::MAX_OPEN_BATCHES, DeviceId, Moment};
use world::{At, Fault, Log, World};
