// SPDX-License-Identifier: Apache-2.0
//! An index that says what a test wants.

use async_trait::async_trait;
use dmsm_cloud::{
    access::{ChainIndex, DayRecords, Finalized, IndexError},
    index::{
        CreditEntry, CreditFilter, FinalizedBlock, NoticeEntry, NoticeFilter, Page, Paging, RecordEntry,
        RecordFilter, RequestEntry, RequestFilter,
    },
};
use dmsm_primitives::{Day, MemberId, PaillierPublicKey, Scope};
use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

pub const HEAD: Finalized = Finalized { number: 42, hash: [0x42; 32] };

#[derive(Default)]
pub struct FakeIndex {
    /// Requester, cloud, and digest of the answer.
    pub answers: Mutex<HashSet<(MemberId, MemberId, [u8; 32])>>,
    pub manifests: Mutex<HashMap<(MemberId, Day, u16), [u8; 32]>>,
    pub days: Mutex<HashMap<(MemberId, Scope, Day), DayRecords>>,
    pub data_keys: Mutex<HashMap<(MemberId, Scope), PaillierPublicKey>>,
    /// What history queries asked for.
    pub asked: Mutex<Vec<String>>,
}

impl FakeIndex {
    fn page<T>(&self, filter: impl std::fmt::Debug, paging: &Paging) -> Result<Page<T>, IndexError> {
        self.asked.lock().unwrap().push(format!("{filter:?} {paging:?}"));
        let finalized = FinalizedBlock { number: HEAD.number, hash: format!("0x{}", hex::encode(HEAD.hash)) };
        Ok(Page { items: Vec::new(), next: None, finalized })
    }
}

#[async_trait]
impl ChainIndex for FakeIndex {
    async fn finalized(&self) -> Result<Finalized, IndexError> {
        Ok(HEAD)
    }

    async fn answered(
        &self,
        requester: &MemberId,
        cloud: &MemberId,
        digest: &[u8; 32],
    ) -> Result<bool, IndexError> {
        Ok(self.answers.lock().unwrap().contains(&(*requester, *cloud, *digest)))
    }

    async fn manifest(
        &self,
        processor: &MemberId,
        day: Day,
        version: u16,
    ) -> Result<Option<[u8; 32]>, IndexError> {
        Ok(self.manifests.lock().unwrap().get(&(*processor, day, version)).copied())
    }

    async fn day(
        &self,
        processor: &MemberId,
        scope: &Scope,
        day: Day,
    ) -> Result<Option<DayRecords>, IndexError> {
        Ok(self.days.lock().unwrap().get(&(*processor, *scope, day)).cloned())
    }

    async fn data_key(
        &self,
        processor: &MemberId,
        scope: &Scope,
    ) -> Result<Option<PaillierPublicKey>, IndexError> {
        Ok(self.data_keys.lock().unwrap().get(&(*processor, *scope)).cloned())
    }

    async fn notices(&self, filter: &NoticeFilter, paging: &Paging) -> Result<Page<NoticeEntry>, IndexError> {
        self.page(filter, paging)
    }

    async fn requests(
        &self,
        filter: &RequestFilter,
        paging: &Paging,
    ) -> Result<Page<RequestEntry>, IndexError> {
        self.page(filter, paging)
    }

    async fn records(&self, filter: &RecordFilter, paging: &Paging) -> Result<Page<RecordEntry>, IndexError> {
        self.page(filter, paging)
    }

    async fn credit(&self, filter: &CreditFilter, paging: &Paging) -> Result<Page<CreditEntry>, IndexError> {
        self.page(filter, paging)
    }
}
