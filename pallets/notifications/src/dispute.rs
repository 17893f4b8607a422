// SPDX-License-Identifier: Apache-2.0
//! How a false notice is proved.

use crate::{Config, DisputeRecord, Disputes, Error, Event, Opening, Pallet, WeightInfo};
use dmsm_primitives::{
    blocks, BlsSignature, Conduct, CreditBook, DeviceRegistry, Falsehood, MemberRegistry, Notice, NoticeSeal,
};
use frame_support::{
    ensure,
    pallet_prelude::{BoundedVec, DispatchResult},
    weights::Weight,
};
use sp_io::hashing::sha2_256;

/// The weight of a dispute under a modulus of this many bytes: encryption grows with its cube.
pub(crate) fn weight<T: Config>(modulus_bytes: usize) -> Weight {
    match modulus_bytes {
        0..=256 => T::WeightInfo::dispute_2048(),
        257..=384 => T::WeightInfo::dispute_3072(),
        _ => T::WeightInfo::dispute_4096(),
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn do_dispute(
        account: T::AccountId,
        seal: NoticeSeal,
        signature: BlsSignature,
        ciphertext: BoundedVec<u8, T::MaxCiphertext>,
        opening: Opening,
    ) -> DispatchResult {
        let device = T::Devices::device(&seal.device).ok_or(Error::<T>::UnknownDevice)?;
        ensure!(T::Members::id_of(&account) == Some(device.owner), Error::<T>::NotOwner);
        ensure!(seal.owner == device.owner, Error::<T>::ForeignNotice);
        ensure!(seal.digest == sha2_256(&ciphertext), Error::<T>::ForeignNotice);
        ensure!(!Disputes::<T>::contains_key(seal.device, seal.digest), Error::<T>::AlreadyDisputed);

        // The evidence: the processor answers for this ciphertext under this key of the owner.
        ensure!(T::Members::had_bls_key(&seal.processor, &opening.processor_key), Error::<T>::WrongKey);
        ensure!(seal.owner_key == sha2_256(&opening.n), Error::<T>::WrongKey);
        Self::check_seal(&seal, &opening.processor_key, &signature)?;

        let rule = T::Devices::rule_at(&seal.device, seal.judged_at).ok_or(Error::<T>::RuleForgotten)?;
        ensure!(
            dmsm_host::dmsm_consensus::paillier_opens(
                &opening.n,
                &ciphertext,
                &opening.plaintext,
                &opening.randomness,
            ),
            Error::<T>::BadOpening
        );

        let device_signed = |payload: &[u8], signature: &dmsm_primitives::DeviceSignature| {
            sp_io::crypto::ed25519_verify(&signature.0.into(), payload, &device.key.0.into())
        };
        let verdict = Self::message_of(&opening)
            .and_then(|message| Notice::check(&message, &seal, &rule, &Self::genesis_hash(), device_signed));
        let falsehood = verdict.err().ok_or(Error::<T>::NoticeIsTrue)?;

        let NoticeSeal { processor, device, sequence, digest, .. } = seal;
        let proved_at = frame_system::Pallet::<T>::block_number();
        Disputes::<T>::insert(device, digest, DisputeRecord { processor, sequence, falsehood, proved_at });
        T::Credit::record(&processor, &seal.owner, Conduct::FalseNotice);
        Self::deposit_event(Event::ProvedFalse { device, sequence, processor, falsehood });
        Ok(())
    }

    /// The message of an opened plaintext: one block, below n by its leading zero byte.
    fn message_of(opening: &Opening) -> Result<alloc::vec::Vec<u8>, Falsehood> {
        let length = opening.n.len();
        let significant = opening.plaintext.iter().position(|byte| *byte != 0);
        let digits = significant.map_or(&[][..], |first| &opening.plaintext[first..]);
        let padding = length.checked_sub(1 + digits.len()).ok_or(Falsehood::Unreadable)?;
        let block = [&alloc::vec![0; padding][..], digits].concat();
        blocks::join(&[block], length).map_err(|_| Falsehood::Unreadable)
    }
}
