// SPDX-License-Identifier: Apache-2.0
//! The runtime is replaced by the council, on a chain without sudo.

use crate::common::*;
use codec::Encode;
use dmsm_runtime::{
    AccountId, Council, Executive, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, System,
    UncheckedExtrinsic, Upgrades, VERSION,
};
use frame_support::{
    assert_noop, assert_ok, dispatch::DispatchResult, storage::unhashed, traits::Get, weights::Weight,
};
use sp_core::{
    storage::well_known_keys::CODE,
    traits::{Externalities, ReadRuntimeVersion, ReadRuntimeVersionExt},
};
use sp_io::{hashing::blake2_256, TestExternalities};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie};
use sp_runtime::{
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidity},
    DispatchError::BadOrigin,
};

/// The most that a proposer puts into a block, bytes: the default of `sc-basic-authorship`.
const PROPOSERS_LIMIT: usize = 4 * 1024 * 1024;

/// Says that every code is of this version.
struct Reads(u32);

impl ReadRuntimeVersion for Reads {
    fn read_runtime_version(&self, _: &[u8], _: &mut dyn Externalities) -> Result<Vec<u8>, String> {
        Ok(sp_version::RuntimeVersion { spec_version: self.0, ..VERSION }.encode())
    }
}

/// The preset `local`, whose council is Alice, Bob and Charlie, where codes have this version.
fn local(version: u32) -> TestExternalities {
    let mut chain = chain_of("local_testnet");
    chain.register_extension(ReadRuntimeVersionExt::new(Reads(version)));
    chain
}

/// A motion that needs the consent of `council`, who all give it.
fn motion(council: &[Sr25519Keyring], call: impl Into<RuntimeCall>) -> DispatchResult {
    let call: RuntimeCall = call.into();
    let (length, weight, hash) = (call.encoded_size() as u32, Weight::MAX, blake2_256(&call.encode()).into());
    let origin = |who: &Sr25519Keyring| RuntimeOrigin::signed(who.to_account_id());
    let threshold = council.len() as u32;
    let index = pallet_collective::ProposalCount::<Runtime, pallet_collective::Instance1>::get();
    assert_ok!(Council::propose(origin(&council[0]), threshold, Box::new(call), length));
    if threshold > 1 {
        for who in council {
            assert_ok!(Council::vote(origin(who), hash, index, true));
        }
        assert_ok!(Council::close(origin(&council[0]), hash, index, weight, length));
    }
    let executed = System::events().into_iter().rev().find_map(|record| match record.event {
        RuntimeEvent::Council(pallet_collective::Event::Executed { result, .. }) => Some(result),
        RuntimeEvent::Council(pallet_collective::Event::MemberExecuted { result, .. }) => Some(result),
        _ => None,
    });
    executed.expect("the motion was carried out")
}

fn authorize(code: &[u8]) -> dmsm_runtime::upgrades::Call<Runtime> {
    dmsm_runtime::upgrades::Call::authorize { code_hash: blake2_256(code).into() }
}

fn authorized() -> Option<[u8; 32]> {
    System::authorized_upgrade().map(|upgrade| upgrade.code_hash().0)
}

/// A code handed in by nobody in particular.
fn hand_in(code: &[u8]) -> UncheckedExtrinsic {
    let call: RuntimeCall = frame_system::Call::apply_authorized_upgrade { code: code.to_vec() }.into();
    UncheckedExtrinsic::new_bare(call)
}

fn validate(transaction: UncheckedExtrinsic) -> TransactionValidity {
    Executive::validate_transaction(TransactionSource::External, transaction, System::block_hash(0))
}

/// A code: what it does is of no interest here.
const NEW_CODE: &[u8] = b"a code";

#[test]
fn two_thirds_of_the_council_authorize_a_code() {
    local(2).execute_with(|| {
        assert_eq!(motion(&[Alice], authorize(b"one of three")), Err(BadOrigin));
        assert_eq!(authorized(), None);
        assert_ok!(motion(&[Alice, Bob], authorize(b"two of three")));
        assert_eq!(authorized(), Some(blake2_256(b"two of three")));
        assert_ok!(motion(&[Charlie, Bob], authorize(b"another")));
        assert_eq!(authorized(), Some(blake2_256(b"another")));
    });
}

/// Or a majority could take the council, and then the runtime.
#[test]
fn a_mere_majority_replaces_neither_the_runtime_nor_the_council() {
    local(2).execute_with(|| {
        let council = |yes, seats| -> RuntimeOrigin {
            pallet_collective::RawOrigin::<AccountId, pallet_collective::Instance1>::Members(yes, seats)
                .into()
        };
        let members = vec![Alice.to_account_id()];
        assert_noop!(Upgrades::authorize(council(4, 7), Default::default()), BadOrigin);
        assert_noop!(Council::set_members(council(4, 7), members.clone(), None, 3), BadOrigin);
        assert_ok!(Upgrades::authorize(council(5, 7), Default::default()));
        assert_ok!(Council::set_members(council(5, 7), members, None, 3));
        assert_noop!(
            Upgrades::authorize(RuntimeOrigin::signed(Alice.to_account_id()), Default::default()),
            BadOrigin
        );
    });
}

#[test]
fn the_authorized_code_is_applied_and_no_other() {
    local(VERSION.spec_version + 1).execute_with(|| {
        let (code, other) = (NEW_CODE, b"another".as_slice());
        let refused: TransactionValidity = Err(InvalidTransaction::Call.into());
        assert_eq!(validate(hand_in(code)), refused);

        assert_ok!(motion(&[Alice, Bob], authorize(code)));
        assert_eq!(validate(hand_in(other)), refused);
        assert!(Executive::apply_extrinsic(hand_in(other)).is_err());
        assert_ok!(validate(hand_in(code)));
        assert_ok!(Executive::apply_extrinsic(hand_in(code)).expect("it may be included"));

        assert_eq!(unhashed::get_raw(CODE).as_deref(), Some(code));
        assert_eq!(authorized(), None);
        assert_eq!(validate(hand_in(code)), refused);
    });
}

#[test]
fn a_code_whose_version_is_not_higher_is_rejected_and_its_authorization_is_gone() {
    local(VERSION.spec_version).execute_with(|| {
        let present = unhashed::get_raw(CODE);
        assert_ok!(motion(&[Alice, Bob], authorize(NEW_CODE)));
        assert_ok!(Executive::apply_extrinsic(hand_in(NEW_CODE)).expect("it may be included"));
        assert_eq!(unhashed::get_raw(CODE), present);
        assert_eq!(authorized(), None);
        let error = frame_system::Error::<Runtime>::SpecVersionNeedsToIncrease.into();
        let code_hash = blake2_256(NEW_CODE).into();
        System::assert_has_event(
            frame_system::Event::RejectedInvalidAuthorizedUpgrade { code_hash, error }.into(),
        );
    });
}

#[test]
fn a_code_of_twice_the_size_gets_into_a_block_that_is_full() {
    local(VERSION.spec_version + 1).execute_with(|| {
        let code = dmsm_runtime::WASM_BINARY.expect("built without SKIP_WASM_BUILD").repeat(2);
        let transaction = hand_in(&code);
        let limit: frame_system::limits::BlockLength =
            <<Runtime as frame_system::Config>::BlockLength as Get<_>>::get();
        let most = *limit.max.get(frame_support::dispatch::DispatchClass::Operational) as usize;
        assert!(transaction.encoded_size() < most.min(PROPOSERS_LIMIT));

        assert_ok!(motion(&[Alice, Bob], authorize(&code)));
        let (alice, mut nonce) = (Alice.pair(), 0);
        let mut remark = || {
            let call = frame_system::Call::remark { remark: vec![] };
            nonce += 1;
            Executive::apply_extrinsic(crate::common::transaction(&alice, nonce - 1, call))
        };
        while remark().is_ok() {}
        assert_eq!(remark().unwrap_err(), InvalidTransaction::ExhaustsResources.into());
        assert_ok!(Executive::apply_extrinsic(transaction).expect("it may be included"));
        assert_eq!(unhashed::get_raw(CODE).as_deref(), Some(code.as_slice()));
    });
}

/// A call that fails for want of rights keeps its weight, and operational weight has no bound.
#[test]
fn a_member_without_office_cannot_fill_blocks_with_operational_calls() {
    chain().execute_with(|| {
        let processor = processor();
        for call in [
            RuntimeCall::from(frame_system::Call::set_code { code: vec![] }),
            frame_system::Call::apply_authorized_upgrade { code: vec![] }.into(),
            frame_system::Call::kill_prefix { prefix: vec![], subkeys: u32::MAX }.into(),
            pallet_sudo::Call::sudo { call: Box::new(frame_system::Call::set_code { code: vec![] }.into()) }
                .into(),
        ] {
            let nonce = System::account_nonce(processor.account());
            assert_eq!(
                validate(transaction(&processor.pair, nonce, call)),
                Err(InvalidTransaction::Custom(pallet_members::NOT_PRIVILEGED).into())
            );
        }
    });
}
