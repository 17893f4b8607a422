// SPDX-License-Identifier: Apache-2.0
//! What must hold when the programs are killed.

mod harness;
mod notices;
mod records;
mod requests;
