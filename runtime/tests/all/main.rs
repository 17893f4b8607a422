// SPDX-License-Identifier: Apache-2.0
//! The whole runtime: journeys through several pallets, the pool, the metadata.

mod common;
mod journeys;
mod metadata;
mod pool;
mod records;
mod requests;
mod upgrades;
