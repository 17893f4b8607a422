// SPDX-License-Identifier: Apache-2.0
//! The service as devices, operators and the worker meet it; the stores against their contract.

mod chain;
mod conformance;
mod process;
mod public;
mod support;
mod worker;
