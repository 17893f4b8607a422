// SPDX-License-Identifier: Apache-2.0
//! The authority set, as `pallet-session` asks for it.

use crate::{Authorities, Config, Pallet};
use alloc::vec::Vec;

impl<T: Config> Pallet<T> {
    /// The authorities that the council set; `None` while it has set none, which keeps those of
    /// genesis.
    pub fn wanted_authorities() -> Option<Vec<T::AccountId>> {
        let authorities = Authorities::<T>::get().into_inner();
        (!authorities.is_empty()).then_some(authorities)
    }
}
