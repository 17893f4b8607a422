// SPDX-License-Identifier: Apache-2.0
//! What blocks change in the index.

use super::{FollowError, Place};
use crate::access::Finalized;
use dmsm_client::{AnchoredBatch, ChainEvent, FinalizedBlock, Progress, Record, Requested};
use dmsm_primitives::{BlockNumber, DataKey, MemberId, Moment, NoticeSeal, RequestId, Scope};

/// A batch of records and where it is anchored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Anchor {
    /// Where.
    pub place: Place,
    /// What the chain says of it.
    pub batch: AnchoredBatch,
}

/// The rows of blocks that follow each other.
pub(super) struct Changes<'a> {
    /// The last of the blocks.
    pub head: Finalized,
    pub blocks: Vec<(BlockNumber, Moment)>,
    pub notices: Vec<(Place, Moment, &'a NoticeSeal)>,
    /// In order: a request may begin and end in these blocks.
    pub requests: Vec<(Place, Moment, Step<'a>)>,
    pub credit: Vec<(Place, Moment, &'a Record)>,
    pub data_keys: Vec<(Place, MemberId, Scope, &'a DataKey)>,
    pub anchors: Vec<Anchor>,
    /// Events that were not understood.
    pub unknown: usize,
}

/// What happened to a request.
pub(super) enum Step<'a> {
    Made(&'a Requested),
    Reached(RequestId, &'a Progress),
}

impl<'a> Changes<'a> {
    /// What the blocks behind `head` change; `None` if none of these is behind it. Refuses blocks that
    /// do not follow each other, or the head.
    pub(super) fn behind(head: Finalized, blocks: &'a [FinalizedBlock]) -> Result<Option<Self>, FollowError> {
        let mut changes = Self {
            head,
            blocks: Vec::new(),
            notices: Vec::new(),
            requests: Vec::new(),
            credit: Vec::new(),
            data_keys: Vec::new(),
            anchors: Vec::new(),
            unknown: 0,
        };
        for block in blocks {
            changes.go_on(block, &head)?;
        }
        Ok((changes.head != head).then_some(changes))
    }

    fn go_on(&mut self, block: &'a FinalizedBlock, indexed: &Finalized) -> Result<(), FollowError> {
        let FinalizedBlock { number, hash, parent, .. } = *block;
        if number <= indexed.number {
            // Seen before.
            return match number == indexed.number && hash != indexed.hash {
                true => Err(FollowError::OtherBlock { number }),
                false => Ok(()),
            };
        }
        if number - 1 != self.head.number {
            return Err(FollowError::Gap { after: self.head.number, found: number });
        }
        if parent != self.head.hash {
            return Err(FollowError::OtherBlock { number: self.head.number });
        }
        self.head = Finalized { number, hash };
        self.unknown += block.unknown.len();
        if !block.events.is_empty() {
            self.blocks.push((number, block.time));
        }
        for placed in &block.events {
            let place = Place::new(number, placed.position).ok_or(FollowError::TooManyEvents { number })?;
            self.add(place, block.time, &placed.event);
        }
        Ok(())
    }

    fn add(&mut self, place: Place, time: Moment, event: &'a ChainEvent) {
        match event {
            ChainEvent::Notified(seal) => self.notices.push((place, time, seal)),
            ChainEvent::Requested(request) => self.requests.push((place, time, Step::Made(request))),
            ChainEvent::Progressed(request, progress) => {
                self.requests.push((place, time, Step::Reached(*request, progress)));
            }
            ChainEvent::Recorded(record) => self.credit.push((place, time, record)),
            ChainEvent::DataKeyAnnounced { scope, processor, key } => {
                self.data_keys.push((place, *processor, *scope, key));
            }
            ChainEvent::Anchored(batch) => self.anchors.push(Anchor { place, batch: *batch }),
        }
    }
}
