// SPDX-License-Identifier: Apache-2.0
//! What holds in every state.

use crate::{Anchors, Config, DataKeys, Pallet, Versions, MIN_DATA_KEY_BYTES};
use alloc::collections::{BTreeMap, BTreeSet};
use dmsm_primitives::{records::MAX_BATCH, Day, MemberId};
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
    /// Invariants:
    ///
    /// 1. The versions of a day are 0 up to its count, without a gap; a day that is counted has one.
    /// 2. An anchor is of a day before the year 10000 in whose month its processor has a data key, is
    ///    not from the future, has a root and 1 to 2,048 records.
    /// 3. A data key is of a month, and has form and length.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut months = BTreeSet::new();
        for (scope, processor, key) in DataKeys::<T>::iter() {
            ensure!(scope.month.period(0).is_some(), "records: a data key of no month");
            let (n, h) = (&key.paillier.n, &key.paillier.h);
            ensure!(n.len() >= MIN_DATA_KEY_BYTES, "records: a data key is too short");
            ensure!(
                dmsm_host::dmsm_consensus::paillier_key_has_form(n, h),
                "records: a data key without form"
            );
            months.insert((processor, scope.month));
        }

        let now = frame_system::Pallet::<T>::block_number();
        let mut days = BTreeMap::<(MemberId, Day), (u32, u32)>::new();
        for ((processor, day, version), anchor) in Anchors::<T>::iter() {
            let month = day.month().ok_or("records: an anchor of no day")?;
            ensure!(months.contains(&(processor, month)), "records: an anchor without data key");
            ensure!((1..=MAX_BATCH).contains(&anchor.count), "records: an anchor of no batch");
            ensure!(anchor.root != [0; 32], "records: an anchor without root");
            ensure!(anchor.at <= now, "records: an anchor from the future");
            let (count, highest) = days.entry((processor, day)).or_default();
            *count += 1;
            *highest = (*highest).max(version.into());
        }
        for (processor, day, versions) in Versions::<T>::iter() {
            let (count, highest) = days.remove(&(processor, day)).ok_or("records: a day without anchor")?;
            ensure!(count == u32::from(versions) && highest + 1 == count, "records: a gap between versions");
        }
        ensure!(days.is_empty(), "records: an anchor of a day that is not counted");
        Ok(())
    }
}
