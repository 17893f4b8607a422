// SPDX-License-Identifier: Apache-2.0
//! What the chain has anchored, as it is finalized.

use crate::{
    chain::{self, Static},
    query::read,
    Client, Error,
};
use codec::{Decode, Encode};
use dmsm_primitives::{BlockNumber, DataKey, Day, MemberId, Scope};

/// What a processor has committed to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Anchor {
    /// Merkle root of the batch's records.
    pub root: [u8; 32],
    /// How many records.
    pub count: u32,
    /// SHA-256 of the manifest.
    pub manifest: [u8; 32],
    /// Since which block.
    pub at: BlockNumber,
}

impl Client {
    /// The key that a processor announced for its data of a scope.
    pub async fn data_key(&self, scope: &Scope, processor: &MemberId) -> Result<Option<DataKey>, Error> {
        let at = self.link().await.at_finalized().await?;
        let entry = at.storage().entry(chain::storage().records().data_keys())?;
        let value = entry.try_fetch((Static(*scope), Static(*processor))).await?;
        value.map(|value| read("a data key", value.bytes())).transpose()
    }

    /// How many versions of a day a processor has anchored.
    pub async fn versions(&self, processor: &MemberId, day: Day) -> Result<u16, Error> {
        let at = self.link().await.at_finalized().await?;
        let entry = at.storage().entry(chain::storage().records().versions())?;
        let value = entry.try_fetch((Static(*processor), Static(day))).await?;
        Ok(value.map(|value| read("a number of versions", value.bytes())).transpose()?.unwrap_or(0))
    }

    /// A version of a processor's day.
    pub async fn anchor(
        &self,
        processor: &MemberId,
        day: Day,
        version: u16,
    ) -> Result<Option<Anchor>, Error> {
        let at = self.link().await.at_finalized().await?;
        let entry = at.storage().entry(chain::storage().records().anchors())?;
        let value = entry.try_fetch((Static(*processor), Static(day), version)).await?;
        value.map(|value| read("an anchor", value.bytes())).transpose()
    }
}
