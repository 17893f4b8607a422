// SPDX-License-Identifier: Apache-2.0
//! The service as members and operators meet it, over every store and every database.

mod aggregates;
mod blobs;
mod calls;
mod crashes;
mod history;
mod limits;
mod manifests;
mod openapi;
mod paths;
mod process;
mod quota;
mod state;
mod support;
