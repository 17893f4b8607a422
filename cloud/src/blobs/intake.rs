// SPDX-License-Identifier: Apache-2.0
//! How blobs come in: first the owner's row, then the blob, then the row is settled.
//!
//! Whatever stops this in between leaves a row that is charged and not settled. The owner has no
//! answer, puts the blob again and finds its row: nothing is charged twice. If it does not come
//! back, [`Intake::recover`] settles the row if its blob is there, and else takes it back. So no
//! blob lies in the store without an owner, and nobody is charged for a blob that does not.

use super::{BlobError, Blobs};
use crate::{
    clock::now,
    database::DatabaseError,
    quota::{Quota, QuotaError, Unsettled},
};
use dmsm_primitives::{MemberId, Moment};
use futures::{stream, StreamExt, TryStreamExt};
use std::{sync::Arc, time::Duration};

/// Blobs of one call that are written at once.
const WRITES: usize = 32;

/// A row that is not settled for this long is nobody's running upload.
const GIVEN_UP: Duration = Duration::from_secs(10 * 60);

/// Rows that are read at once when they are recovered.
const RECOVERED: u32 = 256;

/// Why blobs are not kept.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// They are too many, or the database does not answer.
    #[error(transparent)]
    Quota(#[from] QuotaError),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] BlobError),
}

impl From<DatabaseError> for IntakeError {
    fn from(error: DatabaseError) -> Self {
        Self::Quota(error.into())
    }
}

/// Keeps blobs for their owners.
pub struct Intake {
    blobs: Arc<dyn Blobs>,
    quota: Quota,
}

impl Intake {
    /// Into `blobs`, on the account of `quota`.
    pub fn new(blobs: Arc<dyn Blobs>, quota: Quota) -> Self {
        Self { blobs, quota }
    }

    /// Keeps blobs, each under its SHA-256; all of them are durable when this is done. Doing it
    /// again changes nothing.
    pub async fn keep(&self, owner: &MemberId, blobs: Vec<([u8; 32], Vec<u8>)>) -> Result<(), IntakeError> {
        let sizes: Vec<_> = blobs.iter().map(|(digest, bytes)| (*digest, bytes.len() as u64)).collect();
        self.quota.reserve(owner, &sizes, now()).await?;
        stream::iter(blobs)
            .map(|(digest, bytes)| async move { self.blobs.put(&digest, bytes).await })
            .buffer_unordered(WRITES)
            .try_collect::<()>()
            .await?;
        Ok(self.quota.settle(owner, &sizes, now()).await?)
    }

    /// Whether a member handed this blob in.
    pub async fn owns(&self, member: &MemberId, digest: &[u8; 32]) -> Result<bool, DatabaseError> {
        self.quota.owns(member, digest).await
    }

    /// Brings to an end what uploads left that were given up before `now`. Returns the number of
    /// rows.
    pub async fn recover(&self, now: Moment) -> Result<usize, IntakeError> {
        let before = now.saturating_sub(GIVEN_UP.as_millis() as Moment);
        let mut recovered = 0;
        loop {
            let rows = self.quota.unsettled(before, RECOVERED).await?;
            for Unsettled { owner, digest, bytes, .. } in &rows {
                if self.blobs.has(digest).await? {
                    self.quota.settle(owner, &[(*digest, *bytes)], now).await?;
                } else {
                    self.quota.release(owner, digest).await?;
                }
            }
            recovered += rows.len();
            if rows.len() < RECOVERED as usize {
                return Ok(recovered);
            }
        }
    }
}
