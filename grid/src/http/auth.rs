// SPDX-License-Identifier: Apache-2.0
//! The worker's bearer token.

use crate::error::AppError;
use axum::{
    extract::{Request, State},
    http::header::AUTHORIZATION,
    middleware::Next,
    response::Response,
};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use subtle::ConstantTimeEq;

/// Shortest token.
pub const MIN_TOKEN_BYTES: usize = 32;

/// What the worker shows. Not shown in `Debug`.
#[derive(Clone)]
pub struct WorkerToken(Arc<[u8]>);

/// Why a token file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// It cannot be read.
    #[error("cannot read the worker token file {path}: make one with `openssl rand -hex 32 > {path}`")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Too short, or not what fits an HTTP header.
    #[error(
        "the worker token in {path} must be {MIN_TOKEN_BYTES} or more printable ASCII characters without \
         spaces: make one with `openssl rand -hex 32 > {path}`"
    )]
    Unfit {
        /// The file.
        path: PathBuf,
    },
}

impl WorkerToken {
    /// Reads a token file; white space around the token is ignored.
    pub fn read(path: &Path) -> Result<Self, TokenError> {
        let content =
            std::fs::read(path).map_err(|source| TokenError::Unreadable { path: path.to_owned(), source })?;
        Self::new(content.trim_ascii()).ok_or_else(|| TokenError::Unfit { path: path.to_owned() })
    }

    /// A token; `None` if it is shorter than [`MIN_TOKEN_BYTES`] or fits no HTTP header.
    pub fn new(token: &[u8]) -> Option<Self> {
        let fit = token.len() >= MIN_TOKEN_BYTES && token.iter().all(u8::is_ascii_graphic);
        fit.then(|| Self(token.into()))
    }

    /// Whether a request shows this token. Takes the same time for every token of its length.
    fn admits(&self, request: &Request) -> bool {
        let shown = request.headers().get(AUTHORIZATION).map(|value| value.as_bytes());
        let shown = shown.and_then(|value| value.strip_prefix(b"Bearer "));
        shown.is_some_and(|shown| shown.ct_eq(&self.0).into())
    }
}

/// Lets through what shows the token.
pub(super) async fn required(
    State(token): State<WorkerToken>,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    if token.admits(&request) {
        Ok(next.run(request).await)
    } else {
        Err(AppError::Unauthorized)
    }
}

impl std::fmt::Debug for WorkerToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WorkerToken(..)")
    }
}
