// SPDX-License-Identifier: Apache-2.0
//! The listener: who may do what, and how it is answered.

mod aggregates;
mod blobs;
mod body;
mod caller;
mod guard;
mod history;
mod manifests;
mod openapi;
mod serve;
mod state;

pub use aggregates::Product;
pub use blobs::MAX_BLOBS;
pub use openapi::document;
pub use serve::serve;
pub use state::Health;

use crate::{
    access::{ChainIndex, Grants},
    aggregate::Aggregates,
    auth::Authenticator,
    blobs::{Blobs, Intake},
    database::Database,
    error::AppError,
    metrics::Metrics,
    receipts::Receipts,
    warnings::Warnings,
};
use axum::{middleware::from_fn_with_state, Router};
use guard::Bounds;
use std::{sync::Arc, time::Duration};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Calls of a kind at once. Times the longest blob, what they take of memory.
const UPLOADS: usize = 32;
const READS: usize = 128;
const PRODUCTS: usize = 16;
const STATE: usize = 64;

/// Longest time for a call, its body included.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the handlers work with.
pub struct App {
    /// Who calls.
    pub auth: Authenticator,
    /// How blobs come in.
    pub intake: Intake,
    /// Where they lie.
    pub blobs: Arc<dyn Blobs>,
    /// What the chain says.
    pub index: Arc<dyn ChainIndex>,
    /// What members may read beyond their own.
    pub grants: Arc<dyn Grants>,
    /// Products of ciphertexts.
    pub aggregates: Aggregates,
    /// Signs for what is kept.
    pub receipts: Receipts,
    /// For health reports.
    pub database: Database,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Log lines about refusals.
    pub warnings: Warnings,
}

/// The paths and their description, from the same lines.
fn paths() -> OpenApiRouter<Arc<App>> {
    // Each kind has room of its own: a flood of one leaves the others alone.
    let bounded = |router: OpenApiRouter<Arc<App>>, calls| {
        router.layer(from_fn_with_state(Bounds::new(calls, PATIENCE), guard::bounded))
    };
    let router = OpenApiRouter::new;
    router()
        .merge(bounded(router().routes(routes!(state::health)).routes(routes!(state::metrics)), STATE))
        .merge(bounded(router().routes(routes!(openapi::openapi)), STATE))
        .merge(bounded(router().routes(routes!(blobs::put)), UPLOADS))
        .merge(bounded(router().routes(routes!(blobs::put_many)), UPLOADS))
        .merge(bounded(router().routes(routes!(blobs::get)).routes(routes!(manifests::manifest)), READS))
        .merge(bounded(router().routes(routes!(aggregates::aggregate)), PRODUCTS))
        .merge(bounded(
            router()
                .routes(routes!(history::notices))
                .routes(routes!(history::requests))
                .routes(routes!(history::records))
                .routes(routes!(history::credit)),
            READS,
        ))
}

/// The listener's paths.
pub fn router(app: Arc<App>) -> Router {
    let (router, _) = paths().split_for_parts();
    router
        .fallback(|| async { AppError::NotFound })
        .method_not_allowed_fallback(|| async { AppError::MethodNotAllowed })
        .layer(from_fn_with_state(app.clone(), guard::counted))
        .with_state(app)
}
