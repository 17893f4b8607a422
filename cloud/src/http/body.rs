// SPDX-License-Identifier: Apache-2.0
//! Bodies that are read as they come and dropped as soon as they are too long.

use crate::{blobs::MAX_BLOB, error::AppError};
use axum::{
    body::Body,
    http::{header::CONTENT_LENGTH, HeaderMap},
};
use futures::StreamExt;
use sha2::{Digest, Sha256};

/// Longest body, bytes.
const LIMIT: usize = MAX_BLOB;
const TOO_LONG: AppError = AppError::Oversize("a call takes 1 MiB at most");

/// A body and its SHA-256, which is computed as it comes.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<(Vec<u8>, [u8; 32]), AppError> {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > LIMIT) {
        return Err(TOO_LONG);
    }
    let mut bytes = Vec::with_capacity(length.unwrap_or(0));
    let mut hasher = Sha256::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| AppError::Cut)?;
        if bytes.len() + chunk.len() > LIMIT {
            return Err(TOO_LONG);
        }
        hasher.update(&chunk);
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes, hasher.finalize().into()))
}
