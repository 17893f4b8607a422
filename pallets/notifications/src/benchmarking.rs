// SPDX-License-Identifier: Apache-2.0
//! Benchmarks: each call at the worst case of its bounds.

use super::*;
use dmsm_host::fixtures::{self, dmsm_fixtures};
use dmsm_primitives::{DevicePublicKey, RegionId, ReportingPolicy, Rule};
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;
use sp_io::hashing::sha2_256;

const REGION: RegionId = RegionId(1);
const RULE: Rule = Rule { low: 1, high: 2, temperature_warning: 3, policy: ReportingPolicy::OnChange };
const PROCESSOR: u32 = 1;

struct Scene<T: Config> {
    processor_account: T::AccountId,
    owner_account: T::AccountId,
    seal: NoticeSeal,
    signature: BlsSignature,
    ciphertext: BoundedVec<u8, T::MaxCiphertext>,
    opening: Opening,
}

/// A false notice under an owner's key of `bits`: its plaintext is a whole block of noise.
fn scene<T: Config>(bits: u32) -> Scene<T> {
    let processor_account: T::AccountId = account("processor", 0, 0);
    let owner_account: T::AccountId = account("owner", 0, 0);
    let processor_keys = fixtures::member_keys(PROCESSOR, bits);
    let owner_keys = fixtures::member_keys(2, bits);
    let n = owner_keys.paillier.n.clone();
    let processor = T::Members::enrol(&processor_account, Role::Processor, REGION, processor_keys.clone());
    let owner = T::Members::enrol(&owner_account, Role::User, REGION, owner_keys);
    let device = T::Devices::connect(&owner, REGION, DevicePublicKey([1; 32]), RULE);

    let (ciphertext, plaintext, randomness) = dmsm_fixtures::paillier_encrypt_and_open(bits, &[0xa5; 200]);
    let seal = NoticeSeal {
        processor,
        owner,
        device,
        previous: 0,
        sequence: 1,
        judged_at: frame_system::Pallet::<T>::block_number().saturated_into(),
        owner_key: sha2_256(&n),
        digest: sha2_256(&ciphertext),
    };
    let signature = fixtures::sign(PROCESSOR, &seal.signing_payload(&Pallet::<T>::genesis_hash()));
    let opening = Opening {
        processor_key: processor_keys.bls,
        n: n.into_inner().try_into().expect("as long as a modulus"),
        plaintext: plaintext.try_into().expect("as long as a modulus"),
        randomness: randomness.try_into().expect("as long as a modulus"),
    };
    let ciphertext = ciphertext.try_into().expect("one block");
    Scene { processor_account, owner_account, seal, signature, ciphertext, opening }
}

fn sealed<T: Config>(scene: &Scene<T>) -> SealedNotice<T::MaxCiphertext> {
    SealedNotice {
        device: scene.seal.device,
        previous: scene.seal.previous,
        sequence: scene.seal.sequence,
        judged_at: scene.seal.judged_at,
        ciphertext: scene.ciphertext.clone(),
    }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn notify_2048() {
        let scene = scene::<T>(2048);

        #[extrinsic_call]
        notify(RawOrigin::Signed(scene.processor_account.clone()), sealed(&scene), scene.signature);

        assert_eq!(LastNotices::<T>::get(scene.seal.device).map(|last| last.sequence), Some(1));
    }

    #[benchmark]
    fn notify_3072() {
        let scene = scene::<T>(3072);

        #[extrinsic_call]
        notify(RawOrigin::Signed(scene.processor_account.clone()), sealed(&scene), scene.signature);

        assert_eq!(LastNotices::<T>::get(scene.seal.device).map(|last| last.sequence), Some(1));
    }

    #[benchmark]
    fn notify_4096() {
        let scene = scene::<T>(4096);

        #[extrinsic_call]
        notify(RawOrigin::Signed(scene.processor_account.clone()), sealed(&scene), scene.signature);

        assert_eq!(LastNotices::<T>::get(scene.seal.device).map(|last| last.sequence), Some(1));
    }

    #[benchmark]
    fn dispute_2048() {
        let Scene { owner_account, seal, signature, ciphertext, opening, .. } = scene::<T>(2048);
        let key = (seal.device, seal.digest);

        #[extrinsic_call]
        dispute(RawOrigin::Signed(owner_account), seal, signature, ciphertext, opening);

        assert!(Disputes::<T>::contains_key(key.0, key.1));
    }

    #[benchmark]
    fn dispute_3072() {
        let Scene { owner_account, seal, signature, ciphertext, opening, .. } = scene::<T>(3072);
        let key = (seal.device, seal.digest);

        #[extrinsic_call]
        dispute(RawOrigin::Signed(owner_account), seal, signature, ciphertext, opening);

        assert!(Disputes::<T>::contains_key(key.0, key.1));
    }

    #[benchmark]
    fn dispute_4096() {
        let Scene { owner_account, seal, signature, ciphertext, opening, .. } = scene::<T>(4096);
        let key = (seal.device, seal.digest);

        #[extrinsic_call]
        dispute(RawOrigin::Signed(owner_account), seal, signature, ciphertext, opening);

        assert!(Disputes::<T>::contains_key(key.0, key.1));
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
