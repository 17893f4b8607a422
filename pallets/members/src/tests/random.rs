// SPDX-License-Identifier: Apache-2.0
//! Any sequence of calls by anybody keeps the invariants.

use super::*;
use dmsm_host::fixtures;
use dmsm_primitives::OperatorId;
use proptest::{
    collection,
    prelude::*,
    test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner},
};
use std::collections::BTreeSet;

/// Some call with parameters out of small sets, so that calls meet each other.
fn call() -> impl Strategy<Value = (u64, Call<Test>)> {
    let account = prop_oneof![
        Just(PROCESSOR_1),
        Just(PROCESSOR_2),
        Just(USER_1),
        Just(USER_2),
        Just(SHARER),
        50u64..54,
    ]
    .boxed();
    let role = prop_oneof![3 => Just(Role::User), 2 => Just(Role::Processor), 1 => Just(Role::Cloud)];
    let region = (1u32..3).prop_map(RegionId);
    let applicant = prop_oneof![3 => 50u64..54, 1 => account.clone()];
    let proof = |seed: u64, of: MemberId| fixtures::possession(seed as u32, &of);
    let call = prop_oneof![
        4 => applicant.clone().prop_map(|account| Call::invite { account }),
        1 => applicant.clone().prop_map(|account| Call::withdraw_invitation { account }),
        6 => (applicant.clone(), 50u64..56, role, region).prop_map(move |(seed, number, role, region)| {
            Call::apply {
                id: id(number),
                role,
                region,
                keys: keys(seed),
                possession: proof(seed, id(number)),
                opening: Default::default(),
            }
        }),
        6 => (applicant, any::<bool>()).prop_map(|(account, changed)| Call::approve {
            account,
            application: if changed { Default::default() } else { sp_core::H256::repeat_byte(1) },
        }),
        2 => account.clone().prop_map(|account| Call::suspend { id: id(account) }),
        3 => account.clone().prop_map(|account| Call::reinstate { id: id(account) }),
        2 => (account.clone(), 70u64..76).prop_map(move |(account, seed)| Call::rotate_keys {
            keys: keys(seed),
            possession: proof(seed, id(account)),
        }),
        1 => (account.clone(), any::<Option<u32>>()).prop_map(|(account, operator)| Call::set_operator {
            id: id(account),
            operator: operator.map(OperatorId),
        }),
        1 => Just(Call::leave {}),
        1 => collection::vec(account.clone(), 0..4).prop_map(|list| Call::set_authorities {
            authorities: list.try_into().expect("within the bound"),
        }),
    ];
    // Number 0 is the council.
    (prop_oneof![1 => Just(0), 2 => account], call)
}

/// Approves what is there, unless the strategy wants a wrong hash.
fn meant(call: Call<Test>) -> Call<Test> {
    match call {
        Call::approve { account, application } if application == sp_core::H256::repeat_byte(1) => {
            Call::approve { account, application: application_of(account) }
        }
        other => other,
    }
}

fn play(steps: Vec<(u64, Call<Test>)>, done: &mut BTreeSet<&'static str>) {
    use frame_support::traits::{GetCallName, UnfilteredDispatchable};
    Builder::standard().build_and_execute(|| {
        let mut taken = BTreeSet::new();
        for (number, (caller, call)) in steps.into_iter().enumerate() {
            System::set_block_number(1 + number as u32);
            let call = meant(call);
            let name = call.get_call_name();
            // An applicant signs with its own account.
            let origin = if caller == 0 { council() } else { signed(caller) };
            let before: Vec<_> = Members::<Test>::iter_keys().collect();
            if call.dispatch_bypass_filter(origin).is_ok() {
                done.insert(name);
            }
            Pallet::do_try_state().expect("the invariants hold after every call");
            // An identifier once given stays given.
            taken.extend(before);
            assert!(taken.iter().all(Members::<Test>::contains_key));
        }
    });
}

#[test]
fn any_sequence_of_calls_keeps_the_invariants() {
    let runs = Runs { cases: 24, failure_persistence: None, ..Runs::default() };
    let mut runner = TestRunner::new_with_rng(runs, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let done = std::cell::RefCell::new(BTreeSet::new());
    runner
        .run(&collection::vec(call(), 150), |steps| {
            play(steps, &mut done.borrow_mut());
            Ok(())
        })
        .expect("no sequence breaks them");
    // The sequences reach every call's good end.
    let all: BTreeSet<_> =
        <Call<Test> as frame_support::traits::GetCallName>::get_call_names().iter().copied().collect();
    assert_eq!(done.into_inner(), all);
}
