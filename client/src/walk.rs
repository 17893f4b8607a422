// SPDX-License-Identifier: Apache-2.0
//! Blocks by number, none left out: forks are noticed, broken connections mended.

use crate::{
    block::{Block, Read},
    client::{AtBlock, Chain, Link},
    Client, Error,
};
use dmsm_primitives::BlockNumber;
use futures::{stream, StreamExt, TryStreamExt};
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use subxt::{
    config::{substrate::SubstrateHeader, Config},
    rpcs::client::RpcSubscription,
    utils::H256,
};
use tokio::time::{sleep, timeout};

/// Blocks read before what they hold is handed out.
const CHUNK: u32 = 32;

/// Blocks fetched at once.
pub(crate) const FETCHES: usize = 16;

/// Blocks remembered, to find out where a fork begins.
const TRAIL: usize = 512;

/// A subscription silent for this long is not trusted: the node is asked for its head.
const SILENCE: Duration = Duration::from_secs(1);

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Up to which block is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Head {
    /// The last finalized one.
    #[default]
    Finalized,
    /// The best one. What is read there can be withdrawn by a fork.
    Best,
}

/// A walk over blocks. `U` is what it takes to undo a block.
pub(crate) struct Walk<U> {
    client: Client,
    head: Head,
    /// The next block to read.
    next: BlockNumber,
    /// Blocks read last, oldest first.
    trail: VecDeque<Trace<U>>,
    /// Behind a lock that is never waited for: it lets the walk be shared between threads.
    heads: Mutex<Option<Heads>>,
    at: Option<AtBlock>,
}

type Heads = RpcSubscription<<Chain as Config>::Header>;

/// A block that was read, with what it changed.
pub(crate) struct Trace<U> {
    pub(crate) number: BlockNumber,
    pub(crate) hash: H256,
    pub(crate) undo: U,
}

/// From where blocks are read.
pub(crate) struct Place {
    pub(crate) link: Link,
    /// Gives the chain's interface.
    pub(crate) at: AtBlock,
    /// The head that is read up to.
    pub(crate) head: BlockNumber,
    pub(crate) hash: H256,
}

/// What comes next.
pub(crate) enum Ahead<U, C> {
    /// Nothing: the head is reached.
    Nothing,
    /// A fork replaced blocks; this undoes them, the newest first. The walk has gone back already.
    Forked(Vec<U>),
    /// Blocks that continue the chain; the walk moves on by [`Walk::advance`].
    Blocks(Place, Vec<Block<C>>),
}

impl<U> Walk<U> {
    pub(crate) fn new(client: Client, from: BlockNumber, head: Head) -> Self {
        Self { client, head, next: from.max(1), trail: VecDeque::new(), heads: Mutex::new(None), at: None }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Number of the last block read; one less than the first before it is.
    pub(crate) fn position(&self) -> BlockNumber {
        self.next - 1
    }

    /// The last block read.
    pub(crate) fn last(&self) -> Option<&Trace<U>> {
        self.trail.back()
    }

    /// Looks ahead. May be dropped at any time.
    pub(crate) async fn ahead<C: Read>(&mut self) -> Result<Ahead<U, C>, Error> {
        loop {
            let link = self.client.link().await;
            let (head, hash) = match self.head {
                Head::Finalized => link.finalized().await?,
                Head::Best => link.best().await?,
            };
            if self.next > head {
                return match self.trail.back() {
                    Some(last) if last.number >= head && link.hash(last.number).await? != Some(last.hash) => {
                        self.fall_back(&link).await
                    }
                    _ => Ok(Ahead::Nothing),
                };
            }
            let at = match &self.at {
                Some(at) => at.clone(),
                None => link.at(head, hash).await?,
            };
            let last = head.min(self.next.saturating_add(CHUNK - 1));
            let read: Result<Vec<Block<C>>, Error> = stream::iter(self.next..=last)
                .map(|number| C::read(&link, &at, number))
                .buffered(FETCHES)
                .try_collect()
                .await;
            let blocks = match read {
                // An interface of before or after an upgrade: look at it anew, once.
                Err(Error::Incompatible { .. } | Error::Unreadable { .. }) if self.at.is_some() => {
                    self.at = None;
                    continue;
                }
                read => read?,
            };
            self.at = Some(at.clone());
            let blocks = self.lineage(blocks);
            if blocks.is_empty() {
                return self.fall_back(&link).await;
            }
            return Ok(Ahead::Blocks(Place { link, at, head, hash }, blocks));
        }
    }

    /// Moves on over blocks that were read.
    pub(crate) fn advance(&mut self, traces: Vec<Trace<U>>) {
        for trace in traces {
            self.next = trace.number + 1;
            self.trail.push_back(trace);
        }
        let spare = self.trail.len().saturating_sub(TRAIL);
        self.trail.drain(..spare);
    }

    /// The blocks that continue the chain that was read.
    fn lineage<C>(&self, blocks: Vec<Block<C>>) -> Vec<Block<C>> {
        let mut parent = self.trail.back().map(|last| last.hash);
        let continues = |block: &Block<C>| {
            let continues = parent.is_none_or(|parent| parent == block.parent);
            parent = Some(block.hash);
            continues
        };
        blocks.into_iter().take_while(continues).collect()
    }

    /// Forgets the blocks that a fork replaced.
    async fn fall_back<C>(&mut self, link: &Link) -> Result<Ahead<U, C>, Error> {
        let mut kept = self.trail.len();
        for trace in self.trail.iter().rev() {
            if link.hash(trace.number).await? == Some(trace.hash) {
                break;
            }
            kept -= 1;
        }
        let replaced = self.trail.split_off(kept);
        if let Some(first) = replaced.front() {
            self.next = first.number;
        }
        Ok(Ahead::Forked(replaced.into_iter().rev().map(|trace| trace.undo).collect()))
    }

    /// Waits for a new head, and not for long if the subscription is silent.
    pub(crate) async fn wait(&mut self) {
        let subscribed = self.heads.get_mut().unwrap_or_else(PoisonError::into_inner);
        if subscribed.is_none() {
            let rpc = self.client.link().await.rpc;
            let heads = match self.head {
                Head::Finalized => rpc.chain_subscribe_finalized_heads().await,
                Head::Best => rpc.chain_subscribe_new_heads().await,
            };
            *subscribed = heads.ok();
        }
        let Some(heads) = subscribed else { return sleep(SILENCE).await };
        match timeout(SILENCE, heads.next()).await {
            Ok(Some(Ok(SubstrateHeader { .. }))) | Err(_) => {}
            Ok(_) => {
                *subscribed = None;
                sleep(FIRST_PAUSE).await;
            }
        }
    }

    /// Connects anew; a node that does not answer yet is no error.
    async fn reconnect(&mut self) -> Result<(), Error> {
        (self.heads, self.at) = (Mutex::new(None), None);
        match self.client.reconnect().await {
            Err(error) if !error.is_connection() => Err(error),
            _ => Ok(()),
        }
    }
}

/// Patience with a broken connection.
pub(crate) struct Mending {
    patience: Duration,
    waited: Duration,
    pause: Duration,
}

impl Mending {
    pub(crate) fn new(patience: Duration) -> Self {
        Self { patience, waited: Duration::ZERO, pause: FIRST_PAUSE }
    }

    /// Connects anew after a broken connection; any other error, and this one once patience is
    /// spent, is given back.
    pub(crate) async fn after<U>(&mut self, error: Error, walk: &mut Walk<U>) -> Result<(), Error> {
        if !error.is_connection() || self.waited >= self.patience {
            return Err(error);
        }
        tracing::warn!("{error}");
        sleep(self.pause).await;
        self.waited = self.waited.saturating_add(self.pause);
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        walk.reconnect().await
    }
}
