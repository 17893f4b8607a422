// SPDX-License-Identifier: Apache-2.0
//! The index: what finalized blocks say, in SQL, for the questions of members and of this service.
//!
//! # Overview
//!
//! [`Follower`] reads finalized blocks one after the other, none left out, and hands them to
//! [`Index::apply`]. That writes the rows of some blocks and the new head in one transaction, so that
//! whatever stops the program, it goes on behind the last block whose rows are there. A block that
//! does not follow the head is refused: finalized blocks do not change, so that such a node is on
//! another chain.
//!
//! | Table | Rows | Sorted by |
//! |---|---|---|
//! | `notices`, `requests`, `credit` | one an event, a request, a change of score | place |
//! | `anchors`, `data_keys` | one a batch of meter-days, one a key | place |
//! | `records` | one a meter-day of an anchored batch | day, then place |
//! | `blocks` | number and time of the blocks that say anything | number |
//!
//! A [`Place`] is computed from block and position, nothing comes from this machine's clock, and a
//! [`Cursor`] names the row that a page ended with: an index that is built anew is the same, and a
//! page that is asked for twice goes on where it did. Every page is one range of a table's index.
//!
//! # Records
//!
//! An anchor says what a batch holds by digest alone. Its records stand in a manifest in the store,
//! which the processor put there before it anchored. A manifest counts if all that the anchor says is
//! true of it; one that differs is named in its anchor's row (`mismatch`, and what is wrong) for
//! good, as its digest is what was anchored; one that is missing or unreadable is named too
//! (`unavailable`) and looked for again until it is there.

mod changes;
mod follow;
mod history;
mod insert;
mod manifest;
mod metrics;
mod place;
mod query;
mod rows;
mod sql;
mod write;

pub use changes::Anchor;
pub use follow::{Chain, FollowError, Follower, NodeChain};
pub use history::{
    ConductKind, CreditEntry, CreditFilter, FinalizedBlock, NoticeEntry, NoticeFilter, Page, Paging,
    RecordEntry, RecordFilter, RequestEntry, RequestFilter, RequestState, DEFAULT_LIMIT, MAX_LIMIT,
};
pub use manifest::{find, Finding, Flaw, ManifestSource};
pub use metrics::IndexMetrics;
pub use place::{Cursor, NotACursor, Place};
pub use query::MAX_DAY_RECORDS;
pub use write::MANIFESTS_AT_ONCE;

use crate::{access::IndexError, database::Database};

/// The index of a chain. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Index {
    database: Database,
}

impl Index {
    /// The index in a database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

impl From<sqlx::Error> for IndexError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}
