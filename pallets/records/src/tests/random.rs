// SPDX-License-Identifier: Apache-2.0
//! Any sequence of calls by anybody against a book that is kept apart: what the chain takes and says,
//! versions without gaps, nothing written over.

use super::*;
use dmsm_primitives::{
    records::{root, Inclusion, MAX_BATCH},
    RegionId,
};
use proptest::{
    collection,
    prelude::*,
    test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner},
};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug)]
enum Step {
    /// By whom, for which region and month of 2012, under a key of how many bits.
    Announce { caller: u8, region: u32, month: u8, bits: u32 },
    /// By whom, of which day, how far from the next version, how many records.
    Anchor { caller: u8, day: u32, off: i32, count: u32, rootless: bool },
    /// Suspends or reinstates.
    Switch { caller: u8 },
    /// Time passes, ms.
    Wait { time: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let caller = || {
        prop_oneof![
            6 => Just(PROCESSOR), 3 => Just(SECOND_PROCESSOR), 2 => Just(FOREIGN_PROCESSOR),
            1 => Just(USER), 1 => Just(STRANGER)
        ]
    };
    let bits = prop_oneof![8 => Just(3072u32), 1 => Just(2048), 1 => Just(4096)];
    let count = prop_oneof![12 => 1u32..6, 1 => Just(0), 1 => Just(MAX_BATCH), 1 => Just(MAX_BATCH + 1)];
    let off = prop_oneof![8 => Just(0), 1 => Just(-1), 1 => Just(1)];
    let month = prop_oneof![1 => Just(0u8), 5 => Just(1), 5 => Just(2), 1 => Just(3)];
    prop_oneof![
        4 => (caller(), prop_oneof![5 => Just(1u32), 3 => Just(2)], month, bits)
            .prop_map(|(caller, region, month, bits)| Step::Announce { caller, region, month, bits }),
        10 => (caller(), 15_368u32..15_374, off, count, prop::bool::weighted(0.03))
            .prop_map(|(caller, day, off, count, rootless)| Step::Anchor { caller, day, off, count, rootless }),
        1 => caller().prop_map(|caller| Step::Switch { caller }),
        1 => (0..DAY_MILLIS).prop_map(|time| Step::Wait { time }),
    ]
}

/// What stands in the book of one anchor.
struct Entry {
    root: [u8; 32],
    records: Vec<Record>,
    at: u32,
}

/// The book.
#[derive(Default)]
struct Book {
    clock: u64,
    suspended: BTreeSet<u8>,
    keys: BTreeSet<(u8, u32, u8)>,
    days: BTreeMap<(u8, u32), Vec<Entry>>,
}

impl Book {
    /// The region of an active processor.
    fn region(&self, caller: u8) -> Option<u32> {
        let region = match caller {
            PROCESSOR | SECOND_PROCESSOR => 1,
            FOREIGN_PROCESSOR => 2,
            _ => return None,
        };
        (!self.suspended.contains(&caller)).then_some(region)
    }

    fn announce(&mut self, caller: u8, region: u32, month: u8, bits: u32) -> Result<(), Error<Test>> {
        let own = self.region(caller).ok_or(Error::NotProcessor)?;
        if own != region {
            return Err(Error::OtherRegion);
        }
        if month == 0 {
            return Err(Error::BadScope);
        }
        if self.keys.contains(&(caller, region, month)) {
            return Err(Error::AlreadyAnnounced);
        }
        if bits < 3072 {
            return Err(Error::KeyTooShort);
        }
        self.keys.insert((caller, region, month));
        Ok(())
    }

    fn anchor(
        &self,
        caller: u8,
        day: u32,
        version: u16,
        root: [u8; 32],
        count: u32,
    ) -> Result<(), Error<Test>> {
        let region = self.region(caller).ok_or(Error::NotProcessor)?;
        // 2012-02-29 is day 15,399; the days of this test lie on both sides of 2012-02-01, 15,371.
        let month = if day < 15_371 { 1 } else { 2 };
        if !self.keys.contains(&(caller, region, month)) {
            return Err(Error::NoDataKey);
        }
        if self.clock < (u64::from(day) + 1) * 86_400_000 {
            return Err(Error::DayNotOver);
        }
        if usize::from(version) != self.days.get(&(caller, day)).map_or(0, Vec::len) {
            return Err(Error::WrongVersion);
        }
        match count {
            0 => Err(Error::EmptyBatch),
            1..=2_048 if root == [0; 32] => Err(Error::BadRoot),
            1..=2_048 => Ok(()),
            _ => Err(Error::BatchTooLarge),
        }
    }
}

/// Compares all of the chain with the book.
fn compare(book: &Book) {
    Records::do_try_state().expect("the invariants hold after every call");
    assert_eq!(DataKeys::<Test>::iter().count(), book.keys.len());
    let anchored: usize = book.days.values().map(Vec::len).sum();
    assert_eq!(Anchors::<Test>::iter().count(), anchored);
    for ((caller, day), entries) in &book.days {
        assert_eq!(usize::from(Versions::<Test>::get(id(*caller), Day(*day))), entries.len());
        for (version, entry) in entries.iter().enumerate() {
            let key = (id(*caller), Day(*day), version as u16);
            let anchor = Anchors::<Test>::get(key).expect("it was anchored");
            let was = (entry.root, entry.records.len() as u32, entry.at);
            assert_eq!((anchor.root, anchor.count, anchor.at), was, "written over");
        }
    }
}

/// Returns how many batches were anchored, and the errors that were seen.
fn play(steps: Vec<Step>, seen: &mut BTreeSet<String>) -> usize {
    let mut anchored = 0;
    execute(|| {
        let mut book = Book { clock: 15_372 * DAY_MILLIS, ..Book::default() };
        Now::set(book.clock);
        for (number, step) in steps.into_iter().enumerate() {
            System::set_block_number(number as u32 + 1);
            let (expected, done) = match step {
                Step::Announce { caller, region, month, bits } => {
                    let scope = Scope { region: RegionId(region), month: Month { year: 2012, month } };
                    let done = Records::announce_data_key(signed(caller), scope, data_key(bits), [0; 32]);
                    (book.announce(caller, region, month, bits), done)
                }
                Step::Anchor { caller, day, off, count, rootless } => {
                    let next = book.days.get(&(caller, day)).map_or(0, Vec::len) as i32;
                    let version = (next + off).max(0) as u16;
                    let mut records = records(Day(day), count);
                    records
                        .iter_mut()
                        .for_each(|record| record.ciphertext[..8].copy_from_slice(&number.to_le_bytes()));
                    let root = if rootless { [0; 32] } else { root(&records) };
                    // Of nothing, the root is none: the first error counts.
                    let root = if count == 0 { [1; 32] } else { root };
                    let done = Records::anchor(signed(caller), Day(day), version, root, count, [2; 32]);
                    let expected = book.anchor(caller, day, version, root, count);
                    if expected.is_ok() {
                        anchored += 1;
                        let at = System::block_number();
                        book.days.entry((caller, day)).or_default().push(Entry { root, records, at });
                    }
                    (expected, done)
                }
                Step::Switch { caller } => {
                    if book.region(caller).is_some() || book.suspended.contains(&caller) {
                        with_member(caller, |member| member.standing.active = !member.standing.active);
                        if !book.suspended.remove(&caller) {
                            book.suspended.insert(caller);
                        }
                    }
                    (Ok(()), Ok(()))
                }
                Step::Wait { time } => {
                    book.clock += time;
                    Now::set(book.clock);
                    (Ok(()), Ok(()))
                }
            };
            assert_eq!(done, expected.map_err(Into::into));
            if let Err(error) = done {
                seen.insert(format!("{error:?}"));
            }
            compare(&book);
        }
        for ((caller, _), entries) in &book.days {
            for (version, entry) in entries.iter().enumerate() {
                for (index, record) in entry.records.iter().enumerate().step_by(499) {
                    let inclusion = Inclusion::prove(&entry.records, index as u32).expect("one of them");
                    assert!(Records::verify(&id(*caller), version as u16, record, &inclusion));
                    assert!(!Records::verify(&id(*caller), version as u16 + 1, record, &inclusion));
                }
            }
        }
    });
    anchored
}

#[test]
fn any_sequence_of_calls_agrees_with_the_book() {
    let runs = Runs { cases: 64, failure_persistence: None, ..Runs::default() };
    let mut runner = TestRunner::new_with_rng(runs, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let (anchored, seen) = (std::cell::Cell::new(0), std::cell::RefCell::new(BTreeSet::new()));
    runner
        .run(&collection::vec(step(), 120), |steps| {
            anchored.set(anchored.get() + play(steps, &mut seen.borrow_mut()));
            Ok(())
        })
        .expect("no sequence breaks them");
    assert!(anchored.get() > 250, "{} batches", anchored.get());
    assert!(seen.borrow().len() >= 11, "{:?}", seen.borrow());
}
