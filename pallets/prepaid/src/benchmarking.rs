// SPDX-License-Identifier: Apache-2.0
//! Benchmarks: each call at the worst case of its bounds.

use super::*;
use alloc::vec::Vec;
use dmsm_host::fixtures::{self, dmsm_fixtures};
use dmsm_primitives::{cloud::Receipt, RegionId, Role};
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;
use sp_io::hashing::sha2_256;

const REGION: RegionId = RegionId(1);
const PROCESSOR: u32 = 1;
const REQUESTER: u32 = 2;
const CLOUD: u32 = 3;
const PRICE: u128 = 1_000_000;
const TIME_LIMIT: Moment = 60_000;
const CID: ContentId = ContentId { kind: RequestKind::BillDetails, digest: [7; 32] };
const PREIMAGE: [u8; 32] = [9; 32];

struct Scene<T: Config> {
    processor: T::AccountId,
    requester: T::AccountId,
    order: Order,
    letter: BoundedVec<u8, T::MaxLetter>,
    signature: BlsSignature,
}

fn terms() -> RequestType {
    let roles = [Role::Cloud, Role::DataSharer, Role::Processor, Role::User];
    RequestType {
        price: PRICE,
        time_limit: TIME_LIMIT,
        roles: roles.to_vec().try_into().expect("four roles"),
    }
}

/// A requester with outcomes enough, whose letter and answers are under keys of `bits`.
fn scene<T: Config>(bits: u32) -> Scene<T> {
    let processor: T::AccountId = account("processor", 0, 0);
    let requester: T::AccountId = account("requester", 0, 0);
    let processor_id =
        T::Members::enrol(&processor, Role::Processor, REGION, fixtures::member_keys(PROCESSOR, bits));
    let requester_id =
        T::Members::enrol(&requester, Role::User, REGION, fixtures::member_keys(REQUESTER, bits));
    T::Escrow::endow(&requester, 2 * PRICE);
    RequestTypes::<T>::insert(CID.kind, terms());
    LastTimestamps::<T>::insert(requester_id, 0);
    Recent::<T>::mutate(requester_id, |recent| {
        let at = 0u32.into();
        while recent.try_push(Settled { request: 0, cid: CID, outcome: Outcome::Fulfilled, at }).is_ok() {}
    });
    let (letter, _, _) = dmsm_fixtures::paillier_encrypt_and_open(bits, &[0xa5; 200]);
    let order = Order {
        processor: processor_id,
        cid: CID,
        price: PRICE,
        time_limit: TIME_LIMIT,
        timestamp: T::Time::now().saturating_add(1),
    };
    let seal = order.seal(requester_id, &letter);
    let signature = fixtures::sign(REQUESTER, &seal.signing_payload(&Pallet::<T>::genesis_hash()));
    Scene { processor, requester, order, letter: letter.try_into().expect("one block"), signature }
}

/// The same with the request made.
fn requested<T: Config>() -> Result<(Scene<T>, RequestOf<T>), BenchmarkError> {
    let scene = scene::<T>(2048);
    let id = NextRequest::<T>::get();
    Pallet::<T>::do_request(
        scene.requester.clone(),
        scene.order.clone(),
        scene.letter.clone(),
        scene.signature,
    )?;
    let request = Requests::<T>::get(id).ok_or(BenchmarkError::Stop("not requested"))?;
    Ok((scene, request))
}

fn accepted<T: Config>() -> Result<(Scene<T>, RequestOf<T>), BenchmarkError> {
    let (scene, request) = requested::<T>()?;
    let credit = T::Credit::score(&request.processor);
    let id = NextRequest::<T>::get() - 1;
    Pallet::<T>::do_accept(scene.processor.clone(), id, request.digest, sha2_256(&PREIMAGE), credit)?;
    let request = Requests::<T>::get(id).ok_or(BenchmarkError::Stop("not accepted"))?;
    Ok((scene, request))
}

fn is_gone<T: Config>() -> bool {
    Requests::<T>::iter_keys().next().is_none() && Deadlines::<T>::iter_keys().next().is_none()
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn set_request_type() -> Result<(), BenchmarkError> {
        let origin = T::CouncilOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;

        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, CID.kind, Some(terms()));

        assert_eq!(RequestTypes::<T>::get(CID.kind), Some(terms()));
        Ok(())
    }

    #[benchmark]
    fn request_2048() {
        let Scene { requester, order, letter, signature, .. } = scene::<T>(2048);

        #[extrinsic_call]
        request(RawOrigin::Signed(requester), order, letter, signature);

        assert_eq!(Requests::<T>::iter_keys().count(), 1);
    }

    #[benchmark]
    fn request_3072() {
        let Scene { requester, order, letter, signature, .. } = scene::<T>(3072);

        #[extrinsic_call]
        request(RawOrigin::Signed(requester), order, letter, signature);

        assert_eq!(Requests::<T>::iter_keys().count(), 1);
    }

    #[benchmark]
    fn request_4096() {
        let Scene { requester, order, letter, signature, .. } = scene::<T>(4096);

        #[extrinsic_call]
        request(RawOrigin::Signed(requester), order, letter, signature);

        assert_eq!(Requests::<T>::iter_keys().count(), 1);
    }

    #[benchmark]
    fn accept() -> Result<(), BenchmarkError> {
        let (scene, request) = requested::<T>()?;
        let id = NextRequest::<T>::get() - 1;
        let credit = T::Credit::score(&request.processor);

        #[extrinsic_call]
        _(RawOrigin::Signed(scene.processor), id, request.digest, [1; 32], credit);

        assert_eq!(
            Requests::<T>::get(id).map(|request| request.state),
            Some(State::Accepted { lock: [1; 32] })
        );
        Ok(())
    }

    #[benchmark]
    fn reject() -> Result<(), BenchmarkError> {
        let (scene, request) = requested::<T>()?;
        let id = NextRequest::<T>::get() - 1;

        #[extrinsic_call]
        _(RawOrigin::Signed(scene.processor), id, request.digest, Rejection::NotServed);

        assert!(is_gone::<T>());
        Ok(())
    }

    #[benchmark]
    fn cancel() -> Result<(), BenchmarkError> {
        let (scene, _) = requested::<T>()?;
        let id = NextRequest::<T>::get() - 1;

        #[extrinsic_call]
        _(RawOrigin::Signed(scene.requester), id);

        assert!(is_gone::<T>());
        Ok(())
    }

    /// By KiB of answer, in blocks of the longest modulus: the dearest for their length.
    #[benchmark]
    fn fulfil(b: Linear<1, { T::MaxAnswer::get() / 1_024 }>) -> Result<(), BenchmarkError> {
        let (scene, request) = accepted::<T>()?;
        let id = NextRequest::<T>::get() - 1;
        let keys = fixtures::member_keys(REQUESTER, 4096);
        let account = T::Members::account_of(&request.requester).ok_or(BenchmarkError::Stop("nobody"))?;
        T::Members::enrol(&account, Role::User, REGION, keys.clone());
        let (block, _, _) = dmsm_fixtures::paillier_encrypt_and_open(4096, &[0xa5; 200]);
        let answer: Vec<u8> = block.iter().copied().cycle().take(block.len() * b as usize).collect();
        let seal = request.answer_seal(id, &keys.paillier.n, sha2_256(&answer));
        let signature = fixtures::sign(PROCESSOR, &seal.signing_payload(&Pallet::<T>::genesis_hash()));

        #[extrinsic_call]
        _(
            RawOrigin::Signed(scene.processor),
            id,
            PREIMAGE.to_vec().try_into().expect("32 bytes"),
            Delivery::InBlock(answer.try_into().expect("within the bound")),
            signature,
        );

        assert!(is_gone::<T>());
        Ok(())
    }

    #[benchmark]
    fn fulfil_in_cloud() -> Result<(), BenchmarkError> {
        let (scene, request) = accepted::<T>()?;
        let id = NextRequest::<T>::get() - 1;
        let keys = T::Members::keys_of(&request.requester).ok_or(BenchmarkError::Stop("nobody"))?;
        let account = account("cloud", 0, 0);
        let cloud = T::Members::enrol(&account, Role::Cloud, REGION, fixtures::member_keys(CLOUD, 2048));
        let bytes = 2 * keys.paillier.n.len() as u32;
        let mut receipt = Receipt { cloud, digest: [5; 32], bytes, signature: BlsSignature([0; 48]) };
        let genesis = Pallet::<T>::genesis_hash();
        receipt.signature = fixtures::sign(CLOUD, &receipt.seal(request.processor).signing_payload(&genesis));
        let seal = request.answer_seal(id, &keys.paillier.n, receipt.digest);
        let signature = fixtures::sign(PROCESSOR, &seal.signing_payload(&genesis));

        #[extrinsic_call]
        fulfil(
            RawOrigin::Signed(scene.processor),
            id,
            PREIMAGE.to_vec().try_into().expect("32 bytes"),
            Delivery::InCloud(receipt),
            signature,
        );

        assert!(is_gone::<T>());
        Ok(())
    }

    /// The queue holds one that is not due.
    #[benchmark]
    fn look_at_deadlines() -> Result<(), BenchmarkError> {
        requested::<T>()?;
        let mut meter = WeightMeter::new();

        #[block]
        {
            Pallet::<T>::refund_due(&mut meter);
        }

        assert!(!is_gone::<T>());
        Ok(())
    }

    /// One that was accepted and not answered: money and credit move.
    #[benchmark]
    fn refund_due() -> Result<(), BenchmarkError> {
        let (_, mut request) = accepted::<T>()?;
        let id = NextRequest::<T>::get() - 1;
        Pallet::<T>::unqueue(request.deadline, id);
        request.deadline = 0;
        Pallet::<T>::queue(0, id);
        Requests::<T>::insert(id, request);
        let mut meter = WeightMeter::new();

        #[block]
        {
            Pallet::<T>::refund_due(&mut meter);
        }

        assert!(is_gone::<T>());
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
