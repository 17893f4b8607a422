// SPDX-License-Identifier: Apache-2.0
//! Follows the chain's finalized blocks, whatever becomes of the node meanwhile.

use super::{Index, IndexMetrics, ManifestSource, Place};
use crate::{
    access::{Finalized, IndexError},
    database::DatabaseError,
    error::with_causes,
};
use async_trait::async_trait;
use dmsm_client::{BlockReader, Client, Error, FinalizedBlock};
use dmsm_primitives::BlockNumber;
use std::{
    collections::HashSet,
    convert::Infallible,
    time::{Duration, Instant},
};
use tokio::time::sleep;

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How often manifests that were not there are looked for, and how many at a time.
const RETRY: Duration = Duration::from_secs(10);
const RETRIES: u32 = 64;

/// Names of unknown events that are remembered, so that each is logged once.
const REMEMBERED: usize = 64;

/// Where finalized blocks come from.
#[async_trait]
pub trait Chain: Send {
    /// Hash of the first block.
    fn genesis(&self) -> [u8; 32];

    /// Number of the last finalized block.
    async fn finalized(&mut self) -> Result<BlockNumber, Error>;

    /// Hash of a block; `None` if there is none of this number.
    async fn hash(&mut self, number: BlockNumber) -> Result<Option<[u8; 32]>, Error>;

    /// From here on [`Self::next`] gives the blocks behind this one.
    fn go_to(&mut self, block: &Finalized);

    /// The next finalized blocks, some at a time; none when all were given.
    async fn next(&mut self) -> Result<Vec<FinalizedBlock>, Error>;

    /// Waits until there may be another block, and not for long.
    async fn wait(&mut self);

    /// Mends the connection, if it is broken.
    async fn mend(&mut self) -> Result<(), Error>;
}

/// The chain of a node.
pub struct NodeChain {
    client: Client,
    reader: BlockReader,
}

impl NodeChain {
    /// Over this connection.
    pub fn new(client: Client) -> Self {
        let reader = BlockReader::after(client.clone(), 0, *client.genesis());
        Self { client, reader }
    }
}

#[async_trait]
impl Chain for NodeChain {
    fn genesis(&self) -> [u8; 32] {
        *self.client.genesis()
    }

    async fn finalized(&mut self) -> Result<BlockNumber, Error> {
        self.client.finalized_number().await
    }

    async fn hash(&mut self, number: BlockNumber) -> Result<Option<[u8; 32]>, Error> {
        self.client.block_hash(number).await
    }

    fn go_to(&mut self, block: &Finalized) {
        self.reader = BlockReader::after(self.client.clone(), block.number, block.hash);
    }

    async fn next(&mut self) -> Result<Vec<FinalizedBlock>, Error> {
        self.reader.next().await
    }

    async fn wait(&mut self) {
        self.reader.wait().await;
    }

    async fn mend(&mut self) -> Result<(), Error> {
        match self.client.finalized_number().await {
            Err(error) if error.is_connection() => self.client.reconnect().await,
            _ => Ok(()),
        }
    }
}

/// Why the index does not go on.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The index is of a chain with another first block.
    #[error("the index is of another chain than the node's: give each chain its own database")]
    OtherChain,
    /// A block that was final is another one now.
    #[error(
        "block {number} of the node's chain is not the one that was indexed: look which chain the node is on; \
         if it is the right one, build the index anew with `dmsm-cloud index rebuild`"
    )]
    OtherBlock {
        /// Its number.
        number: BlockNumber,
    },
    /// A block was left out.
    #[error("block {found} does not follow block {after}")]
    Gap {
        /// The last block of the index.
        after: BlockNumber,
        /// The block that was given.
        found: BlockNumber,
    },
    /// A block has more events than a block can have.
    #[error("block {number} has more events than this program counts")]
    TooManyEvents {
        /// Its number.
        number: BlockNumber,
    },
    /// The node has less of the chain than the index.
    #[error("the node has finalized block {node} only, the index block {index}: let it synchronise")]
    Behind {
        /// The node's last finalized block.
        node: BlockNumber,
        /// The index's last block.
        index: BlockNumber,
    },
    /// Another program writes to the same index.
    #[error("another program writes to this index: one is enough")]
    Moved,
    /// The node no longer has the state of a block, in which its events stand.
    #[error(
        "the node has discarded the state of block {block}: the index needs a node that keeps all states, \
         run from its first block on with `--state-pruning archive-canonical`"
    )]
    Discarded {
        /// Its number.
        block: BlockNumber,
    },
    /// The node gives no block.
    #[error(transparent)]
    Chain(Error),
    /// The index does not answer.
    #[error(transparent)]
    Index(#[from] IndexError),
}

impl From<Error> for FollowError {
    fn from(error: Error) -> Self {
        match error {
            Error::Discarded { block } => Self::Discarded { block },
            other => Self::Chain(other),
        }
    }
}

impl From<sqlx::Error> for FollowError {
    fn from(error: sqlx::Error) -> Self {
        Self::Index(error.into())
    }
}

impl FollowError {
    /// Whether trying again may help.
    fn is_passing(&self) -> bool {
        match self {
            // The last two also where another program builds the index anew.
            Self::Behind { .. } | Self::Moved | Self::Gap { .. } => true,
            Self::Chain(error) => {
                error.is_connection() || matches!(error, Error::Node { .. } | Error::NoBlock { .. })
            }
            Self::Index(error) => {
                matches!(error, IndexError::Database(DatabaseError::Unavailable(_)))
            }
            _ => false,
        }
    }
}

/// Keeps an index up with a chain.
pub struct Follower<C, M> {
    index: Index,
    chain: C,
    manifests: M,
    metrics: IndexMetrics,
    /// The last block that was applied, while the chain is read behind it.
    head: Option<Finalized>,
    pause: Duration,
    /// When manifests are looked for again, and behind which anchor.
    retry: Instant,
    retried: Option<Place>,
    /// Unknown events that were logged.
    logged: HashSet<String>,
}

impl<C: Chain, M: ManifestSource> Follower<C, M> {
    /// Reads `chain` into `index`, and manifests from `manifests`.
    pub fn new(index: Index, chain: C, manifests: M, metrics: IndexMetrics) -> Self {
        Self {
            index,
            chain,
            manifests,
            metrics,
            head: None,
            pause: FIRST_PAUSE,
            retry: Instant::now(),
            retried: None,
            logged: HashSet::new(),
        }
    }

    /// Follows for ever: waits for the node and for the database as long as it takes. May be dropped
    /// at any time.
    pub async fn run(mut self) -> Result<Infallible, FollowError> {
        loop {
            self.reach_head().await?;
            self.chain.wait().await;
        }
    }

    /// Reads all that is final now, waiting for the node as long as it takes, and gives the head.
    pub async fn catch_up(&mut self) -> Result<Finalized, FollowError> {
        let head = self.reach_head().await?;
        let mut after = None;
        loop {
            let anchors = self.index.unavailable(after, RETRIES).await?;
            let Some(last) = anchors.last() else { break };
            after = Some(last.place);
            for anchor in &anchors {
                self.index.retry(anchor, &self.manifests).await?;
            }
        }
        self.count_lacking().await?;
        Ok(head)
    }

    /// Throws the index away and reads it from the first block.
    pub async fn rebuild(&mut self) -> Result<Finalized, FollowError> {
        self.index.clear().await?;
        self.head = None;
        self.catch_up().await
    }

    /// Reads up to the node's head; what passes is waited for.
    async fn reach_head(&mut self) -> Result<Finalized, FollowError> {
        loop {
            let error = match self.read().await {
                Ok(head) => return Ok(head),
                Err(error) => error,
            };
            self.head = None;
            self.metrics.connected.set(0);
            if !error.is_passing() {
                return Err(error);
            }
            let detail = with_causes(&error);
            tracing::warn!("the index waits: {detail}");
            sleep(self.pause).await;
            self.pause = (2 * self.pause).min(LONGEST_PAUSE);
            match self.chain.mend().await {
                Err(error) if !error.is_connection() => return Err(error.into()),
                _ => {}
            }
        }
    }

    async fn read(&mut self) -> Result<Finalized, FollowError> {
        let mut head = match self.head {
            Some(head) => head,
            None => self.start().await?,
        };
        loop {
            self.head = Some(head);
            self.retry_if_due().await?;
            let blocks = self.chain.next().await?;
            if blocks.is_empty() {
                return Ok(head);
            }
            let (next, more) = self.index.apply(&blocks, &self.manifests).await?;
            head = next;
            if more {
                self.retry = Instant::now();
            }
            self.count(&blocks);
            let node = self.chain.finalized().await?;
            self.metrics.head.set(head.number.into());
            self.metrics.lag.set(node.saturating_sub(head.number).into());
            self.pause = FIRST_PAUSE;
        }
    }

    /// The head to go on from, which must be the node's too.
    async fn start(&mut self) -> Result<Finalized, FollowError> {
        self.index.bind(&self.chain.genesis()).await?;
        let head = self.index.head().await?.ok_or(FollowError::OtherChain)?;
        let node = self.chain.finalized().await?;
        if node < head.number {
            return Err(FollowError::Behind { node, index: head.number });
        }
        if self.chain.hash(head.number).await? != Some(head.hash) {
            return Err(FollowError::OtherBlock { number: head.number });
        }
        self.chain.go_to(&head);
        self.metrics.connected.set(1);
        self.metrics.head.set(head.number.into());
        self.metrics.lag.set((node - head.number).into());
        Ok(head)
    }

    fn count(&mut self, blocks: &[FinalizedBlock]) {
        for block in blocks {
            for name in &block.unknown {
                self.metrics.unknown.inc();
                if self.logged.len() < REMEMBERED && self.logged.insert(name.clone()) {
                    tracing::warn!(
                        event = name,
                        block = block.number,
                        "the index skips an event that this program does not know: update it, then build the \
                         index anew with `dmsm-cloud index rebuild`"
                    );
                }
            }
        }
    }

    /// Looks for some manifests that were not there, in turn.
    async fn retry_if_due(&mut self) -> Result<(), FollowError> {
        if Instant::now() < self.retry {
            return Ok(());
        }
        self.retry = Instant::now() + RETRY;
        let anchors = self.index.unavailable(self.retried, RETRIES).await?;
        self.retried = anchors.last().map(|anchor| anchor.place);
        for anchor in &anchors {
            self.index.retry(anchor, &self.manifests).await?;
        }
        self.count_lacking().await
    }

    async fn count_lacking(&self) -> Result<(), FollowError> {
        let (unavailable, mismatched) = self.index.lacking().await?;
        self.metrics.unavailable.set(unavailable as i64);
        self.metrics.mismatched.set(mismatched as i64);
        Ok(())
    }
}
