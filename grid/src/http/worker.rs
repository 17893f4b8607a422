// SPDX-License-Identifier: Apache-2.0
//! What the node's off-chain worker reads and asks. SCALE in and out.

use super::{auth, batches, guard, App, WorkerToken};
use crate::{error::AppError, ingest::now};
use axum::{
    body::Bytes,
    extract::{
        rejection::{BytesRejection, QueryRejection},
        DefaultBodyLimit, Query, State,
    },
    http::header,
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{get, post},
    Router,
};
use codec::{DecodeAll, Encode};
use dmsm_primitives::{request::Question, DeviceId};
use std::sync::Arc;

/// Rows in one answer.
pub const MAX_ROWS: u32 = 1000;

/// Readings in one lookup.
pub const MAX_LOOKUP: usize = 1000;

/// Bytes of the longest lookup: 40 an entry, and its count.
const LOOKUP_BODY: usize = 40 * MAX_LOOKUP + 4;

/// Bytes of the longest question: its kind, a meter, a period.
const QUESTION_BODY: usize = 1 + 32 + 16;

pub(super) fn router(app: Arc<App>, token: WorkerToken) -> Router {
    Router::new()
        .route("/v1/worker/readings", get(readings))
        .route("/v1/worker/lookup", post(lookup).layer(DefaultBodyLimit::max(LOOKUP_BODY)))
        .route("/v1/worker/head", get(head))
        .route("/v1/worker/answer", post(answer).layer(DefaultBodyLimit::max(QUESTION_BODY)))
        .merge(batches::router())
        .layer(from_fn_with_state(guard::slots(), guard::bounded))
        .layer(from_fn_with_state(token, auth::required))
        .layer(from_fn_with_state(app.clone(), guard::counted))
        .with_state(app)
}

#[derive(serde::Deserialize)]
struct Cursor {
    after: u64,
    limit: u32,
}

async fn readings(
    State(app): State<Arc<App>>,
    query: Result<Query<Cursor>, QueryRejection>,
) -> Result<Scale, AppError> {
    let Query(Cursor { after, limit }) = query.map_err(|error| AppError::Unparsable(error.body_text()))?;
    if !(1..=MAX_ROWS).contains(&limit) {
        return Err(AppError::Unparsable(format!("limit is 1 to {MAX_ROWS}")));
    }
    let rows = app.store.after(after, limit).await?;
    app.metrics.set_cursor(after);
    Ok(Scale(rows.encode()))
}

async fn lookup(State(app): State<Arc<App>>, body: Result<Bytes, BytesRejection>) -> Result<Scale, AppError> {
    let wanted = Vec::<(DeviceId, u64)>::decode_all(&mut &body?[..])
        .map_err(|error| AppError::Unparsable(format!("not Vec<(DeviceId, u64)> in SCALE: {error}")))?;
    if wanted.len() > MAX_LOOKUP {
        return Err(AppError::Oversize);
    }
    Ok(Scale(app.store.lookup(&wanted).await?.encode()))
}

async fn head(State(app): State<Arc<App>>) -> Result<Scale, AppError> {
    Ok(Scale(app.store.head().await?.encode()))
}

async fn answer(State(app): State<Arc<App>>, body: Result<Bytes, BytesRejection>) -> Result<Scale, AppError> {
    let question = Question::decode_all(&mut &body?[..])
        .map_err(|error| AppError::Unparsable(format!("no Question in SCALE: {error}")))?;
    let answered = app.answers.answer(&question, now()).await?;
    app.metrics.count_answer(question.kind(), &answered);
    Ok(Scale(answered.encode()))
}

/// A SCALE answer.
pub(super) struct Scale(pub Vec<u8>);

impl IntoResponse for Scale {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/octet-stream")], self.0).into_response()
    }
}
