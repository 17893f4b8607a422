// SPDX-License-Identifier: Apache-2.0
//! What holds in every state.

use crate::{Config, DeviceCount, DeviceStatus, Devices, DevicesOf, Pallet};
use alloc::collections::BTreeMap;
use dmsm_primitives::MemberId;
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Invariants:
    ///
    /// 1. A device's identifier is derived from its owner and key.
    /// 2. An owner's list holds its devices that are not unbound, and its count is their number.
    /// 3. No owner has more than `MaxDevices`.
    /// 4. A device has rules, in the order of their blocks, each consistent.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut counts = BTreeMap::<MemberId, u32>::new();
        for (id, device) in Devices::<T>::iter() {
            ensure!(device.has_id(&id), "devices: an identifier is not its device's");
            let bound = device.status != DeviceStatus::Unbound;
            ensure!(
                DevicesOf::<T>::contains_key(device.owner, id) == bound,
                "devices: an owner's list is wrong"
            );
            if bound {
                *counts.entry(device.owner).or_default() += 1;
            }
            ensure!(!device.rules.is_empty(), "devices: a device without a rule");
            ensure!(
                device.rules.iter().all(|(_, rule)| rule.is_consistent()),
                "devices: an inconsistent rule"
            );
            ensure!(device.rules.is_sorted_by(|a, b| a.0 < b.0), "devices: rules out of order");
        }
        ensure!(
            DevicesOf::<T>::iter().count() as u32 == counts.values().sum::<u32>(),
            "devices: a list names a stranger"
        );
        ensure!(
            counts.values().all(|count| *count <= T::MaxDevices::get()),
            "devices: too many of one owner"
        );
        ensure!(DeviceCount::<T>::iter().collect::<BTreeMap<_, _>>() == counts, "devices: miscounted");
        Ok(())
    }
}
