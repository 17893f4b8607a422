// SPDX-License-Identifier: Apache-2.0
//! The listener for devices and operators: each answer by name.

use crate::support::{
    directory,
    http::{deliver, get, health, metric, post, send},
    now, Away, Device, Service, BODY_LIMIT, GENESIS, REGION,
};
use axum::{
    body::{Body, Bytes},
    http::{header, Request, StatusCode},
};
use dmsm_grid::{directory::DeviceEntry, ingest::Outcome, store::Origin, store::MAX_INTEGER};
use dmsm_primitives::{DevicePublicKey, DeviceSignature, Reading, RegionId, SignedReading};
use futures::stream;
use std::convert::Infallible;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Delivers one reading that must be refused, and checks that nothing is stored but a counter
/// moved.
async fn refused(service: &Service, signed: SignedReading, outcome: Outcome) {
    let answer = deliver(service.public, &[signed]).await;
    assert_eq!(answer.status, StatusCode::MULTI_STATUS);
    assert_eq!(answer.outcomes(), [outcome]);
    assert_eq!(service.store.head().await.unwrap(), 0);
    let counter = format!("dmsm_grid_readings_refused_total{{reason=\"{}\"}}", outcome.name());
    assert_eq!(metric(service.public, &counter).await, 1);
}

#[tokio::test]
async fn readings_are_accepted_and_stored_in_order() {
    let (one, two) = (Device::new(1), Device::new(2));
    let service = Service::start(directory(&[&one, &two])).await;
    let batch = [one.reading(1), two.reading(1), one.reading(2)];
    let answer = deliver(service.public, &batch).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.text(), r#"{"results":["accepted","accepted","accepted"]}"#);
    assert_eq!(service.store.after(0, 10).await.unwrap(), (1..).zip(batch).collect::<Vec<_>>());
    assert_eq!(metric(service.public, "dmsm_grid_readings_accepted_total").await, 3);
}

#[tokio::test]
async fn an_empty_batch_is_accepted() {
    let service = Service::start(directory(&[])).await;
    let answer = deliver(service.public, &[]).await;
    assert_eq!((answer.status, answer.text()), (StatusCode::OK, r#"{"results":[]}"#));
}

#[tokio::test]
async fn a_bad_signature_is_refused() {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    let mut signed = device.reading(1);
    signed.reading.power += 1;
    refused(&service, signed, Outcome::BadSignature).await;
}

#[tokio::test]
async fn a_signature_of_another_device_is_refused() {
    let (device, other) = (Device::new(1), Device::new(2));
    let service = Service::start(directory(&[&device, &other])).await;
    refused(&service, other.sign(device.reading(1).reading), Outcome::BadSignature).await;
}

#[tokio::test]
async fn a_signature_for_another_chain_is_refused() {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    let signed = device.sign_for(device.reading(1).reading, &[1; 32]);
    refused(&service, signed, Outcome::BadSignature).await;
}

/// Under the neutral element as key, the neutral element and zero "sign" everything, unless the
/// check is strict.
#[tokio::test]
async fn a_signature_under_a_key_of_small_order_is_refused() {
    let device = Device::new(1);
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut known = directory(&[]);
    known.devices.insert(device.id, DeviceEntry { key: DevicePublicKey(neutral), ..device.entry() });
    let service = Service::start(known).await;
    let mut signature = [0; 64];
    signature[0] = 1;
    let signed = SignedReading { reading: device.reading(1).reading, signature: DeviceSignature(signature) };
    refused(&service, signed, Outcome::BadSignature).await;
}

#[tokio::test]
async fn an_unknown_device_is_refused() {
    let service = Service::start(directory(&[])).await;
    refused(&service, Device::new(1).reading(1), Outcome::UnknownDevice).await;
}

#[tokio::test]
async fn a_device_of_another_region_is_refused() {
    let device = Device::new(1);
    let mut known = directory(&[]);
    known.devices.insert(device.id, DeviceEntry { region: RegionId(REGION.0 + 1), ..device.entry() });
    let service = Service::start(known).await;
    refused(&service, device.reading(1), Outcome::OtherRegion).await;
}

#[tokio::test]
async fn a_device_that_is_not_connected_is_refused() {
    let device = Device::new(1);
    let mut known = directory(&[]);
    known.devices.insert(device.id, DeviceEntry { connected: false, ..device.entry() });
    let service = Service::start(known).await;
    refused(&service, device.reading(1), Outcome::NotConnected).await;
}

#[tokio::test]
async fn a_reading_from_the_future_is_refused() {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    let at = |taken_at| device.sign(Reading { taken_at, ..device.reading(1).reading });
    refused(&service, at(now() + 6 * 60_000), Outcome::FromTheFuture).await;
    assert_eq!(deliver(service.public, &[at(u64::MAX)]).await.outcomes(), [Outcome::FromTheFuture]);
    let within_tolerance = at(now() + 4 * 60_000);
    assert_eq!(deliver(service.public, &[within_tolerance]).await.outcomes(), [Outcome::Accepted]);
}

#[tokio::test]
async fn the_past_is_not_limited() {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    let signed = device.sign(Reading { taken_at: 0, ..device.reading(1).reading });
    assert_eq!(deliver(service.public, &[signed]).await.outcomes(), [Outcome::Accepted]);
}

#[tokio::test]
async fn sequence_zero_is_refused() {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    refused(&service, device.reading(0), Outcome::RepeatedSequence).await;
}

#[tokio::test]
async fn a_repeated_sequence_is_refused() {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    deliver(service.public, &device.readings([5])).await;
    let other = device.sign(Reading { power: 1, ..device.reading(5).reading });
    let answer = deliver(service.public, &[other, device.reading(4)]).await;
    assert_eq!(answer.status, StatusCode::MULTI_STATUS);
    assert_eq!(answer.outcomes(), [Outcome::RepeatedSequence; 2]);
    let counter = "dmsm_grid_readings_refused_total{reason=\"repeated-sequence\"}";
    assert_eq!(metric(service.public, counter).await, 2);
    assert_eq!(service.store.head().await.unwrap(), 1);
}

#[tokio::test]
async fn a_sequence_too_large_is_refused() {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    refused(&service, device.reading(MAX_INTEGER + 1), Outcome::SequenceTooLarge).await;
    assert_eq!(
        deliver(service.public, &device.readings([MAX_INTEGER])).await.outcomes(),
        [Outcome::Accepted]
    );
}

#[tokio::test]
async fn a_duplicate_delivery_is_idempotent() {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    let batch = device.readings(1..=3);
    deliver(service.public, &batch).await;
    let answer = deliver(service.public, &batch).await;
    assert_eq!((answer.status, answer.outcomes()), (StatusCode::OK, vec![Outcome::Duplicate; 3]));
    assert_eq!(service.store.head().await.unwrap(), 3);
    assert_eq!(metric(service.public, "dmsm_grid_readings_duplicate_total").await, 3);
}

#[tokio::test]
async fn each_reading_of_a_batch_is_judged_alone() {
    let (device, stranger) = (Device::new(1), Device::new(2));
    let service = Service::start(directory(&[&device])).await;
    let mut forged = device.reading(2);
    forged.signature.0[0] ^= 1;
    let batch = [device.reading(1), stranger.reading(1), forged, device.reading(3), device.reading(3)];
    let answer = deliver(service.public, &batch).await;
    assert_eq!(answer.status, StatusCode::MULTI_STATUS);
    use Outcome::{Accepted, BadSignature, Duplicate, UnknownDevice};
    assert_eq!(answer.outcomes(), [Accepted, UnknownDevice, BadSignature, Accepted, Duplicate]);
    let stored = service.store.after(0, 10).await.unwrap();
    assert_eq!(stored, [(1, device.reading(1)), (2, device.reading(3))]);
}

#[tokio::test]
async fn an_unparsable_body_is_refused() {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    let good = serde_json::to_value(device.reading(1)).unwrap();
    let without = |field: &str| {
        let mut reading = good.clone();
        reading.as_object_mut().unwrap().remove(field);
        serde_json::json!({ "readings": [reading] }).to_string()
    };
    let bodies = [
        String::new(),
        "not json".into(),
        "[]".into(),
        r#"{"readings":{}}"#.into(),
        r#"{"readings":[],"more":1}"#.into(),
        without("signature"),
        without("sequence"),
        serde_json::json!({ "readings": [good] }).to_string().replace("0x", "0xzz"),
        format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
    ];
    let count = bodies.len() as u64;
    for body in bodies {
        let answer = post(service.public, body.clone()).await;
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (StatusCode::BAD_REQUEST, "unparsable"),
            "{body:.60}"
        );
    }
    let counter = "dmsm_grid_requests_refused_total{reason=\"unparsable\"}";
    assert_eq!(metric(service.public, counter).await, count);
    assert_eq!(service.store.head().await.unwrap(), 0);
}

#[tokio::test]
async fn a_batch_over_count_is_refused() {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    let answer = deliver(service.public, &device.readings(1..=501)).await;
    assert_eq!((answer.status, answer.error().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "oversize"));
    assert_eq!(service.store.head().await.unwrap(), 0);
    let answer = deliver(service.public, &device.readings(1..=500)).await;
    assert_eq!((answer.status, answer.outcomes()), (StatusCode::OK, vec![Outcome::Accepted; 500]));
}

#[tokio::test]
async fn an_oversize_body_is_refused() {
    let service = Service::start(directory(&[])).await;
    let empty = r#"{"readings":[]}"#;
    let longest = empty.to_owned() + &" ".repeat(BODY_LIMIT - empty.len());
    assert_eq!(post(service.public, longest.clone()).await.status, StatusCode::OK);
    let answer = post(service.public, longest + " ").await;
    assert_eq!((answer.status, answer.error().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "oversize"));
    assert_eq!(metric(service.public, "dmsm_grid_requests_refused_total{reason=\"oversize\"}").await, 1);
}

/// No length is announced and the body never ends: the answer comes when the limit is passed.
#[tokio::test]
async fn an_oversize_streamed_body_is_refused_before_it_ends() {
    let service = Service::start(directory(&[])).await;
    let mut stream = TcpStream::connect(service.public).await.unwrap();
    let head = "POST /v1/readings HTTP/1.1\r\nHost: grid\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let size = BODY_LIMIT / 4 + 1;
    for _ in 0..4 {
        let chunk = format!("{size:x}\r\n{}\r\n", " ".repeat(size));
        stream.write_all(chunk.as_bytes()).await.unwrap();
    }
    let mut answer = [0; 64];
    stream.read_exact(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 413 "), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn a_streamed_body_within_the_limit_is_accepted() {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    let json = serde_json::to_vec(&serde_json::json!({ "readings": device.readings(1..=20) })).unwrap();
    let chunks: Vec<_> =
        json.chunks(700).map(|chunk| Ok::<_, Infallible>(Bytes::copy_from_slice(chunk))).collect();
    let request = Request::post(format!("http://{}/v1/readings", service.public));
    let answer = send(request.body(Body::from_stream(stream::iter(chunks))).unwrap()).await;
    assert_eq!(answer.outcomes(), [Outcome::Accepted; 20]);
}

#[tokio::test]
async fn an_unreachable_node_is_told_and_nothing_is_stored() {
    let service = Service::start(Away).await;
    let answer = deliver(service.public, &Device::new(1).readings([1])).await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "node-unreachable")
    );
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(service.store.head().await.unwrap(), 0);
    let (status, health) = health(service.public).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!((health.ok, health.database.as_str()), (false, "ok"));
    assert_ne!(health.node, "ok");
}

#[tokio::test]
async fn an_unreachable_database_is_told() {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    service.store.close().await;
    let answer = deliver(service.public, &device.readings([1])).await;
    let expected = (StatusCode::SERVICE_UNAVAILABLE, "database-unavailable");
    assert_eq!((answer.status, answer.error().as_str()), expected);
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    let (status, health) = health(service.public).await;
    assert_eq!((status, health.ok, health.node.as_str()), (StatusCode::SERVICE_UNAVAILABLE, false, "ok"));
    // Metrics go on without it.
    let counter = "dmsm_grid_requests_refused_total{reason=\"database-unavailable\"}";
    assert_eq!(metric(service.public, counter).await, 1);
}

#[tokio::test]
async fn a_database_of_another_chain_takes_no_readings() {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    service.store.bind(&Origin { genesis: [1; 32], region: REGION }).await.unwrap();
    let answer = deliver(service.public, &device.readings([1])).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let (_, health) = health(service.public).await;
    assert!(health.database.contains("another chain"), "{}", health.database);
}

#[tokio::test]
async fn health_says_that_all_is_well() {
    let device = Device::new(1);
    let service = Service::start(directory(&[&device])).await;
    deliver(service.public, &device.readings(1..=3)).await;
    let answer = get(service.public, "/health").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.text(), r#"{"ok":true,"database":"ok","node":"ok","region":7,"head":3}"#);
    let origin = Origin { genesis: GENESIS, region: REGION };
    service.store.bind(&origin).await.unwrap();
}

#[tokio::test]
async fn metrics_name_every_refusal_from_the_start() {
    let service = Service::start(directory(&[])).await;
    let answer = get(service.public, "/metrics").await;
    assert_eq!(answer.status, StatusCode::OK);
    for outcome in Outcome::ALL.iter().filter(|outcome| !outcome.is_kept()) {
        assert!(answer.text().contains(&format!("reason=\"{}\"", outcome.name())));
    }
    for name in ["batch_seconds_bucket", "rows 0", "worker_cursor 0", "worker_lag_rows 0"] {
        assert!(answer.text().contains(&format!("dmsm_grid_{name}")), "{name}");
    }
}

#[tokio::test]
async fn the_workers_paths_are_not_on_the_public_listener() {
    let service = Service::start(directory(&[])).await;
    for path in ["/v1/worker/head", "/v1/worker/readings?after=0&limit=1", "/v1/worker/lookup"] {
        assert_eq!(get(service.public, path).await.status, StatusCode::NOT_FOUND);
    }
}
