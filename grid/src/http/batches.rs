// SPDX-License-Identifier: Apache-2.0
//! What the worker asks and says about batches of meter-days. See [`dmsm_primitives::storage`].

use super::{worker::Scale, App};
use crate::{error::AppError, ingest::now, store::BatchId};
use axum::{
    body::Bytes,
    extract::{rejection::BytesRejection, DefaultBodyLimit, State},
    routing::{post, MethodRouter},
    Router,
};
use codec::{Decode, DecodeAll, Encode};
use dmsm_primitives::{
    storage::{SealedRow, MAX_BATCH_ROWS},
    Day, Moment,
};
use std::sync::Arc;

/// Bytes of a time.
const TIME_BODY: usize = 8;
/// Bytes of a batch's name: day and version.
const NAME_BODY: usize = 4 + 2;
/// Bytes of the longest list of sealed rows: 112 a row, and their count.
const SEALED_BODY: usize = NAME_BODY + 4 + 112 * MAX_BATCH_ROWS as usize;

type Body = Result<Bytes, BytesRejection>;

pub(super) fn router() -> Router<Arc<App>> {
    let bounded = |handler: MethodRouter<Arc<App>>, bytes| handler.layer(DefaultBodyLimit::max(bytes));
    Router::new()
        .route("/v1/worker/batches", bounded(post(batches), TIME_BODY))
        .route("/v1/worker/batch/unsealed", bounded(post(unsealed), NAME_BODY + 4))
        .route("/v1/worker/batch/sealed", bounded(post(sealed), SEALED_BODY))
        .route("/v1/worker/batch/manifest", bounded(post(manifest), NAME_BODY))
        .route("/v1/worker/batch/anchored", bounded(post(anchored), NAME_BODY + 32))
}

async fn batches(State(app): State<Arc<App>>, body: Body) -> Result<Scale, AppError> {
    let chain: Moment = decode(body, "a Moment")?;
    Ok(Scale(app.meter_days.open_batches(chain, now()).await?.encode()))
}

async fn unsealed(State(app): State<Arc<App>>, body: Body) -> Result<Scale, AppError> {
    let (day, version, limit): (Day, u16, u32) = decode(body, "(Day, u16, u32)")?;
    if !(1..=MAX_BATCH_ROWS).contains(&limit) {
        return Err(AppError::Unparsable(format!("limit is 1 to {MAX_BATCH_ROWS}")));
    }
    Ok(Scale(app.store.unsealed(BatchId { day, version }, limit).await?.encode()))
}

async fn sealed(State(app): State<Arc<App>>, body: Body) -> Result<Scale, AppError> {
    let (day, version, rows): (Day, u16, Vec<SealedRow>) = decode(body, "(Day, u16, Vec<SealedRow>)")?;
    if rows.len() > MAX_BATCH_ROWS as usize {
        return Err(AppError::Oversize);
    }
    Ok(Scale(app.store.seal(BatchId { day, version }, &rows).await?.encode()))
}

async fn manifest(State(app): State<Arc<App>>, body: Body) -> Result<Scale, AppError> {
    let (day, version) = decode(body, "(Day, u16)")?;
    Ok(Scale(app.store.manifest(BatchId { day, version }).await?.encode()))
}

async fn anchored(State(app): State<Arc<App>>, body: Body) -> Result<Scale, AppError> {
    let (day, version, root): (Day, u16, [u8; 32]) = decode(body, "(Day, u16, [u8; 32])")?;
    Ok(Scale(app.store.anchor(BatchId { day, version }, &root).await?.encode()))
}

fn decode<T: Decode>(body: Body, what: &str) -> Result<T, AppError> {
    T::decode_all(&mut &body?[..])
        .map_err(|error| AppError::Unparsable(format!("not {what} in SCALE: {error}")))
}
