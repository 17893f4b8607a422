// SPDX-License-Identifier: Apache-2.0
//! The answer to a request, from the block where it was fulfilled.
//!
//! In this order: the block's event names the ciphertext by its digest; the processor signed the
//! seal; the ciphertext decrypts with the vault's key; it holds one readable answer; the answer is
//! one to the question, where that is known; its sums are right.

use super::{
    progress::{Happenings, Progress},
    Ending, Settled,
};
use crate::{
    block::{self, Read},
    client::AtBlock,
    verify, AccountId, Client, Cloud, CloudError, Error,
};
use codec::DecodeAll;
use dmsm_crypto::bls;
use dmsm_primitives::{
    answer::{Answer, Bill, BillLine},
    cloud::{mask, Receipt},
    request::{AnswerSeal, Question},
    BlockNumber, BlsPublicKey, BlsSignature, MemberId, RequestId,
};
use dmsm_vault::Vault;
use serde::Serialize;
use sp_crypto_hashing::sha2_256;
use std::{
    fmt,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// To whom a question went, and under which ciphertext.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sent {
    /// Who was asked.
    pub processor: MemberId,
    /// SHA-256 of the letter.
    pub digest: [u8; 32],
}

/// An answer, decrypted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Answered {
    /// The request.
    pub request: RequestId,
    /// Who answered.
    pub processor: MemberId,
    /// Number of the block that holds it.
    pub block: BlockNumber,
    /// The answer.
    pub answer: Answer,
    /// Whether it is one to the question; `None` if the question is not known any more.
    pub fits: Option<bool>,
    /// What is wrong with it.
    pub flaw: Option<AnswerFlaw>,
}

/// What is wrong with an answer that the processor signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerFlaw {
    /// It answers something else than was asked.
    OtherQuestion,
    /// Its sums or its rounding are wrong.
    WrongSum,
}

impl fmt::Display for AnswerFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherQuestion => "it answers something else than was asked",
            Self::WrongSum => "its sums are wrong",
        })
    }
}

/// The arguments of `prepaid.fulfil`.
type Fulfil = (RequestId, Vec<u8>, Delivery, BlsSignature);

/// How an answer was handed in.
#[derive(Clone, Debug, codec::Decode)]
enum Delivery {
    InBlock(Vec<u8>),
    InCloud(Receipt),
}

impl Delivery {
    fn digest(&self) -> [u8; 32] {
        match self {
            Self::InBlock(ciphertext) => sha2_256(ciphertext),
            Self::InCloud(receipt) => receipt.digest,
        }
    }
}

/// How long the cloud may take to hear of a block, and how often it is asked.
const CLOUD_PATIENCE: Duration = Duration::from_secs(30);
const CLOUD_PAUSE: Duration = Duration::from_millis(300);

impl Client {
    /// Reads the answer to a request of the vault's member.
    ///
    /// `sent` is as [`Client::prepare`] made it; without it, it is looked for in the blocks before.
    /// The question is compared with the answer where it is given. `cloud` is asked where the answer
    /// lies there; it may take some seconds until it knows that the answer was paid for.
    pub async fn answer(
        &self,
        settled: &Settled,
        requester: &MemberId,
        sent: Option<Sent>,
        question: Option<&Question>,
        vault: &Vault,
        cloud: Option<&Cloud<'_>>,
    ) -> Result<Answered, Error> {
        let Settled { request, cid, ending, at: number } = *settled;
        if ending != Ending::Fulfilled {
            return Err(Error::NotAnswered { request, ending: ending.to_string() });
        }
        let missing = |reason| Error::AnswerRefused { request, reason };
        let link = self.link().await;
        let at = link.at_best().await?;
        let calls = self.fulfilments(&at, number, request).await?;
        let sents = match sent {
            Some(sent) => vec![sent],
            None => self.sent(&at, number, settled, requester).await?,
        };
        let requester_key = sha2_256(&verify::modulus(vault));
        let mut signed = None;
        for sent in sents {
            let keys = self.bls_keys(&sent.processor).await?;
            for (_, preimage, delivery, signature) in &calls {
                let seal = AnswerSeal {
                    request,
                    processor: sent.processor,
                    requester: *requester,
                    cid,
                    request_digest: sent.digest,
                    requester_key,
                    digest: delivery.digest(),
                };
                if is_signed(&seal, signature, &keys, self.genesis()) {
                    signed = Some((sent.processor, preimage, delivery));
                }
            }
        }
        let (processor, preimage, delivery) = signed.ok_or_else(|| missing(match calls.is_empty() {
            true => "the block holds none",
            false => "the processor did not sign it for this vault's key: give the vault of the time when it was asked",
        }))?;
        let ciphertext = match delivery {
            Delivery::InBlock(ciphertext) => ciphertext.clone(),
            Delivery::InCloud(receipt) => fetch(cloud, receipt, preimage).await?,
        };
        let answer = open(&ciphertext, vault).map_err(missing)?;
        let fits = question.map(|question| fits(&answer, question));
        let flaw = match (fits, adds_up(&answer)) {
            (Some(false), _) => Some(AnswerFlaw::OtherQuestion),
            (_, false) => Some(AnswerFlaw::WrongSum),
            _ => None,
        };
        Ok(Answered { request, processor, block: number, answer, fits, flaw })
    }

    /// The calls of a block that may have fulfilled a request: the one whose event says so; all,
    /// where the node has discarded the events.
    async fn fulfilments(
        &self,
        at: &AtBlock,
        number: BlockNumber,
        request: RequestId,
    ) -> Result<Vec<Fulfil>, Error> {
        let link = self.link().await;
        let named = match Happenings::read(&link, at, number).await {
            Ok(block) => Some(block.content.0.into_iter().find_map(|happened| {
                let Progress::Fulfilled { digest, .. } = happened.stage.progress else { return None };
                (happened.stage.request == request).then_some((happened.extrinsic, digest))
            })),
            Err(Error::Discarded { .. }) => None,
            Err(error) => return Err(error),
        };
        let calls = block::calls(at, block::body(&link, number).await?.content).await?;
        let mut fulfilments = Vec::new();
        for call in calls.iter().filter(|call| call.is("Prepaid", "fulfil")) {
            let fulfil: Fulfil = call.decode("an answer")?;
            let is_named = match named {
                Some(Some((index, digest))) => index == Some(call.index) && digest == fulfil.2.digest(),
                Some(None) => false,
                None => true,
            };
            if fulfil.0 == request && is_named {
                fulfilments.push(fulfil);
            }
        }
        Ok(fulfilments)
    }

    /// The letters of a content that its requester sent before a block.
    async fn sent(
        &self,
        at: &AtBlock,
        before: BlockNumber,
        settled: &Settled,
        requester: &MemberId,
    ) -> Result<Vec<Sent>, Error> {
        let member = self.member(requester).await?;
        let unknown = || Error::Unknown { what: format!("member {requester}") };
        let account: AccountId = member.ok_or_else(unknown)?.account;
        super::letter::find(&self.link().await, at, before, &settled.cid, &account).await
    }
}

/// The ciphertext that lies masked in the cloud.
async fn fetch(cloud: Option<&Cloud<'_>>, receipt: &Receipt, preimage: &[u8]) -> Result<Vec<u8>, Error> {
    let cloud = cloud.ok_or(Error::NoCloud)?;
    let preimage = preimage.try_into().map_err(|_| Error::Unreadable { what: "a preimage" })?;
    let begin = Instant::now();
    let mut bytes = loop {
        match cloud.blob(&receipt.digest).await {
            // It obeys finalized blocks, and has not read this one yet.
            Err(CloudError::Refused { name, .. })
                if name == "not-granted" && begin.elapsed() < CLOUD_PATIENCE =>
            {
                sleep(CLOUD_PAUSE).await
            }
            answer => break answer?,
        }
    };
    mask(&mut bytes, preimage);
    Ok(bytes)
}

/// Whether one of the keys signed a seal.
fn is_signed(seal: &AnswerSeal, signature: &BlsSignature, keys: &[BlsPublicKey], genesis: &[u8; 32]) -> bool {
    let payload = seal.signing_payload(genesis);
    keys.iter().any(|key| bls::verify_enrolled(key, &payload, signature).is_ok())
}

fn open(ciphertext: &[u8], vault: &Vault) -> Result<Answer, &'static str> {
    let undecryptable = "it does not decrypt with this vault's key";
    let plaintext = vault.paillier().decrypt_message(ciphertext).map_err(|_| undecryptable)?;
    Answer::decode_all(&mut &plaintext[..]).map_err(|_| "it is signed, and is no answer")
}

/// Whether an answer is one to a question.
pub fn fits(answer: &Answer, question: &Question) -> bool {
    match (answer, question) {
        (Answer::Bill(bill), Question::Bill { meter, month }) => (bill.meter, bill.month) == (*meter, *month),
        (Answer::Usage(usage), Question::Usage { meter, period }) => {
            let count = period.half_hours().map_or(0, |half_hours| half_hours.len());
            (usage.meter, usage.period) == (*meter, *period) && usage.energy.len() == count
        }
        (Answer::Advice(advice), Question::Advice { meter, month }) => {
            advice.meter == *meter && month.is_none_or(|month| month == advice.month)
        }
        _ => false,
    }
}

/// Whether the sums of an answer are what [`dmsm_primitives::answer`] promises.
pub fn adds_up(answer: &Answer) -> bool {
    let Answer::Bill(Bill { lines, energy, standing_charge, total, .. }) = answer else { return true };
    let sum = |of: fn(&BillLine) -> u64| lines.iter().map(|line| u128::from(of(line))).sum::<u128>();
    let rounded = |line: &BillLine| {
        let millionths = u128::from(line.energy) * u128::from(line.price);
        (millionths + 500_000) / 1_000_000 == u128::from(line.cost)
    };
    lines.iter().all(rounded)
        && sum(|line| line.energy) == u128::from(*energy)
        && sum(|line| line.cost) + u128::from(*standing_charge) == u128::from(*total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsm_primitives::{
        answer::{Quality, Usage},
        DeviceId, Month, Period,
    };

    const METER: DeviceId = DeviceId([1; 32]);
    const JANUARY: Month = Month { year: 2012, month: 1 };

    fn bill() -> Bill {
        let line = |band: &str, energy, price, cost| BillLine { band: band.into(), energy, price, cost };
        Bill {
            meter: METER,
            month: JANUARY,
            utc_offset_minutes: 0,
            tariff: "std".into(),
            currency: "GBP".into(),
            // 100 kWh at 14.228 p is 1422.8 p; 0.5 p is rounded up.
            lines: vec![line("all", 100_000, 14_228, 1_423), line("half", 500, 1_000, 1)],
            energy: 100_500,
            export: 0,
            standing_days: 31,
            standing_charge: 100,
            total: 1_524,
            quality: Quality::default(),
            evidence: None,
        }
    }

    #[test]
    fn sums_and_rounding_are_checked() {
        assert!(adds_up(&Answer::Bill(bill())));
        for change in [
            (|bill: &mut Bill| bill.energy += 1) as fn(&mut Bill),
            |bill| bill.total -= 1,
            |bill| {
                bill.lines[0].cost -= 1;
                bill.total -= 1;
            },
            |bill| bill.lines[1].energy = u64::MAX,
        ] {
            let mut wrong = bill();
            change(&mut wrong);
            assert!(!adds_up(&Answer::Bill(wrong)));
        }
    }

    #[test]
    fn an_answer_fits_its_own_question_alone() {
        let answer = Answer::Bill(bill());
        assert!(fits(&answer, &Question::Bill { meter: METER, month: JANUARY }));
        let february = Month { month: 2, ..JANUARY };
        assert!(!fits(&answer, &Question::Bill { meter: METER, month: february }));
        assert!(!fits(&answer, &Question::Bill { meter: DeviceId([2; 32]), month: JANUARY }));
        assert!(!fits(&answer, &Question::Advice { meter: METER, month: None }));

        let period = Period { from: 0, until: 3_600_000 };
        let usage = |count| {
            let energy = vec![codec::Compact(1); count];
            Answer::Usage(Usage { meter: METER, period, energy, export: 0, quality: Quality::default() })
        };
        let question = Question::Usage { meter: METER, period };
        assert!(fits(&usage(2), &question));
        assert!(!fits(&usage(1), &question));
    }
}
