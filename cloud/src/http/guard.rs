// SPDX-License-Identifier: Apache-2.0
//! What stands around all handlers: bounds, and a count of the calls they do not serve.

use super::App;
use crate::error::{AppError, Refused};
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::Semaphore, time::timeout};

/// How many calls are served at once, and for how long.
#[derive(Clone)]
pub(super) struct Bounds {
    slots: Arc<Semaphore>,
    patience: Duration,
}

impl Bounds {
    pub(super) fn new(calls: usize, patience: Duration) -> Self {
        Self { slots: Arc::new(Semaphore::new(calls)), patience }
    }
}

/// Serves no more at once than there are slots, and nothing for longer than our patience.
pub(super) async fn bounded(
    State(Bounds { slots, patience }): State<Bounds>,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    let _slot = slots.try_acquire().map_err(|_| AppError::Busy)?;
    timeout(patience, next.run(request)).await.map_err(|_| AppError::TooSlow)
}

/// Counts and times calls; counts and logs those refused.
pub(super) async fn counted(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let start = Instant::now();
    let response = next.run(request).await.into_response();
    if let Some(path) = path {
        app.metrics.call_seconds.with_label_values(&[path.as_str()]).observe(start.elapsed().as_secs_f64());
    }
    if let Some(Refused { name, detail }) = response.extensions().get() {
        app.metrics.calls_refused.with_label_values(&[name]).inc();
        app.warnings.warn(name, detail);
    }
    response
}
