// SPDX-License-Identifier: Apache-2.0
//! The contract of a store, held against every backend.

use crate::support::{
    database::{conformance, Database},
    Device, GENESIS, REGION,
};
use dmsm_grid::store::{Appended, Origin, StoreError, MAX_INTEGER};
use dmsm_primitives::{DeviceId, Reading, RegionId, SignedReading};
use std::{collections::HashSet, time::Duration};
use tokio::task::JoinSet;

conformance! {
    an_empty_store_has_nothing
    rows_count_from_one_in_the_order_of_the_batch
    a_duplicate_is_told_from_a_repeated_sequence
    a_batch_of_duplicates_takes_no_row
    the_whole_domain_of_a_reading_is_kept
    numbers_beyond_the_domain_are_refused_and_nothing_of_the_batch_is_stored
    lookup_answers_in_the_order_asked
    readings_outlive_a_reopening
    a_database_belongs_to_one_chain_and_one_region
    concurrent_writers_keep_the_row_order_for_a_reader_between_them
    a_batch_delivered_twice_at_once_is_stored_once
    an_append_given_up_half_way_leaves_the_store_usable
    a_full_batch_and_a_full_page_pass
    a_locked_database_is_told_and_readers_go_on
}

async fn an_empty_store_has_nothing(database: Database) {
    let store = database.open().await;
    assert_eq!(store.head().await.unwrap(), 0);
    assert_eq!(store.after(0, 1000).await.unwrap(), []);
    assert_eq!(store.lookup(&[]).await.unwrap(), []);
    assert_eq!(store.lookup(&[(DeviceId([1; 32]), 1)]).await.unwrap(), [None]);
    assert_eq!(store.append(&[]).await.unwrap(), []);
}

async fn rows_count_from_one_in_the_order_of_the_batch(database: Database) {
    let store = database.open().await;
    let (one, two) = (Device::new(1), Device::new(2));
    let batch = [two.reading(5), one.reading(1), one.reading(2), two.reading(9)];
    assert_eq!(store.append(&batch).await.unwrap(), [Appended::Stored; 4]);
    let rows: Vec<_> = (1..).zip(batch.clone()).collect();
    assert_eq!(store.after(0, 1000).await.unwrap(), rows);
    assert_eq!(store.after(1, 2).await.unwrap(), rows[1..3]);
    assert_eq!(store.after(4, 1).await.unwrap(), []);
    assert_eq!(store.after(u64::MAX, 1).await.unwrap(), []);
    assert_eq!(store.head().await.unwrap(), 4);
}

async fn a_duplicate_is_told_from_a_repeated_sequence(database: Database) {
    let store = database.open().await;
    let device = Device::new(1);
    store.append(&device.readings([3, 5])).await.unwrap();
    let mut other = device.reading(5).reading;
    other.power += 1;
    let batch =
        [device.reading(3), device.sign(other), device.reading(4), device.reading(0), device.reading(6)];
    use Appended::{Duplicate, RepeatedSequence, Stored};
    let outcomes = [Duplicate, RepeatedSequence, RepeatedSequence, RepeatedSequence, Stored];
    assert_eq!(store.append(&batch).await.unwrap(), outcomes);
    assert_eq!(store.head().await.unwrap(), 3);
    assert_eq!(store.lookup(&[(device.id, 5)]).await.unwrap(), [Some(device.reading(5))]);
}

async fn a_batch_of_duplicates_takes_no_row(database: Database) {
    let store = database.open().await;
    let batch = Device::new(1).readings(1..=10);
    assert_eq!(store.append(&batch).await.unwrap(), [Appended::Stored; 10]);
    assert_eq!(store.append(&batch).await.unwrap(), [Appended::Duplicate; 10]);
    assert_eq!(store.head().await.unwrap(), 10);
    assert_eq!(store.append(&Device::new(2).readings([1])).await.unwrap(), [Appended::Stored]);
    assert_eq!(store.after(10, 10).await.unwrap().len(), 1);
}

async fn the_whole_domain_of_a_reading_is_kept(database: Database) {
    let store = database.open().await;
    let device = Device::new(1);
    let reading = |sequence, taken_at, power, temperature| {
        device.sign(Reading { device: device.id, sequence, taken_at, power, temperature })
    };
    let batch = [
        reading(1, 0, i64::MIN, Some(i32::MIN)),
        reading(2, MAX_INTEGER, i64::MAX, Some(i32::MAX)),
        reading(3, 0, 0, None),
        reading(4, 0, -1, Some(0)),
        reading(MAX_INTEGER, 1, 1, Some(-1)),
    ];
    assert_eq!(store.append(&batch).await.unwrap(), [Appended::Stored; 5]);
    let rows = store.after(0, 10).await.unwrap();
    assert_eq!(rows.into_iter().map(|(_, signed)| signed).collect::<Vec<_>>(), batch);
}

async fn numbers_beyond_the_domain_are_refused_and_nothing_of_the_batch_is_stored(database: Database) {
    let store = database.open().await;
    let device = Device::new(1);
    let mut late = device.reading(2).reading;
    late.taken_at = MAX_INTEGER + 1;
    for wrong in [device.sign(late), device.reading(MAX_INTEGER + 1)] {
        let refused = store.append(&[device.reading(1), wrong]).await;
        assert!(matches!(refused, Err(StoreError::OutOfRange)));
    }
    assert_eq!(store.head().await.unwrap(), 0);
    assert_eq!(store.after(0, 10).await.unwrap(), []);
}

async fn lookup_answers_in_the_order_asked(database: Database) {
    let store = database.open().await;
    let (one, two) = (Device::new(1), Device::new(2));
    store.append(&[one.readings(1..=500), two.readings(1..=500)].concat()).await.unwrap();
    let wanted: Vec<_> = (1..=500).rev().flat_map(|n| [(two.id, n), (one.id, 2 * n)]).collect();
    let expected: Vec<_> = (1..=500)
        .rev()
        .flat_map(|n| [Some(two.reading(n)), (2 * n <= 500).then(|| one.reading(2 * n))])
        .collect();
    assert_eq!(store.lookup(&wanted).await.unwrap(), expected);
    let odd = [(one.id, u64::MAX), (one.id, 7), (one.id, 7), (one.id, 0), (DeviceId([9; 32]), 7)];
    let seven = Some(one.reading(7));
    assert_eq!(store.lookup(&odd).await.unwrap(), [None, seven.clone(), seven, None, None]);
}

async fn readings_outlive_a_reopening(database: Database) {
    let batch = Device::new(1).readings(1..=20);
    let store = database.open().await;
    store.append(&batch).await.unwrap();
    store.close().await;
    assert!(matches!(store.head().await, Err(StoreError::Unavailable(_))));
    let store = database.open().await;
    assert_eq!(store.append(&batch).await.unwrap(), [Appended::Duplicate; 20]);
    assert_eq!(store.after(0, 100).await.unwrap(), (1..).zip(batch).collect::<Vec<_>>());
}

async fn a_database_belongs_to_one_chain_and_one_region(database: Database) {
    let origin = Origin { genesis: GENESIS, region: REGION };
    let store = database.open().await;
    store.bind(&origin).await.unwrap();
    store.close().await;
    let store = database.open().await;
    store.bind(&origin).await.unwrap();
    for other in [Origin { genesis: [1; 32], ..origin }, Origin { region: RegionId(u32::MAX), ..origin }] {
        assert!(matches!(store.bind(&other).await, Err(StoreError::OtherOrigin)));
    }
}

/// Two services on one database, eight writers, and a reader that goes forward as the worker does:
/// it meets every row once, without gaps, so none became visible behind it.
async fn concurrent_writers_keep_the_row_order_for_a_reader_between_them(database: Database) {
    const WRITERS: u8 = 8;
    const BATCHES: u64 = 15;
    const SIZE: u64 = 7;
    const TOTAL: usize = WRITERS as usize * (BATCHES * SIZE) as usize;
    let stores = [database.open().await, database.open().await];
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let store = stores[usize::from(writer) % 2].clone();
        writers.spawn(async move {
            let device = Device::new(writer + 1);
            for batch in 0..BATCHES {
                let batch = device.readings((1..=SIZE).map(|n| batch * SIZE + n));
                assert_eq!(store.append(&batch).await.unwrap(), [Appended::Stored; SIZE as usize]);
            }
        });
    }
    let reader = tokio::spawn(async move {
        let mut seen: Vec<(u64, SignedReading)> = Vec::new();
        while seen.len() < TOTAL {
            let cursor = seen.last().map_or(0, |(row, _)| *row);
            seen.extend(stores[seen.len() % 2].after(cursor, 1000).await.unwrap());
            tokio::task::yield_now().await;
        }
        seen
    });
    while let Some(written) = writers.join_next().await {
        written.unwrap();
    }
    let seen =
        tokio::time::timeout(Duration::from_secs(20), reader).await.expect("a row was missed").unwrap();
    assert!(seen.iter().map(|(row, _)| *row).eq(1..=TOTAL as u64));
    let distinct: HashSet<_> = seen.iter().map(|(_, s)| (s.reading.device, s.reading.sequence)).collect();
    assert_eq!(distinct.len(), TOTAL);
    for writer in 0..WRITERS {
        let id = Device::new(writer + 1).id;
        let sequences = seen.iter().filter(|(_, s)| s.reading.device == id).map(|(_, s)| s.reading.sequence);
        assert!(sequences.eq(1..=BATCHES * SIZE));
    }
}

async fn a_batch_delivered_twice_at_once_is_stored_once(database: Database) {
    let stores = [database.open().await, database.open().await];
    let device = Device::new(1);
    for round in 0..10 {
        let batch = device.readings(round * 5 + 1..=round * 5 + 5);
        let (one, two) = tokio::join!(stores[0].append(&batch), stores[1].append(&batch));
        let mut outcomes = [one.unwrap(), two.unwrap()];
        outcomes.sort_by_key(|outcome| *outcome == [Appended::Duplicate; 5]);
        assert_eq!(outcomes, [vec![Appended::Stored; 5], vec![Appended::Duplicate; 5]]);
    }
    assert_eq!(stores[0].head().await.unwrap(), 50);
}

async fn an_append_given_up_half_way_leaves_the_store_usable(database: Database) {
    let store = database.open().await;
    let device = Device::new(1);
    for (round, micros) in (0..20).zip((0u64..).step_by(300)) {
        let batch = device.readings(round * 10 + 1..=round * 10 + 10);
        let _ = tokio::time::timeout(Duration::from_micros(micros), store.append(&batch)).await;
        let outcomes = store.append(&batch).await.unwrap();
        // All or nothing.
        assert!(outcomes == [Appended::Stored; 10] || outcomes == [Appended::Duplicate; 10], "{outcomes:?}");
    }
    let rows = store.after(0, 1000).await.unwrap();
    assert_eq!(rows, (1..).zip(device.readings(1..=200)).collect::<Vec<_>>());
}

async fn a_full_batch_and_a_full_page_pass(database: Database) {
    let store = database.open().await;
    let batch: Vec<_> = (1..=100).flat_map(|seed| Device::new(seed).readings(1..=50)).collect();
    assert_eq!(store.append(&batch).await.unwrap(), vec![Appended::Stored; 5000]);
    assert_eq!(store.after(4000, 1000).await.unwrap().len(), 1000);
}

async fn a_locked_database_is_told_and_readers_go_on(database: Database) {
    let store = database.open().await;
    let device = Device::new(1);
    store.append(&device.readings([1])).await.unwrap();
    let lock = database.lock().await;
    let batch = device.readings([2]);
    let (refused, rows) = tokio::join!(store.append(&batch), store.after(0, 10));
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(rows.unwrap().len(), 1);
    lock.release().await;
    assert_eq!(store.append(&batch).await.unwrap(), [Appended::Stored]);
}
