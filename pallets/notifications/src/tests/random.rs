// SPDX-License-Identifier: Apache-2.0
//! Any sequence of calls by anybody keeps the invariants, and every device's notices form a chain.

use super::*;
use proptest::{
    collection,
    prelude::*,
    test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner},
};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Step {
    /// By whom, about which device, how far behind the last sequence it points, how far on it goes.
    Notify { caller: u8, seed: u8, behind: u64, on: u64, age: u32 },
    /// By whom, which of the letters that were written.
    Dispute { caller: u8, letter: usize },
    /// Connects or disconnects a device.
    Switch { seed: u8 },
    /// Blocks pass.
    Wait { blocks: u32 },
}

fn step() -> impl Strategy<Value = Step> {
    let caller = prop_oneof![8 => Just(PROCESSOR), 1 => Just(FOREIGN_PROCESSOR), 1 => Just(OWNER)];
    let behind = prop_oneof![4 => Just(0u64), 1 => 1u64..3];
    prop_oneof![
        8 => (caller, 1u8..5, behind, 0u64..4, 0u32..24)
            .prop_map(|(caller, seed, behind, on, age)| Step::Notify { caller, seed, behind, on, age }),
        3 => (prop_oneof![4 => Just(OWNER), 1 => Just(NEIGHBOUR)], 0usize..40)
            .prop_map(|(caller, letter)| Step::Dispute { caller, letter }),
        1 => (1u8..4).prop_map(|seed| Step::Switch { seed }),
        1 => (1u32..30).prop_map(|blocks| Step::Wait { blocks }),
    ]
}

/// Ciphertexts cost a moment each: letters of one kind share theirs.
fn letters() -> Vec<Letter> {
    let truth = |seed| true_letter(seed, 0, 1);
    let lie = |seed| Letter::new(seed, 0, 1, b"no notice");
    (1..5).flat_map(|seed| [truth(seed), lie(seed)]).collect()
}

fn play(stock: &[Letter], steps: Vec<Step>) -> (usize, usize) {
    let mut counts = (0, 0);
    let builder = Builder::default().device(1).device(2).device(3).device_in(4, REGION_2);
    builder.build_and_execute(|| {
        let mut written: Vec<Letter> = Vec::new();
        let mut chain = BTreeMap::<u8, u64>::new();
        let mut disputed = 0;
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Notify { caller, seed, behind, on, age } => {
                    let last = chain.get(&seed).copied().unwrap_or_default();
                    let Letter { sealed, opening } = &stock[2 * usize::from(seed - 1) + number % 2];
                    let sealed = Sealed {
                        previous: last.saturating_sub(behind),
                        sequence: last + on,
                        judged_at: System::block_number().saturating_sub(age),
                        ..sealed.clone()
                    };
                    let seal = sealed.seal(id(caller), id(OWNER), &opening.n);
                    let before = LastNotices::<Test>::get(device(seed)).map_or(0, |last| last.sequence);
                    assert_eq!(before, last);
                    if Pallet::notify(signed(caller), sealed.clone(), sign_seal(caller, &seal)).is_ok() {
                        let local = if seed == 4 { FOREIGN_PROCESSOR } else { PROCESSOR };
                        assert!(caller == local && sealed.previous == last && on > 0);
                        assert!(System::block_number() - sealed.judged_at <= 20);
                        chain.insert(seed, last + on);
                        counts.0 += 1;
                    }
                    written.push(Letter { sealed, opening: opening.clone() });
                }
                Step::Dispute { caller, letter } => {
                    let Some(Letter { sealed, opening }) = written.get(letter) else { continue };
                    let seal = sealed.seal(id(PROCESSOR), id(OWNER), &opening.n);
                    let signature = sign_seal(PROCESSOR, &seal);
                    let ciphertext = sealed.ciphertext.clone();
                    if Pallet::dispute(signed(caller), seal, signature, ciphertext, opening.clone()).is_ok() {
                        assert_eq!(caller, OWNER);
                        disputed += 1;
                    }
                    assert_eq!(CreditLost::get().len(), disputed, "credit is lost once a dispute");
                    assert_eq!(Disputes::<Test>::iter().count(), disputed);
                }
                Step::Switch { seed } => {
                    with_device(seed, |device| device.info.connected = !device.info.connected)
                }
                Step::Wait { blocks } => System::set_block_number(System::block_number() + blocks),
            }
            Pallet::do_try_state().expect("the invariants hold after every call");
        }
        counts.1 = disputed;
    });
    counts
}

#[test]
fn any_sequence_of_calls_keeps_the_invariants() {
    let stock = Builder::default().build().execute_with(letters);
    let runs = Runs { cases: 16, failure_persistence: None, ..Runs::default() };
    let mut runner = TestRunner::new_with_rng(runs, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let counts = std::cell::Cell::new((0, 0));
    runner
        .run(&collection::vec(step(), 130), |steps| {
            let (notices, disputes) = play(&stock, steps);
            let (all, proved) = counts.get();
            counts.set((all + notices, proved + disputes));
            Ok(())
        })
        .expect("no sequence breaks them");
    let (notices, disputes) = counts.get();
    assert!(notices > 100 && disputes > 20, "{notices} notices, {disputes} disputes");
}
