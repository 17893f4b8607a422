// SPDX-License-Identifier: Apache-2.0
//! The index against synthetic chains, on every backend.

mod apply;
mod database;
mod follow;
mod manifests;
#[path = "../../../grid/tests/grid/support/postgres.rs"]
mod postgres;
mod queries;
mod rebuild;
mod world;
