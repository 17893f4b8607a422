// SPDX-License-Identifier: Apache-2.0
//! Blobs by their SHA-256: where they lie, and how they come in.

mod intake;
mod store;

pub use intake::{Intake, IntakeError};
pub use store::{open, open_with, OpenError, StoredBlobs};

use async_trait::async_trait;

/// Longest blob, bytes.
pub const MAX_BLOB: usize = 1 << 20;

/// Why a store gives no blob.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// What lies there has another digest.
    #[error("what lies in the store is not what was put there")]
    Corrupt,
    /// The store does not answer.
    #[error("the store does not answer")]
    Unavailable(#[from] object_store::Error),
}

/// Content-addressed storage.
#[async_trait]
pub trait Blobs: Send + Sync + 'static {
    /// The blob of a digest, checked against it; `None` if there is none.
    async fn get(&self, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, BlobError>;

    /// Stores a blob durably under its SHA-256, which the caller has computed. What lies there
    /// already is replaced: a damaged blob is mended by putting it again.
    async fn put(&self, digest: &[u8; 32], bytes: Vec<u8>) -> Result<(), BlobError>;

    /// Whether a blob lies there, whole or not.
    async fn has(&self, digest: &[u8; 32]) -> Result<bool, BlobError>;
}
