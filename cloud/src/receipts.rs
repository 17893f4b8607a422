// SPDX-License-Identifier: Apache-2.0
//! Storage receipts: the cloud's BLS key signs that it holds a blob. `prepaid.fulfil` takes one in
//! the place of an answer that is too long for a block.

use dmsm_crypto::bls;
use dmsm_primitives::{
    cloud::{Receipt, ReceiptSeal},
    BlsPublicKey, BlsSignature, MemberId,
};
use dmsm_vault::Vault;

/// The cloud as a member.
#[derive(Debug)]
pub struct Receipts {
    member: MemberId,
    vault: Vault,
}

impl Receipts {
    /// Signs as `member` with the key of `vault`.
    pub fn new(member: MemberId, vault: Vault) -> Self {
        Self { member, vault }
    }

    /// Who signs.
    pub fn member(&self) -> MemberId {
        self.member
    }

    /// The key that the chain must know the cloud by.
    pub fn key(&self) -> BlsPublicKey {
        self.vault.bls().public()
    }

    /// A receipt for a blob that is kept: its owner, its SHA-256 and its length, on the chain of this
    /// first block.
    pub fn issue(&self, genesis: &[u8; 32], owner: MemberId, digest: [u8; 32], bytes: u32) -> Receipt {
        let seal = ReceiptSeal { cloud: self.member, owner, digest, bytes };
        let signature: BlsSignature = bls::sign(self.vault.bls(), &seal.signing_payload(genesis));
        Receipt { cloud: self.member, digest, bytes, signature }
    }
}
