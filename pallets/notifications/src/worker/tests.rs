// SPDX-License-Identifier: Apache-2.0
//! The worker against a chain, a pool and a grid service that fail in every way.
//!
//! The vault of these tests signs with the processor's real key, but its ciphertexts hold their
//! message in the open, so that a test can read what stands on chain.

mod faults;
mod grid_service;
mod random;
mod runs;
mod world;

use super::{journal, *};
use crate::mock::*;
use dmsm_primitives::{PowerStatus, ReportingPolicy, Rule};
use world::{Fault, World};

/// Powers that [`RULE`] judges differently.
const OFF: i64 = 0;
const LOW: i64 = 5_000;
const ON: i64 = 500_000;
const HIGH: i64 = 4_000_000;
