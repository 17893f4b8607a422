// SPDX-License-Identifier: Apache-2.0
//! Batches of meter-days, as the worker meets them.

use crate::support::{
    directory,
    http::{metric, post, send, worker_post, Answer},
    sealing::sealed,
    Service,
};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use codec::Encode;
use dmsm_grid::store::{BatchId, Import};
use dmsm_primitives::{
    records,
    storage::{OpenBatch, SealedRow, ToSealRow, MAX_BATCH_ROWS},
    time::{DAY_MILLIS, HALF_HOUR_MILLIS},
    Day, DeviceId, Moment, Record,
};
use std::net::SocketAddr;

const DAY: Day = Day(15_340); // 2012-01-01
const METERS: u8 = 5;
/// The chain's time: long after.
const CHAIN: Moment = 1_700_000_000_000;

const BATCHES: &str = "/v1/worker/batches";
const UNSEALED: &str = "/v1/worker/batch/unsealed";
const SEALED: &str = "/v1/worker/batch/sealed";
const MANIFEST: &str = "/v1/worker/batch/manifest";
const ANCHORED: &str = "/v1/worker/batch/anchored";

/// A service with a whole day of some meters.
async fn service() -> Service {
    let service = Service::start(directory(&[])).await;
    for meter in 1..=METERS {
        let from = u64::from(DAY.0) * DAY_MILLIS;
        let readings = (0..48).map(|slot| (from + slot * HALF_HOUR_MILLIS, 2_000)).collect();
        let meter = DeviceId([meter; 32]);
        let import = Import { meter, file: "day".into(), sha256: [0; 32], readings, imported_at: 0 };
        service.store.import(&import).await.unwrap();
    }
    service
}

async fn batches(worker: SocketAddr) -> Vec<OpenBatch> {
    worker_post(worker, BATCHES, CHAIN.encode()).await.scale()
}

fn refused(answer: &Answer) -> (StatusCode, String) {
    (answer.status, answer.error())
}

#[tokio::test]
async fn a_batch_goes_from_its_cut_to_its_anchor() {
    let service = service().await;
    let worker = service.worker;
    let early: Vec<OpenBatch> = worker_post(worker, BATCHES, DAY.end().encode()).await.scale();
    assert_eq!(early, []);
    let count = u32::from(METERS);
    let open = OpenBatch { day: DAY, version: 0, count, unsealed: count };
    assert_eq!(batches(worker).await, [open]);
    assert_eq!(metric(service.public, "dmsm_grid_record_batches_open").await, 1);

    let name = BatchId { day: DAY, version: 0 };
    let mut all = Vec::new();
    for limit in [2, 256] {
        let rows: Vec<ToSealRow> = worker_post(worker, UNSEALED, (DAY, 0u16, limit).encode()).await.scale();
        assert_eq!(rows.len(), if limit == 2 { 2 } else { 3 });
        let none: Option<Vec<Record>> = worker_post(worker, MANIFEST, (DAY, 0u16).encode()).await.scale();
        assert_eq!(none, None);
        let root = [1u8; 32];
        let early = worker_post(worker, ANCHORED, (DAY, 0u16, root).encode()).await;
        assert_eq!(refused(&early), (StatusCode::CONFLICT, "batch-not-ready".into()));
        let seals: Vec<_> = rows.iter().map(|row| sealed(name, row)).collect();
        for _ in 0..2 {
            worker_post(worker, SEALED, (DAY, 0u16, &seals).encode()).await.scale::<()>();
        }
        all.extend(seals);
    }
    assert_eq!(batches(worker).await, [OpenBatch { unsealed: 0, ..open }]);
    let manifest: Option<Vec<Record>> = worker_post(worker, MANIFEST, (DAY, 0u16).encode()).await.scale();
    let manifest = manifest.unwrap();
    let expected: Vec<_> = all
        .iter()
        .map(|row| Record {
            meter: row.meter,
            day: DAY,
            present: records::ALL_PRESENT,
            digest: row.digest,
            ciphertext: row.ciphertext,
        })
        .collect();
    assert_eq!(manifest, expected);
    let root = records::root(&manifest);
    for _ in 0..2 {
        worker_post(worker, ANCHORED, (DAY, 0u16, root).encode()).await.scale::<()>();
    }
    assert_eq!(batches(worker).await, []);
    for (name, count) in [
        ("dmsm_grid_record_batches_open", 0),
        ("dmsm_grid_record_batches_anchored", 1),
        ("dmsm_grid_meter_days_anchored", METERS.into()),
        ("dmsm_grid_meter_days_refused", 0),
    ] {
        assert_eq!(metric(service.public, name).await, count, "{name}");
    }
}

#[tokio::test]
async fn what_differs_is_a_conflict_and_what_is_unknown_is_not_found() {
    let service = service().await;
    let worker = service.worker;
    batches(worker).await;
    let name = BatchId { day: DAY, version: 0 };
    let rows: Vec<ToSealRow> = worker_post(worker, UNSEALED, (DAY, 0u16, 256u32).encode()).await.scale();
    let seals: Vec<_> = rows.iter().map(|row| sealed(name, row)).collect();
    worker_post(worker, SEALED, (DAY, 0u16, &seals[..1]).encode()).await.scale::<()>();
    let mut other = seals.clone();
    other[0].digest = [0; 32];
    let answer = worker_post(worker, SEALED, (DAY, 0u16, &other).encode()).await;
    assert_eq!(refused(&answer), (StatusCode::CONFLICT, "batch-differs".into()));
    assert_eq!(batches(worker).await[0].unsealed, u32::from(METERS) - 1);
    worker_post(worker, SEALED, (DAY, 0u16, &seals).encode()).await.scale::<()>();
    let answer = worker_post(worker, ANCHORED, (DAY, 0u16, [1u8; 32]).encode()).await;
    assert_eq!(refused(&answer), (StatusCode::CONFLICT, "batch-differs".into()));

    let empty: Vec<SealedRow> = Vec::new();
    for (path, body) in [
        (UNSEALED, (DAY, 1u16, 1u32).encode()),
        (SEALED, (DAY, 1u16, empty).encode()),
        (MANIFEST, (Day(DAY.0 + 1), 0u16).encode()),
        (ANCHORED, (DAY, 1u16, [1u8; 32]).encode()),
    ] {
        let answer = worker_post(worker, path, body).await;
        assert_eq!(refused(&answer), (StatusCode::NOT_FOUND, "unknown-batch".into()), "{path}");
    }
    let counter = |name: &str| format!("dmsm_grid_requests_refused_total{{reason=\"{name}\"}}");
    assert_eq!(metric(service.public, &counter("batch-differs")).await, 2);
    assert_eq!(metric(service.public, &counter("unknown-batch")).await, 4);
}

#[tokio::test]
async fn bodies_beyond_their_bounds_are_refused() {
    let service = service().await;
    let worker = service.worker;
    batches(worker).await;
    let row = SealedRow { meter: DeviceId([1; 32]), nonce: [0; 16], digest: [0; 32], ciphertext: [0; 32] };
    let sealed = |count: usize| (DAY, 0u16, vec![row; count]).encode();
    let most = MAX_BATCH_ROWS as usize;
    for limit in [0, MAX_BATCH_ROWS + 1, u32::MAX] {
        let answer = worker_post(worker, UNSEALED, (DAY, 0u16, limit).encode()).await;
        assert_eq!(refused(&answer), (StatusCode::BAD_REQUEST, "unparsable".into()), "{limit}");
    }
    worker_post(worker, SEALED, sealed(most)).await.scale::<()>();
    for (path, body) in [
        (BATCHES, vec![0; 9]),
        (UNSEALED, vec![0; 11]),
        (SEALED, sealed(most + 1)),
        (MANIFEST, vec![0; 7]),
        (ANCHORED, vec![0; 39]),
    ] {
        let answer = worker_post(worker, path, body).await;
        assert_eq!(refused(&answer), (StatusCode::PAYLOAD_TOO_LARGE, "oversize".into()), "{path}");
    }
    let cut = |body: Vec<u8>| body[..body.len() - 1].to_vec();
    for (path, body) in [
        (BATCHES, vec![0; 7]),
        (UNSEALED, vec![0; 9]),
        (SEALED, cut(sealed(2))),
        (SEALED, [sealed(1), vec![0]].concat()),
        (SEALED, [(DAY, 0u16).encode(), vec![0xff; 8]].concat()),
        (MANIFEST, vec![]),
        (ANCHORED, vec![0; 37]),
    ] {
        let answer = worker_post(worker, path, body).await;
        assert_eq!(refused(&answer), (StatusCode::BAD_REQUEST, "unparsable".into()), "{path}");
    }
}

#[tokio::test]
async fn batches_need_the_token_and_the_workers_listener() {
    let service = service().await;
    for path in [BATCHES, UNSEALED, SEALED, MANIFEST, ANCHORED] {
        let request = Request::post(format!("http://{}{path}", service.worker));
        let request = request.header("authorization", "Bearer 00000000000000000000000000000000");
        let answer = send(request.body(Body::from(CHAIN.encode())).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        let request = Request::post(format!("http://{}{path}", service.public));
        let answer = send(request.body(Body::from(CHAIN.encode())).unwrap()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(post(service.public, "{\"readings\":[]}").await.status, StatusCode::OK);
    assert_eq!(service.store.open_batches().await.unwrap(), []);
}

#[tokio::test]
async fn an_unreachable_database_is_told_to_who_works_on_batches() {
    let service = service().await;
    service.store.close().await;
    for (path, body) in [(BATCHES, CHAIN.encode()), (MANIFEST, (DAY, 0u16).encode())] {
        let answer = worker_post(service.worker, path, body).await;
        assert_eq!(refused(&answer), (StatusCode::SERVICE_UNAVAILABLE, "database-unavailable".into()));
    }
}
