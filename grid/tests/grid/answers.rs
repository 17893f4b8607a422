// SPDX-License-Identifier: Apache-2.0
//! Bills, usage and advice, as the worker asks for them.

use crate::support::{
    directory,
    http::{ask, metric, post, send, worker_ask},
    london, now, Device, Service,
};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use codec::{Compact, Encode};
use dmsm_grid::{import, pricing::UtcOffset, store::Import};
use dmsm_primitives::{
    answer::{Advice, Answer, Bill, Irregular, NoAnswer, Quality, Span, Usage, MAX_USAGE_HALF_HOURS},
    request::Question,
    time::HALF_HOUR_MILLIS,
    DeviceId, HalfHour, Month, Period,
};

const JANUARY: Month = Month { year: 2012, month: 1 };
const FEBRUARY: Month = Month { year: 2012, month: 2 };

async fn service() -> Service {
    Service::start(directory(&[])).await
}

/// A service that has the London file.
async fn london() -> (Service, DeviceId) {
    let service = service().await;
    let meter = DeviceId([0x60; 32]);
    let content = std::fs::read(london::path()).unwrap();
    let readings = import::parse(&content, now()).unwrap();
    let import = Import { meter, file: "london".into(), sha256: [0; 32], readings, imported_at: 0 };
    service.store.import(&import).await.unwrap();
    (service, meter)
}

async fn bill(service: &Service, meter: DeviceId, month: Month) -> Bill {
    match ask(service.worker, &Question::Bill { meter, month }).await {
        Ok(Answer::Bill(bill)) => bill,
        other => panic!("{other:?}"),
    }
}

async fn usage(service: &Service, meter: DeviceId, period: Period) -> Usage {
    match ask(service.worker, &Question::Usage { meter, period }).await {
        Ok(Answer::Usage(usage)) => usage,
        other => panic!("{other:?}"),
    }
}

async fn advice(service: &Service, meter: DeviceId, month: Option<Month>) -> Advice {
    match ask(service.worker, &Question::Advice { meter, month }).await {
        Ok(Answer::Advice(advice)) => advice,
        other => panic!("{other:?}"),
    }
}

fn spans(spans: &[(u32, u32)]) -> Irregular {
    Irregular {
        count: spans.iter().map(|(_, count)| count).sum(),
        spans: spans.iter().map(|&(first, count)| Span { first: HalfHour(first), count }).collect(),
    }
}

/// Stores signed readings, one at the beginning of each of these half-hours.
async fn store(service: &Service, device: &Device, powers: impl IntoIterator<Item = (u32, i64)>) {
    let readings: Vec<_> = (1..)
        .zip(powers)
        .map(|(n, (half_hour, power))| device.measured(n, HalfHour(half_hour).start(), power))
        .collect();
    service.store.append(&readings).await.unwrap();
}

/// The half-hours of a month in UTC.
fn half_hours(month: Month) -> std::ops::Range<u32> {
    UtcOffset::UTC.half_hours(month).unwrap()
}

#[tokio::test]
async fn the_london_bill_of_january_equals_a_sum_of_the_file() {
    let (service, meter) = london().await;
    let bill = bill(&service, meter, JANUARY).await;
    let watt_hours: u64 = london::january().iter().map(|(.., watt_hours)| watt_hours).sum();
    let pence = london::pence(watt_hours, 14_228);
    assert_eq!((bill.tariff.as_str(), bill.currency.as_str()), ("lcl-flat", "GBP"));
    assert_eq!((bill.energy, bill.total), (watt_hours, pence));
    assert_eq!((bill.energy, bill.total), (450_975, 6_416));
    assert_eq!((bill.lines.len(), bill.lines[0].price, bill.lines[0].cost), (1, 14_228, pence));
    assert_eq!((bill.export, bill.standing_days, bill.standing_charge), (0, 31, 0));
    let whole = half_hours(JANUARY);
    let unsigned = spans(&[(whole.start, whole.len() as u32)]);
    assert_eq!(bill.quality, Quality { unsigned, ..Quality::default() });
}

#[tokio::test]
async fn the_london_bill_by_time_of_use_equals_a_sum_of_the_file() {
    let (service, meter) = london().await;
    service.store.assign_tariff(&meter, "lcl-tou", JANUARY).await.unwrap();
    let bill = bill(&service, meter, JANUARY).await;
    let bands = london::january_by_band();
    let prices = [67_200, 11_760, 3_990];
    let lines: Vec<_> =
        bill.lines.iter().map(|line| (line.band.as_str(), line.energy, line.price, line.cost)).collect();
    let expected: Vec<_> = ["high", "normal", "low"]
        .into_iter()
        .zip(bands.into_iter().zip(prices))
        .map(|(band, (energy, price))| (band, energy, price, london::pence(energy, price)))
        .collect();
    assert_eq!(lines, expected);
    assert_eq!(bill.total, expected.iter().map(|(.., cost)| cost).sum::<u64>());
    assert_eq!(bill.energy, bands.iter().sum::<u64>());
}

#[tokio::test]
async fn the_london_usage_of_a_week_is_that_of_the_file() {
    let (service, meter) = london().await;
    let from = HalfHour(half_hours(JANUARY).start).start();
    let period = Period { from, until: from + 7 * 48 * HALF_HOUR_MILLIS };
    let usage = usage(&service, meter, period).await;
    let week: Vec<_> =
        london::january().into_iter().take(7 * 48).map(|(.., wh)| Compact(wh as u32)).collect();
    assert_eq!((usage.energy, usage.export, usage.quality.unsigned.count), (week, 0, 7 * 48));
}

#[tokio::test]
async fn the_london_advice_compares_both_tariffs() {
    let (service, meter) = london().await;
    let advice = advice(&service, meter, Some(JANUARY)).await;
    let bands = london::january_by_band();
    let by_time: u64 = bands.into_iter().zip([67_200, 11_760, 3_990]).map(|(e, p)| london::pence(e, p)).sum();
    let mut offers = [("lcl-flat", 6_416), ("lcl-tou", by_time)];
    offers.sort_by_key(|(_, total)| *total);
    assert_eq!(advice.offers.iter().map(|o| (o.tariff.as_str(), o.total)).collect::<Vec<_>>(), offers);
    let mut day = [0; 48];
    let mut loads: Vec<_> = london::january().iter().map(|(.., wh)| *wh as i64 * 2_000).collect();
    london::january().iter().for_each(|(_, half_hour, wh)| day[*half_hour as usize] += wh);
    loads.sort_unstable();
    assert_eq!(advice.base_load, loads[1488usize.div_ceil(20) - 1]);
    let mut costliest: Vec<_> = (0u8..48).zip(day).collect();
    costliest.sort_by_key(|(half_hour, wh)| (std::cmp::Reverse(*wh), *half_hour));
    let expected: Vec<_> =
        costliest[..3].iter().map(|&(half_hour, wh)| (half_hour, wh, london::pence(wh, 14_228))).collect();
    let found: Vec<_> = advice.costliest.iter().map(|c| (c.half_hour, c.energy, c.cost)).collect();
    assert_eq!(found, expected);
    assert_eq!((advice.region_base_load, advice.region_meters), (None, 1));
}

#[tokio::test]
async fn missing_doubled_and_partial_half_hours_are_named_in_the_bill() {
    let service = service().await;
    let device = Device::new(1);
    let first = half_hours(JANUARY).start;
    let moment = |half_hour: u32, millis| HalfHour(first + half_hour).start() + millis;
    let readings = [
        device.measured(1, moment(0, 0), 2_000_000),
        device.measured(2, moment(0, 60_000), 4_000_000),
        // Half-hour 1 is missing. In 2 one moment came twice: the first holds.
        device.measured(3, moment(2, 0), 2_000_000),
        device.measured(4, moment(2, 60_000), 2_000_000),
        device.measured(5, moment(2, 60_000), 9_000_000),
        device.measured(6, moment(3, 0), 2_000_000),
    ];
    service.store.append(&readings).await.unwrap();
    let bill = bill(&service, device.id, JANUARY).await;
    assert_eq!(bill.energy, 1_500 + 1_000 + 1_000);
    let quality = Quality {
        missing: spans(&[(first + 1, 1), (first + 4, 31 * 48 - 4)]),
        partial: spans(&[(first + 3, 1)]),
        doubled: spans(&[(first + 2, 1)]),
        unsigned: Irregular::default(),
    };
    assert_eq!(bill.quality, quality);
}

#[tokio::test]
async fn a_month_begins_and_ends_in_the_regions_time() {
    for minutes in [-300, 0, 60, 570] {
        let offset = UtcOffset::from_minutes(minutes).unwrap();
        let service = Service::start_at(directory(&[]), offset).await;
        let device = Device::new(1);
        let month = offset.half_hours(JANUARY).unwrap();
        let utc = half_hours(JANUARY);
        assert_eq!(i64::from(month.start), i64::from(utc.start) - i64::from(minutes) / 30);
        // 1 Wh before, 10 in the first, 100 in the last, 1,000 after.
        let edges = [
            (month.start - 1, 2_000),
            (month.start, 20_000),
            (month.end - 1, 200_000),
            (month.end, 2_000_000),
        ];
        store(&service, &device, edges).await;
        let bill = bill(&service, device.id, JANUARY).await;
        assert_eq!((bill.energy, bill.utc_offset_minutes), (110, minutes));
        let advice = advice(&service, device.id, Some(JANUARY)).await;
        let costliest: Vec<_> = advice.costliest.iter().map(|c| (c.half_hour, c.energy)).collect();
        assert_eq!(costliest, [(47, 100), (0, 10), (1, 0)]);
    }
}

#[tokio::test]
async fn what_is_fed_in_is_shown_and_not_paid() {
    let service = service().await;
    let device = Device::new(1);
    let first = half_hours(JANUARY).start;
    store(&service, &device, [(first, -3_000_000), (first + 1, 1_000_000)]).await;
    let bill = bill(&service, device.id, JANUARY).await;
    assert_eq!((bill.energy, bill.export, bill.total), (500, 1_500, 7));
    let period = Period { from: HalfHour(first).start(), until: HalfHour(first + 2).start() };
    let usage = usage(&service, device.id, period).await;
    assert_eq!((usage.energy, usage.export), (vec![Compact(0), Compact(500)], 1_500));
}

#[tokio::test]
async fn a_period_that_is_none_is_refused() {
    let service = service().await;
    let meter = Device::new(1);
    store(&service, &meter, [(half_hours(JANUARY).start, 1)]).await;
    let (meter, half) = (meter.id, HALF_HOUR_MILLIS);
    let from = HalfHour(half_hours(JANUARY).start).start();
    let longest = MAX_USAGE_HALF_HOURS as u64 * half;
    let future = (now() / half + 1) * half;
    for (from, until) in [
        (from, from),
        (from, from - half),
        (from + 1, from + half),
        (from, from + half + 1),
        (from, from + longest + half),
        (future - half, future),
        (u64::MAX, u64::MAX),
    ] {
        let refused = ask(service.worker, &Question::Usage { meter, period: Period { from, until } }).await;
        assert_eq!(refused, Err(NoAnswer::PeriodRefused), "{from}..{until}");
    }
    let period = Period { from, until: from + longest };
    assert!(ask(service.worker, &Question::Usage { meter, period }).await.is_ok());

    let running = UtcOffset::UTC.month_of(now()).unwrap();
    for month in [
        running,
        Month { year: 9999, month: 12 },
        Month { year: 2012, month: 13 },
        Month { year: 0, month: 0 },
    ] {
        for question in [Question::Bill { meter, month }, Question::Advice { meter, month: Some(month) }] {
            let refused = ask(service.worker, &question).await;
            assert_eq!(refused, Err(NoAnswer::PeriodRefused), "{month:?}");
        }
    }
    let kinds = [("bill-details", 4), ("usage-details", 7), ("saving-advice", 4)];
    for (kind, count) in kinds {
        let counter = format!("dmsm_grid_answers_total{{kind=\"{kind}\",outcome=\"period-refused\"}}");
        assert_eq!(metric(service.public, &counter).await, count);
    }
    let counter = "dmsm_grid_answers_total{kind=\"usage-details\",outcome=\"answered\"}";
    assert_eq!(metric(service.public, counter).await, 1);
}

#[tokio::test]
async fn without_any_reading_there_is_no_answer() {
    let service = service().await;
    let device = Device::new(1);
    store(&service, &device, [(half_hours(FEBRUARY).start, 1)]).await;
    let from = HalfHour(half_hours(JANUARY).start).start();
    let period = Period { from, until: from + HALF_HOUR_MILLIS };
    let stranger = DeviceId([9; 32]);
    for question in [
        Question::Bill { meter: device.id, month: JANUARY },
        Question::Usage { meter: device.id, period },
        Question::Advice { meter: device.id, month: Some(JANUARY) },
        Question::Advice { meter: stranger, month: None },
        Question::Bill { meter: stranger, month: FEBRUARY },
    ] {
        assert_eq!(ask(service.worker, &question).await, Err(NoAnswer::NoData), "{question:?}");
    }
    let counter = "dmsm_grid_answers_total{kind=\"bill-details\",outcome=\"no-data\"}";
    assert_eq!(metric(service.public, counter).await, 2);
}

#[tokio::test]
async fn advice_without_month_takes_the_last_one_that_is_over() {
    let service = service().await;
    let device = Device::new(1);
    let running = HalfHour::of(now()).unwrap().0;
    store(&service, &device, [(half_hours(JANUARY).start, 1), (half_hours(FEBRUARY).start, 1), (running, 1)])
        .await;
    assert_eq!(advice(&service, device.id, None).await.month, FEBRUARY);
}

#[tokio::test]
async fn the_regions_median_needs_five_meters() {
    let service = service().await;
    let first = half_hours(JANUARY).start;
    let devices: Vec<_> = (1..=5).map(Device::new).collect();
    for (n, device) in (1..).zip(&devices[..4]) {
        store(&service, device, [(first, n * 1_000)]).await;
    }
    store(&service, &devices[4], [(half_hours(FEBRUARY).start, 9_000)]).await;
    let few = advice(&service, devices[0].id, Some(JANUARY)).await;
    assert_eq!((few.base_load, few.region_base_load, few.region_meters), (1_000, None, 4));
    let late = devices[4].measured(2, HalfHour(first).start(), 9_000);
    service.store.append(&[late]).await.unwrap();
    let enough = advice(&service, devices[1].id, Some(JANUARY)).await;
    assert_eq!((enough.base_load, enough.region_base_load, enough.region_meters), (2_000, Some(3_000), 5));
}

#[tokio::test]
async fn absurd_readings_are_an_error_with_a_name() {
    let service = service().await;
    let device = Device::new(1);
    let first = half_hours(JANUARY).start;
    store(&service, &device, [(first, i64::MAX)]).await;
    let period = Period { from: HalfHour(first).start(), until: HalfHour(first + 1).start() };
    let question = Question::Usage { meter: device.id, period };
    let answer = worker_ask(service.worker, question.encode()).await;
    assert_eq!((answer.status, answer.error().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "unbillable"));
    // A bill has room for it.
    assert_eq!(bill(&service, device.id, JANUARY).await.energy, (i64::MAX as u64).div_ceil(2_000));
}

#[tokio::test]
async fn a_question_needs_the_token_and_the_workers_listener() {
    let service = service().await;
    let body = Question::Bill { meter: DeviceId([1; 32]), month: JANUARY }.encode();
    for token in ["", "Bearer 00000000000000000000000000000000"] {
        let request = Request::post(format!("http://{}/v1/worker/answer", service.worker));
        let request = request.header("authorization", token).body(Body::from(body.clone())).unwrap();
        assert_eq!(send(request).await.status, StatusCode::UNAUTHORIZED);
    }
    let request = Request::post(format!("http://{}/v1/worker/answer", service.public));
    assert_eq!(send(request.body(Body::from(body)).unwrap()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(post(service.public, "{\"readings\":[]}").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_question_that_is_no_scale_is_refused() {
    let service = service().await;
    let question = Question::Bill { meter: DeviceId([1; 32]), month: JANUARY }.encode();
    for body in [vec![], vec![3; 20], question[..10].to_vec(), [question.clone(), vec![0]].concat()] {
        let answer = worker_ask(service.worker, body).await;
        assert_eq!((answer.status, answer.error().as_str()), (StatusCode::BAD_REQUEST, "unparsable"));
    }
    let answer = worker_ask(service.worker, vec![0; 1_000]).await;
    assert_eq!((answer.status, answer.error().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "oversize"));
}

#[tokio::test]
async fn an_unreachable_database_is_told_to_who_asks() {
    let service = service().await;
    service.store.close().await;
    let question = Question::Advice { meter: DeviceId([1; 32]), month: None };
    let answer = worker_ask(service.worker, question.encode()).await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "database-unavailable")
    );
}
