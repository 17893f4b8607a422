// SPDX-License-Identifier: Apache-2.0
//! The two listeners: devices and operators on one, the worker on the other.

mod auth;
mod batches;
mod guard;
mod public;
mod serve;
mod worker;

pub use auth::{TokenError, WorkerToken, MIN_TOKEN_BYTES};
pub use public::{Batch, Health, Results};
pub use serve::serve;
pub use worker::{MAX_LOOKUP, MAX_ROWS};

use crate::{
    answers::Answers, directory::DeviceDirectory, ingest::Ingest, meter_days::MeterDays, metrics::Metrics,
    store::MeterDayStore, warnings::Warnings,
};
use axum::Router;
use dmsm_primitives::RegionId;
use std::sync::Arc;

/// What the handlers work with.
pub struct App {
    /// Where readings are kept.
    pub store: Arc<dyn MeterDayStore>,
    /// Who the devices are.
    pub directory: Arc<dyn DeviceDirectory>,
    /// Takes readings in.
    pub ingest: Ingest,
    /// Answers paid requests.
    pub answers: Answers,
    /// Records meter-days.
    pub meter_days: MeterDays,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// The region served.
    pub region: RegionId,
    /// Longest body of a batch, bytes.
    pub body_limit: usize,
    /// Log lines about refusals.
    pub warnings: Warnings,
}

/// The listener for devices and operators.
pub fn public(app: Arc<App>) -> Router {
    public::router(app)
}

/// The listener for the worker, behind its token.
pub fn worker(app: Arc<App>, token: WorkerToken) -> Router {
    worker::router(app, token)
}
