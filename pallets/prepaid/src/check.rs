// SPDX-License-Identifier: Apache-2.0
//! What a request must fulfil, in the paper's order (IV.B, validation a to c).

use crate::{
    Call, Config, Delivery, Error, LastTimestamps, Order, Pallet, RequestType, RequestTypes, WeightInfo,
    MAX_ANSWER_IN_CLOUD,
};
use codec::Encode;
use dmsm_primitives::{
    cloud::Receipt,
    request::{Amount, RequestSeal},
    BlsPublicKey, BlsSignature, Escrow, MemberId, MemberRegistry, Role, Standing,
};
use frame_support::{
    ensure,
    traits::{Get, Time},
    weights::Weight,
};

/// `InvalidTransaction::Custom` code of a request that the pool refuses: this and the number of its
/// [`Error`].
pub const REFUSED: u8 = 32;

/// Shortest and longest time limit, ms.
const TIME_LIMITS: core::ops::RangeInclusive<u64> = 1_000..=30 * 24 * 3_600 * 1_000;

/// The weight of a request by the length of its letter, which is twice that of a modulus.
pub(crate) fn request_weight<T: Config>(letter: usize) -> Weight {
    match letter {
        0..=512 => T::WeightInfo::request_2048(),
        513..=768 => T::WeightInfo::request_3072(),
        _ => T::WeightInfo::request_4096(),
    }
}

/// The weight of an answer by its length, or of a receipt for one.
pub(crate) fn fulfil_weight<T: Config>(delivery: &Delivery) -> Weight {
    match delivery {
        Delivery::InBlock(answer) => T::WeightInfo::fulfil((answer.len() as u32).div_ceil(1_024)),
        Delivery::InCloud(_) => T::WeightInfo::fulfil_in_cloud(),
    }
}

/// A request that passed.
pub(crate) struct Checked {
    pub requester: MemberId,
    pub digest: [u8; 32],
}

impl<T: Config> Pallet<T> {
    pub(crate) fn check_type(terms: &RequestType) -> Result<(), Error<T>> {
        ensure!(
            terms.price > 0 && TIME_LIMITS.contains(&terms.time_limit) && !terms.roles.is_empty(),
            Error::<T>::BadTerms
        );
        Ok(())
    }

    /// For the pool: refuses a request that would fail.
    pub fn admit(account: &T::AccountId, call: &Call<T>) -> Result<(), u8> {
        let Call::request { order, letter, signature } = call else { return Ok(()) };
        let refused = |error: Error<T>| {
            // An error without fields is encoded as its number.
            REFUSED.saturating_add(error.encode().first().copied().unwrap_or_default())
        };
        Self::check_request(account, order, letter, signature).map(drop).map_err(refused)
    }

    pub(crate) fn check_request(
        account: &T::AccountId,
        order: &Order,
        letter: &[u8],
        signature: &BlsSignature,
    ) -> Result<Checked, Error<T>> {
        let (requester, role) = Self::check_parties(account, order)?;
        Self::check_terms(order, role)?;
        Self::check_timestamp(&requester, order)?;
        let seal = order.seal(requester, letter);
        Self::check_letter(order, letter)?;
        Self::check_request_signature(&requester, &seal, signature)?;
        Self::check_money(account, order.price)?;
        Ok(Checked { requester, digest: seal.digest })
    }

    /// a. The identifiers.
    fn check_parties(account: &T::AccountId, order: &Order) -> Result<(MemberId, Role), Error<T>> {
        let requester = T::Members::id_of(account).ok_or(Error::<T>::NotMember)?;
        let Standing { role, region, active } =
            T::Members::standing(&requester).ok_or(Error::<T>::NotMember)?;
        ensure!(active, Error::<T>::Suspended);
        let processor = T::Members::standing(&order.processor)
            .filter(|standing| standing.role == Role::Processor)
            .ok_or(Error::<T>::UnknownProcessor)?;
        ensure!(processor.active, Error::<T>::ProcessorSuspended);
        ensure!(processor.region == region, Error::<T>::NotLocalProcessor);
        Ok((requester, role))
    }

    /// b. The CID, and what the requester signed of its kind.
    fn check_terms(order: &Order, role: Role) -> Result<(), Error<T>> {
        let terms = RequestTypes::<T>::get(order.cid.kind).ok_or(Error::<T>::UnknownType)?;
        ensure!(terms.roles.contains(&role), Error::<T>::RoleNotAllowed);
        ensure!(terms.price == order.price, Error::<T>::PriceChanged);
        ensure!(terms.time_limit == order.time_limit, Error::<T>::TimeLimitChanged);
        Ok(())
    }

    fn check_timestamp(requester: &MemberId, order: &Order) -> Result<(), Error<T>> {
        let (now, skew) = (T::Time::now(), T::MaxSkew::get());
        ensure!(order.timestamp >= now.saturating_sub(skew), Error::<T>::StaleTimestamp);
        ensure!(order.timestamp <= now.saturating_add(skew), Error::<T>::FutureTimestamp);
        let last = LastTimestamps::<T>::get(requester);
        ensure!(last.is_none_or(|last| order.timestamp > last), Error::<T>::RepeatedTimestamp);
        Ok(())
    }

    fn check_letter(order: &Order, letter: &[u8]) -> Result<(), Error<T>> {
        let keys = T::Members::keys_of(&order.processor).ok_or(Error::<T>::UnknownProcessor)?;
        ensure!(
            dmsm_host::dmsm_consensus::paillier_is_ciphertext(&keys.paillier.n, letter),
            Error::<T>::BadLetter
        );
        Ok(())
    }

    /// c. The signature (equation 8).
    fn check_request_signature(
        requester: &MemberId,
        seal: &RequestSeal,
        signature: &BlsSignature,
    ) -> Result<(), Error<T>> {
        let keys = T::Members::keys_of(requester).ok_or(Error::<T>::NotMember)?;
        Self::check_signature(&keys.bls, &seal.signing_payload(&Self::genesis_hash()), signature)
    }

    pub(crate) fn check_signature(
        key: &BlsPublicKey,
        payload: &[u8],
        signature: &BlsSignature,
    ) -> Result<(), Error<T>> {
        ensure!(
            dmsm_host::dmsm_consensus::bls_verify(&key.0, payload, &signature.0),
            Error::<T>::BadSignature
        );
        Ok(())
    }

    fn check_money(account: &T::AccountId, price: Amount) -> Result<(), Error<T>> {
        ensure!(T::Escrow::can_hold(account, price), Error::<T>::CannotPay);
        Ok(())
    }

    /// An active cloud answers for whole blocks under the requester's key, handed in by `owner`. What
    /// they hold is seen by the requester alone.
    pub(crate) fn check_receipt(n: &[u8], owner: MemberId, receipt: &Receipt) -> Result<(), Error<T>> {
        ensure!(receipt.bytes <= MAX_ANSWER_IN_CLOUD, Error::<T>::AnswerTooLong);
        let block = 2 * n.len() as u32;
        ensure!(receipt.bytes > 0 && receipt.bytes.checked_rem(block) == Some(0), Error::<T>::BadAnswer);
        let cloud = T::Members::standing(&receipt.cloud)
            .filter(|standing| standing.role == Role::Cloud)
            .ok_or(Error::<T>::UnknownCloud)?;
        ensure!(cloud.active, Error::<T>::CloudSuspended);
        let keys = T::Members::keys_of(&receipt.cloud).ok_or(Error::<T>::UnknownCloud)?;
        let payload = receipt.seal(owner).signing_payload(&Self::genesis_hash());
        Self::check_signature(&keys.bls, &payload, &receipt.signature).map_err(|_| Error::<T>::BadReceipt)
    }

    /// Whole blocks under the requester's key.
    pub(crate) fn check_answer(n: &[u8], answer: &[u8]) -> Result<(), Error<T>> {
        ensure!(answer.len() <= T::MaxAnswer::get() as usize, Error::<T>::AnswerTooLong);
        let mut blocks = answer.chunks_exact(2 * n.len());
        ensure!(blocks.len() > 0 && blocks.remainder().is_empty(), Error::<T>::BadAnswer);
        ensure!(
            blocks.all(|block| dmsm_host::dmsm_consensus::paillier_is_ciphertext(n, block)),
            Error::<T>::BadAnswer
        );
        Ok(())
    }
}
