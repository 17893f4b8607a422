// SPDX-License-Identifier: Apache-2.0
//! The contract of a store of meter-days and batches, and the rule that closes meter-days, held
//! against every backend.

use crate::support::{
    database::{conformance, Database},
    sealing::{anchor, sealed},
    Device, CLOSE_AFTER,
};
use codec::Compact;
use dmsm_grid::{
    meter_days::{MeterDays, SETTLING},
    pricing::Slots,
    store::{
        BatchFault, BatchId, BatchState, Import, MeterDayStore, StoreError, Totals, Verdict, Waiting,
        SCAN_ROWS,
    },
};
use dmsm_primitives::{
    records::{self, ALL_PRESENT, MAX_BATCH, SLOTS},
    storage::{OpenBatch, MAX_BATCH_ROWS, MAX_OPEN_BATCHES},
    time::{DAY_MILLIS, HALF_HOUR_MILLIS},
    Day, DeviceId, Milliwatts, Moment, SignedReading,
};
use sqlx::{
    migrate::{Migration, MigrationType, Migrator},
    Connection, PgConnection, SqlSafeStr, SqliteConnection,
};
use std::sync::Arc;

conformance! {
    a_whole_day_closes_once_it_is_over_and_settled
    a_day_with_gaps_closes_when_no_reading_came_for_long
    a_late_reading_begins_the_wait_anew
    an_import_counts_from_when_it_was_imported
    a_record_says_what_was_used_and_which_half_hours_are_known
    what_comes_after_the_cut_does_not_change_the_batch
    a_correction_is_a_later_version
    readings_that_change_no_energy_make_no_version
    a_day_has_one_open_batch_and_versions_without_gaps
    of_a_long_history_at_most_sixteen_batches_are_open_and_the_oldest_come_first
    a_day_of_many_meters_takes_several_batches
    more_readings_than_one_look_takes_are_all_seen
    a_half_hour_too_large_for_a_record_is_refused_until_it_is_corrected
    a_stop_between_any_two_steps_loses_and_repeats_nothing
    two_workers_at_once_cut_once
    a_verdict_on_what_changed_since_does_not_hold
    rows_that_differ_are_refused_whole
    a_batch_is_anchored_under_its_own_root_alone
    the_newest_anchored_version_counts
    days_beyond_the_calendar_are_passed_over
    what_waits_is_shown_with_its_reason
    a_recheck_records_what_deleted_readings_leave
    a_batch_given_up_leaves_its_version_and_its_meter_days_wait_again
    a_database_of_the_second_version_is_looked_through_from_its_beginning
}

const DAY: Day = Day(15_340); // 2012-01-01
const NEXT: Day = Day(DAY.0 + 1);
/// Some moment of the wall clock, long after.
const NOW: Moment = 1_700_000_000_000;
const WAIT: Moment = CLOSE_AFTER.as_millis() as u64;
/// 1 Wh in half an hour.
const WATT_HOUR: Milliwatts = 2_000;

fn at(day: Day, slot: u64) -> Moment {
    u64::from(day.0) * DAY_MILLIS + slot * HALF_HOUR_MILLIS
}

/// A reading at the beginning of each of these half-hours.
fn readings(
    device: &Device,
    first_sequence: u64,
    day: Day,
    slots: std::ops::Range<u64>,
    power: Milliwatts,
) -> Vec<SignedReading> {
    (first_sequence..).zip(slots).map(|(n, slot)| device.measured(n, at(day, slot), power)).collect()
}

fn import(meter: DeviceId, readings: Vec<(Moment, Milliwatts)>, imported_at: Moment) -> Import {
    Import { meter, file: "file.csv".into(), sha256: [1; 32], readings, imported_at }
}

/// Whole days of a meter from a file of long ago.
async fn whole_days(store: &dyn MeterDayStore, meter: DeviceId, days: std::ops::Range<u32>) {
    let moments = days.flat_map(|day| (0..48).map(move |slot| (at(Day(day), slot), WATT_HOUR)));
    store.import(&import(meter, moments.collect(), 0)).await.unwrap();
}

/// What the worker is told when the chain says `chain` and the clock `now`.
async fn ask(store: &Arc<dyn MeterDayStore>, chain: Moment, now: Moment) -> Vec<OpenBatch> {
    MeterDays::new(store.clone(), CLOSE_AFTER).open_batches(chain, now).await.unwrap()
}

/// When all days of these tests are over.
async fn later(store: &Arc<dyn MeterDayStore>) -> Vec<OpenBatch> {
    ask(store, NOW, NOW).await
}

fn open(day: Day, version: u16, count: u32) -> OpenBatch {
    OpenBatch { day, version, count, unsealed: count }
}

fn id(batch: &OpenBatch) -> BatchId {
    BatchId { day: batch.day, version: batch.version }
}

fn batch(day: Day, version: u16) -> BatchId {
    BatchId { day, version }
}

fn fault<T: std::fmt::Debug>(result: Result<T, StoreError>) -> BatchFault {
    match result {
        Err(StoreError::Batch(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

/// Energies of a row.
fn energies(energy: &[Compact<u32>]) -> Vec<u32> {
    energy.iter().map(|slot| slot.0).collect()
}

async fn a_whole_day_closes_once_it_is_over_and_settled(database: Database) {
    let store = database.open().await;
    let device = Device::new(1);
    store.append(&readings(&device, 1, DAY, 0..48, WATT_HOUR)).await.unwrap();
    for (chain, batches) in [
        (0, vec![]),
        (DAY.end() - 1, vec![]),
        (DAY.end() + SETTLING - 1, vec![]),
        (DAY.end() + SETTLING, vec![open(DAY, 0, 1)]),
    ] {
        assert_eq!(ask(&store, chain, NOW).await, batches, "{chain}");
    }
}

async fn a_day_with_gaps_closes_when_no_reading_came_for_long(database: Database) {
    let store = database.open().await;
    let device = Device::new(1);
    store.append(&readings(&device, 1, DAY, 0..47, WATT_HOUR)).await.unwrap();
    for (after, batches) in [(0, vec![]), (WAIT - 1, vec![]), (WAIT, vec![open(DAY, 0, 1)])] {
        assert_eq!(ask(&store, NOW, NOW + after).await, batches, "{after}");
    }
    let row = &store.unsealed(batch(DAY, 0), 1).await.unwrap()[0];
    assert_eq!((row.present, row.energy[46], row.energy[47]), (ALL_PRESENT >> 1, Compact(1), Compact(0)));
}

async fn a_late_reading_begins_the_wait_anew(database: Database) {
    let store = database.open().await;
    let device = Device::new(1);
    store.append(&readings(&device, 1, DAY, 0..46, WATT_HOUR)).await.unwrap();
    assert_eq!(later(&store).await, []);
    store.append(&readings(&device, 47, DAY, 46..47, WATT_HOUR)).await.unwrap();
    for (after, batches) in
        [(WAIT - 1, vec![]), (WAIT, vec![]), (2 * WAIT - 2, vec![]), (2 * WAIT - 1, vec![open(DAY, 0, 1)])]
    {
        assert_eq!(ask(&store, NOW, NOW + after).await, batches, "{after}");
    }
    // A clock that was set back closes nothing.
    store.append(&readings(&device, 48, NEXT, 0..1, WATT_HOUR)).await.unwrap();
    assert_eq!(ask(&store, NOW, NOW).await.len(), 1);
    assert_eq!(ask(&store, NOW, 0).await.len(), 1);
}

async fn an_import_counts_from_when_it_was_imported(database: Database) {
    let store = database.open().await;
    let meter = DeviceId([1; 32]);
    store.import(&import(meter, vec![(at(DAY, 3), WATT_HOUR)], NOW - WAIT)).await.unwrap();
    store.import(&import(meter, vec![(at(NEXT, 3), WATT_HOUR)], NOW - WAIT + 1)).await.unwrap();
    assert_eq!(later(&store).await, [open(DAY, 0, 1)]);
    assert_eq!(ask(&store, NOW, NOW + 1).await, [open(DAY, 0, 1), open(NEXT, 0, 1)]);
}

async fn a_record_says_what_was_used_and_which_half_hours_are_known(database: Database) {
    let store = database.open().await;
    let device = Device::new(1);
    let signed = [
        device.measured(1, at(DAY, 0) - 1, 9_000_000), // the day before
        device.measured(2, at(DAY, 0), 2_999),         // rounded once
        device.measured(3, at(DAY, 1), -5_000_000),    // fed in
        device.measured(4, at(DAY, 2), 4_000),
        device.measured(5, at(DAY, 3) - 1, 8_000),
        device.measured(6, at(DAY, 47) + HALF_HOUR_MILLIS - 1, 2_000 * i64::from(u32::MAX)),
        device.measured(7, at(NEXT, 0), 9_000_000), // the day after
    ];
    store.append(&signed).await.unwrap();
    store.import(&import(device.id, vec![(at(DAY, 2), 1), (at(DAY, 5), 10_000)], 0)).await.unwrap();
    later(&store).await;
    assert!(ask(&store, NOW, NOW + WAIT).await.contains(&open(DAY, 0, 1)));
    let rows = store.unsealed(batch(DAY, 0), 256).await.unwrap();
    assert_eq!((rows.len(), rows[0].meter, rows[0].energy.len()), (1, device.id, SLOTS));
    let mut expected = vec![0; SLOTS];
    (expected[0], expected[2], expected[5], expected[47]) = (1, 3, 5, u32::MAX);
    assert_eq!(energies(&rows[0].energy), expected);
    assert_eq!(rows[0].present, 0b10_0111 | 1 << 47);
}

async fn what_comes_after_the_cut_does_not_change_the_batch(database: Database) {
    let store = database.open().await;
    let (one, two) = (Device::new(1), Device::new(2));
    store.append(&readings(&one, 1, DAY, 0..48, WATT_HOUR)).await.unwrap();
    let cut = later(&store).await;
    let rows = store.unsealed(batch(DAY, 0), 256).await.unwrap();
    store.append(&[one.measured(49, at(DAY, 0) + 1, 9 * WATT_HOUR)]).await.unwrap();
    store.append(&readings(&two, 1, DAY, 0..48, WATT_HOUR)).await.unwrap();
    assert_eq!(later(&store).await, cut);
    assert_eq!(store.unsealed(batch(DAY, 0), 256).await.unwrap(), rows);
    let seal = sealed(batch(DAY, 0), &rows[0]);
    store.seal(batch(DAY, 0), &[seal]).await.unwrap();
    assert_eq!(later(&store).await, [OpenBatch { unsealed: 0, ..cut[0] }]);
    let records = store.manifest(batch(DAY, 0)).await.unwrap().unwrap();
    assert_eq!((records.len(), records[0].digest), (1, seal.digest));
}

async fn a_correction_is_a_later_version(database: Database) {
    let store = database.open().await;
    let (one, two) = (Device::new(1), Device::new(2));
    for device in [&one, &two] {
        store.append(&readings(device, 1, DAY, 0..48, WATT_HOUR)).await.unwrap();
    }
    assert_eq!(later(&store).await, [open(DAY, 0, 2)]);
    anchor(&*store, batch(DAY, 0)).await;
    assert_eq!(later(&store).await, []);
    // The mean of 1 and 3 Wh.
    store.append(&[one.measured(49, at(DAY, 7) + 1, 3 * WATT_HOUR)]).await.unwrap();
    assert_eq!(later(&store).await, [open(DAY, 1, 1)]);
    let rows = store.unsealed(batch(DAY, 1), 256).await.unwrap();
    assert_eq!((rows.len(), rows[0].meter, rows[0].energy[7]), (1, one.id, Compact(2)));
    anchor(&*store, batch(DAY, 1)).await;
    // And back: what counts is the newest version, not any version.
    store.append(&[one.measured(50, at(DAY, 7) + 2, -WATT_HOUR)]).await.unwrap();
    assert_eq!(later(&store).await, [open(DAY, 2, 1)]);
    assert_eq!(store.unsealed(batch(DAY, 2), 1).await.unwrap()[0].energy[7], Compact(1));
}

async fn readings_that_change_no_energy_make_no_version(database: Database) {
    let store = database.open().await;
    let device = Device::new(1);
    store.append(&readings(&device, 1, DAY, 0..48, WATT_HOUR)).await.unwrap();
    later(&store).await;
    anchor(&*store, batch(DAY, 0)).await;
    let same = [
        device.measured(49, at(DAY, 7), 9 * WATT_HOUR), // of a moment that has a reading
        device.measured(50, at(DAY, 8) + 1, WATT_HOUR + 900),
    ];
    store.append(&same).await.unwrap();
    store.import(&import(device.id, vec![(at(DAY, 9), 77)], 0)).await.unwrap();
    assert_eq!(later(&store).await, []);
    assert_eq!(store.waiting_on(DAY).await.unwrap(), []);
    // A half-hour that becomes known without energy is a change.
    store.append(&readings(&device, 51, NEXT, 0..47, WATT_HOUR)).await.unwrap();
    later(&store).await;
    assert_eq!(ask(&store, NOW, NOW + WAIT).await, [open(NEXT, 0, 1)]);
    anchor(&*store, batch(NEXT, 0)).await;
    store.append(&readings(&device, 98, NEXT, 47..48, 0)).await.unwrap();
    assert_eq!(later(&store).await, [open(NEXT, 1, 1)]);
}

async fn a_day_has_one_open_batch_and_versions_without_gaps(database: Database) {
    let store = database.open().await;
    for version in 0..4u8 {
        let meters = [DeviceId([2 * version; 32]), DeviceId([2 * version + 1; 32])];
        whole_days(&*store, meters[0], DAY.0..DAY.0 + 1).await;
        let batches = later(&store).await;
        assert_eq!(batches, [open(DAY, version.into(), 1 + u32::from(version > 0))]);
        // It comes while the batch is open.
        whole_days(&*store, meters[1], DAY.0..DAY.0 + 1).await;
        assert_eq!(later(&store).await, batches);
        anchor(&*store, id(&batches[0])).await;
    }
    assert_eq!(later(&store).await, [open(DAY, 4, 1)]);
}

async fn of_a_long_history_at_most_sixteen_batches_are_open_and_the_oldest_come_first(database: Database) {
    let store = database.open().await;
    let days = 3 * MAX_OPEN_BATCHES + 2;
    for meter in 1..=3 {
        whole_days(&*store, DeviceId([meter; 32]), DAY.0..DAY.0 + days).await;
    }
    let mut next = DAY.0;
    while next < DAY.0 + days {
        let batches = later(&store).await;
        let end = (next + MAX_OPEN_BATCHES).min(DAY.0 + days);
        assert_eq!(batches, (next..end).map(|day| open(Day(day), 0, 3)).collect::<Vec<_>>());
        assert_eq!(later(&store).await, batches);
        // One anchored makes room for one.
        anchor(&*store, id(&batches[0])).await;
        let moved = later(&store).await;
        assert_eq!((moved[0], moved.len() as u32), (batches[1], (DAY.0 + days - next - 1).min(16)));
        for batch in &batches[1..] {
            anchor(&*store, id(batch)).await;
        }
        next = end;
        if let [more] = moved[batches.len() - 1..] {
            anchor(&*store, id(&more)).await;
            next += 1;
        }
    }
    assert_eq!(later(&store).await, []);
    let totals = store.totals().await.unwrap();
    assert_eq!((totals.anchored_batches, totals.anchored_meter_days), (days.into(), 3 * u64::from(days)));
}

/// Readings of many meters as one import; some SQL, because there are many.
async fn crowd(database: &Database, store: &dyn MeterDayStore, meters: u32) {
    // Makes the import whose number the rows carry.
    store.import(&import(DeviceId([0xff; 32]), vec![(at(NEXT, 0), 1)], 0)).await.unwrap();
    let meter = if database.url.starts_with("sqlite") {
        "CAST(printf('%032d', n) AS BLOB)"
    } else {
        "convert_to(lpad(n::text, 32, '0'), 'UTF8')"
    };
    let sql = format!(
        "INSERT INTO imported_readings (device, taken_at, power, import) \
         WITH RECURSIVE meters (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM meters WHERE n < {meters}) \
         SELECT {meter}, {}, 2000, (SELECT max(id) FROM imports) FROM meters",
        at(DAY, 5)
    );
    assert_eq!(database.execute(&sql).await, u64::from(meters));
}

/// The batch of a day, after as many calls as a slow machine needs.
async fn of_day(store: &Arc<dyn MeterDayStore>, day: Day) -> OpenBatch {
    for _ in 0..100 {
        if let Some(found) = later(store).await.into_iter().find(|batch| batch.day == day) {
            return found;
        }
    }
    panic!("no batch of {day}")
}

async fn a_day_of_many_meters_takes_several_batches(database: Database) {
    let store = database.open().await;
    crowd(&database, &*store, MAX_BATCH + 52).await;
    let first = of_day(&store, DAY).await;
    assert_eq!(first, open(DAY, 0, MAX_BATCH));
    let rows = store.unsealed(id(&first), MAX_BATCH_ROWS).await.unwrap();
    assert_eq!(rows.len() as u32, MAX_BATCH_ROWS);
    assert!(rows.is_sorted_by(|one, next| one.meter < next.meter));
    anchor(&*store, id(&first)).await;
    assert_eq!(of_day(&store, DAY).await, open(DAY, 1, 52));
    let (one, two) = (store.manifest(id(&first)).await.unwrap().unwrap(), batch(DAY, 1));
    assert!(one.last().unwrap().meter < store.unsealed(two, 1).await.unwrap()[0].meter);
}

async fn more_readings_than_one_look_takes_are_all_seen(database: Database) {
    let store = database.open().await;
    let (one, two) = (Device::new(1), DeviceId([2; 32]));
    let count = u64::from(SCAN_ROWS) + 3_000;
    // One a minute.
    let moments = || (0..count).map(|n| at(DAY, 0) + n * 60_000);
    let signed: Vec<_> = (1..).zip(moments()).map(|(n, taken_at)| one.measured(n, taken_at, 1)).collect();
    for part in signed.chunks(5_000) {
        store.append(part).await.unwrap();
    }
    store.import(&import(two, moments().map(|taken_at| (taken_at, 1)).collect(), 0)).await.unwrap();
    store.scan(0).await.unwrap();
    // Days that the first look did not reach are not known yet.
    let last = Day(DAY.0 + (count / 1_440) as u32);
    let reached = Day(DAY.0 + SCAN_ROWS / 1_440);
    let (_, waiting) = store.history(DAY..=last, true).await.unwrap();
    assert!(waiting.iter().all(|days| days.meters == 2 && days.reason == Waiting::Changed));
    assert!(waiting.iter().map(|days| days.day.0).eq(DAY.0..=reached.0) && reached < last);
    store.scan(0).await.unwrap();
    store.scan(0).await.unwrap();
    let mut seen = Vec::new();
    loop {
        let batches = ask(&store, NOW, NOW).await;
        if batches.is_empty() {
            break;
        }
        for batch in batches {
            assert_eq!((batch.count, batch.version), (2, 0));
            seen.push(batch.day);
            anchor(&*store, id(&batch)).await;
        }
    }
    assert!(seen.into_iter().eq((DAY.0..=last.0).map(Day)));
}

async fn a_half_hour_too_large_for_a_record_is_refused_until_it_is_corrected(database: Database) {
    let store = database.open().await;
    let (one, two) = (Device::new(1), Device::new(2));
    store.append(&readings(&one, 1, DAY, 0..48, WATT_HOUR * (i64::from(u32::MAX) + 1))).await.unwrap();
    store.append(&readings(&two, 1, DAY, 0..48, WATT_HOUR * i64::from(u32::MAX))).await.unwrap();
    for _ in 0..2 {
        assert_eq!(later(&store).await, [open(DAY, 0, 1)]);
        assert_eq!(store.totals().await.unwrap().refused_meter_days, 1);
        assert_eq!(store.waiting_on(DAY).await.unwrap(), [(one.id, Waiting::TooLarge, NOW)]);
    }
    anchor(&*store, batch(DAY, 0)).await;
    assert_eq!(ask(&store, NOW, NOW + WAIT).await, []);
    // Means of this and the readings before fit.
    let lower: Vec<_> =
        (49..).zip(0..48).map(|(n, slot)| one.measured(n, at(DAY, slot) + 1, -WATT_HOUR)).collect();
    store.append(&lower).await.unwrap();
    assert_eq!(later(&store).await, [open(DAY, 1, 1)]);
    assert_eq!(store.totals().await.unwrap().refused_meter_days, 0);
    // An absurd reading that is deleted is gone once the meter is compared again.
    store.append(&[two.measured(49, at(NEXT, 0), i64::MAX)]).await.unwrap();
    assert_eq!(later(&store).await, [open(DAY, 1, 1)]);
    assert_eq!(store.totals().await.unwrap().refused_meter_days, 1);
    assert_eq!(database.execute(&format!("DELETE FROM readings WHERE power = {}", i64::MAX)).await, 1);
    assert_eq!(store.recheck(&two.id, NEXT..=NEXT).await.unwrap(), 1);
    assert_eq!(later(&store).await, [open(DAY, 1, 1)]);
    assert_eq!(store.totals().await.unwrap().refused_meter_days, 0);
    assert_eq!(store.waiting_on(NEXT).await.unwrap(), []);
}

/// Does each step in a program of its own, twice.
async fn a_stop_between_any_two_steps_loses_and_repeats_nothing(database: Database) {
    let (one, two) = (Device::new(1), Device::new(2));
    let store = database.open().await;
    for device in [&one, &two] {
        store.append(&readings(device, 1, DAY, 0..48, WATT_HOUR)).await.unwrap();
    }
    store.close().await;
    let slots = Slots { present: ALL_PRESENT, energy: [1; SLOTS] };
    let name = batch(DAY, 0);
    for round in 0..2 {
        let store = database.open().await;
        store.scan(NOW).await.unwrap();
        let changed = store.changed(NEXT, 10).await.unwrap();
        assert_eq!(changed.len(), 2, "{round}");
        store.close().await;
    }
    let store = database.open().await;
    let changed = store.changed(NEXT, 10).await.unwrap();
    store.judged(&[(changed[0], Verdict::Closed(slots))]).await.unwrap();
    store.close().await;
    let store = database.open().await;
    assert_eq!(store.changed(NEXT, 10).await.unwrap(), changed[1..]);
    store.cut(NOW).await.unwrap();
    assert_eq!(store.open_batches().await.unwrap(), [], "one of the day is not looked at");
    store.close().await;

    let mut rows = Vec::new();
    for _ in 0..2 {
        let store = database.open().await;
        assert_eq!(later(&store).await, [open(DAY, 0, 2)]);
        rows = store.unsealed(name, 256).await.unwrap();
        assert!(rows.iter().all(|row| row.energy == [Compact(1); SLOTS]));
        store.close().await;
    }
    let seals: Vec<_> = rows.iter().map(|row| sealed(name, row)).collect();
    for (done, part) in [(1, &seals[..1]), (1, &seals[..1]), (2, &seals[..]), (2, &seals[..])] {
        let store = database.open().await;
        store.seal(name, part).await.unwrap();
        store.close().await;
        let store = database.open().await;
        assert_eq!(store.unsealed(name, 256).await.unwrap(), rows[done..]);
        assert_eq!(store.manifest(name).await.unwrap().is_some(), done == 2);
        assert_eq!(later(&store).await, [OpenBatch { unsealed: 2 - done as u32, ..open(DAY, 0, 2) }]);
        store.close().await;
    }
    let store = database.open().await;
    let root = records::root(&store.manifest(name).await.unwrap().unwrap());
    store.close().await;
    for _ in 0..2 {
        let store = database.open().await;
        store.anchor(name, &root).await.unwrap();
        store.close().await;
        let store = database.open().await;
        // What the worker did not know to be done it does again.
        store.seal(name, &seals).await.unwrap();
        assert_eq!(later(&store).await, []);
        assert_eq!(records::root(&store.manifest(name).await.unwrap().unwrap()), root);
        store.close().await;
    }
    let totals = database.open().await.totals().await.unwrap();
    let anchored = Totals { anchored_batches: 1, anchored_meter_days: 2, ..Totals::default() };
    assert_eq!(totals, anchored);
}

async fn two_workers_at_once_cut_once(database: Database) {
    let stores = [database.open().await, database.open().await];
    for meter in 1..=5 {
        whole_days(&*stores[0], DeviceId([meter; 32]), DAY.0..DAY.0 + 10).await;
    }
    for _ in 0..5 {
        let (one, two) = tokio::join!(later(&stores[0]), later(&stores[1]));
        for batches in [one, two] {
            assert!(batches.iter().all(|batch| (batch.version, batch.count) == (0, 5)), "{batches:?}");
        }
    }
    let batches = later(&stores[0]).await;
    assert!(batches.iter().map(|batch| batch.day).eq((DAY.0..DAY.0 + 10).map(Day)));
}

async fn a_verdict_on_what_changed_since_does_not_hold(database: Database) {
    let store = database.open().await;
    let device = Device::new(1);
    store.append(&readings(&device, 1, DAY, 0..48, WATT_HOUR)).await.unwrap();
    store.scan(NOW).await.unwrap();
    let old = store.changed(NEXT, 10).await.unwrap()[0];
    store.append(&[device.measured(49, at(DAY, 0) + 1, 9 * WATT_HOUR)]).await.unwrap();
    store.scan(NOW).await.unwrap();
    let slots = Slots { present: ALL_PRESENT, energy: [1; SLOTS] };
    for verdict in [Verdict::Closed(slots), Verdict::Unchanged, Verdict::Incomplete, Verdict::TooLarge] {
        store.judged(&[(old, verdict)]).await.unwrap();
        assert_eq!(store.changed(NEXT, 10).await.unwrap().len(), 1, "{verdict:?}");
    }
    // Nor does one on what was cut and changed again since.
    later(&store).await;
    anchor(&*store, batch(DAY, 0)).await;
    store.append(&[device.measured(50, at(DAY, 0) + 2, 9 * WATT_HOUR)]).await.unwrap();
    store.scan(NOW).await.unwrap();
    store.judged(&[(old, Verdict::Closed(slots))]).await.unwrap();
    assert_eq!(later(&store).await, [open(DAY, 1, 1)]);
    assert_eq!(store.unsealed(batch(DAY, 1), 1).await.unwrap()[0].energy[0], Compact(6));
}

async fn rows_that_differ_are_refused_whole(database: Database) {
    let store = database.open().await;
    for meter in 1..=3 {
        whole_days(&*store, DeviceId([meter; 32]), DAY.0..DAY.0 + 1).await;
    }
    later(&store).await;
    let name = batch(DAY, 0);
    let rows = store.unsealed(name, 256).await.unwrap();
    let seals: Vec<_> = rows.iter().map(|row| sealed(name, row)).collect();
    store.seal(name, &seals[..1]).await.unwrap();
    let mut others = [seals[0]; 4];
    others[0].nonce[0] ^= 1;
    others[1].digest[0] ^= 1;
    others[2].ciphertext[0] ^= 1;
    others[3].meter = DeviceId([9; 32]);
    for other in others {
        assert_eq!(fault(store.seal(name, &[seals[1], other]).await), BatchFault::Differs(name));
        assert_eq!(store.unsealed(name, 256).await.unwrap(), rows[1..]);
    }
    // One meter twice in one message: alike is fine, otherwise not.
    let mut twice = [seals[1]; 2];
    store.seal(name, &twice).await.unwrap();
    twice[0] = seals[2];
    twice[1] = seals[2];
    twice[1].digest = [0; 32];
    assert_eq!(fault(store.seal(name, &twice).await), BatchFault::Differs(name));
    assert_eq!(store.unsealed(name, 256).await.unwrap(), rows[2..]);
    store.seal(name, &[]).await.unwrap();

    let none = batch(DAY, 1);
    let unknown = BatchFault::Unknown(none);
    assert_eq!(fault(store.seal(none, &[]).await), unknown);
    assert_eq!(fault(store.unsealed(none, 1).await), unknown);
    assert_eq!(fault(store.manifest(none).await), unknown);
    assert_eq!(fault(store.anchor(none, &[1; 32]).await), unknown);
    let far = fault(store.manifest(batch(Day(u32::MAX), u16::MAX)).await);
    assert_eq!(far.to_string(), "there is no batch that is version 65535 of day 4294967295");
}

async fn a_batch_is_anchored_under_its_own_root_alone(database: Database) {
    let store = database.open().await;
    let meter = DeviceId([1; 32]);
    whole_days(&*store, meter, DAY.0..DAY.0 + 1).await;
    later(&store).await;
    let name = batch(DAY, 0);
    assert_eq!(fault(store.anchor(name, &[1; 32]).await), BatchFault::Unsealed(name));
    assert!(!store.anchors().await.unwrap());
    let row = sealed(name, &store.unsealed(name, 1).await.unwrap()[0]);
    store.seal(name, &[row]).await.unwrap();
    assert_eq!(fault(store.anchor(name, &[1; 32]).await), BatchFault::Differs(name));
    assert_eq!(store.anchored(&meter, DAY).await.unwrap(), None);
    let (root, count) = anchor(&*store, name).await;
    assert_eq!(count, 1);
    store.anchor(name, &root).await.unwrap();
    assert_eq!(fault(store.anchor(name, &[1; 32]).await), BatchFault::Differs(name));
    assert!(store.anchors().await.unwrap());
    let mut other = row;
    other.digest = [0; 32];
    assert_eq!(fault(store.seal(name, &[other]).await), BatchFault::Differs(name));
}

async fn the_newest_anchored_version_counts(database: Database) {
    let store = database.open().await;
    let (device, other) = (Device::new(1), DeviceId([9; 32]));
    store.append(&readings(&device, 1, DAY, 0..48, WATT_HOUR)).await.unwrap();
    whole_days(&*store, other, DAY.0..DAY.0 + 1).await;
    later(&store).await;
    let (root, _) = anchor(&*store, batch(DAY, 0)).await;
    let version = |meter| {
        let store = store.clone();
        async move { store.anchored(&meter, DAY).await.unwrap().map(|found| found.version) }
    };
    store.append(&[device.measured(49, at(DAY, 7) + 1, 3 * WATT_HOUR)]).await.unwrap();
    assert_eq!(later(&store).await, [open(DAY, 1, 1)]);
    assert_eq!((version(device.id).await, version(other).await), (Some(0), Some(0)));
    let first = store.anchored(&device.id, DAY).await.unwrap().unwrap();
    assert_eq!((records::root(&first.records), first.records.len()), (root, 2));
    anchor(&*store, batch(DAY, 1)).await;
    assert_eq!((version(device.id).await, version(other).await), (Some(1), Some(0)));
    assert_eq!(store.anchored(&device.id, NEXT).await.unwrap(), None);
    assert_eq!(store.anchored(&DeviceId([7; 32]), DAY).await.unwrap(), None);
}

async fn days_beyond_the_calendar_are_passed_over(database: Database) {
    let store = database.open().await;
    let device = Device::new(1);
    let last: Day = "9999-12-31".parse().unwrap();
    let taken = [0, last.end() - 1, last.end(), i64::MAX as u64];
    let batch: Vec<_> = (1..).zip(taken).map(|(n, taken_at)| device.measured(n, taken_at, 1)).collect();
    store.append(&batch).await.unwrap();
    let moments = taken.iter().map(|taken_at| (*taken_at, 1)).collect();
    store.import(&import(DeviceId([2; 32]), moments, 0)).await.unwrap();
    assert_eq!(ask(&store, u64::MAX, 0).await, []);
    let batches = ask(&store, u64::MAX, i64::MAX as u64).await;
    assert_eq!(batches, [open(Day(0), 0, 2), open(last, 0, 2)]);
}

async fn what_waits_is_shown_with_its_reason(database: Database) {
    let store = database.open().await;
    let devices: Vec<_> = (1..=4).map(Device::new).collect();
    let whole = |n: usize, power| readings(&devices[n], 1, DAY, 0..48, power);
    store.append(&whole(0, WATT_HOUR)).await.unwrap();
    later(&store).await;
    store.append(&whole(1, WATT_HOUR)).await.unwrap();
    store.append(&whole(2, i64::MAX)).await.unwrap();
    store.append(&whole(3, WATT_HOUR)[..9]).await.unwrap();
    later(&store).await;
    let today = Day((NOW / DAY_MILLIS) as u32);
    store.append(&readings(&devices[0], 49, today, 0..1, 1)).await.unwrap();
    ask(&store, NOW, NOW + 5).await;

    let mut expected = vec![
        (devices[1].id, Waiting::Closed, NOW),
        (devices[2].id, Waiting::TooLarge, NOW),
        (devices[3].id, Waiting::Incomplete, NOW),
    ];
    expected.sort_by_key(|(meter, ..)| *meter);
    assert_eq!(store.waiting_on(DAY).await.unwrap(), expected);
    assert_eq!(store.waiting_on(today).await.unwrap(), [(devices[0].id, Waiting::Changed, NOW + 5)]);

    let (batches, waiting) = store.history(DAY..=today, true).await.unwrap();
    assert_eq!((batches.len(), batches[0].id, batches[0].state), (1, batch(DAY, 0), BatchState::Open));
    let shown: Vec<_> = waiting.iter().map(|days| (days.day, days.reason, days.meters, days.since)).collect();
    let reasons = [Waiting::Incomplete, Waiting::TooLarge, Waiting::Closed];
    let mut expected: Vec<_> = reasons.map(|reason| (DAY, reason, 1, NOW)).to_vec();
    expected.push((today, Waiting::Changed, 1, NOW + 5));
    assert_eq!(shown, expected);
    assert_eq!(store.history(NEXT..=NEXT, false).await.unwrap(), (vec![], vec![]));

    anchor(&*store, batch(DAY, 0)).await;
    assert_eq!(store.history(DAY..=DAY, true).await.unwrap().0, []);
    assert_eq!(store.history(DAY..=DAY, false).await.unwrap().0[0].state, BatchState::Anchored);
}

async fn a_recheck_records_what_deleted_readings_leave(database: Database) {
    let store = database.open().await;
    let (meter, other) = (DeviceId([1; 32]), DeviceId([2; 32]));
    for meter in [meter, other] {
        whole_days(&*store, meter, DAY.0..DAY.0 + 3).await;
    }
    for batch in later(&store).await {
        anchor(&*store, id(&batch)).await;
    }
    // The file was another meter's.
    let deleted = format!("DELETE FROM imported_readings WHERE import = 1 AND taken_at < {}", at(NEXT, 24));
    assert_eq!(database.execute(&deleted).await, 72);
    assert_eq!(later(&store).await, []);
    assert_eq!(store.recheck(&meter, DAY..=NEXT).await.unwrap(), 2);
    assert_eq!(later(&store).await, [open(DAY, 1, 1), open(NEXT, 1, 1)]);
    let rows =
        [store.unsealed(batch(DAY, 1), 1).await.unwrap(), store.unsealed(batch(NEXT, 1), 1).await.unwrap()];
    assert_eq!(
        rows.map(|rows| (rows[0].meter, rows[0].present)),
        [(meter, 0), (meter, ALL_PRESENT << 24 & ALL_PRESENT)]
    );
    assert_eq!(store.recheck(&DeviceId([3; 32]), DAY..=NEXT).await.unwrap(), 0);
    assert_eq!(store.recheck(&other, NEXT..=DAY).await.unwrap(), 0);
    assert_eq!(store.recheck(&other, DAY..=NEXT).await.unwrap(), 2);
    assert_eq!(later(&store).await.len(), 2, "nothing of the other meter changed");
}

async fn a_batch_given_up_leaves_its_version_and_its_meter_days_wait_again(database: Database) {
    let store = database.open().await;
    let (one, two) = (DeviceId([1; 32]), DeviceId([2; 32]));
    for meter in [one, two] {
        whole_days(&*store, meter, DAY.0..DAY.0 + 1).await;
    }
    assert_eq!(later(&store).await, [open(DAY, 0, 2)]);
    let name = batch(DAY, 0);
    let rows = store.unsealed(name, 256).await.unwrap();
    store.seal(name, &[sealed(name, &rows[0])]).await.unwrap();
    assert_eq!(store.release(name, &[7; 32]).await.unwrap(), 2);
    assert_eq!(fault(store.release(name, &[7; 32]).await), BatchFault::Unknown(name));
    assert_eq!(fault(store.manifest(name).await), BatchFault::Unknown(name));
    assert_eq!(later(&store).await, [open(DAY, 1, 2)]);
    let name = batch(DAY, 1);
    assert_eq!(store.unsealed(name, 256).await.unwrap(), rows);
    let seals: Vec<_> = rows.iter().map(|row| sealed(name, row)).collect();
    store.seal(name, &seals).await.unwrap();
    let own = records::root(&store.manifest(name).await.unwrap().unwrap());
    assert_eq!(fault(store.release(name, &own).await), BatchFault::Anchored(name));
    store.anchor(name, &own).await.unwrap();
    assert_eq!(fault(store.release(name, &[7; 32]).await), BatchFault::Anchored(name));
    let (batches, _) = store.history(DAY..=DAY, false).await.unwrap();
    let states: Vec<_> = batches.iter().map(|batch| (batch.id.version, batch.state)).collect();
    assert_eq!(states, [(0, BatchState::Released), (1, BatchState::Anchored)]);
}

/// Makes the tables as they were before records, with an import and a reading.
macro_rules! second_version {
    ($connection:ty, $url:expr, $folder:literal, $signed:expr) => {{
        let migration = |version, name: &'static str, sql: &'static str| {
            Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
        };
        let migrations = vec![
            migration(
                1,
                "readings",
                include_str!(concat!("../../migrations/", $folder, "/0001_readings.sql")),
            ),
            migration(2, "bills", include_str!(concat!("../../migrations/", $folder, "/0002_bills.sql"))),
        ];
        let mut connection = <$connection>::connect($url).await.unwrap();
        Migrator::with_migrations(migrations).run(&mut connection).await.unwrap();
        let signed: &SignedReading = $signed;
        sqlx::query("INSERT INTO readings VALUES (1, $1, 1, $2, $3, NULL, $4)")
            .bind(&signed.reading.device.0[..])
            .bind(signed.reading.taken_at as i64)
            .bind(signed.reading.power)
            .bind(&signed.signature.0[..])
            .execute(&mut connection)
            .await
            .unwrap();
        sqlx::query("UPDATE grid_state SET head = 1").execute(&mut connection).await.unwrap();
        sqlx::query("INSERT INTO imports (file, sha256, imported_at) VALUES ('old.csv', $1, 0)")
            .bind(&[0u8; 32][..])
            .execute(&mut connection)
            .await
            .unwrap();
        sqlx::query("INSERT INTO imported_readings VALUES ($1, $2, 2000, 1)")
            .bind(&[9u8; 32][..])
            .bind(at(DAY, 0) as i64)
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    }};
}

async fn a_database_of_the_second_version_is_looked_through_from_its_beginning(database: Database) {
    let device = Device::new(1);
    let signed = device.measured(1, at(DAY, 0), WATT_HOUR);
    if database.url.starts_with("sqlite") {
        second_version!(SqliteConnection, &format!("{}?mode=rwc", database.url), "sqlite", &signed);
    } else {
        second_version!(PgConnection, &database.url, "postgres", &signed);
    }
    let store = database.open().await;
    // The import is long ago; when the reading was accepted nobody knows, so it counts from now.
    assert_eq!(later(&store).await, [open(DAY, 0, 1)]);
    assert_eq!(store.waiting_on(DAY).await.unwrap(), [(device.id, Waiting::Incomplete, NOW)]);
}
