// SPDX-License-Identifier: Apache-2.0
//! Devices, a service in this process, an HTTP client.

pub mod child;
pub mod database;
pub mod http;
pub mod london;
pub mod node;
pub mod postgres;
pub mod sealing;

use async_trait::async_trait;
use dmsm_grid::{
    answers::Answers,
    directory::{DeviceDirectory, DeviceEntry, DirectoryError, StaticDirectory},
    http::{App, WorkerToken},
    ingest::{Ingest, IngestLimits},
    meter_days::MeterDays,
    metrics::Metrics,
    pricing::UtcOffset,
    store::{self, MeterDayStore},
    warnings::Warnings,
};
use dmsm_primitives::{
    DeviceId, DevicePublicKey, DeviceSignature, MemberId, Milliwatts, Moment, Reading, RegionId,
    SignedReading,
};
use ed25519_dalek::{Signer, SigningKey};
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tempfile::TempDir;
use tokio::net::TcpListener;

pub const GENESIS: [u8; 32] = [0x67; 32];
pub const REGION: RegionId = RegionId(7);
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";
pub const CLOSE_AFTER: Duration = Duration::from_secs(7 * 24 * 60 * 60);
pub const BODY_LIMIT: usize = 256 * 1024;

/// A device with its key.
pub struct Device {
    pub id: DeviceId,
    pub key: SigningKey,
}

impl Device {
    pub fn new(seed: u8) -> Self {
        let key = SigningKey::from_bytes(&[seed; 32]);
        Self { id: DeviceId::derive(&Self::owner(), key.verifying_key().as_bytes()), key }
    }

    pub fn owner() -> MemberId {
        MemberId([0x0e; 32])
    }

    pub fn public(&self) -> DevicePublicKey {
        DevicePublicKey(self.key.verifying_key().to_bytes())
    }

    pub fn entry(&self) -> DeviceEntry {
        DeviceEntry { key: self.public(), region: REGION, connected: true }
    }

    /// A reading of 2010: old readings are replayed.
    pub fn reading(&self, sequence: u64) -> SignedReading {
        self.sign(Reading {
            device: self.id,
            sequence,
            taken_at: 1_262_304_000_000 + sequence * 60_000,
            power: 230_000 + sequence as i64,
            temperature: None,
        })
    }

    pub fn readings(&self, sequences: impl IntoIterator<Item = u64>) -> Vec<SignedReading> {
        sequences.into_iter().map(|sequence| self.reading(sequence)).collect()
    }

    /// The `sequence`-th reading, taken at `taken_at` ms, of `power` mW.
    pub fn measured(&self, sequence: u64, taken_at: Moment, power: Milliwatts) -> SignedReading {
        self.sign(Reading { device: self.id, sequence, taken_at, power, temperature: None })
    }

    pub fn sign(&self, reading: Reading) -> SignedReading {
        self.sign_for(reading, &GENESIS)
    }

    pub fn sign_for(&self, reading: Reading, genesis: &[u8; 32]) -> SignedReading {
        let signature = self.key.sign(&reading.signing_payload(genesis));
        SignedReading { reading, signature: DeviceSignature(signature.to_bytes()) }
    }
}

pub fn now() -> Moment {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

/// A directory of these devices, connected and of our region.
pub fn directory(devices: &[&Device]) -> StaticDirectory {
    let devices = devices.iter().map(|device| (device.id, device.entry())).collect();
    StaticDirectory { genesis: GENESIS, devices }
}

/// A directory whose node is away.
pub struct Away;

#[async_trait]
impl DeviceDirectory for Away {
    async fn device(&self, _: &DeviceId) -> Result<Option<DeviceEntry>, DirectoryError> {
        Err(DirectoryError::Unreachable)
    }

    async fn genesis(&self) -> Result<[u8; 32], DirectoryError> {
        Err(DirectoryError::Unreachable)
    }
}

/// A service in this process, over a fresh SQLite file.
pub struct Service {
    pub public: SocketAddr,
    pub worker: SocketAddr,
    pub store: Arc<dyn MeterDayStore>,
    pub url: String,
    _folder: TempDir,
}

impl Service {
    pub async fn start(directory: impl DeviceDirectory) -> Self {
        Self::start_at(directory, UtcOffset::UTC).await
    }

    /// In a region whose time is so far ahead of UTC.
    pub async fn start_at(directory: impl DeviceDirectory, offset: UtcOffset) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("grid.db").display());
        let store = store::open(&url).await.unwrap();
        let directory: Arc<dyn DeviceDirectory> = Arc::new(directory);
        let metrics = Arc::new(Metrics::new().unwrap());
        let limits = IngestLimits::default();
        let app = Arc::new(App {
            ingest: Ingest::new(store.clone(), directory.clone(), REGION, limits, metrics.clone()),
            answers: Answers::new(store.clone(), offset),
            meter_days: MeterDays::new(store.clone(), CLOSE_AFTER),
            store: store.clone(),
            directory,
            metrics,
            region: REGION,
            body_limit: BODY_LIMIT,
            warnings: Warnings::default(),
        });
        let token = WorkerToken::new(TOKEN.as_bytes()).unwrap();
        let public = serve(dmsm_grid::http::public(app.clone())).await;
        let worker = serve(dmsm_grid::http::worker(app, token)).await;
        Self { public, worker, store, url, _folder: folder }
    }
}

async fn serve(router: axum::Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(dmsm_grid::http::serve(listener, router, std::future::pending()));
    address
}
