// SPDX-License-Identifier: Apache-2.0
//! Credit of processors, and how it came about.

use crate::{
    block::{self, Block, Read},
    chain::{self, Static},
    client::{AtBlock, Link},
    query::{key, read},
    submit::events,
    walk::{Ahead, Head, Mending, Trace, Walk},
    Client, Error,
};
use codec::DecodeAll;
pub use dmsm_primitives::credit::{INITIAL_SCORE, MAX_SCORE};
use dmsm_primitives::{
    credit::{self, Dealings},
    BlockNumber, Conduct, MemberId, Score,
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// A processor's conduct, written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Record {
    /// Number of the block.
    pub block: BlockNumber,
    /// The processor.
    pub processor: MemberId,
    /// Towards whom.
    pub counterparty: MemberId,
    /// What it did.
    pub conduct: Conduct,
    /// What that is worth, points.
    pub change: i16,
    /// The score from there on.
    pub score: Score,
}

impl Record {
    /// Reads the fields of `credit.Recorded`.
    pub(crate) fn decode(block: BlockNumber, mut fields: &[u8]) -> Result<Self, Error> {
        let unreadable = |_| Error::Unreadable { what: "an event of credit" };
        let fields = DecodeAll::decode_all(&mut fields).map_err(unreadable)?;
        let (processor, counterparty, conduct, change, score) = fields;
        Ok(Self { block, processor, counterparty, conduct, change, score })
    }
}

/// Where a replayed score and what the chain says part.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Mismatch {
    /// The processor.
    pub processor: MemberId,
    /// The block of the event that does not follow from those before; `None` for the chain's score.
    pub block: Option<BlockNumber>,
    /// The score that follows from the events.
    pub replayed: Score,
    /// The score that the chain gives.
    pub found: Score,
}

/// Scores replayed from events.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct CreditHistory {
    /// The first block whose events were read.
    pub from: BlockNumber,
    /// All conduct, the oldest first.
    pub records: Vec<Record>,
    /// Scores after all of it, of every processor that it names.
    pub scores: BTreeMap<MemberId, Score>,
    /// What does not fit.
    pub mismatches: Vec<Mismatch>,
}

impl CreditHistory {
    /// Applies conduct to the score before it, [`INITIAL_SCORE`] where there is none. A loss is what
    /// the formula says; a gain is at most that: how much a day's caps left of it the event says.
    fn apply(&mut self, record: Record) {
        let Record { block, processor, conduct, change, score: found, .. } = record;
        let worth = credit::change(conduct, Dealings::default());
        let change = if worth < 0 { worth } else { change.clamp(0, worth) };
        let before = self.scores.get(&processor).copied().unwrap_or(INITIAL_SCORE);
        let replayed = credit::apply(before, change);
        if replayed != found {
            self.mismatches.push(Mismatch { processor, block: Some(block), replayed, found });
        }
        self.scores.insert(processor, found);
        self.records.push(record);
    }

    /// Compares the last scores with those of the chain.
    fn compare(&mut self, chain: &BTreeMap<MemberId, Score>) {
        let all: BTreeSet<MemberId> = self.scores.keys().chain(chain.keys()).copied().collect();
        for processor in all {
            let of = |scores: &BTreeMap<_, _>| scores.get(&processor).copied().unwrap_or(INITIAL_SCORE);
            let (replayed, found) = (of(&self.scores), of(chain));
            if found != replayed {
                self.mismatches.push(Mismatch { processor, block: None, replayed, found });
            }
        }
    }
}

/// Conduct written down in a block.
struct Records(Vec<Record>);

impl Read for Records {
    async fn read(link: &Link, at: &AtBlock, number: u32) -> Result<Block<Self>, Error> {
        let block = block::header(link, number).await?;
        let mut records = Vec::new();
        for event in events(link, at, number, block.hash).await?.iter() {
            let event = event?;
            if (event.pallet_name(), event.event_name()) != ("Credit", "Recorded") {
                continue;
            }
            records.push(Record::decode(number, event.field_bytes())?);
        }
        Ok(Block { number, hash: block.hash, parent: block.parent, content: Self(records) })
    }
}

impl Client {
    /// The score of a processor.
    pub async fn score(&self, processor: &MemberId) -> Result<Score, Error> {
        let at = self.link().await.at_best().await?;
        let entry = at.storage().entry(chain::storage().credit().scores())?;
        match entry.try_fetch((Static(*processor),)).await? {
            Some(value) => read("a score", value.bytes()),
            None => Ok(INITIAL_SCORE),
        }
    }

    /// The scores of all processors that did anything yet; the others have [`INITIAL_SCORE`].
    pub async fn scores(&self) -> Result<BTreeMap<MemberId, Score>, Error> {
        scores_at(&self.link().await.at_best().await?).await
    }

    /// Replays the events of all finalized blocks from a block on and compares the scores with those
    /// of the chain. Scores before that block are taken from the state there; from block 1 on every
    /// score is followed from its beginning.
    ///
    /// The node must have the states of these blocks. Without a block: from 1 on, or from the oldest
    /// block whose state the node has. A broken connection is mended for as long as `patience`.
    pub async fn credit_history(
        &self,
        from: Option<BlockNumber>,
        patience: Duration,
    ) -> Result<CreditHistory, Error> {
        let mut tries = 1;
        loop {
            let first = match from {
                Some(from) => from.max(1),
                None => self.oldest_states().await?,
            };
            match self.replay(first, patience).await {
                // The node discards states while it is asked for them.
                Err(Error::Discarded { .. }) if from.is_none() && tries < OLDEST_TRIES => tries += 1,
                done => return done,
            }
        }
    }

    async fn replay(&self, from: BlockNumber, patience: Duration) -> Result<CreditHistory, Error> {
        let mut walk = Walk::<()>::new(self.clone(), from, Head::Finalized);
        let mut mending = Mending::new(patience);
        let scores = match from {
            1 => BTreeMap::new(),
            _ => {
                let link = self.link().await;
                let before = block::header(&link, from - 1).await?;
                // Says by name if the state is discarded.
                events(&link, &link.at_best().await?, before.number, before.hash).await?;
                scores_at(&link.at(before.number, before.hash).await?).await?
            }
        };
        let mut history = CreditHistory { from, scores, ..CreditHistory::default() };
        loop {
            match walk.ahead::<Records>().await {
                Ok(Ahead::Nothing) => break,
                Ok(Ahead::Forked(_)) => {
                    let reason = "it replaced blocks that it had called final".into();
                    return Err(Error::Node { reason });
                }
                Ok(Ahead::Blocks(_, blocks)) => {
                    let mut traces = Vec::new();
                    for Block { number, hash, content: Records(records), .. } in blocks {
                        records.into_iter().for_each(|record| history.apply(record));
                        traces.push(Trace { number, hash, undo: () });
                    }
                    walk.advance(traces);
                    mending = Mending::new(patience);
                }
                Err(error) => mending.after(error, &mut walk).await?,
            }
        }
        if let Some(last) = walk.last() {
            let at = self.link().await.at(last.number, last.hash).await?;
            history.compare(&scores_at(&at).await?);
        }
        Ok(history)
    }

    /// The first block from which on the node has all states, the one before it included; some
    /// blocks later where it discards old ones.
    async fn oldest_states(&self) -> Result<BlockNumber, Error> {
        let link = self.link().await;
        let at = link.at_best().await?;
        let has_state = |number| {
            let (link, at) = (&link, &at);
            async move {
                let hash = block::header(link, number).await?.hash;
                match events(link, at, number, hash).await {
                    Ok(_) => Ok(true),
                    Err(Error::Discarded { .. }) => Ok(false),
                    Err(error) => Err(error),
                }
            }
        };
        let (mut without, (mut with, _)) = (0, link.finalized().await?);
        if with <= 1 || has_state(1).await? {
            return Ok(1);
        }
        while without + 1 < with {
            let middle = without + (with - without) / 2;
            match has_state(middle).await? {
                true => with = middle,
                false => without = middle,
            }
        }
        Ok(with.saturating_add(OLDEST_MARGIN).min(link.finalized().await?.0))
    }
}

/// How often the oldest states are looked for, and how many blocks after them is begun.
const OLDEST_TRIES: u32 = 5;
const OLDEST_MARGIN: BlockNumber = 16;

async fn scores_at(at: &AtBlock) -> Result<BTreeMap<MemberId, Score>, Error> {
    let storage = at.storage();
    let mut entries = storage.entry(chain::storage().credit().scores())?.iter(()).await?;
    let mut scores = BTreeMap::new();
    while let Some(entry) = entries.next().await {
        let entry = entry?;
        scores.insert(MemberId(key(&entry)?), read("a score", entry.value().bytes())?);
    }
    Ok(scores)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROCESSOR: MemberId = MemberId([1; 32]);

    fn record(block: u32, change: i16, score: Score) -> Record {
        let conduct = if change < 0 { Conduct::TimedOut } else { Conduct::Delivered { price: 50 } };
        Record { block, processor: PROCESSOR, counterparty: MemberId([2; 32]), conduct, change, score }
    }

    fn replay(records: &[Record], before: Option<Score>, chain: Score) -> Vec<Mismatch> {
        let scores = before.map(|before| (PROCESSOR, before)).into_iter().collect();
        let mut history = CreditHistory { scores, ..CreditHistory::default() };
        records.iter().for_each(|record| history.apply(*record));
        history.compare(&[(PROCESSOR, chain)].into());
        history.mismatches
    }

    #[test]
    fn a_score_follows_from_its_events() {
        let records = [record(3, 5, 505), record(4, -25, 480), record(4, 5, 485)];
        assert_eq!(replay(&records, None, 485), []);
        // Seen from the second event on.
        assert_eq!(replay(&records[1..], Some(505), 485), []);
    }

    #[test]
    fn a_score_that_events_do_not_give_is_told() {
        let jump = replay(&[record(3, 5, 505), record(4, 5, 600)], None, 600);
        let expected = Mismatch { processor: PROCESSOR, block: Some(4), replayed: 510, found: 600 };
        assert_eq!(jump, [expected]);
        let chain = replay(&[record(3, 5, 505)], None, 900);
        assert_eq!((chain[0].block, chain[0].found), (None, 900));
        assert_eq!(replay(&[], None, 501).len(), 1);
        assert_eq!(replay(&[], Some(501), 501), []);
    }

    #[test]
    fn scores_stop_at_either_end() {
        assert_eq!(replay(&[record(1, -25, 0), record(2, 5, 5)], Some(20), 5), []);
        assert_eq!(replay(&[record(1, 5, 1_000)], Some(998), 1_000), []);
    }

    #[test]
    fn a_change_that_its_conduct_is_not_worth_is_told() {
        // A delivery of 50 earns 5 points at most, a time-out costs 25.
        for (change, score, replayed) in [(6, 506, 505), (900, 1_000, 505), (-1, 499, 475), (-26, 474, 475)] {
            let expected = Mismatch { processor: PROCESSOR, block: Some(3), replayed, found: score };
            assert_eq!(replay(&[record(3, change, score)], None, score), [expected]);
        }
        // What a day's caps left of it.
        assert_eq!(replay(&[record(3, 0, 500), record(4, 2, 502)], None, 502), []);
    }
}
