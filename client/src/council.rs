// SPDX-License-Identifier: Apache-2.0
//! Motions of the energy centre.

use crate::{
    chain::{self, runtime_types::sp_weights::weight_v2::Weight, Static},
    AccountId, Client, Error, Receipt, Signer, Wait,
};
use codec::{Compact, Decode, Encode, Output};
use serde::Serialize;
use subxt::{
    tx::{self, Payload},
    utils::H256,
};

/// What became of a call that the council may have to carry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It took effect.
    Done(Receipt),
    /// It waits for the votes of other members of the council.
    Proposed {
        /// Where it was proposed.
        receipt: Receipt,
        /// What to vote on.
        motion: Motion,
    },
}

/// A motion of the council.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Motion {
    /// Hash of the call.
    #[serde(serialize_with = "crate::types::hex_bytes")]
    pub hash: [u8; 32],
    /// Number of the motion.
    pub index: u32,
    /// Votes in favour that it needs.
    pub threshold: u32,
    /// Who is in favour.
    pub ayes: Vec<AccountId>,
    /// Who is against.
    pub nays: Vec<AccountId>,
}

/// The most that a motion of ours costs: 20 ms, 1 MB.
const MOTION_WEIGHT: Weight = Weight { ref_time: 20_000_000_000, proof_size: 1_000_000 };

/// A call that is encoded already.
struct Encoded(Vec<u8>);

impl Encode for Encoded {
    fn encode_to<O: Output + ?Sized>(&self, output: &mut O) {
        output.write(&self.0);
    }
}

impl Client {
    /// The members of the council.
    pub async fn council(&self) -> Result<Vec<AccountId>, Error> {
        let at = self.link().await.at_best().await?;
        let entry = at.storage().entry(chain::storage().council().members())?;
        let unreadable = |_| Error::Unreadable { what: "the council" };
        match entry.try_fetch(()).await? {
            Some(value) => Vec::decode(&mut value.bytes()).map_err(unreadable),
            None => Ok(Vec::new()),
        }
    }

    /// The motions that are open.
    pub async fn motions(&self) -> Result<Vec<Motion>, Error> {
        let at = self.link().await.at_best().await?;
        let storage = at.storage();
        let mut entries = storage.entry(chain::storage().council().voting())?.iter(()).await?;
        let mut motions = Vec::new();
        while let Some(entry) = entries.next().await {
            let entry = entry?;
            let unreadable = || Error::Unreadable { what: "a motion" };
            let hash = entry.key_bytes().last_chunk().copied().ok_or_else(unreadable)?;
            let (index, threshold, ayes, nays) =
                Decode::decode(&mut entry.value().bytes()).map_err(|_| unreadable())?;
            motions.push(Motion { hash, index, threshold, ayes, nays });
        }
        Ok(motions)
    }

    /// Has the council do something: at once if the signer is its majority, else when enough of its
    /// members have voted.
    pub(crate) async fn propose(
        &self,
        call: &impl Payload,
        signer: &Signer,
        wait: Wait,
    ) -> Result<Outcome, Error> {
        let at = self.link().await.at_best().await?;
        at.tx().validate(call)?;
        let proposal = at.tx().call_data(call)?;
        let threshold = (self.council().await?.len() / 2 + 1) as u32;
        let length = proposal.len() as u32;
        let fields = (Static(Compact(threshold)), Static(Encoded(proposal)), Static(Compact(length)));
        let included = self.submit(&tx::dynamic("Council", "propose", fields), signer, wait).await?;
        let receipt = included.receipt;
        let proposed =
            included.events.iter().find(|event| event.pallet == "Council" && event.name == "Proposed");
        let Some(proposed) = proposed else { return Ok(Outcome::Done(receipt)) };
        let (proposer, index, hash, threshold): (AccountId, u32, [u8; 32], u32) =
            Decode::decode(&mut &proposed.fields[..]).map_err(|_| Error::Unreadable { what: "a motion" })?;
        let motion = Motion { hash, index, threshold, ayes: vec![proposer], nays: Vec::new() };
        Ok(Outcome::Proposed { receipt, motion })
    }

    /// Votes on a motion.
    pub async fn vote(
        &self,
        motion: &Motion,
        approve: bool,
        signer: &Signer,
        wait: Wait,
    ) -> Result<Receipt, Error> {
        let call = chain::transactions().council().vote(H256(motion.hash), motion.index, approve);
        Ok(self.submit(&call, signer, wait).await?.receipt)
    }

    /// Ends a motion that has its votes: what it carries takes effect.
    pub async fn close(&self, motion: &Motion, signer: &Signer, wait: Wait) -> Result<Receipt, Error> {
        let at = self.link().await.at_best().await?;
        let entry = at.storage().entry(chain::storage().council().proposal_of())?;
        let what = || Error::Unknown { what: format!("motion 0x{}", hex::encode(motion.hash)) };
        let proposal = entry.try_fetch((H256(motion.hash),)).await?.ok_or_else(what)?;
        let length = proposal.bytes().len() as u32;
        let call =
            chain::transactions().council().close(H256(motion.hash), motion.index, MOTION_WEIGHT, length);
        Ok(self.submit(&call, signer, wait).await?.receipt)
    }
}
