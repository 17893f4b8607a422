// SPDX-License-Identifier: Apache-2.0
//! The letter of an old request, found in the blocks.

use super::{answer::Sent, Order};
use crate::{
    block::{self, Called},
    client::{AtBlock, Link},
    walk::FETCHES,
    AccountId, Error,
};
use dmsm_primitives::{request::ContentId, BlockNumber, BlsSignature, Moment};
use futures::{stream, TryStreamExt};
use sp_crypto_hashing::sha2_256;

/// The longest that an answer can come after its request: twice the longest time limit, 60 days.
const LONGEST: Moment = 60 * 24 * 3_600 * 1_000;

/// The letters of a content that an account sent, in the last block before `before` that has any.
///
/// Bodies are read backwards; nodes keep them when they discard states.
pub(crate) async fn find(
    link: &Link,
    at: &AtBlock,
    before: BlockNumber,
    cid: &ContentId,
    account: &AccountId,
) -> Result<Vec<Sent>, Error> {
    let read = |number| async move { block::calls(at, block::body(link, number).await?.content).await };
    let numbers = (1..=before).rev().map(Ok);
    let blocks = stream::iter(numbers).map_ok(read).try_buffered(FETCHES);
    futures::pin_mut!(blocks);
    let mut fulfilled = None;
    while let Some(calls) = blocks.try_next().await? {
        let time = block::time(&calls)?;
        if time.saturating_add(LONGEST) < *fulfilled.get_or_insert(time) {
            break;
        }
        let mut found = Vec::new();
        for call in calls.iter().filter(|call| call.signer.as_ref() == Some(account)) {
            found.extend(sent(call, cid)?);
        }
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// The letter of a call that asks for this content.
fn sent(call: &Called, cid: &ContentId) -> Result<Option<Sent>, Error> {
    if !call.is("Prepaid", "request") {
        return Ok(None);
    }
    let (order, letter, _): (Order, Vec<u8>, BlsSignature) = call.decode("a request")?;
    Ok((order.cid == *cid).then(|| Sent { processor: order.processor, digest: sha2_256(&letter) }))
}
