// SPDX-License-Identifier: Apache-2.0
//! From a batch of signed readings to a durable answer for each.

use crate::{
    directory::{DeviceDirectory, DeviceEntry, DirectoryError},
    error::AppError,
    metrics::Metrics,
    store::{Appended, Origin, ReadingStore, MAX_INTEGER},
};
use dmsm_primitives::{DeviceId, Moment, RegionId, SignedReading};
use ed25519_dalek::{Signature, VerifyingKey};
use futures::{stream, StreamExt, TryStreamExt};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::sync::OnceCell;

/// Questions to the directory at once, for one batch.
const CONCURRENT_LOOKUPS: usize = 16;

/// What became of one reading. `Accepted` and `Duplicate` mean that it is durable; all else are
/// refusals, and the same reading will be refused again unless noted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Stored.
    Accepted,
    /// Exactly this reading was stored before.
    Duplicate,
    /// Not signed by the device's key for this chain.
    BadSignature,
    /// The chain knows no such device (yet).
    UnknownDevice,
    /// The device belongs to another region's service.
    OtherRegion,
    /// The device is not connected (yet, or any more).
    NotConnected,
    /// Taken later than the clock here allows; the past is not limited.
    FromTheFuture,
    /// Another reading of the device has this or a higher sequence. Sequences count from 1.
    RepeatedSequence,
    /// A sequence above [`MAX_INTEGER`].
    SequenceTooLarge,
}

impl Outcome {
    /// All of them, for counters.
    pub const ALL: [Self; 9] = [
        Self::Accepted,
        Self::Duplicate,
        Self::BadSignature,
        Self::UnknownDevice,
        Self::OtherRegion,
        Self::NotConnected,
        Self::FromTheFuture,
        Self::RepeatedSequence,
        Self::SequenceTooLarge,
    ];

    /// Whether the reading is kept.
    pub const fn is_kept(self) -> bool {
        matches!(self, Self::Accepted | Self::Duplicate)
    }

    /// As it stands in answers and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::BadSignature => "bad-signature",
            Self::UnknownDevice => "unknown-device",
            Self::OtherRegion => "other-region",
            Self::NotConnected => "not-connected",
            Self::FromTheFuture => "from-the-future",
            Self::RepeatedSequence => "repeated-sequence",
            Self::SequenceTooLarge => "sequence-too-large",
        }
    }
}

impl From<Appended> for Outcome {
    fn from(appended: Appended) -> Self {
        match appended {
            Appended::Stored => Self::Accepted,
            Appended::Duplicate => Self::Duplicate,
            Appended::RepeatedSequence => Self::RepeatedSequence,
        }
    }
}

/// What an [`Ingest`] takes.
#[derive(Clone, Copy, Debug)]
pub struct IngestLimits {
    /// Readings in one batch.
    pub batch: usize,
    /// How far a reading's time may lie ahead of the clock here.
    pub tolerance: Duration,
}

impl Default for IngestLimits {
    fn default() -> Self {
        Self { batch: 500, tolerance: Duration::from_secs(5 * 60) }
    }
}

/// Judges readings and stores those that pass.
pub struct Ingest {
    store: Arc<dyn ReadingStore>,
    directory: Arc<dyn DeviceDirectory>,
    region: RegionId,
    limits: IngestLimits,
    metrics: Arc<Metrics>,
    genesis: OnceCell<[u8; 32]>,
}

impl Ingest {
    /// Ingests into `store` what devices of `region` in `directory` sign.
    pub fn new(
        store: Arc<dyn ReadingStore>,
        directory: Arc<dyn DeviceDirectory>,
        region: RegionId,
        limits: IngestLimits,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { store, directory, region, limits, metrics, genesis: OnceCell::new() }
    }

    /// What became of each reading of a batch, in order. After an error nothing of it is stored.
    pub async fn submit(&self, batch: Vec<SignedReading>) -> Result<Vec<Outcome>, AppError> {
        if batch.len() > self.limits.batch {
            return Err(AppError::Oversize);
        }
        let _timer = self.metrics.batch_seconds.start_timer();
        let genesis = self.genesis().await?;
        let latest = now().saturating_add(self.limits.tolerance.as_millis() as u64);
        let entries = self.entries(&batch, latest).await?;
        let judge = Judge { entries, genesis, region: self.region, latest };
        // Tens of milliseconds of arithmetic: not on the threads that serve others.
        let (batch, mut outcomes) = tokio::task::spawn_blocking(move || {
            let outcomes: Vec<_> = batch.iter().map(|signed| judge.refusal(signed)).collect();
            (batch, outcomes)
        })
        .await
        .map_err(|_| AppError::Stopping)?;

        let passed: Vec<_> =
            batch.into_iter().zip(&outcomes).filter(|(_, refusal)| refusal.is_none()).collect();
        let passed: Vec<_> = passed.into_iter().map(|(signed, _)| signed).collect();
        let mut appended = self.store.append(&passed).await?.into_iter();
        for outcome in outcomes.iter_mut().filter(|outcome| outcome.is_none()) {
            *outcome = appended.next().map(Outcome::from);
        }
        let outcomes: Vec<_> = outcomes.into_iter().flatten().collect();
        self.metrics.count(&outcomes);
        Ok(outcomes)
    }

    /// The genesis hash, known once the database was found to be of this chain and region.
    pub async fn genesis(&self) -> Result<[u8; 32], AppError> {
        let bind = || async {
            let genesis = self.directory.genesis().await?;
            self.store.bind(&Origin { genesis, region: self.region }).await?;
            Ok(genesis)
        };
        self.genesis.get_or_try_init(bind).await.copied()
    }

    /// The directory's entries of the devices whose readings need one.
    async fn entries(
        &self,
        batch: &[SignedReading],
        latest: Moment,
    ) -> Result<HashMap<DeviceId, DeviceEntry>, DirectoryError> {
        let devices: HashSet<DeviceId> = batch
            .iter()
            .filter(|signed| out_of_range(signed, latest).is_none())
            .map(|signed| signed.reading.device)
            .collect();
        let found: Vec<_> = stream::iter(devices)
            .map(|id| async move { Ok((id, self.directory.device(&id).await?)) })
            .buffer_unordered(CONCURRENT_LOOKUPS)
            .try_collect()
            .await?;
        Ok(found.into_iter().filter_map(|(id, entry)| Some((id, entry?))).collect())
    }
}

/// All that a verdict on a reading depends on, apart from what is stored.
struct Judge {
    entries: HashMap<DeviceId, DeviceEntry>,
    genesis: [u8; 32],
    region: RegionId,
    /// Latest time that is not the future, ms since the Unix epoch.
    latest: Moment,
}

impl Judge {
    /// Why a reading is refused, cheapest question first.
    fn refusal(&self, signed: &SignedReading) -> Option<Outcome> {
        if let Some(refusal) = out_of_range(signed, self.latest) {
            return Some(refusal);
        }
        let Some(entry) = self.entries.get(&signed.reading.device) else {
            return Some(Outcome::UnknownDevice);
        };
        if entry.region != self.region {
            return Some(Outcome::OtherRegion);
        }
        if !entry.connected {
            return Some(Outcome::NotConnected);
        }
        (!self.verifies(signed, entry)).then_some(Outcome::BadSignature)
    }

    fn verifies(&self, signed: &SignedReading, entry: &DeviceEntry) -> bool {
        let payload = signed.reading.signing_payload(&self.genesis);
        let signature = Signature::from_bytes(&signed.signature.0);
        // Strict: no key or signature component of small order, so nothing is signed by accident.
        VerifyingKey::from_bytes(&entry.key.0)
            .is_ok_and(|key| key.verify_strict(&payload, &signature).is_ok())
    }
}

/// The refusals that need nobody's word.
fn out_of_range(signed: &SignedReading, latest: Moment) -> Option<Outcome> {
    let reading = &signed.reading;
    if reading.sequence > MAX_INTEGER {
        Some(Outcome::SequenceTooLarge)
    } else if reading.taken_at > latest.min(MAX_INTEGER) {
        Some(Outcome::FromTheFuture)
    } else {
        None
    }
}

/// This machine's clock, ms since the Unix epoch.
pub(crate) fn now() -> Moment {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
