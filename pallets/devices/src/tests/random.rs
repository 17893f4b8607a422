// SPDX-License-Identifier: Apache-2.0
//! Any sequence of calls by anybody keeps the invariants, and the rules of a device are those of a
//! model that forgets nothing.

use super::*;
use dmsm_primitives::DeviceRegistry;
use frame_support::traits::{GetCallName, UnfilteredDispatchable};
use proptest::{
    collection,
    prelude::*,
    test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner},
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

/// Some call with parameters out of small sets; a rule's block is counted from the present one.
fn call() -> impl Strategy<Value = (u64, Call<Test>)> {
    let account = prop_oneof![6 => Just(ALICE), 2 => Just(BOB), 1 => Just(SUSPENDED), 1 => Just(PROCESSOR)];
    let target = (prop_oneof![6 => Just(ALICE), 2 => Just(BOB), 1 => Just(SUSPENDED)], 0u8..4);
    let rule = prop_oneof![9 => (1i64..1_000).prop_map(rule), 1 => Just(inconsistent_rules()[0])];
    let call = prop_oneof![
        2 => (0u8..4, rule.clone()).prop_map(|(seed, rule)| Call::register { key: key(seed), rule }),
        2 => (target.clone(), any::<bool>()).prop_map(|((owner, seed), proved)| Call::connect {
            device: device(owner, seed),
            proof: if proved { secret_proof(owner, seed) } else { DeviceSignature([0; 64]) },
        }),
        6 => (target.clone(), rule, 0u32..6).prop_map(|((owner, seed), rule, from)| Call::set_rule {
            device: device(owner, seed),
            rule,
            from,
        }),
        1 => target.prop_map(|(owner, seed)| Call::unbind { device: device(owner, seed) }),
    ];
    (account, call)
}

/// [`proof`], outside a chain: that of the mock has 69s for its genesis hash.
fn secret_proof(owner: u64, seed: u8) -> DeviceSignature {
    use sp_core::Pair;
    let body = (device(owner, seed), id(owner));
    DeviceSignature(secret(seed).sign(&signing::payload(Purpose::Connect, &[69; 32], &body)).0)
}

type History = BTreeMap<DeviceId, BTreeMap<BlockNumber, Rule>>;

/// Notes what a successful call means for the rules.
fn note(history: &mut History, caller: u64, call: &Call<Test>, now: BlockNumber) {
    match call {
        Call::register { key, rule } => {
            let device = DeviceId::derive(&id(caller), &key.0);
            history.insert(device, BTreeMap::from([(now, *rule)]));
        }
        Call::set_rule { device, rule, from } => {
            let rules = history.get_mut(device).expect("it was registered");
            rules.retain(|start, _| *start <= now);
            rules.insert(*from, *rule);
        }
        _ => {}
    }
}

fn play(steps: Vec<(u64, Call<Test>)>, done: &mut BTreeSet<&'static str>) {
    Builder::default().build_and_execute(|| {
        let mut history = History::new();
        let end = 2 + steps.len() as u32;
        for (now, (caller, mut call)) in (2..end).zip(steps) {
            go_to(now);
            if let Call::set_rule { from, .. } = &mut call {
                *from += now;
            }
            if call.clone().dispatch_bypass_filter(signed(caller)).is_ok() {
                done.insert(call.get_call_name());
                note(&mut history, caller, &call, now);
            }
            Pallet::do_try_state().expect("the invariants hold after every call");
        }
        for (device, rules) in history {
            for block in 0..end + 6 {
                let expected = rules.range(..=block).next_back().map(|(_, rule)| *rule);
                let found = <Pallet as DeviceRegistry>::rule_at(&device, block);
                assert!(found == expected || found.is_none(), "a block has its rule or none");
            }
            let recent = rules.keys().rev().nth(3).copied().unwrap_or_default();
            for block in recent..end + 6 {
                let expected = rules.range(..=block).next_back().map(|(_, rule)| *rule);
                assert_eq!(<Pallet as DeviceRegistry>::rule_at(&device, block), expected);
            }
        }
    });
}

#[test]
fn any_sequence_of_calls_keeps_the_invariants() {
    let runs = Runs { cases: 40, failure_persistence: None, ..Runs::default() };
    let mut runner = TestRunner::new_with_rng(runs, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let done = RefCell::new(BTreeSet::new());
    runner
        .run(&collection::vec(call(), 150), |steps| {
            play(steps, &mut done.borrow_mut());
            Ok(())
        })
        .expect("no sequence breaks them");
    let all: BTreeSet<_> = Call::<Test>::get_call_names().iter().copied().collect();
    assert_eq!(done.into_inner(), all);
}
