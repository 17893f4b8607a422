// SPDX-License-Identifier: Apache-2.0
//! What holds in every state.

use crate::{Config, Disputes, LastNotices, Pallet};
use dmsm_primitives::{BlockNumber, DeviceRegistry};
use frame_support::ensure;
use sp_runtime::{SaturatedConversion, TryRuntimeError};

impl<T: Config> Pallet<T> {
    /// Invariants:
    ///
    /// 1. Every last notice is of a known device, has a sequence above zero, and was judged on a
    ///    block that is there.
    /// 2. Every dispute is about a known device and was proved on a block that is there.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let now = frame_system::Pallet::<T>::block_number();
        let height: BlockNumber = now.saturated_into();
        for (device, last) in LastNotices::<T>::iter() {
            ensure!(T::Devices::device(&device).is_some(), "notifications: a notice of no device");
            ensure!(last.sequence > 0, "notifications: a notice without sequence");
            ensure!(last.judged_at <= height, "notifications: a notice judged in the future");
        }
        for (device, _, record) in Disputes::<T>::iter() {
            ensure!(T::Devices::device(&device).is_some(), "notifications: a dispute about no device");
            ensure!(record.proved_at <= now, "notifications: a dispute proved in the future");
        }
        Ok(())
    }
}
