// SPDX-License-Identifier: Apache-2.0
//! What a bill carries to be checked: energies, bands, anchors. Checked here as a household does.

use crate::support::{
    database::execute,
    directory,
    http::{ask, worker_ask},
    london, now,
    sealing::{anchor, digest},
    Device, Service, CLOSE_AFTER,
};
use axum::http::StatusCode;
use codec::{Compact, Encode};
use dmsm_grid::{
    import,
    meter_days::MeterDays,
    pricing::UtcOffset,
    store::{BatchId, Import},
};
use dmsm_primitives::{
    answer::{Answer, Bill, Run},
    records::ALL_PRESENT,
    request::Question,
    time::{DAY_MILLIS, HALF_HOUR_MILLIS},
    Day, DeviceId, HalfHour, Moment, Month,
};
use std::collections::HashMap;

const JANUARY: Month = Month { year: 2012, month: 1 };
const FIRST: Day = Day(15_340); // 2012-01-01
const LONDON: DeviceId = DeviceId([0x60; 32]);

type Anchors = HashMap<(Day, u16), ([u8; 32], u32)>;

/// A service with the London file and a neighbour who used 1 Wh in each half-hour of January.
async fn london_and_neighbour(offset: UtcOffset) -> Service {
    let service = Service::start_at(directory(&[]), offset).await;
    let content = std::fs::read(london::path()).unwrap();
    let readings = import::parse(&content, now()).unwrap();
    let from = u64::from(FIRST.0) * DAY_MILLIS;
    let neighbours = (0..31 * 48).map(|slot| (from + slot * HALF_HOUR_MILLIS, 2_000)).collect();
    for (meter, readings) in [(LONDON, readings), (DeviceId([0x61; 32]), neighbours)] {
        let import = Import { meter, file: "file".into(), sha256: [0; 32], readings, imported_at: 0 };
        service.store.import(&import).await.unwrap();
    }
    service
}

/// Anchors whatever days end by `until`, and returns what the chain would know.
async fn anchor_all(service: &Service, until: Moment) -> Anchors {
    let meter_days = MeterDays::new(service.store.clone(), CLOSE_AFTER);
    let mut anchors = Anchors::new();
    loop {
        let batches = meter_days.open_batches(until + dmsm_grid::meter_days::SETTLING, now()).await.unwrap();
        if batches.is_empty() {
            return anchors;
        }
        for batch in batches {
            let id = BatchId { day: batch.day, version: batch.version };
            anchors.insert((id.day, id.version), anchor(&*service.store, id).await);
        }
    }
}

async fn bill(service: &Service, meter: DeviceId) -> Bill {
    match ask(service.worker, &Question::Bill { meter, month: JANUARY }).await {
        Ok(Answer::Bill(bill)) => bill,
        other => panic!("{other:?}"),
    }
}

/// The energy of each line by the evidence alone.
fn by_line(bill: &Bill) -> Vec<u64> {
    let evidence = bill.evidence.as_ref().unwrap();
    let half_hours = bill.month.period(bill.utc_offset_minutes).unwrap().half_hours().unwrap();
    let first = evidence.days[0].day.first_half_hour().unwrap();
    let energies = evidence.days.iter().flat_map(|day| day.energy.iter().map(|energy| u64::from(energy.0)));
    let mut energies = energies.skip((half_hours.start - first.0) as usize);
    let mut lines = vec![0; bill.lines.len()];
    for Run { line, half_hours } in &evidence.bands {
        lines[usize::from(*line)] += energies.by_ref().take(usize::from(*half_hours)).sum::<u64>();
    }
    let counted: usize = evidence.bands.iter().map(|run| usize::from(run.half_hours)).sum();
    assert_eq!(counted, half_hours.len());
    lines
}

/// The days whose energies are not those that were anchored.
fn differing(bill: &Bill, anchors: &Anchors) -> Vec<Day> {
    let days = bill.evidence.as_ref().unwrap().days.iter();
    let differs = days.filter(|day| {
        let anchored = day.anchored.as_ref().unwrap();
        let (root, count) = anchors[&(day.day, anchored.version)];
        assert!(anchored.inclusion.holds(&root, count, &anchored.record), "{}", day.day);
        assert_eq!((anchored.record.day, anchored.record.meter), (day.day, bill.meter));
        digest(&day.energy, &anchored.nonce) != anchored.record.digest
    });
    differs.map(|day| day.day).collect()
}

fn lines(bill: &Bill) -> Vec<u64> {
    bill.lines.iter().map(|line| line.energy).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_evidence_of_the_london_january_is_under_the_roots_and_sums_to_the_bill() {
    let service = london_and_neighbour(UtcOffset::UTC).await;
    assert_eq!(bill(&service, LONDON).await.evidence, None, "nothing is anchored");
    let anchors = anchor_all(&service, Day(FIRST.0 + 30).end()).await;
    for tariff in ["lcl-flat", "lcl-tou"] {
        service.store.assign_tariff(&LONDON, tariff, JANUARY).await.unwrap();
        let bill = bill(&service, LONDON).await;
        assert_eq!(differing(&bill, &anchors), []);
        assert_eq!(by_line(&bill), lines(&bill), "{tariff}");
        let days = &bill.evidence.unwrap().days;
        assert!(days.iter().map(|day| day.day.0).eq(FIRST.0..FIRST.0 + 31));
        let present = |day: &dmsm_primitives::answer::MeterDay| day.anchored.as_ref().unwrap().record.present;
        assert!(days.iter().all(|day| present(day) == ALL_PRESENT));
        let count = days[0].anchored.as_ref().unwrap().inclusion.count;
        assert_eq!(count, 2, "the neighbour's row stands beside");
        let energies: Vec<_> =
            days.iter().flat_map(|day| day.energy.iter().map(|e| u64::from(e.0))).collect();
        let file: Vec<_> = london::january().iter().map(|(.., watt_hours)| *watt_hours).collect();
        assert_eq!(energies, file);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_that_begins_within_a_day_has_the_evidence_of_both_its_edges() {
    for (minutes, days) in [(-300, FIRST.0..FIRST.0 + 32), (570, FIRST.0 - 1..FIRST.0 + 31)] {
        let service = london_and_neighbour(UtcOffset::from_minutes(minutes).unwrap()).await;
        let anchors = anchor_all(&service, Day(FIRST.0 + 31).end()).await;
        service.store.assign_tariff(&LONDON, "lcl-tou", JANUARY).await.unwrap();
        let bill = bill(&service, LONDON).await;
        assert_eq!(differing(&bill, &anchors), []);
        assert_eq!(by_line(&bill), lines(&bill), "{minutes}");
        assert!(bill.evidence.unwrap().days.iter().map(|day| day.day.0).eq(days));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_changed_in_the_database_shows_in_the_evidence() {
    let service = london_and_neighbour(UtcOffset::UTC).await;
    let anchors = anchor_all(&service, Day(FIRST.0 + 30).end()).await;
    let honest = bill(&service, LONDON).await;
    let tampered = FIRST.0 + 9;
    let moment = u64::from(tampered) * DAY_MILLIS + 20 * HALF_HOUR_MILLIS;
    let sql = format!(
        "UPDATE imported_readings SET power = power + 2000 WHERE taken_at = {moment} AND device = x'{}'",
        hex::encode(LONDON.0)
    );
    assert_eq!(execute(&service.url, &sql).await, 1);
    let bill = bill(&service, LONDON).await;
    assert_eq!(bill.energy, honest.energy + 1);
    // The evidence is of the bill as it is, and it is not what was anchored.
    assert_eq!(by_line(&bill), lines(&bill));
    assert_eq!(differing(&bill, &anchors), [Day(tampered)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn days_that_are_not_anchored_yet_say_so() {
    let service = Service::start(directory(&[])).await;
    let device = Device::new(1);
    let at = |day: u32, slot: u32| HalfHour((FIRST.0 + day) * 48 + slot).start();
    let whole = (1..).zip(0..48).map(|(n, slot)| device.measured(n, at(0, slot), 2_000));
    let readings: Vec<_> = whole.chain([device.measured(49, at(1, 5), 4_000)]).collect();
    service.store.append(&readings).await.unwrap();
    let anchors = anchor_all(&service, Day(FIRST.0 + 1).end()).await;
    assert_eq!(anchors.len(), 1);
    let bill = bill(&service, device.id).await;
    let days = &bill.evidence.as_ref().unwrap().days;
    let anchored: Vec<_> = days.iter().map(|day| day.anchored.is_some()).collect();
    assert_eq!(anchored, [vec![true], vec![false; 30]].concat());
    assert_eq!((days[1].energy[5], days[2].energy[5]), (Compact(2), Compact(0)));
    assert_eq!((by_line(&bill), bill.energy), (vec![50], 50));

    // A correction counts once it is anchored; until then the older version shows what changed.
    service.store.append(&[device.measured(50, at(0, 3) + 1, 6_000)]).await.unwrap();
    let newer = |bill: &Bill| bill.evidence.as_ref().unwrap().days[0].anchored.as_ref().unwrap().version;
    let between = self::bill(&service, device.id).await;
    let known = &between.evidence.as_ref().unwrap().days[0];
    let nonce = known.anchored.as_ref().unwrap().nonce;
    assert_ne!(digest(&known.energy, &nonce), known.anchored.as_ref().unwrap().record.digest);
    anchor_all(&service, Day(FIRST.0).end()).await;
    let corrected = self::bill(&service, device.id).await;
    assert_eq!((newer(&between), newer(&corrected)), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_hour_that_no_evidence_holds_makes_no_bill() {
    let service = Service::start(directory(&[])).await;
    let (device, other) = (Device::new(1), Device::new(2));
    let at = |slot: u32| HalfHour(FIRST.0 * 48 + slot).start();
    let whole: Vec<_> = (1..).zip(0..48).map(|(n, slot)| other.measured(n, at(slot), 2_000)).collect();
    service.store.append(&whole).await.unwrap();
    service.store.append(&[device.measured(1, at(0), 2_000 * (1 << 32))]).await.unwrap();
    assert_eq!(bill(&service, device.id).await.energy, 1 << 32);
    anchor_all(&service, FIRST.end()).await;
    let question = Question::Bill { meter: device.id, month: JANUARY };
    let answer = worker_ask(service.worker, question.encode()).await;
    assert_eq!((answer.status, answer.error().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "unbillable"));
}
