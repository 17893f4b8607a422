// SPDX-License-Identifier: Apache-2.0
//! One request, from block to block.

use super::progress::{Happenings, Stage};
use crate::{
    block::Block,
    submit::MORTALITY,
    walk::{Ahead, Head, Mending, Trace, Walk},
    Client, Error,
};
use dmsm_primitives::{request::ContentId, BlockNumber, MemberId, RequestId};
use std::{collections::VecDeque, time::Duration};

/// What is new about a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Update {
    /// It reached a state.
    Reached(Stage),
    /// A fork took the block of a state back, and the state with it.
    Withdrawn(Stage),
}

/// Follows one request, named by its content identifier: a fork may give it another number.
pub struct RequestFollower {
    walk: Walk<Undo>,
    requester: MemberId,
    cid: ContentId,
    from: BlockNumber,
    /// Its number on the chain that was read.
    request: Option<RequestId>,
    ready: VecDeque<Update>,
}

/// Of a block: the number before it, and what it says about the request.
struct Undo {
    request: Option<RequestId>,
    stages: Vec<Stage>,
}

impl RequestFollower {
    /// Follows the request of this content from a block on, at or before the one that it stands in.
    pub fn new(client: Client, requester: MemberId, cid: ContentId, from: BlockNumber, head: Head) -> Self {
        let walk = Walk::new(client, from, head);
        Self { walk, requester, cid, from, request: None, ready: VecDeque::new() }
    }

    /// What is new; `None` once the head is reached. A broken connection is mended for as long as
    /// `patience`.
    ///
    /// May be dropped at any time: nothing is skipped by it.
    pub async fn next(&mut self, patience: Duration) -> Result<Option<Update>, Error> {
        loop {
            if let Some(update) = self.ready.pop_front() {
                return Ok(Some(update));
            }
            if self.mended(patience).await? {
                return Ok(None);
            }
        }
    }

    /// What is new, waiting for it, and for a connection, as long as it takes.
    ///
    /// Fails where the request is not on chain and its transaction cannot come any more.
    pub async fn follow(&mut self) -> Result<Update, Error> {
        loop {
            if let Some(update) = self.next(Duration::MAX).await? {
                return Ok(update);
            }
            let latest = u64::from(self.from) + MORTALITY;
            if self.request.is_none() && u64::from(self.walk.position()) > latest {
                return Err(Error::NotIncluded { reason: "a fork dropped it" });
            }
            self.walk.wait().await;
        }
    }

    /// The connection.
    pub fn client(&self) -> &Client {
        self.walk.client()
    }

    /// One step, connecting anew where that helps. Whether the head is reached.
    async fn mended(&mut self, patience: Duration) -> Result<bool, Error> {
        let mut mending = Mending::new(patience);
        loop {
            match self.step().await {
                Err(error) => mending.after(error, &mut self.walk).await?,
                done => return done,
            }
        }
    }

    async fn step(&mut self) -> Result<bool, Error> {
        match self.walk.ahead().await? {
            Ahead::Nothing => return Ok(true),
            Ahead::Forked(undone) => {
                for Undo { request, stages } in undone {
                    self.request = request;
                    self.ready.extend(stages.into_iter().rev().map(Update::Withdrawn));
                }
            }
            Ahead::Blocks(_, blocks) => {
                let traces = blocks.into_iter().map(|block| self.take(block)).collect();
                self.walk.advance(traces);
            }
        }
        Ok(false)
    }

    fn take(&mut self, block: Block<Happenings>) -> Trace<Undo> {
        let Block { number, hash, content: Happenings(happenings), .. } = block;
        let mut undo = Undo { request: self.request, stages: Vec::new() };
        for happened in happenings {
            if happened.asked == Some((self.requester, self.cid)) {
                self.request = Some(happened.stage.request);
            }
            if self.request == Some(happened.stage.request) {
                undo.stages.push(happened.stage);
                self.ready.push_back(Update::Reached(happened.stage));
            }
        }
        Trace { number, hash, undo }
    }
}
