// SPDX-License-Identifier: Apache-2.0
//! Where the other services are asked, and how they misbehave.

use super::*;

/// A place where the worker asks another service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum At {
    Batches,
    Unsealed,
    Sealed,
    Manifest,
    Anchored,
    PutAll,
    Put,
}

impl At {
    pub const GRID: [Self; 5] = [Self::Batches, Self::Unsealed, Self::Sealed, Self::Manifest, Self::Anchored];
    pub const CLOUD: [Self; 2] = [Self::PutAll, Self::Put];

    /// What is reported when it fails.
    pub fn report(self) -> Report {
        if Self::GRID.contains(&self) {
            Report::GridUnreachable
        } else {
            Report::CloudUnreachable
        }
    }
}

/// How a service misbehaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// It does not listen.
    Refused,
    /// It does not answer in time.
    Silent,
    /// It does what it is asked and does not answer in time.
    Lost,
    /// It answers with this code.
    Code(u16),
    /// It answers with bytes that are no answer.
    Garbage,
    /// It sends a good answer and a byte more.
    Trailing,
    /// It stops in the middle of its answer.
    Broken,
    /// It sends more bytes than anybody wants.
    Endless,
    /// It answers well, but for this.
    Wrong(Wrong),
}

/// What is wrong about an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrong {
    /// More batches than may be open.
    TooManyBatches,
    /// A batch of nothing.
    EmptyBatch,
    /// A batch of more than there can be.
    LargeBatch,
    /// More rows to seal than there are.
    TooManyUnsealed,
    /// A day without date.
    NoDay,
    /// No rows.
    NoRows,
    /// More rows than were asked for.
    TooManyRows,
    /// Rows backwards.
    OutOfOrder,
    /// A row twice.
    Doubled,
    /// A day with a half-hour less.
    ShortDay,
    /// A half-hour more than a day has.
    LongDay,
    /// There is no manifest yet.
    NoManifest,
    /// A record less.
    ShortManifest,
    /// A record of another day.
    OtherDay,
    /// Another digest.
    OtherDigest,
    /// Another length.
    OtherLength,
}
