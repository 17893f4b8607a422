// SPDX-License-Identifier: Apache-2.0
//! What holds in every state.

use crate::{
    Config, Deadlines, Inbox, LastTimestamps, Letters, NextRequest, Outbox, Pallet, Promised, Recent,
    RequestTypes, Requests, State,
};
use alloc::collections::{BTreeMap, BTreeSet};
use codec::Encode;
use dmsm_primitives::{Escrow, MemberRegistry};
use frame_support::ensure;
use sp_io::hashing::sha2_256;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Invariants:
    ///
    /// 1. What is held from each payer is the sum of the prices of its open requests.
    /// 2. Every open request is in exactly one slot of the deadline queue, at its deadline, and
    ///    nothing else is in it.
    /// 3. Every open request has its letter, and is in one inbox and one outbox; nothing else is.
    /// 4. Numbers of requests are below the next one, open or ended; none is both.
    /// 5. The parties of an open request have not left, and its timestamp is known.
    /// 6. Terms on offer have form.
    /// 7. As many requests are accepted as each processor has promised to answer.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let next = NextRequest::<T>::get();
        let mut held = BTreeMap::<alloc::vec::Vec<u8>, (T::AccountId, u128)>::new();
        let mut open = BTreeSet::new();
        let mut promised = BTreeMap::new();
        for (id, request) in Requests::<T>::iter() {
            ensure!(id < next, "prepaid: a number not given out");
            ensure!(request.price > 0, "prepaid: an open request for nothing");
            let slot = (request.deadline.to_be_bytes(), id.to_be_bytes());
            ensure!(Deadlines::<T>::contains_key(slot.0, slot.1), "prepaid: a request that never runs out");
            let letter = Letters::<T>::get(id).ok_or("prepaid: a request without letter")?;
            ensure!(sha2_256(&letter) == request.digest, "prepaid: a letter of another request");
            ensure!(Inbox::<T>::contains_key(request.processor, id), "prepaid: a request in no inbox");
            ensure!(Outbox::<T>::contains_key(request.requester, id), "prepaid: a request in no outbox");
            for party in [request.processor, request.requester] {
                ensure!(T::Members::standing(&party).is_some(), "prepaid: a party has left");
            }
            ensure!(
                LastTimestamps::<T>::contains_key(request.requester),
                "prepaid: a request without timestamp"
            );
            if let State::Accepted { .. } = request.state {
                *promised.entry(request.processor).or_insert(0u32) += 1;
            }
            held.entry(request.payer.encode()).or_insert((request.payer, 0)).1 += request.price;
            open.insert(id);
        }
        let counted: BTreeMap<_, _> = Promised::<T>::iter().collect();
        ensure!(counted == promised, "prepaid: another number of requests is accepted than counted");
        for (payer, sum) in held.into_values() {
            ensure!(T::Escrow::held(&payer) == sum, "prepaid: held money differs from open prices");
        }
        for count in [
            Deadlines::<T>::iter_keys().count(),
            Letters::<T>::iter_keys().count(),
            Inbox::<T>::iter_keys().count(),
            Outbox::<T>::iter_keys().count(),
        ] {
            ensure!(count == open.len(), "prepaid: an entry without open request");
        }
        for (_, recent) in Recent::<T>::iter() {
            for settled in recent {
                ensure!(settled.request < next, "prepaid: an outcome of a number not given out");
                ensure!(!open.contains(&settled.request), "prepaid: an ended request is open");
            }
        }
        for (_, terms) in RequestTypes::<T>::iter() {
            ensure!(Self::check_type(&terms).is_ok(), "prepaid: terms without form");
        }
        Ok(())
    }
}
