// SPDX-License-Identifier: Apache-2.0
//! One block: what every reader needs of it, and its notices.

use crate::{
    client::{AtBlock, Link},
    submit::events,
    AccountId, Error,
};
use codec::{Compact, Decode, DecodeAll};
use dmsm_primitives::Moment;
use dmsm_primitives::{BlockNumber, BlsSignature, DeviceId, MemberId, NoticeSeal};
use sp_crypto_hashing::sha2_256;
use std::future::Future;
use subxt::{events::Phase, utils::H256};

/// A notice as it stands on chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealedNotice {
    /// Number of its block.
    pub block: BlockNumber,
    /// What the processor signed.
    pub seal: NoticeSeal,
    /// The processor's signature over the seal.
    pub signature: BlsSignature,
    /// The notice, encrypted under the owner's key.
    pub ciphertext: Vec<u8>,
}

/// The arguments of `notifications.notify`.
#[derive(Clone, PartialEq, Eq, Debug, Decode)]
#[cfg_attr(test, derive(codec::Encode))]
pub(crate) struct Notify {
    pub(crate) device: DeviceId,
    pub(crate) previous: u64,
    pub(crate) sequence: u64,
    pub(crate) judged_at: BlockNumber,
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) signature: BlsSignature,
}

impl Notify {
    /// The seal, the ciphertext being made under the modulus `n` of `owner`.
    pub(crate) fn seal(&self, processor: MemberId, owner: MemberId, n: &[u8]) -> NoticeSeal {
        NoticeSeal {
            processor,
            owner,
            device: self.device,
            previous: self.previous,
            sequence: self.sequence,
            judged_at: self.judged_at,
            owner_key: sha2_256(n),
            digest: sha2_256(&self.ciphertext),
        }
    }
}

/// A block, read.
pub(crate) struct Block<C> {
    pub(crate) number: u32,
    pub(crate) hash: H256,
    pub(crate) parent: H256,
    pub(crate) content: C,
}

/// What can be read of a block.
pub(crate) trait Read: Sized + Send {
    /// Reads the block of a number on the best chain. `at` gives the chain's interface alone.
    fn read(
        link: &Link,
        at: &AtBlock,
        number: u32,
    ) -> impl Future<Output = Result<Block<Self>, Error>> + Send;
}

/// Reads the header of the block of a number on the best chain.
pub(crate) async fn header(link: &Link, number: u32) -> Result<Block<()>, Error> {
    let missing = || Error::NoBlock { block: number.to_string() };
    let hash = link.hash(number).await?.ok_or_else(missing)?;
    let parent = link.parent(hash).await?.ok_or_else(missing)?;
    Ok(Block { number, hash, parent, content: () })
}

/// The extrinsics of a block.
pub(crate) type Bodies = Vec<Vec<u8>>;

/// Reads the body of the block of a number on the best chain.
pub(crate) async fn body(link: &Link, number: u32) -> Result<Block<Bodies>, Error> {
    let missing = || Error::NoBlock { block: number.to_string() };
    let hash = link.hash(number).await?.ok_or_else(missing)?;
    let block = link.block(hash).await?.block;
    let content = block.extrinsics.into_iter().map(|bytes| bytes.0).collect();
    Ok(Block { number, hash, parent: block.header.parent_hash, content })
}

/// A call of an extrinsic.
pub(crate) struct Called {
    /// Position in the block.
    pub(crate) index: u32,
    /// Who signed; `None` for what the author put in.
    pub(crate) signer: Option<AccountId>,
    pub(crate) pallet: String,
    pub(crate) name: String,
    /// Arguments, SCALE.
    pub(crate) fields: Vec<u8>,
}

/// The calls of a block.
pub(crate) async fn calls(at: &AtBlock, bodies: Bodies) -> Result<Vec<Called>, Error> {
    let mut calls = Vec::with_capacity(bodies.len());
    for extrinsic in at.extrinsics().from_bytes(bodies).await.iter() {
        let extrinsic = extrinsic?;
        calls.push(Called {
            index: extrinsic.index() as u32,
            signer: signer(extrinsic.address_bytes()),
            pallet: extrinsic.pallet_name().to_owned(),
            name: extrinsic.call_name().to_owned(),
            fields: extrinsic.call_data_field_bytes().to_vec(),
        });
    }
    Ok(calls)
}

impl Called {
    /// Whether it is this one.
    pub(crate) fn is(&self, pallet: &str, name: &str) -> bool {
        (self.pallet.as_str(), self.name.as_str()) == (pallet, name)
    }

    /// Its arguments.
    pub(crate) fn decode<T: DecodeAll>(&self, what: &'static str) -> Result<T, Error> {
        T::decode_all(&mut &self.fields[..]).map_err(|_| Error::Unreadable { what })
    }
}

/// The time of a block, from the calls of its body.
pub(crate) fn time(calls: &[Called]) -> Result<Moment, Error> {
    let set = calls.iter().find(|call| call.is("Timestamp", "set"));
    let unreadable = Error::Unreadable { what: "the time of a block" };
    Ok(set.ok_or(unreadable)?.decode::<Compact<Moment>>("the time of a block")?.0)
}

/// The notices of a block.
pub(crate) enum Content {
    /// As the chain says.
    Noted(Vec<SealedNotice>),
    /// The node has discarded the state, events included: these were submitted, by whom, and some
    /// may have been refused.
    Submitted(Vec<(AccountId, Notify)>),
}

impl Read for Content {
    async fn read(link: &Link, at: &AtBlock, number: u32) -> Result<Block<Self>, Error> {
        let Block { hash, parent, content: bodies, .. } = body(link, number).await?;
        let calls = calls(at, bodies).await?;
        let mut submitted = Vec::new();
        for call in calls.iter().filter(|call| call.is("Notifications", "notify")) {
            submitted.push((call.index, call.signer, call.decode("a notice")?));
        }
        let content = match calls.iter().any(|call| call.signer.is_some()) {
            // Nothing but what the author put in.
            false => Content::Noted(Vec::new()),
            true => content(link, at, number, hash, submitted).await?,
        };
        Ok(Block { number, hash, parent, content })
    }
}

/// The account of `MultiAddress::Id`.
fn signer(address: Option<&[u8]>) -> Option<AccountId> {
    match address? {
        [0, account @ ..] => Some(AccountId(account.try_into().ok()?)),
        _ => None,
    }
}

async fn content(
    link: &Link,
    at: &AtBlock,
    number: u32,
    hash: H256,
    submitted: Vec<(u32, Option<AccountId>, Notify)>,
) -> Result<Content, Error> {
    let events = match events(link, at, number, hash).await {
        Ok(events) => events,
        Err(Error::Discarded { .. }) => {
            let by = |(_, account, notify): (u32, Option<AccountId>, Notify)| Some((account?, notify));
            return Ok(Content::Submitted(submitted.into_iter().filter_map(by).collect()));
        }
        Err(error) => return Err(error),
    };
    let mut noted = Vec::new();
    for event in events.iter() {
        let event = event?;
        if (event.pallet_name(), event.event_name()) != ("Notifications", "Notified") {
            continue;
        }
        let seal = NoticeSeal::decode_all(&mut event.field_bytes());
        let seal = seal.map_err(|_| Error::Unreadable { what: "a seal" })?;
        let of = |(index, _, notify): &&(u32, Option<AccountId>, Notify)| {
            event.phase() == Phase::ApplyExtrinsic(*index) && sha2_256(&notify.ciphertext) == seal.digest
        };
        // The event is raised by this call alone; one that travels inside another call is not
        // looked for, and shows as a gap.
        if let Some((_, _, notify)) = submitted.iter().find(of) {
            let Notify { signature, ciphertext, .. } = notify.clone();
            noted.push(SealedNotice { block: number, seal, signature, ciphertext });
        }
    }
    Ok(Content::Noted(noted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;

    #[test]
    fn the_signer_is_an_account_or_nobody() {
        let account = [7; 32];
        assert_eq!(signer(Some(&[&[0][..], &account].concat())), Some(AccountId(account)));
        for other in [&[][..], &[0], &[1, 0], &[0; 34]] {
            assert_eq!(signer(Some(other)), None);
        }
        assert_eq!(signer(None), None);
    }

    #[test]
    fn a_cut_notice_is_refused_before_it_takes_memory() {
        let notify = Notify {
            device: DeviceId([1; 32]),
            previous: 0,
            sequence: 1,
            judged_at: 2,
            ciphertext: vec![3; 768],
            signature: BlsSignature([4; 48]),
        };
        let bytes = notify.encode();
        assert_eq!(Notify::decode_all(&mut &bytes[..]), Ok(notify));
        for length in 0..bytes.len() {
            assert!(Notify::decode_all(&mut &bytes[..length]).is_err());
        }
        // A length of 2^30 − 1 and nothing behind it.
        let boast = [&bytes[..52], &[0xfe, 0xff, 0xff, 0xff]].concat();
        assert!(Notify::decode_all(&mut &boast[..]).is_err());
    }
}
