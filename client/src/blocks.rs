// SPDX-License-Identifier: Apache-2.0
//! Finalized blocks, one after the other, with what happened in them: for programs that keep a
//! history of the chain.

use crate::{
    block::{self, Block, Read},
    client::{AtBlock, Link},
    query::read,
    request::{self, Progress},
    submit::{discarded, events, state},
    walk::{Ahead, Head, Trace, Walk},
    Client, Error, Hash, Record,
};
use codec::{Decode, DecodeAll, Encode};
use dmsm_primitives::{
    request::ContentId, Amount, BlockNumber, DataKey, Day, MemberId, Moment, NoticeSeal, RequestId, Scope,
};
use sp_crypto_hashing::{blake2_128, twox_128};
use subxt::utils::H256;

/// A finalized block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FinalizedBlock {
    /// Its number.
    pub number: BlockNumber,
    /// Its hash.
    pub hash: Hash,
    /// The hash of the block before it.
    pub parent: Hash,
    /// Its time, ms since the Unix epoch.
    pub time: Moment,
    /// What happened in it, in order.
    pub events: Vec<PlacedEvent>,
    /// Events of our contracts that this program cannot read, as `Pallet.Event`: the chain is newer.
    pub unknown: Vec<String>,
}

/// An event and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlacedEvent {
    /// Its position among all events of the block.
    pub position: u32,
    /// What happened.
    pub event: ChainEvent,
}

/// What a history keeps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChainEvent {
    /// A notice was written down.
    Notified(NoticeSeal),
    /// A request was made.
    Requested(Requested),
    /// A request reached a further state; never [`Progress::Requested`].
    Progressed(RequestId, Progress),
    /// A processor's conduct was written down.
    Recorded(Record),
    /// A processor announced a data key.
    DataKeyAnnounced {
        /// For which records.
        scope: Scope,
        /// Whose.
        processor: MemberId,
        /// The key.
        key: DataKey,
    },
    /// A processor anchored a batch of meter-days.
    Anchored(AnchoredBatch),
}

/// A new request: the fields of `prepaid.Requested`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Requested {
    /// Its number.
    pub request: RequestId,
    /// Who asks.
    pub requester: MemberId,
    /// Who is asked.
    pub processor: MemberId,
    /// What is asked.
    pub cid: ContentId,
    /// What is held, minor units.
    pub price: Amount,
    /// Until when it must be accepted, ms since the Unix epoch.
    pub deadline: Moment,
}

/// What a processor committed to: the fields of `records.Anchored`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct AnchoredBatch {
    /// Whose meter-days.
    pub processor: MemberId,
    /// Names their data key.
    pub scope: Scope,
    /// Of which day.
    pub day: Day,
    /// Which version of the day, from 0.
    pub version: u16,
    /// The Merkle root of the records.
    pub root: [u8; 32],
    /// How many there are.
    pub count: u32,
    /// SHA-256 of the manifest.
    pub manifest: [u8; 32],
}

/// Reads finalized blocks in order, none left out.
pub struct BlockReader {
    walk: Walk<()>,
    last: BlockNumber,
}

impl BlockReader {
    /// Reads the blocks behind the one of this number and hash.
    pub fn after(client: Client, number: BlockNumber, hash: Hash) -> Self {
        let mut walk = Walk::new(client, number.saturating_add(1), Head::Finalized);
        walk.advance(vec![Trace { number, hash: H256(hash), undo: () }]);
        Self { walk, last: number }
    }

    /// The next blocks, a few dozen at most; none once the head is reached.
    ///
    /// The node must have their states. After an error of the connection, and after
    /// [`Error::Node`], which also says that its chain does not go on from the block read last, a
    /// new reader is needed.
    pub async fn next(&mut self) -> Result<Vec<FinalizedBlock>, Error> {
        match self.walk.ahead::<Contents>().await? {
            Ahead::Nothing => Ok(Vec::new()),
            Ahead::Forked(_) => {
                let reason = format!("its chain does not go on from block {}", self.last);
                Err(Error::Node { reason })
            }
            Ahead::Blocks(_, blocks) => {
                let trace =
                    |block: &Block<Contents>| Trace { number: block.number, hash: block.hash, undo: () };
                let traces: Vec<_> = blocks.iter().map(trace).collect();
                self.last = traces.last().map_or(self.last, |last| last.number);
                self.walk.advance(traces);
                Ok(blocks.into_iter().map(finalized).collect())
            }
        }
    }

    /// Waits for a new head, a second at most.
    pub async fn wait(&mut self) {
        self.walk.wait().await;
    }
}

fn finalized(block: Block<Contents>) -> FinalizedBlock {
    let Block { number, hash, parent, content: Contents { time, events, unknown } } = block;
    FinalizedBlock { number, hash: hash.0, parent: parent.0, time, events, unknown }
}

impl Client {
    /// Hash of the block of a number on the node's chain; `None` if it has none.
    pub async fn block_hash(&self, number: BlockNumber) -> Result<Option<Hash>, Error> {
        Ok(self.link().await.hash(number).await?.map(|hash| hash.0))
    }
}

/// What a block holds for a history.
struct Contents {
    time: Moment,
    events: Vec<PlacedEvent>,
    unknown: Vec<String>,
}

impl Read for Contents {
    /// `at` is not used: each block is read by the interface of its own time.
    async fn read(link: &Link, _at: &AtBlock, number: u32) -> Result<Block<Self>, Error> {
        let Block { hash, parent, .. } = block::header(link, number).await?;
        // The runtime in the state of a block's parent made the block, and its events.
        let before = number.saturating_sub(1);
        let at = link.at(before, parent).await.map_err(|error| discarded(before, error))?;
        let mut contents =
            Self { time: time(link, number, hash).await?, events: Vec::new(), unknown: Vec::new() };
        for event in events(link, &at, number, hash).await?.iter() {
            let event = event?;
            let (pallet, name) = (event.pallet_name(), event.event_name());
            let found = match decode(number, pallet, name, event.field_bytes()) {
                Found::Event(event) => Some(event),
                Found::DataKey(scope, processor) => data_key(link, number, hash, scope, processor).await?,
                Found::Unknown => None,
                Found::Other => continue,
            };
            match found {
                Some(found) => contents.events.push(PlacedEvent { position: event.index(), event: found }),
                None => contents.unknown.push(format!("{pallet}.{name}")),
            }
        }
        Ok(Block { number, hash, parent, content: contents })
    }
}

/// What an event is to a history.
#[derive(PartialEq, Eq, Debug)]
enum Found {
    Event(ChainEvent),
    /// A data key, which stands in the state.
    DataKey(Scope, MemberId),
    /// Nothing that is kept.
    Other,
    /// One of our contracts', and not readable.
    Unknown,
}

fn decode(block: BlockNumber, pallet: &str, name: &str, fields: &[u8]) -> Found {
    fn all<T: DecodeAll>(mut fields: &[u8], found: impl Fn(T) -> Found) -> Found {
        T::decode_all(&mut fields).map_or(Found::Unknown, found)
    }
    use ChainEvent::*;
    match (pallet, name) {
        ("Notifications", "Notified") => all(fields, |seal| Found::Event(Notified(seal))),
        ("Notifications", "ProvedFalse") | ("Prepaid", "RequestTypeSet") => Found::Other,
        ("Prepaid", "Requested") => all(fields, |request| Found::Event(Requested(request))),
        ("Prepaid", name) => match request::decode(name, fields) {
            Some(Some((request, progress, _))) => Found::Event(Progressed(request, progress)),
            _ => Found::Unknown,
        },
        ("Credit", "Recorded") => {
            Record::decode(block, fields).map_or(Found::Unknown, |record| Found::Event(Recorded(record)))
        }
        ("Records", "DataKeyAnnounced") => all(fields, |(scope, processor)| Found::DataKey(scope, processor)),
        ("Records", "Anchored") => all(fields, |batch| Found::Event(Anchored(batch))),
        ("Notifications" | "Credit" | "Records", _) => Found::Unknown,
        _ => Found::Other,
    }
}

/// The time of a block, from its state: unlike its body, that reads alike under every runtime.
async fn time(link: &Link, number: u32, hash: H256) -> Result<Moment, Error> {
    let key = [twox_128(b"Timestamp"), twox_128(b"Now")].concat();
    match state(link, &key, number, hash).await? {
        Some(time) => read("the time of a block", &time),
        None => Err(Error::Unreadable { what: "the time of a block" }),
    }
}

/// The data key that a processor announced.
async fn data_key(
    link: &Link,
    number: u32,
    hash: H256,
    scope: Scope,
    processor: MemberId,
) -> Result<Option<ChainEvent>, Error> {
    let mut key = [twox_128(b"Records"), twox_128(b"DataKeys")].concat();
    for part in [scope.encode(), processor.encode()] {
        key.extend([&blake2_128(&part)[..], &part].concat());
    }
    let found = state(link, &key, number, hash).await?;
    let key = found.and_then(|key| DataKey::decode_all(&mut &key[..]).ok());
    Ok(key.map(|key| ChainEvent::DataKeyAnnounced { scope, processor, key }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsm_primitives::{time::Month, Conduct, DeviceId, RegionId};

    const PROCESSOR: MemberId = MemberId([1; 32]);
    const SCOPE: Scope = Scope { region: RegionId(1), month: Month { year: 2012, month: 1 } };

    #[test]
    fn events_of_the_contracts_are_read_by_name() {
        let batch = AnchoredBatch {
            processor: PROCESSOR,
            scope: SCOPE,
            day: Day(15_340),
            version: 2,
            root: [3; 32],
            count: 4,
            manifest: [5; 32],
        };
        let read = |pallet, name, fields: &[u8]| decode(7, pallet, name, fields);
        let anchored = Found::Event(ChainEvent::Anchored(batch));
        assert_eq!(read("Records", "Anchored", &batch.encode()), anchored);
        let announced = read("Records", "DataKeyAnnounced", &(SCOPE, PROCESSOR).encode());
        assert_eq!(announced, Found::DataKey(SCOPE, PROCESSOR));
        let seal = NoticeSeal {
            processor: PROCESSOR,
            owner: MemberId([2; 32]),
            device: DeviceId([3; 32]),
            previous: 4,
            sequence: 5,
            judged_at: 6,
            owner_key: [7; 32],
            digest: [8; 32],
        };
        let notified = Found::Event(ChainEvent::Notified(seal.clone()));
        assert_eq!(read("Notifications", "Notified", &seal.encode()), notified);
        let fields = (PROCESSOR, seal.owner, Conduct::TimedOut, -25i16, 475u16);
        let recorded = Record::decode(7, &fields.encode()).unwrap();
        let expected = Found::Event(ChainEvent::Recorded(recorded));
        assert_eq!(read("Credit", "Recorded", &fields.encode()), expected);
        let cancelled = Found::Event(ChainEvent::Progressed(9, Progress::Cancelled));
        assert_eq!(read("Prepaid", "Cancelled", &9u64.encode()), cancelled);
    }

    #[test]
    fn what_cannot_be_read_is_unknown_and_what_is_not_ours_is_none_of_ours() {
        let batch = (PROCESSOR, SCOPE).encode();
        for (pallet, name) in [
            ("Records", "Anchored"),
            ("Records", "Renamed"),
            ("Notifications", "Notified"),
            ("Credit", "Recorded"),
            ("Prepaid", "Requested"),
            ("Prepaid", "Fulfilled"),
            ("Prepaid", "Renamed"),
        ] {
            assert_eq!(decode(1, pallet, name, &batch), Found::Unknown, "{pallet}.{name}");
        }
        let longer = [&9u64.encode()[..], &[0]].concat();
        assert_eq!(decode(1, "Prepaid", "Cancelled", &longer), Found::Unknown);
        for (pallet, name) in
            [("System", "NewAccount"), ("Prepaid", "RequestTypeSet"), ("Notifications", "ProvedFalse")]
        {
            assert_eq!(decode(1, pallet, name, &batch), Found::Other, "{pallet}.{name}");
        }
    }
}
