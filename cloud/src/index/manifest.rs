// SPDX-License-Identifier: Apache-2.0
//! Manifests: what an anchor commits to, as the store has it. Nothing of one is believed that the
//! anchor does not say too.

use crate::{
    blobs::{BlobError, Blobs},
    error::with_causes,
};
use async_trait::async_trait;
use codec::DecodeAll;
use dmsm_client::AnchoredBatch;
use dmsm_primitives::records::Manifest;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Where manifests lie.
#[async_trait]
pub trait ManifestSource: Send + Sync {
    /// The bytes that have this SHA-256; `None` if there are none.
    async fn fetch(&self, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, BlobError>;
}

#[async_trait]
impl<T: Blobs + ?Sized> ManifestSource for Arc<T> {
    async fn fetch(&self, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, BlobError> {
        self.get(digest).await
    }
}

/// What became of the search for a manifest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// It is the one that was anchored.
    Found(Manifest),
    /// The store does not have it, or not now.
    Unavailable,
    /// It is not what was anchored, and never will be: its digest is the anchored one.
    Mismatch(Flaw),
}

/// What is wrong with a manifest.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Flaw {
    /// It is the encoding of none.
    #[error("malformed")]
    Malformed,
    /// Its records are out of order, of another day, too many or none; see [`Manifest::has_form`].
    #[error("without-form")]
    WithoutForm,
    /// It is another processor's.
    #[error("other-processor")]
    OtherProcessor,
    /// It is of another scope.
    #[error("other-scope")]
    OtherScope,
    /// It is of another day.
    #[error("other-day")]
    OtherDay,
    /// It is another version.
    #[error("other-version")]
    OtherVersion,
    /// It has another number of records.
    #[error("other-count")]
    OtherCount,
    /// Its records have another root.
    #[error("other-root")]
    OtherRoot,
}

/// Looks for the manifest of an anchor.
pub async fn find(source: &dyn ManifestSource, anchor: &AnchoredBatch) -> Finding {
    let AnchoredBatch { processor, day, version, manifest, .. } = anchor;
    let bytes = match source.fetch(manifest).await {
        Ok(Some(bytes)) if Sha256::digest(&bytes)[..] == manifest[..] => bytes,
        Ok(Some(_)) => {
            tracing::warn!(%processor, %day, version, "the store gives other bytes than the manifest's");
            return Finding::Unavailable;
        }
        Ok(None) => {
            tracing::debug!(%processor, %day, version, "the manifest is not in the store");
            return Finding::Unavailable;
        }
        Err(error) => {
            let error = with_causes(&error);
            tracing::warn!(%processor, %day, version, error, "the manifest cannot be read");
            return Finding::Unavailable;
        }
    };
    match judge(anchor, &bytes) {
        Ok(manifest) => Finding::Found(manifest),
        Err(flaw) => {
            tracing::warn!(%processor, %day, version, %flaw, "the manifest is not what was anchored");
            Finding::Mismatch(flaw)
        }
    }
}

/// Holds the bytes of a manifest against its anchor.
fn judge(anchor: &AnchoredBatch, mut bytes: &[u8]) -> Result<Manifest, Flaw> {
    let manifest = Manifest::decode_all(&mut bytes).map_err(|_| Flaw::Malformed)?;
    let agrees = |agrees: bool, flaw| if agrees { Ok(()) } else { Err(flaw) };
    agrees(manifest.has_form(), Flaw::WithoutForm)?;
    agrees(manifest.processor == anchor.processor, Flaw::OtherProcessor)?;
    agrees(manifest.scope == anchor.scope, Flaw::OtherScope)?;
    agrees(manifest.day == anchor.day, Flaw::OtherDay)?;
    agrees(manifest.version == anchor.version, Flaw::OtherVersion)?;
    agrees(manifest.records.len() == anchor.count as usize, Flaw::OtherCount)?;
    agrees(manifest.root() == anchor.root, Flaw::OtherRoot)?;
    Ok(manifest)
}
