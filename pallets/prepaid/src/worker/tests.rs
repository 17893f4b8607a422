// SPDX-License-Identifier: Apache-2.0
//! The worker against a chain, a pool and a grid service that fail in every way, and against its
//! own death at every point.
//!
//! The vault of these tests signs with the processor's real key, but its ciphertexts hold their
//! message in the open, so that a test can write letters for it and read its answers.

mod crashes;
mod faults;
mod grid_service;
mod long_answers;
mod random;
mod runs;
mod world;

use super::{answer, memory, *};
use crate::mock::*;
use codec::Encode;
use dmsm_primitives::{
    answer::Answer,
    request::Question,
    time::{Month, Period},
    DeviceId, RequestKind,
};
use world::{Fault, Log, Reply, World};

const MONTH: Month = Month { year: 2012, month: 1 };
const PERIOD: Period = Period { from: 1_800_000, until: 5_400_000 };
const BILL: Question = Question::Bill { meter: METER, month: MONTH };
const USAGE: Question = Question::Usage { meter: METER, period: PERIOD };
const ADVICE: Question = Question::Advice { meter: METER, month: None };
