// SPDX-License-Identifier: Apache-2.0
//! The deadline queue: what runs out gives its money back by itself.

use crate::{Config, Deadlines, Outcome, Pallet, Requests, State, WeightInfo};
use alloc::vec::Vec;
use dmsm_primitives::{Moment, RequestId};
use frame_support::{
    storage::with_storage_layer,
    traits::{Get, Time},
    weights::WeightMeter,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn queue(deadline: Moment, id: RequestId) {
        Deadlines::<T>::insert(deadline.to_be_bytes(), id.to_be_bytes(), ());
    }

    pub(crate) fn unqueue(deadline: Moment, id: RequestId) {
        Deadlines::<T>::remove(deadline.to_be_bytes(), id.to_be_bytes());
    }

    /// Refunds what has run out, first deadline first, as far as the weight allows.
    pub(crate) fn refund_due(meter: &mut WeightMeter) {
        if meter.try_consume(T::WeightInfo::look_at_deadlines()).is_err() {
            return;
        }
        let now = T::Time::now();
        let due: Vec<RequestId> = Deadlines::<T>::iter_keys()
            .map(|(deadline, id)| (u64::from_be_bytes(deadline), u64::from_be_bytes(id)))
            .take_while(|(deadline, _)| *deadline <= now)
            .take(T::MaxRefunds::get() as usize)
            .map(|(_, id)| id)
            .collect();
        for id in due {
            if meter.try_consume(T::WeightInfo::refund_due()).is_err() {
                return;
            }
            if let Err(error) = with_storage_layer(|| Self::run_out(id)) {
                // It stays in the queue, and is tried again with every block.
                log::error!(target: "runtime::prepaid", "request {id} cannot be refunded: {error:?}");
            }
        }
    }

    fn run_out(id: RequestId) -> frame_support::pallet_prelude::DispatchResult {
        let request = Requests::<T>::get(id).ok_or(crate::Error::<T>::UnknownRequest)?;
        let outcome = match request.state {
            State::Requested => Outcome::Expired,
            State::Accepted { .. } => Outcome::TimedOut,
        };
        Self::refund(id, request, outcome)
    }
}
