// SPDX-License-Identifier: Apache-2.0
//! Who the devices are. The chain says; the service asks through [`DeviceDirectory`].

mod cache;
mod chain;

pub use cache::{CacheLimits, CachedDirectory};
pub use chain::{device_key, ChainDirectory, DeviceStatus, OnChainDevice};

use async_trait::async_trait;
use dmsm_primitives::{DeviceId, DevicePublicKey, RegionId};
use std::{collections::HashMap, sync::Arc};

/// What the service needs to know about a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DeviceEntry {
    /// Its readings are signed with this key.
    pub key: DevicePublicKey,
    /// Its region; another region's readings are not ours to keep.
    pub region: RegionId,
    /// Whether it proved its key and is not unbound.
    pub connected: bool,
}

/// Why a directory gives no answer. Not knowing a device is an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DirectoryError {
    /// No connection to a node of the right chain.
    #[error("the node does not answer")]
    Unreachable,
    /// The node is of another chain than before.
    #[error("the node is of another chain than before")]
    OtherChain,
    /// What the node holds for a device cannot be read.
    #[error("the node's record of a device cannot be read; is this program older than the runtime?")]
    Unreadable,
    /// Too many unknown devices were asked about.
    #[error("too many lookups of devices that are not cached")]
    Busy,
}

/// Knows devices and the chain they live on.
#[async_trait]
pub trait DeviceDirectory: Send + Sync + 'static {
    /// The device with this identifier; `None` where the chain knows none.
    async fn device(&self, id: &DeviceId) -> Result<Option<DeviceEntry>, DirectoryError>;

    /// Hash of the chain's first block, which every signature covers.
    async fn genesis(&self) -> Result<[u8; 32], DirectoryError>;

    /// Whether questions are answered now; for health reports.
    async fn check(&self) -> Result<(), DirectoryError> {
        self.genesis().await.map(drop)
    }
}

#[async_trait]
impl<D: DeviceDirectory + ?Sized> DeviceDirectory for Arc<D> {
    async fn device(&self, id: &DeviceId) -> Result<Option<DeviceEntry>, DirectoryError> {
        (**self).device(id).await
    }

    async fn genesis(&self) -> Result<[u8; 32], DirectoryError> {
        (**self).genesis().await
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        (**self).check().await
    }
}

/// A directory that never changes, for tests.
#[derive(Clone, Default, Debug)]
pub struct StaticDirectory {
    /// The genesis hash.
    pub genesis: [u8; 32],
    /// The devices.
    pub devices: HashMap<DeviceId, DeviceEntry>,
}

#[async_trait]
impl DeviceDirectory for StaticDirectory {
    async fn device(&self, id: &DeviceId) -> Result<Option<DeviceEntry>, DirectoryError> {
        Ok(self.devices.get(id).copied())
    }

    async fn genesis(&self) -> Result<[u8; 32], DirectoryError> {
        Ok(self.genesis)
    }
}
