// SPDX-License-Identifier: Apache-2.0
//! Blobs by their SHA-256.

use async_trait::async_trait;

/// Why a store gives no blob.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// What lies there has another digest.
    #[error("the blob is damaged")]
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

    /// Stores a blob under its SHA-256, which the caller has computed.
    async fn put(&self, digest: &[u8; 32], bytes: Vec<u8>) -> Result<(), BlobError>;
}
