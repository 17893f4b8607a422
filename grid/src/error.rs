// SPDX-License-Identifier: Apache-2.0
//! What the service answers when it does not do what was asked.

use crate::{
    directory::DirectoryError,
    pricing::TooLarge,
    store::{BatchFault, StoreError},
};
use axum::{
    extract::rejection::BytesRejection,
    http::{header, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    Json,
};

/// Seconds after which a caller may try again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// A request that got no result. The answer is JSON: `{"error": <name>, "message": <text>}`.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// 400: not what this path takes.
    #[error("{0}")]
    Unparsable(String),
    /// 401: no token, or a wrong one.
    #[error("this listener needs the worker's bearer token")]
    Unauthorized,
    /// 404 without such a batch, 409 if it is not what the worker takes it for.
    #[error(transparent)]
    Batch(BatchFault),
    /// 413: too many bytes or too many items.
    #[error("too large: send fewer items at once")]
    Oversize,
    /// 422: a meter's readings are too large for a bill.
    #[error(transparent)]
    Unbillable(#[from] TooLarge),
    /// 503: the node does not answer.
    #[error("devices cannot be looked up: {0}")]
    Directory(#[from] DirectoryError),
    /// 503: the database does not answer.
    #[error("readings cannot be stored or read: {0}")]
    Store(#[source] StoreError),
    /// 503: too many requests at once.
    #[error("too many requests at once")]
    Busy,
    /// 503: the request took too long, its body included.
    #[error("the request took too long")]
    TooSlow,
    /// 503: the service stops.
    #[error("the service stops")]
    Stopping,
}

impl AppError {
    /// All names, for counters.
    pub const NAMES: [&'static str; 12] = [
        "unparsable",
        "unauthorized",
        "unknown-batch",
        "batch-differs",
        "batch-not-ready",
        "oversize",
        "unbillable",
        "node-unreachable",
        "database-unavailable",
        "busy",
        "too-slow",
        "stopping",
    ];

    /// As it stands in answers and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unparsable(_) => "unparsable",
            Self::Unauthorized => "unauthorized",
            Self::Batch(BatchFault::Unknown(_)) => "unknown-batch",
            Self::Batch(BatchFault::Differs(_) | BatchFault::Anchored(_)) => "batch-differs",
            Self::Batch(BatchFault::Unsealed(_)) => "batch-not-ready",
            Self::Oversize => "oversize",
            Self::Unbillable(_) => "unbillable",
            Self::Directory(DirectoryError::Busy) | Self::Busy => "busy",
            Self::Directory(_) => "node-unreachable",
            Self::Store(_) => "database-unavailable",
            Self::TooSlow => "too-slow",
            Self::Stopping => "stopping",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Unparsable(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Batch(BatchFault::Unknown(_)) => StatusCode::NOT_FOUND,
            Self::Batch(_) => StatusCode::CONFLICT,
            Self::Oversize => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unbillable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Batch(fault) => Self::Batch(fault),
            error => Self::Store(error),
        }
    }
}

impl From<BytesRejection> for AppError {
    fn from(rejection: BytesRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::Oversize,
            _ => Self::Unparsable(rejection.body_text()),
        }
    }
}

/// Left in a response by [`AppError`], for the layer that counts and logs.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub name: &'static str,
    /// With causes; for the log alone, it may speak of the database.
    pub detail: String,
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let (status, name) = (self.status(), self.name());
        let body = Json(serde_json::json!({ "error": name, "message": self.to_string() }));
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        match status {
            StatusCode::SERVICE_UNAVAILABLE => headers.insert(header::RETRY_AFTER, RETRY_AFTER),
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
            }
            _ => None,
        };
        response.extensions_mut().insert(Refused { name, detail: with_causes(&self) });
        response
    }
}

/// An error and its causes on one line.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}
