// SPDX-License-Identifier: Apache-2.0
//! The contract of a store of half-hours, tariffs and imports, held against every backend.

use crate::support::{
    database::{conformance, Database},
    london, Device,
};
use dmsm_grid::{
    import,
    pricing::{Draft, HalfHourSum, Tariff},
    store::{Import, Imported, StoreError, TariffWritten},
};
use dmsm_primitives::{time::HALF_HOUR_MILLIS, DeviceId, HalfHour, Milliwatts, Moment, Month, SignedReading};
use sqlx::{
    migrate::{Migration, MigrationType, Migrator},
    Connection, PgConnection, SqlSafeStr, SqliteConnection,
};
use std::num::NonZeroU32;

conformance! {
    powers_are_summed_by_half_hour
    the_first_accepted_of_one_moment_counts_and_signed_ones_come_first
    extreme_powers_are_summed_exactly
    meters_are_those_with_readings_in_the_period
    the_last_reading_before_a_moment_is_found
    the_tariffs_of_the_london_trial_are_there
    a_tariff_is_added_once_and_replaced_only_on_demand
    a_tariff_holds_from_its_month_on
    an_unknown_tariff_is_refused
    an_import_takes_what_is_new_and_counts_the_rest
    two_imports_at_once_import_once
    the_london_file_is_imported_whole
    a_database_of_the_first_version_keeps_its_readings
}

const SLOT: u32 = 700_000;

fn at(half_hour: u32, millis: u64) -> Moment {
    u64::from(half_hour) * HALF_HOUR_MILLIS + millis
}

fn sum(half_hour: u32, power: i128, moments: u32) -> HalfHourSum {
    let moments = NonZeroU32::new(moments).unwrap();
    HalfHourSum { half_hour: HalfHour(half_hour), power, moments, doubled: false, signed: true }
}

fn file(meter: DeviceId, readings: &[(Moment, Milliwatts)]) -> Import {
    Import { meter, file: "file.csv".into(), sha256: [1; 32], readings: readings.to_vec(), imported_at: 1 }
}

/// Readings of a device, sequences from 1.
fn series(device: &Device, readings: &[(Moment, Milliwatts)]) -> Vec<SignedReading> {
    (1..).zip(readings).map(|(n, (taken_at, power))| device.measured(n, *taken_at, *power)).collect()
}

async fn powers_are_summed_by_half_hour(database: Database) {
    let store = database.open().await;
    let (one, two) = (Device::new(1), Device::new(2));
    let last = HALF_HOUR_MILLIS - 1;
    let readings = series(
        &one,
        &[
            (at(SLOT, 0) - 1, 1),
            (at(SLOT, 0), 20),
            (at(SLOT, last), 300),
            (at(SLOT + 2, 0), -4_000),
            (at(SLOT + 3, 0), 50_000),
        ],
    );
    store.append(&readings).await.unwrap();
    store.append(&series(&two, &[(at(SLOT, 5), 7)])).await.unwrap();
    let found = store.half_hours(&one.id, SLOT..SLOT + 3).await.unwrap();
    assert_eq!(found, [sum(SLOT, 320, 2), sum(SLOT + 2, -4_000, 1)]);
    assert_eq!(store.half_hours(&two.id, 0..u32::MAX).await.unwrap(), [sum(SLOT, 7, 1)]);
    assert_eq!(store.half_hours(&DeviceId([9; 32]), 0..u32::MAX).await.unwrap(), []);
    assert_eq!(store.half_hours(&one.id, SLOT + 1..SLOT + 2).await.unwrap(), []);
}

async fn the_first_accepted_of_one_moment_counts_and_signed_ones_come_first(database: Database) {
    let store = database.open().await;
    let device = Device::new(1);
    store
        .import(&file(device.id, &[(at(SLOT, 0), 1), (at(SLOT, 1), 20), (at(SLOT + 1, 0), 300)]))
        .await
        .unwrap();
    let twice = [(at(SLOT, 0), 4_000), (at(SLOT, 0), 50_000), (at(SLOT, 2), 600_000)];
    store.append(&series(&device, &twice)).await.unwrap();
    let found = store.half_hours(&device.id, SLOT..SLOT + 2).await.unwrap();
    let doubled = HalfHourSum { doubled: true, ..sum(SLOT, 604_020, 3) };
    let unsigned = HalfHourSum { signed: false, ..sum(SLOT + 1, 300, 1) };
    assert_eq!(found, [doubled, unsigned]);
}

async fn extreme_powers_are_summed_exactly(database: Database) {
    let store = database.open().await;
    let device = Device::new(1);
    let powers = [i64::MAX, i64::MAX, i64::MAX - 1, i64::MIN, -1, 1, i64::MAX];
    let high: Vec<_> = (0..).zip(powers).map(|(n, power)| (at(SLOT, n), power)).collect();
    let low: Vec<_> = (0..4).map(|n| (at(SLOT + 1, n), i64::MIN)).collect();
    store.append(&series(&device, &[high, low].concat())).await.unwrap();
    let whole = powers.iter().map(|power| i128::from(*power)).sum();
    let found = store.half_hours(&device.id, SLOT..SLOT + 2).await.unwrap();
    assert_eq!(found, [sum(SLOT, whole, 7), sum(SLOT + 1, 4 * i128::from(i64::MIN), 4)]);
    assert_eq!(found[1].mean_power(), i64::MIN);
}

async fn meters_are_those_with_readings_in_the_period(database: Database) {
    let store = database.open().await;
    assert_eq!(store.meters(0..u32::MAX).await.unwrap(), []);
    let mut devices: Vec<_> = (1..=6).map(Device::new).collect();
    devices.sort_by_key(|device| device.id);
    for (n, device) in (0..).zip(&devices[..4]) {
        store.append(&series(device, &[(at(SLOT + n, 0), 1), (at(SLOT + 9, 0), 1)])).await.unwrap();
    }
    for device in &devices[3..] {
        store.import(&file(device.id, &[(at(SLOT + 1, 0), 1)])).await.unwrap();
    }
    let ids = |devices: &[Device]| devices.iter().map(|device| device.id).collect::<Vec<_>>();
    assert_eq!(store.meters(SLOT..SLOT + 10).await.unwrap(), ids(&devices));
    assert_eq!(store.meters(SLOT + 1..SLOT + 3).await.unwrap(), ids(&devices[1..]));
    assert_eq!(store.meters(SLOT + 9..SLOT + 10).await.unwrap(), ids(&devices[..4]));
}

async fn the_last_reading_before_a_moment_is_found(database: Database) {
    let store = database.open().await;
    let device = Device::new(1);
    assert_eq!(store.last_before(&device.id, u64::MAX).await.unwrap(), None);
    store.append(&series(&device, &[(200, 1), (100, 1)])).await.unwrap();
    store.import(&file(device.id, &[(300, 1)])).await.unwrap();
    for (before, last) in [(u64::MAX, Some(300)), (300, Some(200)), (200, Some(100)), (100, None)] {
        assert_eq!(store.last_before(&device.id, before).await.unwrap(), last, "{before}");
    }
}

async fn the_tariffs_of_the_london_trial_are_there(database: Database) {
    let book = database.open().await.tariffs().await.unwrap();
    assert_eq!(book.by_default, "lcl-flat");
    let prices = |name: &str| {
        let tariff = book.get(name).unwrap();
        assert_eq!((tariff.currency(), tariff.standing_charge(), tariff.on_offer()), ("GBP", 0, true));
        tariff.bands().iter().map(|band| (band.name.as_str(), band.price)).collect::<Vec<_>>()
    };
    assert_eq!(prices("lcl-flat"), [("flat", 14_228)]);
    assert_eq!(prices("lcl-tou"), [("high", 67_200), ("normal", 11_760), ("low", 3_990)]);
    assert_eq!(book.tariffs.len(), 2);
}

/// A flat tariff of this name and price.
fn flat(name: &str, price: u64) -> Tariff {
    let draft: Draft = serde_json::from_value(serde_json::json!({
        "name": name, "currency": "GBP", "standing_charge": 26_000, "on_offer": false,
        "bands": [{"name": "all", "price": price}],
        "times": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
                   "from": "00:00", "until": "24:00", "band": "all"}],
    }))
    .unwrap();
    draft.try_into().unwrap()
}

async fn a_tariff_is_added_once_and_replaced_only_on_demand(database: Database) {
    let store = database.open().await;
    let (old, new) = (flat("mine", 1), flat("mine", 2));
    assert_eq!(store.set_tariff(&old, false).await.unwrap(), TariffWritten::Added);
    assert_eq!(store.set_tariff(&old, true).await.unwrap(), TariffWritten::Unchanged);
    assert!(matches!(store.set_tariff(&new, false).await, Err(StoreError::TariffDiffers { .. })));
    assert_eq!(store.tariffs().await.unwrap().get("mine"), Some(&old));
    store.assign_tariff(&DeviceId([1; 32]), "mine", Month { year: 2012, month: 1 }).await.unwrap();
    assert_eq!(store.set_tariff(&new, true).await.unwrap(), TariffWritten::Replaced);
    store.close().await;
    let book = database.open().await.tariffs().await.unwrap();
    assert_eq!((book.get("mine"), book.tariffs.len()), (Some(&new), 3));
}

async fn a_tariff_holds_from_its_month_on(database: Database) {
    let store = database.open().await;
    let meter = DeviceId([1; 32]);
    let month = |year, month| Month { year, month };
    store.set_tariff(&flat("mine", 1), false).await.unwrap();
    store.assign_tariff(&meter, "mine", month(2011, 12)).await.unwrap();
    store.assign_tariff(&meter, "lcl-flat", month(2012, 3)).await.unwrap();
    store.assign_tariff(&meter, "lcl-tou", month(2012, 3)).await.unwrap();
    let tariff_of = |at| store.tariff_of(&meter, at);
    assert_eq!(tariff_of(month(2011, 11)).await.unwrap(), "lcl-flat");
    assert_eq!(tariff_of(month(2011, 12)).await.unwrap(), "mine");
    assert_eq!(tariff_of(month(2012, 2)).await.unwrap(), "mine");
    assert_eq!(tariff_of(month(2012, 3)).await.unwrap(), "lcl-tou");
    assert_eq!(tariff_of(month(9999, 12)).await.unwrap(), "lcl-tou");
    store.set_default_tariff("mine").await.unwrap();
    assert_eq!(store.tariff_of(&DeviceId([2; 32]), month(2012, 1)).await.unwrap(), "mine");
    assert_eq!(store.tariffs().await.unwrap().by_default, "mine");
}

async fn an_unknown_tariff_is_refused(database: Database) {
    let store = database.open().await;
    let month = Month { year: 2012, month: 1 };
    let assigned = store.assign_tariff(&DeviceId([1; 32]), "none", month).await;
    assert!(matches!(assigned, Err(StoreError::UnknownTariff { name }) if name == "none"));
    assert!(matches!(store.set_default_tariff("none").await, Err(StoreError::UnknownTariff { .. })));
    assert_eq!(store.tariff_of(&DeviceId([1; 32]), month).await.unwrap(), "lcl-flat");
}

async fn an_import_takes_what_is_new_and_counts_the_rest(database: Database) {
    let store = database.open().await;
    let meter = DeviceId([1; 32]);
    let first = file(meter, &[(0, 1), (1, 2), (2, 3)]);
    assert_eq!(store.import(&first).await.unwrap(), Imported { imported: 3, ..Imported::default() });
    assert_eq!(store.import(&first).await.unwrap(), Imported { already_there: 3, ..Imported::default() });
    let second = file(meter, &[(1, 2), (2, 30), (3, 4)]);
    let expected = Imported { imported: 1, already_there: 1, differing: vec![2] };
    assert_eq!(store.import(&second).await.unwrap(), expected);
    assert_eq!(store.half_hours(&meter, 0..1).await.unwrap()[0].power, 1 + 2 + 3 + 4);
    let other = file(DeviceId([2; 32]), &[(1, 2)]);
    assert_eq!(store.import(&other).await.unwrap().imported, 1);
    assert_eq!(store.import(&file(meter, &[])).await.unwrap(), Imported::default());
    let late = file(meter, &[(7, 1), (u64::MAX, 1)]);
    assert!(matches!(store.import(&late).await, Err(StoreError::OutOfRange)));
    assert_eq!(store.half_hours(&meter, 0..1).await.unwrap()[0].moments.get(), 4);
    assert_eq!(store.head().await.unwrap(), 0, "the worker sees signed readings alone");
}

async fn two_imports_at_once_import_once(database: Database) {
    let stores = [database.open().await, database.open().await];
    let readings: Vec<_> = (0..10_000).map(|n| (n, n as i64)).collect();
    let import = file(DeviceId([1; 32]), &readings);
    let (one, two) = tokio::join!(stores[0].import(&import), stores[1].import(&import));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!((one.imported + two.imported, one.already_there + two.already_there), (10_000, 10_000));
    assert_eq!((one.imported.min(two.imported), one.differing.len() + two.differing.len()), (0, 0));
}

async fn the_london_file_is_imported_whole(database: Database) {
    let store = database.open().await;
    let meter = DeviceId([1; 32]);
    let content = std::fs::read(london::path()).unwrap();
    let readings = import::parse(&content, crate::support::now()).unwrap();
    let report = store.import(&file(meter, &readings)).await.unwrap();
    assert_eq!((report.imported, readings.len() as u64), (london::COUNT, london::COUNT));
    let half_hours = Month { year: 2012, month: 1 }.period(0).unwrap().half_hours().unwrap();
    let found: i64 = store.half_hours(&meter, half_hours).await.unwrap().iter().map(|h| h.watt_hours()).sum();
    assert_eq!(found as u64, london::january().iter().map(|(.., watt_hours)| watt_hours).sum::<u64>());
}

/// Makes the tables as they were before bills, with one reading.
macro_rules! first_version {
    ($connection:ty, $url:expr, $sql:expr, $signed:expr) => {{
        let migration =
            Migration::new(1, "readings".into(), MigrationType::Simple, $sql.into_sql_str(), false);
        let mut connection = <$connection>::connect($url).await.unwrap();
        Migrator::with_migrations(vec![migration]).run(&mut connection).await.unwrap();
        sqlx::query("INSERT INTO readings VALUES (1, $1, 1, $2, $3, NULL, $4)")
            .bind(&$signed.reading.device.0[..])
            .bind($signed.reading.taken_at as i64)
            .bind($signed.reading.power)
            .bind(&$signed.signature.0[..])
            .execute(&mut connection)
            .await
            .unwrap();
        sqlx::query("UPDATE grid_state SET head = 1").execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }};
}

async fn a_database_of_the_first_version_keeps_its_readings(database: Database) {
    let signed = Device::new(1).reading(1);
    if database.url.starts_with("sqlite") {
        let url = format!("{}?mode=rwc", database.url);
        let sql = include_str!("../../migrations/sqlite/0001_readings.sql");
        first_version!(SqliteConnection, &url, sql, signed);
    } else {
        let sql = include_str!("../../migrations/postgres/0001_readings.sql");
        first_version!(PgConnection, &database.url, sql, signed);
    }
    let store = database.open().await;
    assert_eq!(store.after(0, 10).await.unwrap(), [(1, signed.clone())]);
    let half_hour = HalfHour::of(signed.reading.taken_at).unwrap().0;
    let found = store.half_hours(&signed.reading.device, half_hour..half_hour + 1).await.unwrap();
    assert_eq!(found, [sum(half_hour, signed.reading.power.into(), 1)]);
    assert_eq!(store.tariffs().await.unwrap().by_default, "lcl-flat");
}
