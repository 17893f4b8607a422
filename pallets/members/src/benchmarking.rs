// SPDX-License-Identifier: Apache-2.0
//! Benchmarks: each call at the worst case of its bounds.

use super::*;
use alloc::vec;
use codec::Encode;
use dmsm_host::fixtures;
use frame_benchmarking::v2::*;
use frame_support::{
    dispatch::{DispatchInfo, PostDispatchInfo},
    traits::{EnsureOrigin, IsSubType, OriginTrait},
};
use frame_system::RawOrigin;
use sp_runtime::traits::{
    AsSystemOriginSigner, AsTransactionAuthorizedOrigin, DispatchTransaction, Dispatchable,
};

const REGION: RegionId = RegionId(1);
const BITS: u32 = 4096;

fn processor<T: Config>(index: u32) -> (T::AccountId, MemberId) {
    let account: T::AccountId = account("processor", index, 0);
    let id = Pallet::<T>::enrol(&account, Role::Processor, REGION, fixtures::member_keys(index, BITS));
    (account, id)
}

fn user<T: Config>(index: u32) -> (T::AccountId, MemberId) {
    let account: T::AccountId = account("user", index, 0);
    let id = Pallet::<T>::enrol(&account, Role::User, REGION, fixtures::member_keys(index, 2048));
    (account, id)
}

fn application<T: Config>(role: Role, bits: u32, opening: u32) -> (MemberId, Application<T::MaxOpening>) {
    let id = MemberId([7; 32]);
    let opening = vec![0xa5; opening as usize].try_into().expect("within the bound");
    (id, Application { id, role, region: REGION, keys: fixtures::member_keys(9, bits), opening })
}

#[benchmarks(
    where
        T: Send + Sync,
        T::RuntimeCall: Dispatchable<Info = DispatchInfo, PostInfo = PostDispatchInfo>
            + IsSubType<Call<T>>
            + From<frame_system::Call<T>>,
        <T::RuntimeCall as Dispatchable>::RuntimeOrigin:
            AsSystemOriginSigner<T::AccountId> + AsTransactionAuthorizedOrigin + OriginTrait + Clone,
)]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn invite() {
        let (caller, id) = processor::<T>(1);
        OpenInvitations::<T>::insert(Some(id), 1);
        let account: T::AccountId = account("applicant", 0, 0);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), account.clone());

        assert!(Invitations::<T>::contains_key(account));
    }

    #[benchmark]
    fn withdraw_invitation() -> Result<(), BenchmarkError> {
        let (caller, by) = processor::<T>(1);
        let account: T::AccountId = account("applicant", 0, 0);
        Pallet::<T>::do_invite(account.clone(), Some(by))?;
        let (_, application) = application::<T>(Role::User, 2048, T::MaxOpening::get());
        Applications::<T>::insert(&account, application);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), account.clone());

        assert!(!Applications::<T>::contains_key(account));
        Ok(())
    }

    #[benchmark]
    fn apply(l: Linear<0, { T::MaxOpening::get() }>) -> Result<(), BenchmarkError> {
        let caller: T::AccountId = whitelisted_caller();
        Pallet::<T>::do_invite(caller.clone(), None)?;
        let (id, Application { role, region, keys, opening, .. }) =
            application::<T>(Role::Processor, BITS, l);
        let possession = fixtures::possession(9, &id);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), id, role, region, keys, possession, opening);

        assert!(Applications::<T>::contains_key(caller));
        Ok(())
    }

    #[benchmark]
    fn approve() -> Result<(), BenchmarkError> {
        let (caller, by) = processor::<T>(1);
        let account: T::AccountId = account("applicant", 0, 0);
        Pallet::<T>::do_invite(account.clone(), Some(by))?;
        let (id, application) = application::<T>(Role::User, BITS, T::MaxOpening::get());
        let hash = Pallet::<T>::application_hash(&application);
        Applications::<T>::insert(&account, application);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), account, hash);

        assert!(Members::<T>::contains_key(id));
        Ok(())
    }

    #[benchmark]
    fn suspend() {
        let (caller, _) = processor::<T>(1);
        let (_, id) = user::<T>(2);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), id);

        assert_eq!(Members::<T>::get(id).map(|member| member.status), Some(Status::Suspended));
    }

    #[benchmark]
    fn reinstate() {
        let (caller, _) = processor::<T>(1);
        let (_, id) = user::<T>(2);
        Members::<T>::mutate(id, |member| {
            if let Some(member) = member {
                member.status = Status::Suspended;
            }
        });

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), id);

        assert_eq!(Members::<T>::get(id).map(|member| member.status), Some(Status::Active));
    }

    #[benchmark]
    fn rotate_keys() {
        let (caller, id) = processor::<T>(1);
        KeyHistory::<T>::mutate(id, |history| {
            while history.try_push(dmsm_primitives::BlsPublicKey([0; 96])).is_ok() {}
        });
        let keys = fixtures::member_keys(2, BITS);
        let possession = fixtures::possession(2, &id);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), keys.clone(), possession);

        assert_eq!(Pallet::<T>::keys_of(&id), Some(keys));
    }

    #[benchmark]
    fn leave() {
        let (caller, id) = user::<T>(1);
        UsageOf::<T>::insert(&caller, Usage { window: 0u32.into(), included: 1 });
        let others: alloc::vec::Vec<T::AccountId> =
            (0..T::MaxAuthorities::get()).map(|index| account("authority", index, 0)).collect();
        Authorities::<T>::put(BoundedVec::truncate_from(others));

        #[extrinsic_call]
        _(RawOrigin::Signed(caller));

        assert_eq!(Members::<T>::get(id).map(|member| member.status), Some(Status::Left));
    }

    #[benchmark]
    fn set_authorities(n: Linear<1, { T::MaxAuthorities::get() }>) -> Result<(), BenchmarkError> {
        let origin = T::CouncilOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        let authorities: alloc::vec::Vec<T::AccountId> =
            (0..n).map(|index| processor::<T>(index).0).collect();
        authorities.iter().for_each(T::SessionKeys::set);
        let authorities = BoundedVec::truncate_from(authorities);

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, authorities.clone());

        assert_eq!(Authorities::<T>::get(), authorities);
        Ok(())
    }

    #[benchmark]
    fn set_operator() -> Result<(), BenchmarkError> {
        let origin = T::CouncilOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
        let (_, id) = user::<T>(1);

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, id, Some(OperatorId(1)));

        assert_eq!(OperatorOf::<T>::get(id), Some(OperatorId(1)));
        Ok(())
    }

    #[benchmark]
    fn member_nonce() -> Result<(), BenchmarkError> {
        let (caller, _) = processor::<T>(1);
        let extension = MemberNonce::<T>::from(frame_system::Pallet::<T>::account_nonce(&caller));
        let call: T::RuntimeCall = frame_system::Call::remark { remark: vec![] }.into();
        let info = DispatchInfo::default();
        let length = call.encoded_size();

        #[block]
        {
            extension
                .test_run(
                    RawOrigin::Signed(caller.clone()).into(),
                    &call,
                    &info,
                    length,
                    0,
                    |_| Ok(().into()),
                )
                .map_err(|_| BenchmarkError::Stop("refused"))?
                .map_err(|_| BenchmarkError::Stop("failed"))?;
        }

        assert_eq!(Pallet::<T>::included_in_window(&caller), 1);
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
