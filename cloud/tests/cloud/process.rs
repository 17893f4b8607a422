// SPDX-License-Identifier: Apache-2.0
//! The program itself: how it starts and stops, also without a node.

use crate::support::{
    child::{command, fails, Program},
    http::get,
    member::{Call, Member},
    place::Place,
    vault,
};
use dmsm_cloud::http::Health;
use dmsm_primitives::Role;
use std::os::unix::fs::PermissionsExt;

/// Nothing listens here.
const NOWHERE: &str = "ws://127.0.0.1:9";

#[tokio::test]
async fn without_a_node_it_starts_and_says_so() {
    for place in [Place::folder_and_sqlite().await, Place::s3_and_postgresql().await] {
        let program = Program::start(command(&place, NOWHERE)).await;
        let answer = get(program.address, "/health").await;
        let health: Health = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((answer.status.as_u16(), health.ok, health.indexed), (503, false, None));
        assert_eq!((health.database.as_str(), health.store.as_str()), ("ok", "ok"));
        assert_eq!([&*health.node, &*health.member], ["the node does not answer"; 2]);
        let call = Call::new("GET", "/v1/notices", []);
        let answer = Member::new(1, Role::Processor).call(program.address, &call).await;
        answer.refused(503, "node-unreachable");
        assert!(program.terminate().await.success());
    }
}

#[tokio::test]
async fn what_it_makes_is_for_its_own_user_alone() {
    let place = Place::folder_and_sqlite().await;
    let program = Program::start(command(&place, NOWHERE)).await;
    for (name, mode) in [("cloud.db", 0o600), ("blobs", 0o700)] {
        let found = place.path(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{name}");
    }
    assert!(program.terminate().await.success());
}

#[tokio::test]
async fn a_wrong_start_is_told_with_a_remedy() {
    let place = Place::folder_and_sqlite().await;
    std::fs::write(place.path("wrong"), "wrong\n").unwrap();
    let wrong = place.path("wrong").display().to_string();
    for (flag, value, remedy) in [
        ("--vault-passphrase-file", "/nowhere/passphrase", "cannot read --vault-passphrase-file"),
        ("--vault-passphrase-file", &wrong, "passphrase"),
        ("--store", "ftp://host/", "file:///PATH or s3://BUCKET/PATH"),
        ("--database", "mysql://host/", "sqlite://PATH"),
    ] {
        let mut start = command(&place, NOWHERE);
        start.args([flag, value]);
        let told = fails(start).await;
        assert!(told.contains(remedy), "{told}");
    }
}

#[tokio::test]
async fn a_vault_without_identifier_needs_the_flag() {
    let place = Place::folder_and_sqlite().await;
    let anonymous = place.path("anonymous");
    vault::create(&anonymous, false);
    let mut start = command(&place, NOWHERE);
    start.arg("--vault").arg(&anonymous);
    let told = fails(start).await;
    assert!(told.contains("--member"), "{told}");
    let mut start = command(&place, NOWHERE);
    start.arg("--vault").arg(&anonymous).args(["--member", &vault::cloud().id.to_string()]);
    assert!(Program::start(start).await.terminate().await.success());
}

#[tokio::test]
async fn two_services_do_not_listen_at_one_address() {
    let place = Place::folder_and_sqlite().await;
    let program = Program::start(command(&place, NOWHERE)).await;
    let mut second = command(&place, NOWHERE);
    second.args(["--listen", &program.address.to_string()]);
    let told = fails(second).await;
    assert!(told.contains("is another dmsm-cloud running?"), "{told}");
}
