// SPDX-License-Identifier: Apache-2.0
//! The service as devices, operators and the worker meet it; the stores against their contract.

mod answers;
mod batches;
mod billing;
mod chain;
mod commands;
mod conformance;
mod evidence;
mod meter_days;
mod process;
mod public;
mod support;
mod worker;
