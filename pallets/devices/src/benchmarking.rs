// SPDX-License-Identifier: Apache-2.0
//! Benchmarks: each call at the worst case of its bounds.

use super::*;
use alloc::vec::Vec;
use dmsm_host::fixtures;
use dmsm_primitives::ReportingPolicy;
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;
use sp_runtime::KeyTypeId;

const RULE: Rule = Rule { low: 1, high: 2, temperature_warning: 3, policy: ReportingPolicy::OnChange };
const KEY_TYPE: KeyTypeId = KeyTypeId(*b"devc");

fn owner<T: Config>() -> (T::AccountId, MemberId) {
    let account: T::AccountId = whitelisted_caller();
    let id = T::Members::enrol(&account, Role::User, RegionId(1), fixtures::member_keys(1, 3072));
    (account, id)
}

/// A registered device with as many rules as may be.
fn device<T: Config>(account: &T::AccountId, owner: &MemberId, key: DevicePublicKey) -> DeviceId {
    let id = DeviceId::derive(owner, &key.0);
    Pallet::<T>::do_register(account.clone(), key, RULE).expect("the owner is active");
    Devices::<T>::mutate(id, |device| {
        if let Some(device) = device {
            let full: Vec<_> = (0..T::MaxRules::get()).map(|from| (from, RULE)).collect();
            device.rules = BoundedVec::truncate_from(full);
        }
    });
    frame_system::Pallet::<T>::set_block_number(T::MaxRules::get().into());
    id
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn register() {
        let (caller, id) = owner::<T>();
        let key = DevicePublicKey([1; 32]);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), key, RULE);

        assert!(Devices::<T>::contains_key(DeviceId::derive(&id, &key.0)));
    }

    #[benchmark]
    fn connect() -> Result<(), BenchmarkError> {
        let (caller, id) = owner::<T>();
        let key = sp_io::crypto::ed25519_generate(KEY_TYPE, None);
        let device = device::<T>(&caller, &id, DevicePublicKey(key.0));
        let payload = Pallet::<T>::connection_payload(&device, &id);
        let proof = sp_io::crypto::ed25519_sign(KEY_TYPE, &key, &payload)
            .ok_or(BenchmarkError::Stop("the key was just made"))?;

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), device, DeviceSignature(proof.0));

        assert_eq!(Devices::<T>::get(device).map(|device| device.status), Some(DeviceStatus::Connected));
        Ok(())
    }

    #[benchmark]
    fn set_rule() {
        let (caller, id) = owner::<T>();
        let device = device::<T>(&caller, &id, DevicePublicKey([1; 32]));
        let from = T::MaxRules::get() + 1;

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), device, RULE, from);

        assert_eq!(
            Devices::<T>::get(device).and_then(|device| device.rules.last().copied()),
            Some((from, RULE))
        );
    }

    #[benchmark]
    fn unbind() {
        let (caller, id) = owner::<T>();
        let device = device::<T>(&caller, &id, DevicePublicKey([1; 32]));

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), device);

        assert!(!DevicesOf::<T>::contains_key(id, device));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
