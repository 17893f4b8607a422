// SPDX-License-Identifier: Apache-2.0
//! How a request moves, and the money with it.

use crate::{
    check::Checked, Config, Delivery, Error, Event, Inbox, LastTimestamps, Letters, NextRequest, Order,
    Outbox, Outcome, Pallet, Promised, Recent, RequestOf, RequestType, RequestTypes, Requests, Settled,
    State,
};
use dmsm_primitives::{
    request::Rejection, BlsSignature, Conduct, CreditBook, Escrow, MemberRegistry, RequestId, RequestKind,
    Score,
};
use frame_support::{
    ensure,
    pallet_prelude::{BoundedVec, DispatchError, DispatchResult},
    traits::Time,
};
use sp_io::hashing::sha2_256;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_set_request_type(kind: RequestKind, terms: Option<RequestType>) -> DispatchResult {
        if let Some(terms) = &terms {
            Self::check_type(terms)?;
        }
        RequestTypes::<T>::set(kind, terms.clone());
        Self::deposit_event(Event::RequestTypeSet { kind, terms });
        Ok(())
    }

    pub(crate) fn do_request(
        payer: T::AccountId,
        order: Order,
        letter: BoundedVec<u8, T::MaxLetter>,
        signature: BlsSignature,
    ) -> DispatchResult {
        let Checked { requester, digest } = Self::check_request(&payer, &order, &letter, &signature)?;
        let Order { processor, cid, price, time_limit, timestamp } = order;
        T::Escrow::hold(&payer, price).map_err(|_| Error::<T>::CannotPay)?;

        let id = NextRequest::<T>::mutate(|next| core::mem::replace(next, next.saturating_add(1)));
        let deadline = T::Time::now().saturating_add(time_limit);
        let state = State::Requested;
        let request =
            RequestOf::<T> { requester, payer, processor, cid, digest, price, time_limit, deadline, state };
        LastTimestamps::<T>::insert(requester, timestamp);
        Letters::<T>::insert(id, letter);
        Inbox::<T>::insert(processor, id, ());
        Outbox::<T>::insert(requester, id, ());
        Self::queue(deadline, id);
        Requests::<T>::insert(id, request);
        Self::deposit_event(Event::Requested { request: id, requester, processor, cid, price, deadline });
        Ok(())
    }

    /// An open request that the caller was asked.
    fn asked(account: &T::AccountId, id: RequestId) -> Result<RequestOf<T>, Error<T>> {
        let request = Requests::<T>::get(id).ok_or(Error::<T>::UnknownRequest)?;
        ensure!(T::Members::id_of(account) == Some(request.processor), Error::<T>::NotItsProcessor);
        Ok(request)
    }

    /// Nothing but a refund happens from the deadline on.
    fn ensure_in_time(request: &RequestOf<T>) -> Result<(), Error<T>> {
        ensure!(T::Time::now() < request.deadline, Error::<T>::DeadlinePassed);
        Ok(())
    }

    pub(crate) fn do_accept(
        account: T::AccountId,
        id: RequestId,
        digest: [u8; 32],
        lock: [u8; 32],
        credit: Score,
    ) -> DispatchResult {
        let mut request = Self::asked(&account, id)?;
        let standing = T::Members::standing(&request.processor).ok_or(Error::<T>::UnknownProcessor)?;
        ensure!(standing.active, Error::<T>::ProcessorSuspended);
        ensure!(request.digest == digest, Error::<T>::WrongRequest);
        ensure!(request.state == State::Requested, Error::<T>::AlreadyAccepted);
        Self::ensure_in_time(&request)?;
        ensure!(credit == T::Credit::score(&request.processor), Error::<T>::WrongCredit);

        Self::unqueue(request.deadline, id);
        let deadline = T::Time::now().saturating_add(request.time_limit);
        Self::queue(deadline, id);
        request.deadline = deadline;
        request.state = State::Accepted { lock };
        Promised::<T>::mutate(request.processor, |promised| *promised = promised.saturating_add(1));
        Requests::<T>::insert(id, request);
        Self::deposit_event(Event::Accepted { request: id, lock, credit, deadline });
        Ok(())
    }

    pub(crate) fn do_reject(
        account: T::AccountId,
        id: RequestId,
        digest: [u8; 32],
        reason: Rejection,
    ) -> DispatchResult {
        let request = Self::asked(&account, id)?;
        ensure!(request.digest == digest, Error::<T>::WrongRequest);
        ensure!(request.state == State::Requested, Error::<T>::AlreadyAccepted);
        Self::ensure_in_time(&request)?;
        Self::refund(id, request, Outcome::Rejected(reason))
    }

    pub(crate) fn do_cancel(account: T::AccountId, id: RequestId) -> DispatchResult {
        let request = Requests::<T>::get(id).ok_or(Error::<T>::UnknownRequest)?;
        ensure!(T::Members::id_of(&account) == Some(request.requester), Error::<T>::NotItsRequester);
        ensure!(request.state == State::Requested, Error::<T>::AlreadyAccepted);
        Self::ensure_in_time(&request)?;
        Self::refund(id, request, Outcome::Cancelled)
    }

    pub(crate) fn do_fulfil(
        account: T::AccountId,
        id: RequestId,
        preimage: &[u8],
        delivery: &Delivery,
        signature: BlsSignature,
    ) -> DispatchResult {
        let request = Self::asked(&account, id)?;
        let State::Accepted { lock } = request.state else { return Err(Error::<T>::NotAccepted.into()) };
        Self::ensure_in_time(&request)?;
        let preimage: [u8; 32] = preimage.try_into().map_err(|_| Error::<T>::BadPreimageLength)?;
        ensure!(sha2_256(&preimage) == lock, Error::<T>::WrongPreimage);

        let requester = T::Members::keys_of(&request.requester).ok_or(Error::<T>::UnknownRequest)?;
        match delivery {
            Delivery::InBlock(answer) => Self::check_answer(&requester.paillier.n, answer)?,
            Delivery::InCloud(receipt) => {
                Self::check_receipt(&requester.paillier.n, request.processor, receipt)?
            }
        }
        let keys = T::Members::keys_of(&request.processor).ok_or(Error::<T>::UnknownProcessor)?;
        let seal = request.answer_seal(id, &requester.paillier.n, delivery.digest());
        Self::check_signature(&keys.bls, &seal.signing_payload(&Self::genesis_hash()), &signature)?;

        T::Escrow::pay(&request.payer, &account, request.price)?;
        let delivered = Conduct::Delivered { price: request.price };
        T::Credit::record(&request.processor, &request.requester, delivered);
        Self::close(id, &request, Outcome::Fulfilled);
        let cloud = delivery.cloud();
        Self::deposit_event(Event::Fulfilled { request: id, preimage, digest: seal.digest, cloud });
        Ok(())
    }

    /// Gives the money back and ends the request.
    pub(crate) fn refund(id: RequestId, request: RequestOf<T>, outcome: Outcome) -> DispatchResult {
        T::Escrow::refund(&request.payer, request.price)?;
        if outcome == Outcome::TimedOut {
            T::Credit::record(&request.processor, &request.requester, Conduct::TimedOut);
        }
        Self::close(id, &request, outcome);
        Self::deposit_event(match outcome {
            Outcome::Rejected(reason) => Event::Rejected { request: id, reason },
            Outcome::Cancelled => Event::Cancelled { request: id },
            Outcome::Expired => Event::Expired { request: id },
            Outcome::TimedOut => Event::TimedOut { request: id },
            Outcome::Fulfilled => return Err(DispatchError::Corruption),
        });
        Ok(())
    }

    /// Takes an ended request out of the state, but for its outcome.
    fn close(id: RequestId, request: &RequestOf<T>, outcome: Outcome) {
        Self::unqueue(request.deadline, id);
        if let State::Accepted { .. } = request.state {
            Promised::<T>::mutate_exists(request.processor, |promised| {
                *promised = promised.unwrap_or(0).checked_sub(1).filter(|left| *left > 0);
            });
        }
        Inbox::<T>::remove(request.processor, id);
        Outbox::<T>::remove(request.requester, id);
        Letters::<T>::remove(id);
        Requests::<T>::remove(id);
        Recent::<T>::mutate(request.requester, |recent| {
            if recent.is_full() {
                recent.remove(0);
            }
            let at = frame_system::Pallet::<T>::block_number();
            // There is room: the oldest has just made way.
            let _ = recent.try_push(Settled { request: id, cid: request.cid, outcome, at });
        });
    }
}
