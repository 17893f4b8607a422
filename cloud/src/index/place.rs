// SPDX-License-Identifier: Apache-2.0
//! Where rows stand, as numbers that SQL sorts.

use dmsm_primitives::{records::MAX_BATCH, BlockNumber};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

const POSITION_BITS: u32 = 20;
const INDEX_BITS: u32 = MAX_BATCH.ilog2();

/// Where an event stands on the chain: block · 2^20 + position in the block, below 2^52.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Place(u64);

impl Place {
    /// `None` from the position 2^20 on, which no block reaches.
    pub fn new(block: BlockNumber, position: u32) -> Option<Self> {
        (position < 1 << POSITION_BITS)
            .then_some(Self((u64::from(block) << POSITION_BITS) | u64::from(position)))
    }

    /// The block.
    pub fn block(self) -> BlockNumber {
        (self.0 >> POSITION_BITS) as BlockNumber
    }

    /// The position among the block's events.
    pub fn position(self) -> u32 {
        (self.0 & ((1 << POSITION_BITS) - 1)) as u32
    }

    /// As SQL has it.
    pub(super) fn sql(self) -> i64 {
        self.0 as i64
    }

    /// Of a row.
    pub(super) fn of(sql: i64) -> Self {
        Self(sql as u64)
    }

    /// The row of a record of the batch that is anchored here.
    pub(super) fn record(self, index: u32) -> i64 {
        ((self.0 << INDEX_BITS) | u64::from(index)) as i64
    }

    /// The anchor of the row of a record, and the record's index in the batch.
    pub(super) fn of_record(row: i64) -> (Self, u32) {
        (Self(row as u64 >> INDEX_BITS), (row as u64 & u64::from(MAX_BATCH - 1)) as u32)
    }
}

/// Where a page ended: the day by which rows are sorted first, if they are, and the row.
///
/// Its text is one decimal number that means nothing outside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Cursor {
    pub(super) day: u64,
    pub(super) row: i64,
}

/// Text that is no cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a cursor: give what an earlier page calls `next`")]
pub struct NotACursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ((u128::from(self.day) << 64) | u128::from(self.row as u64)).fmt(f)
    }
}

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number: u128 = text.parse().ok().filter(|_| digits).ok_or(NotACursor)?;
        let (day, row) = ((number >> 64) as u64, i64::try_from(number as u64).map_err(|_| NotACursor)?);
        i64::try_from(day).map(|_| Self { day, row }).map_err(|_| NotACursor)
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_place_and_the_last_record_still_fit() {
        let last = Place::new(u32::MAX, (1 << POSITION_BITS) - 1).unwrap();
        assert_eq!((last.block(), last.position()), (u32::MAX, (1 << POSITION_BITS) - 1));
        let row = last.record(MAX_BATCH - 1);
        assert_eq!(row, i64::MAX);
        assert_eq!(Place::of_record(row), (last, MAX_BATCH - 1));
        assert_eq!(Place::new(1, 1 << POSITION_BITS), None);
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let too_far = [(1u128 << 63).to_string(), (1u128 << 127).to_string(), "9".repeat(40)];
        for text in ["", "-1", "+1", "1.0", "x"].into_iter().chain(too_far.iter().map(String::as_str)) {
            assert_eq!(text.parse::<Cursor>(), Err(NotACursor), "{text}");
        }
    }

    proptest! {
        #[test]
        fn rows_sort_as_the_chain_does(one: (u32, u16), other: (u32, u16), index in 0..MAX_BATCH) {
            let place = |(block, position): (u32, u16)| Place::new(block, position.into()).unwrap();
            prop_assert_eq!(place(one) < place(other), one < other);
            prop_assert_eq!(Place::of_record(place(one).record(index)), (place(one), index));
        }

        #[test]
        fn a_cursor_is_read_as_it_is_shown(day in 0..=i64::MAX as u64, row in 0..=i64::MAX) {
            let cursor = Cursor { day, row };
            prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
    }
}
