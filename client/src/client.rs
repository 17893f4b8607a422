// SPDX-License-Identifier: Apache-2.0
//! A connection to a node.

use crate::Error;
use std::sync::Arc;
use subxt::{
    backend::LegacyBackend,
    client::OnlineClientAtBlock,
    config::{RpcConfigFor, SubstrateConfig},
    rpcs::{methods::legacy::BlockDetails, LegacyRpcMethods, RpcClient},
    utils::H256,
    Metadata, OnlineClient,
};
use tokio::sync::RwLock;

/// The chain's kind: what every Substrate chain has, no fee.
pub(crate) type Chain = SubstrateConfig;
pub(crate) type AtBlock = OnlineClientAtBlock<Chain>;
pub(crate) type Block = BlockDetails<RpcConfigFor<Chain>>;
pub(crate) type Rpc = LegacyRpcMethods<RpcConfigFor<Chain>>;

/// Hash of a block or of a transaction.
pub type Hash = [u8; 32];

/// A node's chain. Clones share the connection.
#[derive(Clone)]
pub struct Client(Arc<Shared>);

struct Shared {
    url: String,
    genesis: Hash,
    link: RwLock<Link>,
}

/// One connection.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) rpc: Rpc,
    online: OnlineClient<Chain>,
    url: Arc<str>,
}

impl Link {
    async fn open(url: &str) -> Result<Self, Error> {
        let rpc = RpcClient::from_insecure_url(url).await.map_err(|error| Error::unreachable(url, &error))?;
        let backend = LegacyBackend::builder().build(rpc.clone());
        let online = OnlineClient::<Chain>::from_backend(Arc::new(backend)).await?;
        Ok(Self { rpc: LegacyRpcMethods::new(rpc), online, url: url.into() })
    }

    fn genesis(&self) -> Hash {
        self.online.genesis_hash().0
    }

    /// An error of a request on this connection.
    pub(crate) fn failed(&self, error: subxt::rpcs::Error) -> Error {
        Error::rpc(&self.url, error)
    }

    /// A refusal of the pool.
    pub(crate) fn refused(&self, error: subxt::rpcs::Error, metadata: &Metadata) -> Error {
        Error::submission(&self.url, error, metadata)
    }

    /// Hash of the best chain's block of this number.
    pub(crate) async fn hash(&self, number: u32) -> Result<Option<H256>, Error> {
        self.rpc.chain_get_block_hash(Some(number.into())).await.map_err(|error| self.failed(error))
    }

    /// Number and hash of the last finalized block.
    pub(crate) async fn finalized(&self) -> Result<(u32, H256), Error> {
        let hash = self.rpc.chain_get_finalized_head().await.map_err(|error| self.failed(error))?;
        Ok((self.number(hash).await?, hash))
    }

    /// Number and hash of the best block.
    pub(crate) async fn best(&self) -> Result<(u32, H256), Error> {
        let hash = self.rpc.chain_get_block_hash(None).await.map_err(|error| self.failed(error))?;
        let hash = hash.ok_or_else(|| Error::NoBlock { block: "best".into() })?;
        Ok((self.number(hash).await?, hash))
    }

    async fn number(&self, hash: H256) -> Result<u32, Error> {
        let header = self.rpc.chain_get_header(Some(hash)).await.map_err(|error| self.failed(error))?;
        let header = header.ok_or_else(|| Error::NoBlock { block: format!("{hash:?}") })?;
        number(header.number)
    }

    /// The parent of the block of a hash.
    pub(crate) async fn parent(&self, hash: H256) -> Result<Option<H256>, Error> {
        let header = self.rpc.chain_get_header(Some(hash)).await.map_err(|error| self.failed(error))?;
        Ok(header.map(|header| header.parent_hash))
    }

    /// The block of a hash.
    pub(crate) async fn block(&self, hash: H256) -> Result<Block, Error> {
        let block = self.rpc.chain_get_block(Some(hash)).await.map_err(|error| self.failed(error))?;
        block.ok_or_else(|| Error::NoBlock { block: format!("{hash:?}") })
    }

    /// The state of the best block.
    pub(crate) async fn at_best(&self) -> Result<AtBlock, Error> {
        let (number, hash) = self.best().await?;
        self.at(number, hash).await
    }

    /// The state of the last finalized block.
    pub(crate) async fn at_finalized(&self) -> Result<AtBlock, Error> {
        let (number, hash) = self.finalized().await?;
        self.at(number, hash).await
    }

    /// The state of a block.
    pub(crate) async fn at(&self, number: u32, hash: H256) -> Result<AtBlock, Error> {
        Ok(self.online.at_block_hash_and_number(hash, number.into()).await?)
    }
}

/// The number of a block, which subxt widens.
pub(crate) fn number(number: u64) -> Result<u32, Error> {
    number.try_into().map_err(|_| Error::Unreadable { what: "a block number" })
}

impl Client {
    /// Connects to a node, `ws://` or `wss://`.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        let link = Link::open(url).await?;
        Ok(Self(Arc::new(Shared { url: url.to_owned(), genesis: link.genesis(), link: RwLock::new(link) })))
    }

    /// Replaces a broken connection. The node must serve the same chain as before.
    pub async fn reconnect(&self) -> Result<(), Error> {
        let link = Link::open(&self.0.url).await?;
        if link.genesis() != self.0.genesis {
            return Err(Error::OtherChain { url: self.0.url.clone() });
        }
        *self.0.link.write().await = link;
        Ok(())
    }

    /// Hash of the genesis block, which signatures are bound to.
    pub fn genesis(&self) -> &Hash {
        &self.0.genesis
    }

    /// The node's address.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Number of the last finalized block.
    pub async fn finalized_number(&self) -> Result<u32, Error> {
        Ok(self.link().await.finalized().await?.0)
    }

    /// Number of the best block.
    pub async fn best_number(&self) -> Result<u32, Error> {
        Ok(self.link().await.best().await?.0)
    }

    pub(crate) async fn link(&self) -> Link {
        self.0.link.read().await.clone()
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({}, 0x{})", self.0.url, hex::encode(self.0.genesis))
    }
}
