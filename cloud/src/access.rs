// SPDX-License-Identifier: Apache-2.0
//! What the chain says about data that lies here: the questions that HTTP asks the index.

use crate::{
    database::DatabaseError,
    index::{
        CreditEntry, CreditFilter, NoticeEntry, NoticeFilter, Page, Paging, RecordEntry, RecordFilter,
        RequestEntry, RequestFilter,
    },
};
use async_trait::async_trait;
use dmsm_primitives::{BlockNumber, Day, MemberId, PaillierPublicKey, Record, Scope};

/// The finalized block that an answer speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Finalized {
    /// Its number.
    pub number: BlockNumber,
    /// Its hash.
    pub hash: [u8; 32],
}

/// Why the index gives no answer.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// No finalized block was read yet.
    #[error("no block is indexed yet")]
    Empty,
    /// Two filters of which one can be given.
    #[error("give one of {0}, not several")]
    FiltersExclude(&'static str),
    /// A day has more records, of all its versions, than are read at once.
    #[error("the day has more than {0} records")]
    TooManyRecords(u32),
    /// The database does not answer.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// The stored meter-days of one day, of each meter its latest version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DayRecords {
    /// How many versions of the day are anchored.
    pub versions: u32,
    /// How many of them the index lacks, because their manifest is not in the store or is not what
    /// was anchored: `records` may lack meters, or hold what was corrected since.
    pub lacking: u32,
    /// In rising order of their meters, each meter once.
    pub records: Vec<Record>,
    /// The block that this is true of.
    pub finalized: Finalized,
}

/// The index of finalized blocks.
#[async_trait]
pub trait ChainIndex: Send + Sync + 'static {
    /// The last block that is indexed.
    async fn finalized(&self) -> Result<Finalized, IndexError>;

    /// Whether a request of `requester` was fulfilled with an answer of this digest that lies in
    /// `cloud`, by that cloud's own receipt. Another cloud's receipt says nothing about what lies here.
    async fn answered(
        &self,
        requester: &MemberId,
        cloud: &MemberId,
        digest: &[u8; 32],
    ) -> Result<bool, IndexError>;

    /// SHA-256 of the manifest that an anchor commits to.
    async fn manifest(
        &self,
        processor: &MemberId,
        day: Day,
        version: u16,
    ) -> Result<Option<[u8; 32]>, IndexError>;

    /// The latest records of a processor's day; `None` if nothing of it is anchored.
    async fn day(
        &self,
        processor: &MemberId,
        scope: &Scope,
        day: Day,
    ) -> Result<Option<DayRecords>, IndexError>;

    /// The data key that a processor announced for a scope.
    async fn data_key(
        &self,
        processor: &MemberId,
        scope: &Scope,
    ) -> Result<Option<PaillierPublicKey>, IndexError>;

    /// Notices, in the chain's order.
    async fn notices(&self, filter: &NoticeFilter, paging: &Paging) -> Result<Page<NoticeEntry>, IndexError>;

    /// Requests, in the order in which they were asked.
    async fn requests(
        &self,
        filter: &RequestFilter,
        paging: &Paging,
    ) -> Result<Page<RequestEntry>, IndexError>;

    /// Anchored meter-days, in the chain's order.
    async fn records(&self, filter: &RecordFilter, paging: &Paging) -> Result<Page<RecordEntry>, IndexError>;

    /// Changes of credit, in the chain's order.
    async fn credit(&self, filter: &CreditFilter, paging: &Paging) -> Result<Page<CreditEntry>, IndexError>;
}

/// What members may read beyond what they own or paid for.
#[async_trait]
pub trait Grants: Send + Sync + 'static {
    /// Whether a member may read the blob of this digest.
    async fn may_read(&self, member: &MemberId, digest: &[u8; 32]) -> Result<bool, IndexError>;

    /// Whether a member may have the sums of a processor's scope.
    async fn may_sum(
        &self,
        member: &MemberId,
        processor: &MemberId,
        scope: &Scope,
    ) -> Result<bool, IndexError>;
}

/// Grants nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoGrants;

#[async_trait]
impl Grants for NoGrants {
    async fn may_read(&self, _: &MemberId, _: &[u8; 32]) -> Result<bool, IndexError> {
        Ok(false)
    }

    async fn may_sum(&self, _: &MemberId, _: &MemberId, _: &Scope) -> Result<bool, IndexError> {
        Ok(false)
    }
}
