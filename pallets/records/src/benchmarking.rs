// SPDX-License-Identifier: Apache-2.0
//! Benchmarks: each call at the worst case of its bounds.

use super::*;
use dmsm_host::fixtures;
use dmsm_primitives::{time::DAY_MILLIS, RegionId};
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;

const REGION: RegionId = RegionId(1);
const DAY: Day = Day(15_340); // 2012-01-01

/// Sets the chain's clock: at genesis no day is over.
pub trait SetClock {
    /// To a time, ms since the Unix epoch.
    fn set_clock(now: Moment);
}

fn processor<T: Config>() -> (T::AccountId, MemberId) {
    let account: T::AccountId = account("processor", 0, 0);
    let id = T::Members::enrol(&account, Role::Processor, REGION, fixtures::member_keys(1, 4096));
    (account, id)
}

/// The longest, which is the dearest.
fn data_key() -> PaillierPublicKey {
    fixtures::member_keys(2, 4096).paillier
}

fn scope() -> Scope {
    Scope { region: REGION, month: DAY.month().expect("before the year 10000") }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn announce_data_key() {
        let (caller, id) = processor::<T>();

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), scope(), data_key(), [3; 32]);

        assert!(DataKeys::<T>::contains_key(scope(), id));
    }

    #[benchmark]
    fn anchor() -> Result<(), BenchmarkError> {
        let (caller, id) = processor::<T>();
        T::BenchmarkClock::set_clock(DAY.end() + DAY_MILLIS);
        Pallet::<T>::do_announce_data_key(caller.clone(), scope(), data_key(), [3; 32])?;
        Versions::<T>::insert(id, DAY, u16::MAX - 1);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), DAY, u16::MAX - 1, [1; 32], MAX_BATCH, [2; 32]);

        assert!(Anchors::<T>::contains_key((id, DAY, u16::MAX - 1)));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
