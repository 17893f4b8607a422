// SPDX-License-Identifier: Apache-2.0
//! To ask a processor (paper IV.B and V.B).

use super::Order;
use crate::{
    chain::{self, runtime_types::bounded_collections::bounded_vec::BoundedVec, Static},
    verify, AccountId, Client, Error, Receipt, Signer, Wait,
};
use codec::{Decode, Encode};
use dmsm_crypto::{bls, paillier};
use dmsm_primitives::{
    request::{Content, ContentId, Question},
    Amount, BlsSignature, MemberId, Moment, RequestId,
};
use dmsm_vault::Vault;
use sp_crypto_hashing::sha2_256;
use std::time::{SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

/// A request, ready to be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inquiry {
    /// Who asks.
    pub requester: MemberId,
    /// What is asked, for nobody but the processor.
    pub content: Content,
    /// What everybody sees of it.
    pub order: Order,
    /// The content, encrypted under the processor's key.
    pub letter: Vec<u8>,
    /// The requester's signature over the seal.
    pub signature: BlsSignature,
}

impl Inquiry {
    /// What is signed.
    fn new(
        requester: MemberId,
        content: Content,
        order: Order,
        letter: Vec<u8>,
        vault: &Vault,
        genesis: &[u8; 32],
    ) -> Self {
        let seal = order.seal(requester, &letter);
        let signature = bls::sign(vault.bls(), &seal.signing_payload(genesis));
        Self { requester, content, order, letter, signature }
    }

    /// SHA-256 of the letter.
    pub fn digest(&self) -> [u8; 32] {
        sha2_256(&self.letter)
    }
}

/// A request that stands on chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Asked {
    /// Its number.
    pub request: RequestId,
    /// Who is asked.
    pub processor: MemberId,
    /// What is held, minor units.
    pub price: Amount,
    /// Until when it must be accepted, ms since the Unix epoch.
    pub deadline: Moment,
    /// Where it took effect.
    #[serde(flatten)]
    pub receipt: Receipt,
}

impl Client {
    /// Asks the processor of the region of the signer's member, and pays.
    ///
    /// [`Self::prepare`] and [`Self::send`] in one.
    pub async fn ask(
        &self,
        question: Question,
        vault: &Vault,
        signer: &Signer,
        wait: Wait,
    ) -> Result<(Inquiry, Asked), Error> {
        let inquiry = self.prepare(question, vault, &signer.account()).await?;
        let asked = self.send(&inquiry, signer, wait).await?;
        Ok((inquiry, asked))
    }

    /// Encrypts a question for the processor of the region, under the terms that are on offer, and
    /// signs it with the vault's BLS key. Nothing is sent.
    ///
    /// The timestamp is that of the local clock, or the one after the member's last request if that
    /// is later; a clock that is too far from the chain's is refused by name.
    pub async fn prepare(
        &self,
        question: Question,
        vault: &Vault,
        account: &AccountId,
    ) -> Result<Inquiry, Error> {
        let requester = self.required_id(account).await?;
        let member = self.member(&requester).await?;
        let member = member.ok_or_else(|| Error::NoIdentifier { account: account.to_string() })?;
        if member.keys.bls != vault.bls().public() || *member.keys.paillier.n != *verify::modulus(vault) {
            return Err(Error::OtherVault { vault: vault.path().display().to_string(), member: requester });
        }
        let processor = self.processor_of(member.region).await?;
        let (processor, its) = processor.ok_or(Error::NoProcessor { region: member.region })?;
        let kind = question.kind();
        let terms = self.request_type(kind).await?.ok_or(Error::NotOnOffer { kind })?;
        let timestamp = self.timestamp(&requester).await?;

        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(|_| Error::Randomness)?;
        let content = Content { salt, question };
        let order = Order {
            processor,
            cid: ContentId::of(&content),
            price: terms.price,
            time_limit: terms.time_limit,
            timestamp,
        };
        let key = paillier::PublicKey::try_from(&its.keys.paillier)?;
        let letter = key.encrypt_message(&Zeroizing::new(content.encode()))?;
        Ok(Inquiry::new(requester, content, order, letter, vault, self.genesis()))
    }

    /// Sends a request. It is signed for one moment: one that waited for minutes is refused.
    pub async fn send(&self, inquiry: &Inquiry, signer: &Signer, wait: Wait) -> Result<Asked, Error> {
        let call = chain::transactions().prepaid().request(
            Static(inquiry.order.clone()),
            BoundedVec(inquiry.letter.clone()),
            Static(inquiry.signature),
        );
        let included = self.submit(&call, signer, wait).await?;
        let unreadable = || Error::Unreadable { what: "the event of a request" };
        let requested =
            included.events.iter().find(|event| (&*event.pallet, &*event.name) == ("Prepaid", "Requested"));
        let fields = &requested.ok_or_else(unreadable)?.fields;
        let (request, _, processor, _, price, deadline) =
            <(RequestId, MemberId, MemberId, ContentId, Amount, Moment)>::decode(&mut &fields[..])
                .map_err(|_| unreadable())?;
        Ok(Asked { request, processor, price, deadline, receipt: included.receipt })
    }

    /// The timestamp of the next request.
    async fn timestamp(&self, requester: &MemberId) -> Result<Moment, Error> {
        let chain = self.chain_time().await?;
        let local = local_clock();
        if local.abs_diff(chain) > self.max_skew().await? {
            return Err(Error::ClockDiffers { local, chain });
        }
        let after_last = self.last_timestamp(requester).await?.map_or(0, |last| last.saturating_add(1));
        Ok(local.max(after_last))
    }
}

/// ms since the Unix epoch.
fn local_clock() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(Moment::MAX)
}
