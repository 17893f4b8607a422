// SPDX-License-Identifier: Apache-2.0
//! What the service answers when it does not do what was asked.

use crate::{
    access::IndexError,
    aggregate::AggregateError,
    auth::{AuthError, DirectoryError},
    blobs::{BlobError, IntakeError},
    database::DatabaseError,
    quota::QuotaError,
};
use axum::{
    http::{header, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    Json,
};

/// Seconds after which a caller may try again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// A call that got no result. The answer is JSON: `{"error": <name>, "message": <text>}`.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Not what this path takes.
    #[error("{0}")]
    Unparsable(String),
    /// A blob is named by something else than its digest.
    #[error("a blob is named by its SHA-256: 64 digits, 0 to 9 and a to f")]
    BadDigest,
    /// No such path.
    #[error("there is nothing at this path: see /openapi.json")]
    NotFound,
    /// The path has no such method.
    #[error("this path has no such method: see /openapi.json")]
    MethodNotAllowed,
    /// Who calls is not known or may not do this.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// Not the caller's, or not there: both get the same answer.
    #[error("the caller neither owns this nor was it granted")]
    NotGranted,
    /// Not the digest that the path names.
    #[error("the body's SHA-256 is not the digest in the path; nothing was stored")]
    DigestMismatch,
    /// Too many bytes or too many items.
    #[error("too large: {0}")]
    Oversize(&'static str),
    /// The caller broke off.
    #[error("the body was cut")]
    Cut,
    /// Blobs are not kept.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// A blob is not in the store any more.
    #[error("the blob is not in the store any more: tell the cloud's operator")]
    Missing,
    /// The store does not answer, or not with what was put there.
    #[error(transparent)]
    Store(#[from] BlobError),
    /// There is no product.
    #[error(transparent)]
    Aggregate(#[from] AggregateError),
    /// The chain anchors no such thing.
    #[error("no finalized block anchors this")]
    NothingAnchored,
    /// The index does not answer.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The database does not answer.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Too many calls at once.
    #[error("too many calls at once")]
    Busy,
    /// The call took too long, its body included.
    #[error("the call took too long")]
    TooSlow,
}

impl From<DirectoryError> for AppError {
    fn from(error: DirectoryError) -> Self {
        Self::Auth(error.into())
    }
}

impl AppError {
    /// All names, for counters.
    pub const NAMES: [&'static str; 31] = [
        "unparsable",
        "bad-digest",
        "not-found",
        "method-not-allowed",
        "anonymous",
        "bad-authorization",
        "stale",
        "unknown-member",
        "suspended",
        "not-a-processor",
        "bad-signature",
        "replayed-nonce",
        "not-granted",
        "digest-mismatch",
        "oversize",
        "over-quota",
        "cut",
        "missing",
        "corrupt",
        "nothing-anchored",
        "no-data-key",
        "incomplete",
        "too-many-records",
        "bad-ciphertext",
        "failed",
        "not-indexed",
        "node-unreachable",
        "database-unavailable",
        "store-unavailable",
        "busy",
        "too-slow",
    ];

    /// As it stands in answers and metrics.
    pub fn name(&self) -> &'static str {
        self.kind().0
    }

    fn kind(&self) -> (&'static str, StatusCode) {
        match self {
            Self::Unparsable(_) => ("unparsable", StatusCode::BAD_REQUEST),
            Self::BadDigest => ("bad-digest", StatusCode::BAD_REQUEST),
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND),
            Self::MethodNotAllowed => ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED),
            Self::Auth(error) => auth(error),
            Self::NotGranted => ("not-granted", StatusCode::FORBIDDEN),
            Self::DigestMismatch => ("digest-mismatch", StatusCode::UNPROCESSABLE_ENTITY),
            Self::Oversize(_) => ("oversize", StatusCode::PAYLOAD_TOO_LARGE),
            Self::Cut => ("cut", StatusCode::BAD_REQUEST),
            Self::Intake(IntakeError::Quota(QuotaError::Exceeded { .. })) => {
                ("over-quota", StatusCode::PAYLOAD_TOO_LARGE)
            }
            Self::Intake(IntakeError::Quota(QuotaError::Database(error))) => database(error),
            Self::Intake(IntakeError::Store(error)) | Self::Store(error) => store(error),
            Self::Missing => ("missing", StatusCode::INTERNAL_SERVER_ERROR),
            Self::Aggregate(error) => aggregate(error),
            Self::NothingAnchored => ("nothing-anchored", StatusCode::NOT_FOUND),
            Self::Index(error) => index(error),
            Self::Database(error) => database(error),
            Self::Busy => ("busy", StatusCode::SERVICE_UNAVAILABLE),
            Self::TooSlow => ("too-slow", StatusCode::SERVICE_UNAVAILABLE),
        }
    }
}

fn auth(error: &AuthError) -> (&'static str, StatusCode) {
    match error {
        AuthError::Anonymous => ("anonymous", StatusCode::UNAUTHORIZED),
        AuthError::Malformed => ("bad-authorization", StatusCode::UNAUTHORIZED),
        AuthError::Stale => ("stale", StatusCode::UNAUTHORIZED),
        AuthError::UnknownMember => ("unknown-member", StatusCode::UNAUTHORIZED),
        AuthError::BadSignature => ("bad-signature", StatusCode::UNAUTHORIZED),
        AuthError::Replayed => ("replayed-nonce", StatusCode::UNAUTHORIZED),
        AuthError::Suspended => ("suspended", StatusCode::FORBIDDEN),
        AuthError::NotProcessor => ("not-a-processor", StatusCode::FORBIDDEN),
        AuthError::Directory(DirectoryError::Busy) => ("busy", StatusCode::SERVICE_UNAVAILABLE),
        AuthError::Directory(_) => ("node-unreachable", StatusCode::SERVICE_UNAVAILABLE),
        AuthError::Database(error) => database(error),
    }
}

fn database(_: &DatabaseError) -> (&'static str, StatusCode) {
    ("database-unavailable", StatusCode::SERVICE_UNAVAILABLE)
}

fn store(error: &BlobError) -> (&'static str, StatusCode) {
    match error {
        BlobError::Corrupt => ("corrupt", StatusCode::INTERNAL_SERVER_ERROR),
        BlobError::Unavailable(_) => ("store-unavailable", StatusCode::SERVICE_UNAVAILABLE),
    }
}

fn index(error: &IndexError) -> (&'static str, StatusCode) {
    match error {
        IndexError::Empty => ("not-indexed", StatusCode::SERVICE_UNAVAILABLE),
        IndexError::FiltersExclude(_) => ("unparsable", StatusCode::BAD_REQUEST),
        IndexError::TooManyRecords(_) => ("too-many-records", StatusCode::UNPROCESSABLE_ENTITY),
        IndexError::Database(error) => database(error),
    }
}

fn aggregate(error: &AggregateError) -> (&'static str, StatusCode) {
    match error {
        AggregateError::NothingAnchored => ("nothing-anchored", StatusCode::NOT_FOUND),
        AggregateError::NoDataKey => ("no-data-key", StatusCode::NOT_FOUND),
        AggregateError::Incomplete(_) => ("incomplete", StatusCode::CONFLICT),
        AggregateError::BadCiphertext { .. } | AggregateError::BadDataKey => {
            ("bad-ciphertext", StatusCode::INTERNAL_SERVER_ERROR)
        }
        AggregateError::Busy => ("busy", StatusCode::SERVICE_UNAVAILABLE),
        AggregateError::Index(error) => index(error),
        AggregateError::Store(error) => store(error),
        AggregateError::Failed => ("failed", StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// Left in a response by [`AppError`], for the layer that counts and logs.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub name: &'static str,
    /// With causes; for the log alone, it may speak of the database.
    pub detail: String,
}

/// An error as it is answered.
#[derive(Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ErrorBody {
    /// Its name.
    #[schema(examples("not-granted"))]
    pub error: String,
    /// What is wrong, and what to do, for people.
    pub message: String,
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let (name, status) = self.kind();
        let body = Json(ErrorBody { error: name.to_owned(), message: self.to_string() });
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        match status {
            StatusCode::SERVICE_UNAVAILABLE => headers.insert(header::RETRY_AFTER, RETRY_AFTER),
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("DMSM"))
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
