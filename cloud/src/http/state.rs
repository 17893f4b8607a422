// SPDX-License-Identifier: Apache-2.0
//! Health and metrics, for operators: not signed.

use super::App;
use crate::{auth::MemberEntry, error::with_causes};
use axum::{
    extract::State,
    http::{header, StatusCode},
    response::{IntoResponse, Response},
    Json,
};
use dmsm_client::Status;
use dmsm_primitives::{BlockNumber, Role};
use std::sync::Arc;
use utoipa::ToSchema;

/// Answer to `GET /health`: 200 if all is well, 503 if calls are refused.
#[derive(Debug, serde::Serialize, serde::Deserialize, ToSchema)]
pub struct Health {
    /// Whether all is well.
    pub ok: bool,
    /// `ok`, or what is wrong with the database.
    pub database: String,
    /// `ok`, or what is wrong with the store.
    pub store: String,
    /// `ok`, or what is wrong with the node.
    pub node: String,
    /// `ok`, or why the chain does not take this cloud's receipts.
    pub member: String,
    /// Number of the last block that is indexed; null before the first.
    pub indexed: Option<BlockNumber>,
}

/// Whether the service can do its work.
#[utoipa::path(
    get,
    path = "/health",
    responses(
        (status = 200, description = "It can", body = Health),
        (status = 503, description = "It cannot: the fields say why", body = Health),
    ),
    tag = "state"
)]
pub(super) async fn health(State(app): State<Arc<App>>) -> (StatusCode, Json<Health>) {
    let database = app.database.check().await.map_err(|error| error.to_string());
    // Nothing lies there; the answer is what counts.
    let store = app.blobs.has(&[0; 32]).await.map(drop).map_err(|error| error.to_string());
    let node = app.auth.directory().check().await.map_err(|error| error.to_string());
    let member = member(&app).await;
    let indexed = app.index.finalized().await.ok().map(|finalized| finalized.number);
    let ok = database.is_ok() && store.is_ok() && node.is_ok() && member.is_ok() && indexed.is_some();
    let say = |state: Result<(), String>| state.err().unwrap_or_else(|| "ok".into());
    let health = Health {
        ok,
        database: say(database),
        store: say(store),
        node: say(node),
        member: say(member),
        indexed,
    };
    (if ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(health))
}

/// Whether the chain takes our receipts.
async fn member(app: &App) -> Result<(), String> {
    let id = app.receipts.member();
    let entry = app.auth.directory().member(&id).await.map_err(|error| error.to_string())?;
    match entry {
        Some(MemberEntry { role: Role::Cloud, status: Status::Active, bls }) if bls == app.receipts.key() => {
            Ok(())
        }
        Some(MemberEntry { role: Role::Cloud, status: Status::Active, .. }) => {
            Err(format!("the vault's BLS key is not that of member {id}"))
        }
        Some(MemberEntry { role: Role::Cloud, .. }) => Err(format!("member {id} is not active")),
        Some(_) => Err(format!("member {id} has not the role of a cloud")),
        None => Err(format!("the chain knows no member {id}")),
    }
}

/// Counters and gauges in the text format of Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    responses((status = 200, description = "All counters", body = String, content_type = "text/plain")),
    tag = "state"
)]
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    match app.metrics.render() {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, with_causes(&error)).into_response(),
    }
}
