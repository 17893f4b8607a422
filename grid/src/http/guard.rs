// SPDX-License-Identifier: Apache-2.0
//! What stands around all handlers: bounds, and a count of the requests they do not serve.

use super::App;
use crate::error::{AppError, Refused};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, time::timeout};

/// Requests served at once on one listener. Times the longest body, what they take of memory.
const MAX_IN_FLIGHT: usize = 256;

/// Longest time for a request, its body included.
const PATIENCE: Duration = Duration::from_secs(15);

/// Room for requests.
pub(super) fn slots() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(MAX_IN_FLIGHT))
}

/// Serves no more at once than there are slots, and nothing for longer than our patience.
pub(super) async fn bounded(
    State(slots): State<Arc<Semaphore>>,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    let _slot = slots.try_acquire().map_err(|_| AppError::Busy)?;
    timeout(PATIENCE, next.run(request)).await.map_err(|_| AppError::TooSlow)
}

/// Counts and logs refused requests.
pub(super) async fn counted(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await.into_response();
    if let Some(Refused { name, detail }) = response.extensions().get() {
        app.metrics.requests_refused.with_label_values(&[name]).inc();
        app.warnings.warn(name, detail);
    }
    response
}
