// SPDX-License-Identifier: Apache-2.0
//! Readings in; health and metrics out.

use super::{guard, App};
use crate::{
    directory::DirectoryError,
    error::{with_causes, AppError},
    ingest::Outcome,
};
use axum::{
    body::Bytes,
    extract::{rejection::BytesRejection, DefaultBodyLimit, State},
    http::{header, StatusCode},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{get, post},
    Json, Router,
};
use dmsm_primitives::{RegionId, SignedReading};
use std::sync::Arc;

/// Body of `POST /v1/readings`.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The readings; those of one device in the order of their sequences.
    pub readings: Vec<SignedReading>,
}

/// Answer to `POST /v1/readings`: 200 if all are kept, 207 if any is refused.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Results {
    /// What became of each reading, in the order of the batch.
    pub results: Vec<Outcome>,
}

/// Answer to `GET /health`: 200 if all is well, 503 if the service can take no readings.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Health {
    /// Whether readings are taken.
    pub ok: bool,
    /// `ok`, or what is wrong with the database.
    pub database: String,
    /// `ok`, or what is wrong with the node.
    pub node: String,
    /// The region served.
    pub region: RegionId,
    /// The highest row, where the database tells it.
    pub head: Option<u64>,
}

pub(super) fn router(app: Arc<App>) -> Router {
    let readings = Router::new()
        .route("/v1/readings", post(readings))
        .layer(DefaultBodyLimit::max(app.body_limit))
        .layer(from_fn_with_state(guard::slots(), guard::bounded));
    Router::new()
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        // Room of their own: a flood of readings does not hide the state of the service.
        .layer(from_fn_with_state(guard::slots(), guard::bounded))
        .merge(readings)
        .layer(from_fn_with_state(app.clone(), guard::counted))
        .with_state(app)
}

async fn readings(
    State(app): State<Arc<App>>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Results>), AppError> {
    let batch: Batch =
        serde_json::from_slice(&body?).map_err(|error| AppError::Unparsable(error.to_string()))?;
    let results = app.ingest.submit(batch.readings).await?;
    let refused = results.iter().find(|outcome| !outcome.is_kept());
    if let Some(reason) = refused {
        app.warnings.warn(reason.name(), "readings refused");
    }
    let status = if refused.is_none() { StatusCode::OK } else { StatusCode::MULTI_STATUS };
    Ok((status, Json(Results { results })))
}

async fn health(State(app): State<Arc<App>>) -> (StatusCode, Json<Health>) {
    let head = app.store.head().await;
    let node = app.directory.check().await;
    let (database, node) = match (&head, node) {
        (Ok(_), Ok(())) => match app.ingest.genesis().await {
            Ok(_) => (Ok(()), Ok(())),
            Err(AppError::Store(error)) => (Err(error.to_string()), Ok(())),
            Err(error) => (Ok(()), Err(error.to_string())),
        },
        (head, node) => (
            head.as_ref().map(drop).map_err(|error| error.to_string()),
            node.map_err(|error: DirectoryError| error.to_string()),
        ),
    };
    let ok = database.is_ok() && node.is_ok();
    let say = |state: Result<(), String>| state.err().unwrap_or_else(|| "ok".into());
    let health = Health { ok, database: say(database), node: say(node), region: app.region, head: head.ok() };
    (if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(health))
}

async fn metrics(State(app): State<Arc<App>>) -> Response {
    match app.metrics.render(app.store.head().await.ok(), app.store.totals().await.ok()) {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, with_causes(&error)).into_response(),
    }
}
