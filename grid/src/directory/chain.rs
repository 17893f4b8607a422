// SPDX-License-Identifier: Apache-2.0
//! The devices as the chain holds them, read from a node over one WebSocket connection that comes
//! back by itself.

use super::{DeviceDirectory, DeviceEntry, DirectoryError};
use async_trait::async_trait;
use codec::{Decode, Encode};
use dmsm_primitives::{DeviceId, DevicePublicKey, MemberId, RegionId};
use jsonrpsee::{
    core::client::ClientT,
    rpc_params,
    ws_client::{PingConfig, WsClient, WsClientBuilder},
};
use sp_crypto_hashing::{blake2_128, twox_128};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinHandle};

const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
const MAX_CONCURRENT_REQUESTS: usize = 1024;

/// How a device's record on chain begins. Fields that follow are none of this service's business
/// and are not read.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct OnChainDevice {
    /// Whose device it is.
    pub owner: MemberId,
    /// Its readings are signed with this key.
    pub key: DevicePublicKey,
    /// The region whose processor serves it.
    pub region: RegionId,
    /// Where it stands.
    pub status: DeviceStatus,
}

/// Where a device stands on chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub enum DeviceStatus {
    /// Its owner named it; it has not proved its key yet.
    Registered,
    /// It may be heard.
    Connected,
    /// Its owner let it go.
    Unbound,
}

/// The storage key of a device: map `Devices` of the pallet `Devices`, hashed by
/// `Blake2_128Concat`.
pub fn device_key(id: &DeviceId) -> Vec<u8> {
    [&twox_128(b"Devices")[..], &twox_128(b"Devices"), &blake2_128(&id.0), &id.0].concat()
}

/// Asks a node, at its best block.
pub struct ChainDirectory {
    link: watch::Receiver<Link>,
    keeper: JoinHandle<()>,
}

#[derive(Clone)]
struct Link {
    /// Of the first node that answered; every later one must have the same.
    genesis: Option<[u8; 32]>,
    client: Result<Arc<WsClient>, DirectoryError>,
}

impl ChainDirectory {
    /// Starts connecting to the node at `url` and keeps at it; answers
    /// [`DirectoryError::Unreachable`] meanwhile.
    pub fn connect(url: String) -> Self {
        let (publish, link) =
            watch::channel(Link { genesis: None, client: Err(DirectoryError::Unreachable) });
        Self { link, keeper: tokio::spawn(keep(url, publish)) }
    }

    fn link(&self) -> Link {
        self.link.borrow().clone()
    }
}

impl Drop for ChainDirectory {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

#[async_trait]
impl DeviceDirectory for ChainDirectory {
    async fn device(&self, id: &DeviceId) -> Result<Option<DeviceEntry>, DirectoryError> {
        let key = format!("0x{}", hex::encode(device_key(id)));
        let value: Option<String> = self
            .link()
            .client?
            .request("state_getStorage", rpc_params![key])
            .await
            .map_err(|_| DirectoryError::Unreachable)?;
        value.as_deref().map(entry).transpose()
    }

    async fn genesis(&self) -> Result<[u8; 32], DirectoryError> {
        let Link { genesis, client } = self.link();
        match client {
            Err(DirectoryError::OtherChain) => Err(DirectoryError::OtherChain),
            // Signatures of cached devices can be checked while the node is away.
            _ => genesis.ok_or(DirectoryError::Unreachable),
        }
    }

    async fn check(&self) -> Result<(), DirectoryError> {
        self.link().client.map(drop)
    }
}

fn entry(value: &str) -> Result<DeviceEntry, DirectoryError> {
    let bytes = unhex(value).ok_or(DirectoryError::Unreadable)?;
    let device = OnChainDevice::decode(&mut &bytes[..]).map_err(|_| DirectoryError::Unreadable)?;
    let connected = device.status == DeviceStatus::Connected;
    Ok(DeviceEntry { key: device.key, region: device.region, connected })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    hex::decode(text.strip_prefix("0x")?).ok()
}

/// Connects, publishes the connection, waits until it breaks, and again.
async fn keep(url: String, publish: watch::Sender<Link>) {
    let shown = crate::store::redacted(&url);
    let mut pause = FIRST_PAUSE;
    let mut reported = false;
    loop {
        match connect(&url).await {
            Ok((client, genesis)) => {
                let known = publish.borrow().genesis.is_none_or(|known| known == genesis);
                if known {
                    tracing::info!(url = %shown, "node connected");
                    (pause, reported) = (FIRST_PAUSE, false);
                    let client = Arc::new(client);
                    publish.send_replace(Link { genesis: Some(genesis), client: Ok(client.clone()) });
                    client.on_disconnect().await;
                    tracing::warn!(url = %shown, "node lost, trying again");
                    set_down(&publish, DirectoryError::Unreachable);
                } else {
                    report(&mut reported, &shown, &DirectoryError::OtherChain);
                    set_down(&publish, DirectoryError::OtherChain);
                }
            }
            Err(error) => report(&mut reported, &shown, &error),
        }
        tokio::time::sleep(pause).await;
        pause = (2 * pause).min(LONGEST_PAUSE);
    }
}

fn set_down(publish: &watch::Sender<Link>, error: DirectoryError) {
    publish.send_modify(|link| link.client = Err(error));
}

/// Once for each time the node goes away, not once an attempt.
fn report(reported: &mut bool, url: &str, error: &dyn std::fmt::Display) {
    if !std::mem::replace(reported, true) {
        tracing::warn!(%url, %error, "no node; readings wait. Is dmsm-node running, is --node right?");
    }
}

async fn connect(url: &str) -> Result<(WsClient, [u8; 32]), jsonrpsee::core::ClientError> {
    let client = WsClientBuilder::default()
        .connection_timeout(REQUEST_TIMEOUT)
        .request_timeout(REQUEST_TIMEOUT)
        .max_concurrent_requests(MAX_CONCURRENT_REQUESTS)
        .enable_ws_ping(PingConfig::new())
        .build(url)
        .await?;
    let hash: String = client.request("chain_getBlockHash", rpc_params![0]).await?;
    let genesis = unhex(&hash).and_then(|bytes| bytes.try_into().ok());
    let genesis = genesis.ok_or_else(|| jsonrpsee::core::ClientError::Custom("no block hash".into()))?;
    Ok((client, genesis))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_chain(status: DeviceStatus) -> OnChainDevice {
        OnChainDevice { owner: MemberId([1; 32]), key: DevicePublicKey([2; 32]), region: RegionId(3), status }
    }

    #[test]
    fn the_beginning_of_a_record_is_enough() {
        for (status, connected) in [
            (DeviceStatus::Registered, false),
            (DeviceStatus::Connected, true),
            (DeviceStatus::Unbound, false),
        ] {
            let longer = [on_chain(status).encode(), vec![0xff; 40]].concat();
            let expected = DeviceEntry { key: DevicePublicKey([2; 32]), region: RegionId(3), connected };
            assert_eq!(entry(&format!("0x{}", hex::encode(longer))), Ok(expected));
        }
    }

    #[test]
    fn any_other_value_is_unreadable() {
        let mut unknown_status = on_chain(DeviceStatus::Unbound).encode();
        *unknown_status.last_mut().unwrap() = 3;
        let short = hex::encode(&on_chain(DeviceStatus::Connected).encode()[..68]);
        for value in ["", "0x", "0xzz", &format!("0x{short}"), &format!("0x{}", hex::encode(unknown_status))]
        {
            assert_eq!(entry(value), Err(DirectoryError::Unreadable), "{value}");
        }
    }

    #[test]
    fn the_storage_key_is_prefix_hash_and_identifier() {
        let key = device_key(&DeviceId([7; 32]));
        assert_eq!(key.len(), 16 + 16 + 16 + 32);
        assert_eq!(key[..16], key[16..32]);
        assert_eq!(key[48..], [7; 32]);
    }
}
