// SPDX-License-Identifier: Apache-2.0
//! Manifests by what they are about.

use super::App;
use crate::{
    auth::Caller,
    error::{AppError, ErrorBody},
};
use axum::{
    extract::{rejection::PathRejection, Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use dmsm_primitives::{Day, MemberId};
use std::sync::Arc;

/// The manifest that an anchored version of a processor's day commits to: `Manifest` in SCALE.
///
/// For the processor, and for whomever it was granted to.
#[utoipa::path(
    get,
    path = "/v1/manifests/{processor}/{day}/{version}",
    params(
        ("processor" = String, Path, description = "The processor's identifier, 0x and 64 digits"),
        ("day" = String, Path, description = "The day (UTC), YYYY-MM-DD"),
        ("version" = u16, Path, description = "The version, from 0"),
    ),
    responses(
        (status = 200, description = "The manifest", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 400, description = "unparsable", body = ErrorBody),
        (status = 401, description = "anonymous, bad-authorization, stale, unknown-member, bad-signature, replayed-nonce", body = ErrorBody),
        (status = 403, description = "suspended; not-granted, whether it is there or not", body = ErrorBody),
        (status = 404, description = "nothing-anchored; the processor alone gets this answer", body = ErrorBody),
        (status = 500, description = "corrupt, missing", body = ErrorBody),
        (status = 503, description = "busy, too-slow, node-unreachable, not-indexed, database-unavailable, store-unavailable: try again", body = ErrorBody),
    ),
    security(("member" = [])),
    tag = "records"
)]
pub(super) async fn manifest(
    State(app): State<Arc<App>>,
    Caller(member): Caller,
    path: Result<Path<(MemberId, Day, u16)>, PathRejection>,
) -> Result<Response, AppError> {
    let Path((processor, day, version)) = path.map_err(|error| AppError::Unparsable(error.body_text()))?;
    let digest = app.index.manifest(&processor, day, version).await?;
    if member != processor {
        match &digest {
            Some(digest) if app.grants.may_read(&member, digest).await? => {}
            _ => return Err(AppError::NotGranted),
        }
    }
    let digest = digest.ok_or(AppError::NothingAnchored)?;
    let bytes = app.blobs.get(&digest).await?.ok_or(AppError::Missing)?;
    app.metrics.handed_out(bytes.len());
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}
