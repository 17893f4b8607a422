// SPDX-License-Identifier: Apache-2.0
//! What gets into the pool, and in which order.

use crate::common::*;
use dmsm_runtime::{Executive, Runtime, RuntimeCall, System};
use frame_support::{dispatch::GetDispatchInfo, traits::Get};
use sp_keyring::Sr25519Keyring;
use sp_runtime::transaction_validity::{
    InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
};

fn remark(bytes: usize) -> RuntimeCall {
    frame_system::Call::remark { remark: vec![0; bytes] }.into()
}

fn validate(
    signer: &sp_core::sr25519::Pair,
    nonce: u32,
    call: RuntimeCall,
) -> Result<ValidTransaction, TransactionValidityError> {
    let transaction = transaction(signer, nonce, call);
    Executive::validate_transaction(TransactionSource::External, transaction, System::block_hash(0))
}

#[test]
fn a_stranger_is_refused_by_code() {
    chain().execute_with(|| {
        let stranger = Person::new("Stranger", 9);
        assert_eq!(
            validate(&stranger.pair, 0, remark(1)),
            Err(InvalidTransaction::Custom(pallet_members::NOT_A_MEMBER).into())
        );
    });
}

#[test]
fn a_member_over_its_quota_is_told_so() {
    chain().execute_with(|| {
        let processor = processor();
        let household = household(&processor);
        let quota = <<Runtime as pallet_members::Config>::Quotas as Get<pallet_members::Quotas>>::get().user;
        assert!(validate(&household.pair, quota.pending - 1, remark(1)).is_ok());
        assert_eq!(
            validate(&household.pair, quota.pending, remark(1)),
            Err(InvalidTransaction::Custom(pallet_members::TOO_MANY_PENDING).into())
        );
        for _ in 0..quota.per_window {
            let account = household.account();
            pallet_members::UsageOf::<Runtime>::mutate(account, |usage| {
                let window = System::block_number()
                    / <<Runtime as pallet_members::Config>::QuotaWindow as Get<u32>>::get();
                let included = usage.as_ref().map_or(0, |usage| usage.included) + 1;
                *usage = Some(pallet_members::Usage { window, included });
            });
        }
        assert_eq!(
            validate(&household.pair, 0, remark(1)),
            Err(InvalidTransaction::Custom(pallet_members::OVER_QUOTA).into())
        );
    });
}

#[test]
fn a_flood_leaves_other_members_their_place() {
    chain().execute_with(|| {
        let processor = processor();
        let household = household(&processor);
        let alice = Sr25519Keyring::Alice.pair();
        let flood: Vec<u64> = (0..100)
            .map(|ahead| {
                let nonce = System::account_nonce(processor.account()) + ahead;
                validate(&processor.pair, nonce, remark(1)).expect("within its quota").priority
            })
            .collect();
        for (signer, account) in
            [(&household.pair, household.account()), (&alice, Sr25519Keyring::Alice.to_account_id())]
        {
            let next = validate(signer, System::account_nonce(account), remark(1)).expect("a member");
            assert!(
                flood[1..].iter().all(|waiting| *waiting < next.priority),
                "its turn comes before the flood's"
            );
        }
        assert!(flood.is_sorted_by(|a, b| a > b));
    });
}

#[test]
fn a_transaction_fits_the_block_or_is_never_taken() {
    chain().execute_with(|| {
        let limits = <<Runtime as frame_system::Config>::BlockWeights as Get<_>>::get();
        let limits: frame_system::limits::BlockWeights = limits;
        let most = limits.get(frame_support::dispatch::DispatchClass::Normal).max_extrinsic.expect("bounded");
        for call in worst_calls() {
            let weight = call.get_dispatch_info().call_weight;
            assert!(weight.all_lte(most), "{call:?} weighs {weight}, a transaction {most}");
        }
    });
}

/// Calls with the longest arguments that a default chain accepts.
fn worst_calls() -> Vec<RuntimeCall> {
    let bytes = |length: usize| vec![0xff; length];
    let keys = dmsm_host::fixtures::member_keys(1, 4096);
    let possession = dmsm_primitives::BlsSignature([0; 48]);
    vec![
        pallet_members::Call::apply {
            id: Default::default(),
            role: dmsm_primitives::Role::Processor,
            region: REGION,
            keys: keys.clone(),
            possession,
            opening: bytes(2048).try_into().expect("at the bound"),
        }
        .into(),
        pallet_members::Call::rotate_keys { keys: keys.clone(), possession }.into(),
        pallet_notifications::Call::notify {
            notice: pallet_notifications::SealedNotice {
                device: Default::default(),
                previous: 0,
                sequence: 1,
                judged_at: 0,
                ciphertext: bytes(768).try_into().expect("a user's key has 3,072 bits"),
            },
            signature: possession,
        }
        .into(),
        pallet_notifications::Call::dispute {
            seal: dmsm_primitives::NoticeSeal {
                processor: Default::default(),
                owner: Default::default(),
                device: Default::default(),
                previous: 0,
                sequence: 1,
                judged_at: 0,
                owner_key: [0; 32],
                digest: [0; 32],
            },
            signature: possession,
            ciphertext: bytes(768).try_into().expect("a user's key has 3,072 bits"),
            opening: pallet_notifications::Opening {
                processor_key: keys.bls,
                n: bytes(384).try_into().expect("a user's key has 3,072 bits"),
                plaintext: bytes(384).try_into().expect("at the bound"),
                randomness: bytes(384).try_into().expect("at the bound"),
            },
        }
        .into(),
        pallet_prepaid::Call::request {
            order: pallet_prepaid::Order {
                processor: Default::default(),
                cid: dmsm_primitives::request::ContentId {
                    kind: dmsm_primitives::RequestKind::BillDetails,
                    digest: [0; 32],
                },
                price: 1,
                time_limit: 1,
                timestamp: 0,
            },
            letter: bytes(1024).try_into().expect("within the bound"),
            signature: possession,
        }
        .into(),
        pallet_prepaid::Call::fulfil {
            request: 0,
            preimage: bytes(64).try_into().expect("at the bound"),
            delivery: pallet_prepaid::Delivery::InBlock(bytes(16 * 1024).try_into().expect("at the bound")),
            signature: possession,
        }
        .into(),
        pallet_records::Call::announce_data_key {
            scope: dmsm_primitives::Scope {
                region: REGION,
                month: dmsm_primitives::Month { year: 9_999, month: 12 },
            },
            key: keys.paillier,
            proofs_digest: [0; 32],
        }
        .into(),
        pallet_records::Call::anchor {
            day: dmsm_primitives::Day(0),
            version: u16::MAX,
            root: [1; 32],
            count: 2_048,
            manifest: [0; 32],
        }
        .into(),
    ]
}
