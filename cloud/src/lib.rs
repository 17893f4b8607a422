// SPDX-License-Identifier: Apache-2.0
//! Keeps ciphertext for the consortium and hands it out as the chain allows.

pub mod access;
pub mod blobs;
pub mod database;
pub mod error;
pub mod index;
