// SPDX-License-Identifier: Apache-2.0
//! What the chain's state says about requests.

use super::{OpenRequest, RequestType, Settled};
use crate::{
    block,
    chain::{self, Static},
    client::AtBlock,
    query::read,
    Client, Error,
};
use codec::DecodeAll;
use dmsm_primitives::{BlockNumber, MemberId, Moment, RequestId, RequestKind};

impl Client {
    /// What can be asked for, and under which terms.
    pub async fn request_types(&self) -> Result<Vec<(RequestKind, RequestType)>, Error> {
        let at = self.link().await.at_best().await?;
        let mut types = Vec::new();
        for kind in RequestKind::ALL {
            if let Some(terms) = request_type_at(&at, kind).await? {
                types.push((kind, terms));
            }
        }
        Ok(types)
    }

    /// The terms of a kind of request; `None` if it is not on offer.
    pub async fn request_type(&self, kind: RequestKind) -> Result<Option<RequestType>, Error> {
        request_type_at(&self.link().await.at_best().await?, kind).await
    }

    /// An open request; `None` if there never was one of this number, or it has ended.
    pub async fn open_request(&self, request: RequestId) -> Result<Option<OpenRequest>, Error> {
        open_request_at(&self.link().await.at_best().await?, request).await
    }

    /// The open requests of a requester, the oldest first.
    pub async fn open_requests(&self, requester: &MemberId) -> Result<Vec<(RequestId, OpenRequest)>, Error> {
        let at = self.link().await.at_best().await?;
        let storage = at.storage();
        let outbox = storage.entry(chain::storage().prepaid().outbox())?;
        let mut entries = outbox.iter((Static(*requester),)).await?;
        let mut requests = Vec::new();
        while let Some(entry) = entries.next().await {
            let entry = entry?;
            let number = entry.key_bytes().last_chunk().copied();
            let request = number.map(RequestId::from_le_bytes);
            let request = request.ok_or(Error::Unreadable { what: "the number of a request" })?;
            if let Some(open) = open_request_at(&at, request).await? {
                requests.push((request, open));
            }
        }
        requests.sort_by_key(|(request, _)| *request);
        Ok(requests)
    }

    /// The last requests of a requester that ended, the oldest first: 16 at most.
    pub async fn recent_requests(&self, requester: &MemberId) -> Result<Vec<Settled>, Error> {
        let at = self.link().await.at_best().await?;
        let entry = at.storage().entry(chain::storage().prepaid().recent())?;
        match entry.try_fetch((Static(*requester),)).await? {
            Some(value) => read("an outcome", value.bytes()),
            None => Ok(Vec::new()),
        }
    }

    /// The chain's clock: the time of the best block, ms since the Unix epoch.
    pub async fn chain_time(&self) -> Result<Moment, Error> {
        let at = self.link().await.at_best().await?;
        let entry = at.storage().entry(chain::storage().timestamp().now())?;
        match entry.try_fetch(()).await? {
            Some(value) => read("the time of a block", value.bytes()),
            None => Ok(0),
        }
    }

    /// The time of a block, ms since the Unix epoch.
    pub async fn block_time(&self, number: BlockNumber) -> Result<Moment, Error> {
        let link = self.link().await;
        let at = link.at_best().await?;
        block::time(&block::calls(&at, block::body(&link, number).await?.content).await?)
    }

    /// The timestamp of a requester's last request; the next one must be later.
    pub async fn last_timestamp(&self, requester: &MemberId) -> Result<Option<Moment>, Error> {
        let at = self.link().await.at_best().await?;
        let entry = at.storage().entry(chain::storage().prepaid().last_timestamps())?;
        let value = entry.try_fetch((Static(*requester),)).await?;
        value.map(|value| read("a timestamp", value.bytes())).transpose()
    }

    /// How far a request's timestamp may be from the chain's clock, ms.
    pub(crate) async fn max_skew(&self) -> Result<Moment, Error> {
        let at = self.link().await.at_best().await?;
        let bytes = at.constants().entry_bytes(chain::constants().prepaid().max_skew())?;
        Moment::decode_all(&mut &bytes[..]).map_err(|_| Error::Unreadable { what: "a constant" })
    }
}

async fn request_type_at(at: &AtBlock, kind: RequestKind) -> Result<Option<RequestType>, Error> {
    let entry = at.storage().entry(chain::storage().prepaid().request_types())?;
    let value = entry.try_fetch((Static(kind),)).await?;
    value.map(|value| read("terms of a request", value.bytes())).transpose()
}

async fn open_request_at(at: &AtBlock, request: RequestId) -> Result<Option<OpenRequest>, Error> {
    let entry = at.storage().entry(chain::storage().prepaid().requests())?;
    let value = entry.try_fetch((request,)).await?;
    value.map(|value| read("a request", value.bytes())).transpose()
}
