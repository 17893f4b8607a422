// SPDX-License-Identifier: Apache-2.0
//! Between rows and what they mean. A row that this program did not write is an error, never a guess.

use super::{
    history::{
        ConductKind, CreditEntry, FinalizedBlock, NoticeEntry, RecordEntry, RequestEntry, RequestState,
    },
    manifest::Finding,
    Anchor, Cursor, Place,
};
use crate::{access::Finalized, database::DatabaseError};
use dmsm_client::{AnchoredBatch, Progress};
use dmsm_primitives::{Conduct, Day, DeviceId, MemberId, Moment, Record, RequestKind};
use std::str::FromStr;

type Decoded<T> = Result<T, DatabaseError>;

/// States of an anchor.
pub(super) const INDEXED: &str = "indexed";
pub(super) const UNAVAILABLE: &str = "unavailable";
pub(super) const MISMATCH: &str = "mismatch";

pub(super) type HeadRow = (i64, Option<Vec<u8>>);
/// place, processor, scope, day, version, root, count, manifest.
pub(super) type AnchorRow = (i64, Vec<u8>, String, i64, i64, Vec<u8>, i64, Vec<u8>);
/// place, time, device, owner, processor, previous, sequence, digest.
pub(super) type NoticeRow = (i64, i64, Vec<u8>, Vec<u8>, Vec<u8>, i64, i64, Vec<u8>);
/// place, request, requester, processor, kind, content, price, state, requested_at, accept_by,
/// accepted_at, answer_by, ended_at, answer, cloud.
pub(super) type RequestRow = (
    i64,
    i64,
    Vec<u8>,
    Vec<u8>,
    String,
    Vec<u8>,
    String,
    String,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
);
/// place, time, processor, counterparty, conduct, price, change, score_before, score_after.
pub(super) type CreditRow = (i64, i64, Vec<u8>, Vec<u8>, String, Option<String>, i64, i64, i64);
/// id, processor, scope, day, version, meter, present, digest, ciphertext.
pub(super) type RecordRow = (i64, Vec<u8>, String, i64, i64, Vec<u8>, i64, Vec<u8>, Vec<u8>);
/// meter, present, digest, ciphertext.
pub(super) type DayRow = (Vec<u8>, i64, Vec<u8>, Vec<u8>);

/// A time for SQL, which has no more than 63 bits: later ones are as good as never.
pub(super) fn to_time(time: Moment) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX)
}

/// The state of an anchor for which this was found, and what is wrong.
pub(super) fn outcome(finding: &Finding) -> (&'static str, Option<String>) {
    match finding {
        Finding::Found(_) => (INDEXED, None),
        Finding::Unavailable => (UNAVAILABLE, None),
        Finding::Mismatch(flaw) => (MISMATCH, Some(flaw.to_string())),
    }
}

/// The state of a request that progressed so far.
pub(super) fn state_of(progress: &Progress) -> RequestState {
    match progress {
        Progress::Requested { .. } => RequestState::Requested,
        Progress::Accepted { .. } => RequestState::Accepted,
        Progress::Fulfilled { .. } => RequestState::Fulfilled,
        Progress::Rejected { .. } => RequestState::Rejected,
        Progress::Cancelled => RequestState::Cancelled,
        Progress::Expired => RequestState::Expired,
        Progress::TimedOut => RequestState::TimedOut,
    }
}

/// The kind of conduct, and the price of a delivery.
pub(super) fn conduct(conduct: &Conduct) -> (ConductKind, Option<String>) {
    match conduct {
        Conduct::Delivered { price } => (ConductKind::Delivered, Some(price.to_string())),
        Conduct::TimedOut => (ConductKind::TimedOut, None),
        Conduct::FalseNotice => (ConductKind::FalseNotice, None),
        Conduct::BadShare => (ConductKind::BadShare, None),
    }
}

impl RequestState {
    const ALL: [Self; 7] = [
        Self::Requested,
        Self::Accepted,
        Self::Fulfilled,
        Self::Rejected,
        Self::Cancelled,
        Self::Expired,
        Self::TimedOut,
    ];

    /// Its name, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Accepted => "accepted",
            Self::Fulfilled => "fulfilled",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::TimedOut => "timed-out",
        }
    }
}

impl ConductKind {
    const ALL: [Self; 4] = [Self::Delivered, Self::TimedOut, Self::FalseNotice, Self::BadShare];

    /// Its name, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::TimedOut => "timed-out",
            Self::FalseNotice => "false-notice",
            Self::BadShare => "bad-share",
        }
    }
}

/// A number that a column holds.
pub(super) fn narrow<T: TryFrom<i64>>(value: i64) -> Decoded<T> {
    value.try_into().map_err(|_| DatabaseError::Corrupt)
}

/// 32 bytes.
pub(super) fn bytes(value: Vec<u8>) -> Decoded<[u8; 32]> {
    value.try_into().map_err(|_| DatabaseError::Corrupt)
}

/// A member.
pub(super) fn member(value: Vec<u8>) -> Decoded<MemberId> {
    bytes(value).map(MemberId)
}

/// What a text means.
pub(super) fn parse<T: FromStr>(text: &str) -> Decoded<T> {
    text.parse().map_err(|_| DatabaseError::Corrupt)
}

fn named<T: Copy>(all: &[T], name: fn(T) -> &'static str, text: &str) -> Decoded<T> {
    all.iter().copied().find(|one| name(*one) == text).ok_or(DatabaseError::Corrupt)
}

fn hexadecimal(value: Vec<u8>) -> Decoded<String> {
    bytes(value).map(hex::encode)
}

/// The last block of the index; `None` before it is tied to a chain.
pub(super) fn head((number, hash): HeadRow) -> Decoded<Option<Finalized>> {
    let number = narrow(number)?;
    hash.map(|hash| Ok(Finalized { number, hash: bytes(hash)? })).transpose()
}

/// As JSON.
pub(super) fn shown(finalized: Finalized) -> FinalizedBlock {
    FinalizedBlock { number: finalized.number, hash: format!("0x{}", hex::encode(finalized.hash)) }
}

pub(super) fn anchor(row: AnchorRow) -> Decoded<Anchor> {
    let (place, processor, scope, day, version, root, count, manifest) = row;
    let batch = AnchoredBatch {
        processor: member(processor)?,
        scope: parse(&scope)?,
        day: Day(narrow(day)?),
        version: narrow(version)?,
        root: bytes(root)?,
        count: narrow(count)?,
        manifest: bytes(manifest)?,
    };
    Ok(Anchor { place: Place::of(place), batch })
}

pub(super) fn notice(row: NoticeRow) -> Decoded<(Cursor, NoticeEntry)> {
    let (row, time, device, owner, processor, previous, sequence, digest) = row;
    let place = Place::of(row);
    let entry = NoticeEntry {
        device: DeviceId(bytes(device)?),
        owner: member(owner)?,
        processor: member(processor)?,
        previous: previous as u64,
        sequence: sequence as u64,
        digest: hexadecimal(digest)?,
        block: place.block(),
        position: place.position(),
        time: narrow(time)?,
    };
    Ok((Cursor { day: 0, row }, entry))
}

pub(super) fn request(row: RequestRow) -> Decoded<(Cursor, RequestEntry)> {
    let (
        row,
        request,
        requester,
        processor,
        kind,
        content,
        price,
        state,
        requested_at,
        accept_by,
        accepted_at,
        answer_by,
        ended_at,
        answer,
        cloud,
    ) = row;
    let place = Place::of(row);
    let entry = RequestEntry {
        request: request as u64,
        requester: member(requester)?,
        processor: member(processor)?,
        kind: named(&RequestKind::ALL, RequestKind::name, &kind)?,
        content: hexadecimal(content)?,
        price,
        state: named(&RequestState::ALL, RequestState::name, &state)?,
        requested_at: narrow(requested_at)?,
        accept_by: narrow(accept_by)?,
        accepted_at: accepted_at.map(narrow).transpose()?,
        answer_by: answer_by.map(narrow).transpose()?,
        ended_at: ended_at.map(narrow).transpose()?,
        answer: answer.map(hexadecimal).transpose()?,
        cloud: cloud.map(member).transpose()?,
        block: place.block(),
        position: place.position(),
    };
    Ok((Cursor { day: 0, row }, entry))
}

pub(super) fn credit(row: CreditRow) -> Decoded<(Cursor, CreditEntry)> {
    let (row, time, processor, counterparty, conduct, price, change, before, after) = row;
    let place = Place::of(row);
    let entry = CreditEntry {
        processor: member(processor)?,
        counterparty: member(counterparty)?,
        conduct: named(&ConductKind::ALL, ConductKind::name, &conduct)?,
        price,
        change: narrow(change)?,
        before: narrow(before)?,
        after: narrow(after)?,
        block: place.block(),
        position: place.position(),
        time: narrow(time)?,
    };
    Ok((Cursor { day: 0, row }, entry))
}

pub(super) fn record(row: RecordRow) -> Decoded<(Cursor, RecordEntry)> {
    let (row, processor, scope, day, version, meter, present, digest, ciphertext) = row;
    let (place, index) = Place::of_record(row);
    let entry = RecordEntry {
        processor: member(processor)?,
        scope,
        day: Day(narrow(day)?),
        version: narrow(version)?,
        index,
        meter: DeviceId(bytes(meter)?),
        present: present as u64,
        digest: hexadecimal(digest)?,
        ciphertext: hexadecimal(ciphertext)?,
        block: place.block(),
    };
    Ok((Cursor { day: narrow(day)?, row }, entry))
}

/// A record of a day.
pub(super) fn of_day(day: Day, row: DayRow) -> Decoded<Record> {
    let (meter, present, digest, ciphertext) = row;
    Ok(Record {
        meter: DeviceId(bytes(meter)?),
        day,
        present: present as u64,
        digest: bytes(digest)?,
        ciphertext: bytes(ciphertext)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_json() {
        for state in RequestState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
        for conduct in ConductKind::ALL {
            assert_eq!(serde_json::to_value(conduct).unwrap(), conduct.name());
        }
        for kind in RequestKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }

    #[test]
    fn a_row_that_is_none_of_ours_is_told() {
        let notice = |device: usize, time| {
            notice((1, time, vec![1; device], vec![2; 32], vec![3; 32], -1, i64::MIN, vec![4; 32]))
        };
        let (cursor, entry) = notice(32, 7).unwrap();
        assert_eq!((cursor.row, entry.previous, entry.sequence), (1, u64::MAX, 1 << 63));
        assert!(matches!(notice(31, 7), Err(DatabaseError::Corrupt)));
        assert!(matches!(notice(32, -7), Err(DatabaseError::Corrupt)));
    }
}
