// SPDX-License-Identifier: Apache-2.0
//! Readings from files, which no device signed.

mod lcl;

pub use lcl::{parse, Fault};

/// Longest file, bytes.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
