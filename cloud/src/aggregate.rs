// SPDX-License-Identifier: Apache-2.0
//! The product of a day's ciphertexts: under the data key it opens to the sum of all meters, half-hour
//! by half-hour, and to no meter alone (paper II.C, III.C).

use crate::{
    access::{ChainIndex, DayRecords, Finalized, IndexError},
    blobs::{BlobError, Blobs},
};
use codec::Encode;
use dmsm_crypto::paillier::{Ciphertext, PublicKey};
use dmsm_primitives::{
    records::{Scope, SLOTS},
    Day, MemberId, PaillierPublicKey, Record,
};
use futures::{stream, StreamExt, TryStreamExt};
use moka::future::Cache;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Products that are kept.
const KEPT: u64 = 4_096;
/// Products that are made at once.
const MADE_AT_ONCE: usize = 2;
/// Ciphertexts that are held in memory for one product: 1 MiB of the longest.
const BATCH: usize = 1_024;
/// Ciphertexts of a batch that are fetched at once.
const READS: usize = 32;

/// Why there is no product.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AggregateError {
    /// Nothing of the day is anchored.
    #[error("no finalized block anchors meter-days of this processor, scope and day")]
    NothingAnchored,
    /// No data key of the scope is announced.
    #[error("no finalized block announces this processor's data key for the scope")]
    NoDataKey,
    /// The index lacks the manifests of some versions.
    #[error(
        "{0} of the day's anchored versions have no manifest here: their processor must hand it in again"
    )]
    Incomplete(u32),
    /// A ciphertext is not in the store, is damaged, or is none under the data key.
    #[error("the ciphertext of SHA-256 {} cannot be used: {reason}", hex::encode(digest))]
    BadCiphertext {
        /// Its SHA-256.
        digest: [u8; 32],
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The announced data key is none.
    #[error("the announced data key is none")]
    BadDataKey,
    /// Other products are being made.
    #[error("too many products are being made: try again")]
    Busy,
    /// The index does not answer.
    #[error(transparent)]
    Index(Arc<IndexError>),
    /// The store does not answer.
    #[error(transparent)]
    Store(Arc<BlobError>),
    /// A thread of this program failed; a fault of this program.
    #[error("the product could not be made")]
    Failed,
}

/// The product of a day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Aggregate {
    /// The block up to which meter-days are in it.
    pub finalized: Finalized,
    /// Anchored versions of the day.
    pub versions: u32,
    /// Meters in it, each with its latest version.
    pub count: u32,
    /// How many of these meters lack readings of each half-hour.
    pub missing: [u32; SLOTS],
    /// The product, big-endian, twice as long as the data key's modulus.
    pub ciphertext: Arc<[u8]>,
}

/// Makes products, and keeps them while the day stays as it is.
#[derive(Clone)]
pub struct Aggregates {
    index: Arc<dyn ChainIndex>,
    blobs: Arc<dyn Blobs>,
    /// By what is multiplied, so that a kept product is never an old one.
    kept: Cache<[u8; 32], Arc<[u8]>>,
    slots: Arc<Semaphore>,
}

impl Aggregates {
    /// Days from `index`, ciphertexts from `blobs`.
    pub fn new(index: Arc<dyn ChainIndex>, blobs: Arc<dyn Blobs>) -> Self {
        let kept = Cache::builder().max_capacity(KEPT).build();
        Self { index, blobs, kept, slots: Arc::new(Semaphore::new(MADE_AT_ONCE)) }
    }

    /// The product of a processor's day. A caller that goes away leaves it to be made for the next.
    pub async fn of(
        &self,
        processor: &MemberId,
        scope: &Scope,
        day: Day,
    ) -> Result<Aggregate, AggregateError> {
        let index = |error| AggregateError::Index(Arc::new(error));
        let found = self.index.day(processor, scope, day).await.map_err(index)?;
        let DayRecords { versions, lacking, records, finalized } =
            found.ok_or(AggregateError::NothingAnchored)?;
        if lacking > 0 {
            return Err(AggregateError::Incomplete(lacking));
        }
        let key = self.index.data_key(processor, scope).await.map_err(index)?;
        let key = key.ok_or(AggregateError::NoDataKey)?;
        let (count, missing) = (records.len() as u32, missing(&records));
        let digests: Vec<_> = records.iter().map(|record| record.ciphertext).collect();
        let content = Sha256::digest((&key, &digests).encode()).into();
        let making = self.clone();
        let made =
            tokio::spawn(
                async move { making.kept.try_get_with(content, making.product(&key, &digests)).await },
            );
        let ciphertext = made.await.map_err(|_| AggregateError::Failed)?.map_err(|error| (*error).clone())?;
        Ok(Aggregate { finalized, versions, count, missing, ciphertext })
    }

    async fn product(
        &self,
        key: &PaillierPublicKey,
        digests: &[[u8; 32]],
    ) -> Result<Arc<[u8]>, AggregateError> {
        let _slot = self.slots.try_acquire().map_err(|_| AggregateError::Busy)?;
        let key = PublicKey::try_from(key).map_err(|_| AggregateError::BadDataKey)?;
        let mut product: Option<Ciphertext> = None;
        for batch in digests.chunks(BATCH) {
            let blobs: Vec<_> = stream::iter(batch.to_vec())
                .map(|digest| self.blob(digest))
                .buffered(READS)
                .try_collect()
                .await?;
            let key = key.clone();
            let multiplied = tokio::task::spawn_blocking(move || multiply(&key, product, blobs)).await;
            product = Some(multiplied.map_err(|_| AggregateError::Failed)??);
        }
        Ok(product.map(|product| product.to_bytes()).unwrap_or_default().into())
    }

    async fn blob(&self, digest: [u8; 32]) -> Result<([u8; 32], Vec<u8>), AggregateError> {
        let bad = |reason| AggregateError::BadCiphertext { digest, reason };
        match self.blobs.get(&digest).await {
            Ok(Some(bytes)) => Ok((digest, bytes)),
            Ok(None) => Err(bad("it is not in the store")),
            Err(BlobError::Corrupt) => Err(bad("it is damaged")),
            Err(error) => Err(AggregateError::Store(Arc::new(error))),
        }
    }
}

/// Π of the product so far and of a batch, mod n².
fn multiply(
    key: &PublicKey,
    product: Option<Ciphertext>,
    batch: Vec<([u8; 32], Vec<u8>)>,
) -> Result<Ciphertext, AggregateError> {
    let read = |(digest, bytes): ([u8; 32], Vec<u8>)| {
        let reason = "it is no ciphertext under the data key";
        Ciphertext::from_bytes(key, &bytes).map_err(|_| AggregateError::BadCiphertext { digest, reason })
    };
    let batch: Vec<_> = batch.into_iter().map(read).collect::<Result<_, _>>()?;
    key.sum(product.iter().chain(&batch)).map_err(|_| AggregateError::Failed)
}

/// For each half-hour, the number of meters that have no reading of it.
fn missing(records: &[Record]) -> [u32; SLOTS] {
    std::array::from_fn(|slot| records.iter().filter(|record| record.present >> slot & 1 == 0).count() as u32)
}
