// SPDX-License-Identifier: Apache-2.0
//! The worker's listener.

use crate::support::{
    directory,
    http::{all_rows, as_worker, deliver, get, lookup, metric, send, worker_get, worker_lookup},
    Device, Service, TOKEN,
};
use axum::{
    body::Body,
    http::{header, Request, StatusCode},
};
use codec::Encode;
use dmsm_grid::http::{TokenError, WorkerToken};
use dmsm_primitives::{DeviceId, SignedReading};

async fn service_with_readings(count: u64) -> (Service, Device) {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    service.store.append(&device.readings(1..=count)).await.unwrap();
    (service, device)
}

#[tokio::test]
async fn without_the_token_nothing_is_told() {
    let (service, _) = service_with_readings(1).await;
    let shown = [
        None,
        Some(String::new()),
        Some(TOKEN.into()),
        Some(format!("Basic {TOKEN}")),
        Some("Bearer ".into()),
        Some(format!("Bearer {}", &TOKEN[1..])),
        Some(format!("Bearer {TOKEN}0")),
        Some(format!("Bearer {}", TOKEN.replace('0', "1"))),
    ];
    let count = shown.len() as u64;
    for token in shown {
        let mut request =
            Request::get(format!("http://{}/v1/worker/readings?after=0&limit=1", service.worker));
        if let Some(token) = &token {
            request = request.header(header::AUTHORIZATION, token);
        }
        let answer = send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (StatusCode::UNAUTHORIZED, "unauthorized"),
            "{token:?}"
        );
        assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer");
    }
    let counter = "dmsm_grid_requests_refused_total{reason=\"unauthorized\"}";
    assert_eq!(metric(service.public, counter).await, count);
    for path in ["/v1/worker/head", "/v1/worker/lookup"] {
        assert_eq!(get(service.worker, path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn readings_come_in_row_order_after_the_cursor() {
    let (service, device) = service_with_readings(2500).await;
    let page: Vec<(u64, SignedReading)> =
        worker_get(service.worker, "/v1/worker/readings?after=10&limit=3").await.scale();
    assert_eq!(page, (11..=13).map(|n| (n, device.reading(n))).collect::<Vec<_>>());
    let all = all_rows(service.worker).await;
    assert_eq!(all, (1..=2500).map(|n| (n, device.reading(n))).collect::<Vec<_>>());
    let end: Vec<(u64, SignedReading)> =
        worker_get(service.worker, &format!("/v1/worker/readings?after={}&limit=1", u64::MAX)).await.scale();
    assert_eq!(end, []);
}

#[tokio::test]
async fn a_cursor_that_cannot_be_is_refused() {
    let (service, _) = service_with_readings(1).await;
    for query in [
        "",
        "?after=0",
        "?limit=1",
        "?after=-1&limit=1",
        "?after=x&limit=1",
        "?after=0&limit=0",
        "?after=0&limit=1001",
    ] {
        let answer = worker_get(service.worker, &format!("/v1/worker/readings{query}")).await;
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (StatusCode::BAD_REQUEST, "unparsable"),
            "{query}"
        );
    }
}

#[tokio::test]
async fn the_head_is_the_highest_row() {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    assert_eq!(worker_get(service.worker, "/v1/worker/head").await.scale::<u64>(), 0);
    deliver(service.public, &device.readings(1..=4)).await;
    assert_eq!(worker_get(service.worker, "/v1/worker/head").await.scale::<u64>(), 4);
}

#[tokio::test]
async fn a_lookup_answers_in_order() {
    let (service, device) = service_with_readings(3).await;
    let stranger = DeviceId([9; 32]);
    let found =
        lookup(service.worker, &[(device.id, 3), (stranger, 1), (device.id, 1), (device.id, 4)]).await;
    assert_eq!(found, [Some(device.reading(3)), None, Some(device.reading(1)), None]);
}

#[tokio::test]
async fn a_lookup_of_too_many_is_refused() {
    let (service, device) = service_with_readings(1000).await;
    let wanted: Vec<_> = (1..=1000).map(|n| (device.id, n)).collect();
    let found = lookup(service.worker, &wanted).await;
    assert_eq!(found, device.readings(1..=1000).into_iter().map(Some).collect::<Vec<_>>());
    let over: Vec<_> = (1..=1001u64).map(|n| (device.id, n)).collect();
    let answer = worker_lookup(service.worker, over.encode()).await;
    assert_eq!((answer.status, answer.error().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "oversize"));
}

#[tokio::test]
async fn a_lookup_that_is_no_scale_is_refused() {
    let (service, device) = service_with_readings(1).await;
    let good = vec![(device.id, 1u64)].encode();
    for body in [vec![], vec![4], good[..40].to_vec(), [good, vec![0]].concat(), vec![0xff; 100]] {
        let answer = worker_lookup(service.worker, body).await;
        assert_eq!((answer.status, answer.error().as_str()), (StatusCode::BAD_REQUEST, "unparsable"));
    }
}

#[tokio::test]
async fn an_unreachable_database_is_told_to_the_worker() {
    let (service, _) = service_with_readings(1).await;
    service.store.close().await;
    for path in ["/v1/worker/head", "/v1/worker/readings?after=0&limit=1"] {
        let answer = worker_get(service.worker, path).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.headers.contains_key(header::RETRY_AFTER));
    }
}

#[tokio::test]
async fn the_lag_of_the_worker_shows_in_the_metrics() {
    let (service, _) = service_with_readings(10).await;
    assert_eq!(metric(service.public, "dmsm_grid_worker_lag_rows").await, 10);
    worker_get(service.worker, "/v1/worker/readings?after=4&limit=1000").await;
    assert_eq!(metric(service.public, "dmsm_grid_worker_lag_rows").await, 6);
    assert_eq!(metric(service.public, "dmsm_grid_worker_cursor").await, 4);
    assert_eq!(metric(service.public, "dmsm_grid_rows").await, 10);
}

#[tokio::test]
async fn readings_are_not_taken_on_the_workers_listener() {
    let (service, _) = service_with_readings(1).await;
    let request = as_worker(service.worker, "/v1/readings").method("POST");
    assert_eq!(send(request.body(Body::empty()).unwrap()).await.status, StatusCode::NOT_FOUND);
}

#[test]
fn a_token_file_must_be_there_and_long_enough() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    assert!(matches!(WorkerToken::read(&path), Err(TokenError::Unreadable { .. })));
    let unfit = ["", "short", &TOKEN[1..], &format!("{TOKEN} {TOKEN}"), &format!("{TOKEN}é")];
    for content in unfit {
        std::fs::write(&path, content).unwrap();
        assert!(matches!(WorkerToken::read(&path), Err(TokenError::Unfit { .. })), "{content}");
    }
    std::fs::write(&path, format!("{TOKEN}\n")).unwrap();
    let token = WorkerToken::read(&path).unwrap();
    assert!(!format!("{token:?}").contains(TOKEN));
}
