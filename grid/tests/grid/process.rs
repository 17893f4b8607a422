// SPDX-License-Identifier: Apache-2.0
//! The program itself: how it starts, stops, and what a crash leaves.

use crate::support::{
    child::{command, fails, Grid},
    http::{all_rows, deliver, health, readings_request, try_send},
    node::Node,
    postgres, Device, GENESIS,
};
use axum::http::{header, StatusCode};
use dmsm_grid::{directory::DeviceStatus, ingest::Outcome};
use dmsm_primitives::SignedReading;
use std::{
    collections::HashMap,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::Path,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{task::JoinSet, time::sleep};

const SENDERS: u8 = 4;
const BATCH: u64 = 25;
const ROUNDS: usize = 3;

fn sqlite(folder: &TempDir) -> String {
    format!("sqlite://{}", folder.path().join("grid.db").display())
}

async fn node_with(devices: &[&Device]) -> Node {
    let node = Node::start(([127, 0, 0, 1], 0).into(), GENESIS).await;
    devices.iter().for_each(|device| node.set(device, DeviceStatus::Connected));
    node
}

async fn until_healthy(address: SocketAddr) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while health(address).await.0 != StatusCode::OK {
        assert!(Instant::now() < deadline, "not healthy in time");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Delivers batches of one device, from `first` on, until the service is gone. Returns the last
/// sequence that was answered as kept.
async fn send_until_gone(address: SocketAddr, seed: u8, first: u64) -> u64 {
    let device = Device::new(seed);
    let mut kept = first - 1;
    loop {
        let batch = device.readings(kept + 1..=kept + BATCH);
        let Ok(answer) = try_send(readings_request(address, &batch)).await else { return kept };
        assert!(answer.outcomes().iter().all(|outcome| outcome.is_kept()), "{}", answer.text());
        kept += BATCH;
    }
}

/// Everything answered as accepted is there, once; and what was not answered is whole or absent.
fn check(rows: &[(u64, SignedReading)], kept: &HashMap<u8, u64>) {
    assert!(rows.iter().map(|(row, _)| *row).eq(1..=rows.len() as u64), "rows have gaps");
    for (seed, kept) in kept {
        let device = Device::new(*seed);
        let stored: Vec<_> = rows
            .iter()
            .map(|(_, signed)| signed)
            .filter(|signed| signed.reading.device == device.id)
            .collect();
        let last = stored.len() as u64;
        assert!(last == *kept || last == kept + BATCH, "{kept} kept, {last} stored");
        assert!(stored.into_iter().eq(&device.readings(1..=last)));
    }
}

/// Kills the program under load, again and again, over one database.
async fn accepted_readings_outlive_kills(database: &str, folder: &Path) {
    let devices: Vec<_> = (1..=SENDERS).map(Device::new).collect();
    let node = node_with(&devices.iter().collect::<Vec<_>>()).await;
    let mut kept: HashMap<u8, u64> = (1..=SENDERS).map(|seed| (seed, 0)).collect();
    for round in 0..ROUNDS {
        let grid = Grid::start(folder, database, &node.url()).await;
        until_healthy(grid.public).await;
        check(&all_rows(grid.worker).await, &kept);
        let before: u64 = kept.values().sum();
        let mut senders = JoinSet::new();
        for (seed, kept) in kept.clone() {
            let address = grid.public;
            senders.spawn(async move { (seed, send_until_gone(address, seed, kept + 1).await) });
        }
        sleep(Duration::from_millis(700 + 130 * round as u64)).await;
        grid.kill().await;
        kept = senders.join_all().await.into_iter().collect();
        assert!(kept.values().sum::<u64>() > before, "no load");
    }
    let grid = Grid::start(folder, database, &node.url()).await;
    until_healthy(grid.public).await;
    check(&all_rows(grid.worker).await, &kept);
    // A device that got no answer sends again and is whole.
    for (seed, kept) in &mut kept {
        let batch = Device::new(*seed).readings(*kept + 1..=*kept + BATCH);
        assert_eq!(deliver(grid.public, &batch).await.status, StatusCode::OK);
        *kept += BATCH;
    }
    let rows = all_rows(grid.worker).await;
    assert_eq!(rows.len() as u64, kept.values().sum::<u64>());
    check(&rows, &kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn accepted_readings_outlive_kills_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    accepted_readings_outlive_kills(&sqlite(&folder), folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accepted_readings_outlive_kills_on_postgresql() {
    let folder = tempfile::tempdir().unwrap();
    accepted_readings_outlive_kills(&postgres::database().await, folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_lets_running_requests_finish() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::new(1);
    let node = node_with(&[&device]).await;
    let grid = Grid::start(folder.path(), &sqlite(&folder), &node.url()).await;
    until_healthy(grid.public).await;
    let sender = tokio::spawn(send_until_gone(grid.public, 1, 1));
    sleep(Duration::from_millis(300)).await;
    assert!(grid.terminate().await.success());
    let kept = sender.await.unwrap();
    let grid = Grid::start(folder.path(), &sqlite(&folder), &node.url()).await;
    let stored = all_rows(grid.worker).await.len() as u64;
    assert_eq!(stored, kept, "a request was stored but not answered, or answered but not stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_node_it_starts_waits_and_goes_on_when_the_node_comes() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::new(1);
    let gone = node_with(&[]).await;
    let (address, url) = (gone.address, gone.url());
    gone.stop().await;
    let grid = Grid::start(folder.path(), &sqlite(&folder), &url).await;
    let (status, report) = health(grid.public).await;
    assert_eq!((status, report.database.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "ok"));
    assert_ne!(report.node, "ok");
    let answer = deliver(grid.public, &device.readings([1])).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers.contains_key(header::RETRY_AFTER));

    let node = Node::start(address, GENESIS).await;
    until_healthy(grid.public).await;
    assert_eq!(deliver(grid.public, &device.readings([1])).await.outcomes(), [Outcome::UnknownDevice]);
    node.set(&device, DeviceStatus::Connected);
    let deadline = Instant::now() + Duration::from_secs(10);
    while deliver(grid.public, &device.readings([1])).await.outcomes() != [Outcome::Accepted] {
        assert!(Instant::now() < deadline, "a new device is not noticed");
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_worker_address_beyond_loopback_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8601"] {
        let mut command = command(folder.path(), &sqlite(&folder), "ws://127.0.0.1:1");
        command.args(["--worker-listen", address]);
        let (output, text) = fails(command).await;
        assert_eq!(output.status.code(), Some(2));
        assert!(text.contains("give a loopback address"), "{text}");
    }
}

#[tokio::test]
async fn an_unreachable_database_at_start_is_named_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://grid:hunter2@127.0.0.1:1/grid";
    let (_, text) = fails(command(folder.path(), url, "ws://127.0.0.1:1")).await;
    assert!(text.contains("postgres://grid:***@127.0.0.1:1/grid"), "{text}");
    assert!(text.contains("does the server run"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");

    let url = format!("sqlite://{}", folder.path().join("no/such/folder/grid.db").display());
    let (_, text) = fails(command(folder.path(), &url, "ws://127.0.0.1:1")).await;
    assert!(text.contains("does its folder exist"), "{text}");
}

#[tokio::test]
async fn a_database_in_memory_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_, text) = fails(command(folder.path(), "sqlite::memory:", "ws://127.0.0.1:1")).await;
    assert!(text.contains("would lose accepted readings"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_wait_for_its_disk_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}&options=-csynchronous_commit=off", postgres::database().await);
    let (_, text) = fails(command(folder.path(), &url, "ws://127.0.0.1:1")).await;
    assert!(text.contains("synchronous_commit is off"), "{text}");
}

#[tokio::test]
async fn a_taken_address_is_named_with_its_flag() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let database = sqlite(&folder);
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_dmsm-grid"));
    let token = folder.path().join("token");
    std::fs::write(&token, crate::support::TOKEN).unwrap();
    command
        .env("DMSM_GRID_LISTEN", taken.local_addr().unwrap().to_string())
        .env("DMSM_GRID_DATABASE", database)
        .env("DMSM_GRID_REGION", "7")
        .env("DMSM_GRID_WORKER_TOKEN_FILE", token);
    let (_, text) = fails(command).await;
    assert!(text.contains("Choose another with --listen"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_database_file_is_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let _grid = Grid::start(folder.path(), &sqlite(&folder), "ws://127.0.0.1:1").await;
    for file in std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap()) {
        if file.file_name().to_string_lossy().starts_with("grid.db") {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        }
    }
}
