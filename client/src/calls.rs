// SPDX-License-Identifier: Apache-2.0
//! The calls of the contracts.

use crate::{
    chain::{self, runtime_types::bounded_collections::bounded_vec::BoundedVec, Static},
    types::DisputeOpening,
    verify, AccountId, Client, Error, Flaw, Outcome, Receipt, Signer, VerifiedNotice, Wait,
};
use dmsm_crypto::{bls, paillier};
use dmsm_primitives::{
    signing::{self, Purpose},
    BlockNumber, DeviceId, DevicePublicKey, DeviceSignature, MemberId, MemberKeys, OperatorId, RegionId,
    Role, Rule,
};
use dmsm_vault::Vault;
use subxt::{
    tx::Payload,
    utils::{AccountId32, H256},
};

/// The keys of a vault, as they are enrolled.
///
/// No proofs about the Paillier modulus are published yet: their digest is zero.
fn enrolled_keys(vault: &Vault) -> MemberKeys {
    MemberKeys {
        bls: vault.bls().public(),
        paillier: vault.paillier().public().to_primitive(),
        proofs_digest: [0; 32],
    }
}

/// Calls of members.
impl Client {
    /// Lets an account apply. By an active processor, or the council.
    pub async fn invite(
        &self,
        account: &AccountId,
        signer: &Signer,
        council: bool,
        wait: Wait,
    ) -> Result<Outcome, Error> {
        let call = chain::transactions().members().invite(AccountId32(account.0));
        self.submit_as(&call, signer, council, wait).await
    }

    /// Takes an invitation back, and the application with it.
    pub async fn withdraw_invitation(
        &self,
        account: &AccountId,
        signer: &Signer,
        council: bool,
        wait: Wait,
    ) -> Result<Outcome, Error> {
        let call = chain::transactions().members().withdraw_invitation(AccountId32(account.0));
        self.submit_as(&call, signer, council, wait).await
    }

    /// Applies for membership with the keys and the identity of a vault.
    ///
    /// The preimage of the identifier goes encrypted to the processor of the region; it stays
    /// empty where there is none.
    pub async fn apply(
        &self,
        vault: &Vault,
        id: &MemberId,
        role: Role,
        region: RegionId,
        signer: &Signer,
        wait: Wait,
    ) -> Result<Receipt, Error> {
        let opening = match (self.processor_of(region).await?, vault.identity()) {
            (Some((_, processor)), Some(identity)) => {
                let preimage = [&identity.real_world[..], &identity.salt].concat();
                paillier::PublicKey::try_from(&processor.keys.paillier)?.encrypt_message(&preimage)?
            }
            _ => Vec::new(),
        };
        let call = chain::transactions().members().apply(
            Static(*id),
            Static(role),
            Static(region),
            Static(enrolled_keys(vault)),
            Static(bls::prove_possession(vault.bls(), id)),
            BoundedVec(opening),
        );
        Ok(self.submit(&call, signer, wait).await?.receipt)
    }

    /// Makes an applicant a member: its application must have this hash.
    pub async fn approve(
        &self,
        account: &AccountId,
        application: &[u8; 32],
        signer: &Signer,
        council: bool,
        wait: Wait,
    ) -> Result<Outcome, Error> {
        let call = chain::transactions().members().approve(AccountId32(account.0), H256(*application));
        self.submit_as(&call, signer, council, wait).await
    }

    /// Stops a member from starting anything new.
    pub async fn suspend(
        &self,
        id: &MemberId,
        signer: &Signer,
        council: bool,
        wait: Wait,
    ) -> Result<Outcome, Error> {
        let call = chain::transactions().members().suspend(Static(*id));
        self.submit_as(&call, signer, council, wait).await
    }

    /// Makes a suspended member active again.
    pub async fn reinstate(
        &self,
        id: &MemberId,
        signer: &Signer,
        council: bool,
        wait: Wait,
    ) -> Result<Outcome, Error> {
        let call = chain::transactions().members().reinstate(Static(*id));
        self.submit_as(&call, signer, council, wait).await
    }

    /// Replaces the keys of a member by those of a vault.
    pub async fn rotate_keys(
        &self,
        new: &Vault,
        id: &MemberId,
        signer: &Signer,
        wait: Wait,
    ) -> Result<Receipt, Error> {
        let possession = bls::prove_possession(new.bls(), id);
        let call =
            chain::transactions().members().rotate_keys(Static(enrolled_keys(new)), Static(possession));
        Ok(self.submit(&call, signer, wait).await?.receipt)
    }

    /// Puts a member down as belonging to an operator, or to none. By the council.
    pub async fn set_operator(
        &self,
        id: &MemberId,
        operator: Option<OperatorId>,
        signer: &Signer,
        council: bool,
        wait: Wait,
    ) -> Result<Outcome, Error> {
        let call = chain::transactions().members().set_operator(Static(*id), operator.map(Static));
        self.submit_as(&call, signer, council, wait).await
    }

    /// Ends the signer's membership.
    pub async fn leave(&self, signer: &Signer, wait: Wait) -> Result<Receipt, Error> {
        let call = chain::transactions().members().leave();
        Ok(self.submit(&call, signer, wait).await?.receipt)
    }
}

/// Calls about devices.
impl Client {
    /// Registers a device under its key.
    pub async fn register(
        &self,
        key: DevicePublicKey,
        rule: Rule,
        signer: &Signer,
        wait: Wait,
    ) -> Result<Receipt, Error> {
        let call = chain::transactions().devices().register(Static(key), Static(rule));
        Ok(self.submit(&call, signer, wait).await?.receipt)
    }

    /// What a device signs to be connected to its owner.
    pub fn connection_payload(&self, device: &DeviceId, owner: &MemberId) -> Vec<u8> {
        signing::payload(Purpose::Connect, self.genesis(), &(device, owner))
    }

    /// Connects a device with its own signature over [`Self::connection_payload`].
    pub async fn connect_device(
        &self,
        device: &DeviceId,
        proof: DeviceSignature,
        signer: &Signer,
        wait: Wait,
    ) -> Result<Receipt, Error> {
        let call = chain::transactions().devices().connect(Static(*device), Static(proof));
        Ok(self.submit(&call, signer, wait).await?.receipt)
    }

    /// Gives a device a rule that applies from a block to come.
    pub async fn set_rule(
        &self,
        device: &DeviceId,
        rule: Rule,
        from: BlockNumber,
        signer: &Signer,
        wait: Wait,
    ) -> Result<Receipt, Error> {
        let call = chain::transactions().devices().set_rule(Static(*device), Static(rule), from);
        Ok(self.submit(&call, signer, wait).await?.receipt)
    }

    /// Ends the watching of a device.
    pub async fn unbind(&self, device: &DeviceId, signer: &Signer, wait: Wait) -> Result<Receipt, Error> {
        let call = chain::transactions().devices().unbind(Static(*device));
        Ok(self.submit(&call, signer, wait).await?.receipt)
    }
}

/// Calls about notices.
impl Client {
    /// Opens a false notice on chain. A true one is refused here, and nothing is sent.
    pub async fn dispute(
        &self,
        notice: &VerifiedNotice,
        vault: &Vault,
        signer: &Signer,
        wait: Wait,
    ) -> Result<Receipt, Error> {
        match &notice.result {
            Ok(_) => return Err(Error::NoticeIsTrue),
            Err(Flaw::False(_)) => {}
            Err(flaw) => return Err(Error::NotDisputable { reason: flaw.to_string() }),
        }
        let not_signed = || Error::NotDisputable { reason: Flaw::SealNotSigned.to_string() };
        let processor_key = notice.processor_key.ok_or_else(not_signed)?;
        let sealed = &notice.sealed;
        let public = vault.paillier().public();
        let ciphertext = paillier::Ciphertext::from_bytes(public, &sealed.ciphertext)?;
        let opening = vault.paillier().open(&ciphertext)?;
        let opening = DisputeOpening {
            processor_key,
            n: verify::modulus(vault),
            plaintext: opening.plaintext,
            randomness: opening.randomness,
        };
        let call = chain::transactions().notifications().dispute(
            Static(sealed.seal.clone()),
            Static(sealed.signature),
            BoundedVec(sealed.ciphertext.clone()),
            Static(opening),
        );
        Ok(self.submit(&call, signer, wait).await?.receipt)
    }
}

impl Client {
    /// As the signer itself, or carried by a motion of the council.
    pub(crate) async fn submit_as(
        &self,
        call: &impl Payload,
        signer: &Signer,
        council: bool,
        wait: Wait,
    ) -> Result<Outcome, Error> {
        match council {
            true => self.propose(call, signer, wait).await,
            false => Ok(Outcome::Done(self.submit(call, signer, wait).await?.receipt)),
        }
    }
}
