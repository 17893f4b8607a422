// SPDX-License-Identifier: Apache-2.0
//! From a call to a receipt.

use crate::{
    client::{number, AtBlock, Client, Hash, Link},
    Error, Signer,
};
use std::time::Duration;
use subxt::{
    config::SubstrateExtrinsicParamsBuilder,
    error::DispatchError,
    events::{Event, Phase},
    rpcs::methods::legacy::TransactionStatus,
    tx::Payload,
    utils::{AccountId32, H256},
};
use tokio::time::sleep;

/// Blocks for which a transaction stays valid: 51 s of 200 ms slots.
pub(crate) const MORTALITY: u64 = 256;

/// How often a transaction is made whose nonce another one takes, and how long between.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// What to wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Wait {
    /// The transaction stands in a block, which a fork may still replace.
    #[default]
    Inclusion,
    /// The transaction stands in a block that is final.
    Finalization,
}

/// Where a transaction took effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Receipt {
    /// Number of the block.
    pub block: u32,
    /// Its hash.
    #[serde(serialize_with = "crate::types::hex_bytes")]
    pub hash: Hash,
}

/// A transaction in a block, with what it caused.
pub(crate) struct Included {
    pub(crate) receipt: Receipt,
    pub(crate) events: Vec<Caused>,
}

/// An event of a transaction.
pub(crate) struct Caused {
    pub(crate) pallet: String,
    pub(crate) name: String,
    /// Fields, SCALE.
    pub(crate) fields: Vec<u8>,
}

impl Client {
    /// Signs, submits and waits. Fails if the call fails.
    pub(crate) async fn submit(
        &self,
        call: &impl Payload,
        signer: &Signer,
        wait: Wait,
    ) -> Result<Included, Error> {
        let link = self.link().await;
        let (number, hash) = link.finalized().await?;
        let at = link.at(number, hash).await?;
        let account = AccountId32(signer.account().0);
        let mut tries = 1;
        loop {
            let next = link.rpc.system_account_next_index(&account).await;
            let params = SubstrateExtrinsicParamsBuilder::new()
                .nonce(next.map_err(|error| link.failed(error))?)
                .mortal_from_unchecked(MORTALITY, number.into(), hash)
                .build();
            let bytes = at.tx().create_signable_offline(call, params)?.sign(&signer.0)?.into_encoded();
            match self.watch(&link, &at, &bytes, wait).await {
                Ok(block) => return outcome(&link, block, &bytes).await,
                // Another program that signs with this account was faster.
                Err(Error::NonceTaken) if tries < TRIES => tries += 1,
                Err(error) => return Err(error),
            }
            sleep(PAUSE).await;
        }
    }

    /// Submits and waits for the block.
    async fn watch(&self, link: &Link, at: &AtBlock, bytes: &[u8], wait: Wait) -> Result<H256, Error> {
        let statuses = link.rpc.author_submit_and_watch_extrinsic(bytes).await;
        let mut statuses = statuses.map_err(|error| link.refused(error, at.metadata_ref()))?;
        while let Some(status) = statuses.next().await {
            match status.map_err(|error| Error::FateUnknown { reason: error.to_string() })? {
                TransactionStatus::InBlock(hash) if wait == Wait::Inclusion => return Ok(hash),
                TransactionStatus::Finalized(hash) => return Ok(hash),
                TransactionStatus::Invalid => return Err(Error::NotIncluded { reason: "became invalid" }),
                TransactionStatus::Dropped => return Err(Error::NotIncluded { reason: "the pool is full" }),
                TransactionStatus::Usurped(_) => return Err(Error::NonceTaken),
                TransactionStatus::FinalityTimeout(_) => {
                    return Err(Error::FateUnknown { reason: "its block is not finalized".into() })
                }
                TransactionStatus::Future
                | TransactionStatus::Ready
                | TransactionStatus::Broadcast(_)
                | TransactionStatus::InBlock(_)
                | TransactionStatus::Retracted(_) => {}
            }
        }
        Err(Error::FateUnknown { reason: "the node stopped telling".into() })
    }
}

/// What a transaction did in a block.
async fn outcome(link: &Link, hash: H256, bytes: &[u8]) -> Result<Included, Error> {
    let block = link.block(hash).await?.block;
    let number = number(block.header.number)?;
    let at = link.at(number, hash).await?;
    let position = block
        .extrinsics
        .iter()
        .position(|extrinsic| extrinsic.0 == bytes)
        .ok_or(Error::FateUnknown { reason: "the block does not hold it".into() })?;
    let events = events(link, &at, number, hash).await?;
    let mut caused = Vec::new();
    for event in events.iter() {
        let event = event?;
        if event.phase() != Phase::ApplyExtrinsic(position as u32) {
            continue;
        }
        if let Some(error) = failure(&at, &event)? {
            return Err(Error::dispatch(error));
        }
        caused.push(Caused {
            pallet: event.pallet_name().to_owned(),
            name: event.event_name().to_owned(),
            fields: event.field_bytes().to_vec(),
        });
    }
    Ok(Included { receipt: Receipt { block: number, hash: hash.0 }, events: caused })
}

/// The error that an event speaks of: of the transaction, or of the motion that it carried.
fn failure(at: &AtBlock, event: &Event<'_, crate::client::Chain>) -> Result<Option<DispatchError>, Error> {
    let fields = event.field_bytes();
    let error = match (event.pallet_name(), event.event_name()) {
        ("System", "ExtrinsicFailed") => fields,
        // proposal_hash, result
        ("Council", "Executed" | "MemberExecuted") => match fields.split_at_checked(32) {
            Some((_, [1, error @ ..])) => error,
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    Ok(Some(DispatchError::decode_from(error, at.metadata())?))
}

/// The events of a block; `at` gives its interface alone.
pub(crate) async fn events(
    link: &Link,
    at: &AtBlock,
    number: u32,
    hash: H256,
) -> Result<subxt::events::Events<crate::client::Chain>, Error> {
    let key = [sp_crypto_hashing::twox_128(b"System"), sp_crypto_hashing::twox_128(b"Events")].concat();
    Ok(at.events().from_bytes(state(link, &key, number, hash).await?.unwrap_or_default()))
}

/// A value of the state of a block.
pub(crate) async fn state(
    link: &Link,
    key: &[u8],
    number: u32,
    hash: H256,
) -> Result<Option<Vec<u8>>, Error> {
    let value = link.rpc.state_get_storage(key, Some(hash)).await;
    value.map_err(|error| discarded(number, link.failed(error)))
}

/// The error of a question about the state of a block, by its name where the state is gone.
pub(crate) fn discarded(number: u32, error: Error) -> Error {
    match error {
        Error::Node { reason } if reason.contains("discarded") => Error::Discarded { block: number },
        other => other,
    }
}
