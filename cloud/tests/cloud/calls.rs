// SPDX-License-Identifier: Apache-2.0
//! Who is heard: each refusal by name.

use crate::support::{
    member::{blob_path, left, now, sha256, suspended, Call, Member},
    suite, vault, Cloud,
};
use axum::http::header;
use dmsm_cloud::auth::Nonces;
use dmsm_primitives::{cloud::MAX_CALL_SKEW, MemberId, Role};
use std::sync::Arc;
use tokio::task::JoinSet;

suite! {
    the_anonymous_are_refused_on_every_path
    a_header_of_another_form_is_refused
    a_call_works_once
    a_nonce_is_spent_for_its_member_alone
    a_call_works_once_over_a_restart
    of_many_copies_of_a_call_at_once_one_is_heard
    what_is_not_signed_spends_no_nonce
    a_call_of_another_time_is_stale
    strangers_and_those_who_left_are_unknown
    a_suspended_member_is_refused
    only_processors_hand_blobs_in
    every_part_of_a_call_is_covered_by_the_signature
    nonces_are_forgotten_when_their_calls_are_stale
}

async fn the_anonymous_are_refused_on_every_path(cloud: Cloud) {
    for (method, path) in [
        ("PUT", blob_path(&sha256(b"blob"))),
        ("POST", "/v1/blobs".into()),
        ("GET", blob_path(&sha256(b"blob"))),
        ("GET", format!("/v1/manifests/{}/2012-01-01/0", cloud.processor.id)),
        ("GET", format!("/v1/aggregates/1/2012-01/2012-01-01?processor={}", cloud.processor.id)),
        ("GET", "/v1/notices".into()),
        ("GET", "/v1/requests".into()),
        ("GET", "/v1/records".into()),
        ("GET", "/v1/credit".into()),
    ] {
        let answer = Call::new(method, &path, *b"blob").send(cloud.address, "").await;
        answer.refused(401, "anonymous");
        assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "DMSM", "{path}");
    }
    assert!(!cloud.blobs.has(&sha256(b"blob")).await.unwrap());
}

async fn a_header_of_another_form_is_refused(cloud: Cloud) {
    let call = Call::new("GET", "/v1/notices", []);
    let good = call.authorization(&cloud.user);
    for wrong in [
        "Bearer token".into(),
        good.replace("DMSM", "dmsm"),
        good.replace(",nonce", ";nonce"),
        format!("{good} "),
    ] {
        // White space around a header's value is no part of it.
        let expected = if wrong.ends_with(' ') { 200 } else { 401 };
        let answer = call.send(cloud.address, &wrong).await;
        assert_eq!(answer.status, expected, "{wrong}");
        if expected == 401 {
            answer.refused(401, "bad-authorization");
        }
    }
}

async fn a_call_works_once(cloud: Cloud) {
    for call in [Call::new("GET", "/v1/notices", []), Call::new("PUT", blob_path(&sha256(b"x")), *b"x")] {
        let header = call.authorization(&cloud.processor);
        assert_eq!(call.send(cloud.address, &header).await.status, 200);
        call.send(cloud.address, &header).await.refused(401, "replayed-nonce");
        // Not with another time either.
        let later = Call { time: call.time + 1, ..call };
        cloud.processor.call(cloud.address, &later).await.refused(401, "replayed-nonce");
    }
}

async fn a_nonce_is_spent_for_its_member_alone(cloud: Cloud) {
    let call = Call::new("GET", "/v1/notices", []);
    for member in [&cloud.user, &cloud.processor] {
        assert_eq!(member.call(cloud.address, &call).await.status, 200);
    }
}

async fn a_call_works_once_over_a_restart(cloud: Cloud) {
    let call = Call::new("GET", "/v1/notices", []);
    let header = call.authorization(&cloud.user);
    assert_eq!(call.send(cloud.address, &header).await.status, 200);
    let cloud = cloud.restart().await;
    call.send(cloud.address, &header).await.refused(401, "replayed-nonce");
}

async fn of_many_copies_of_a_call_at_once_one_is_heard(cloud: Cloud) {
    let call = Call::new("GET", "/v1/notices", []);
    let header = Arc::new(call.authorization(&cloud.user));
    let mut copies = JoinSet::new();
    for _ in 0..20 {
        let (call, header, address) = (call.clone(), header.clone(), cloud.address);
        copies.spawn(async move { call.send(address, &header).await.status });
    }
    let statuses = copies.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
}

async fn what_is_not_signed_spends_no_nonce(cloud: Cloud) {
    let call = Call::new("GET", "/v1/notices", []);
    let forged = Call { time: call.time - 1, ..call.clone() }.authorization(&cloud.user);
    let forged = forged.replace(&format!("time={}", call.time - 1), &format!("time={}", call.time));
    call.send(cloud.address, &forged).await.refused(401, "bad-signature");
    assert_eq!(cloud.user.call(cloud.address, &call).await.status, 200);
}

async fn a_call_of_another_time_is_stale(cloud: Cloud) {
    let at = |time| Call { time, ..Call::new("GET", "/v1/notices", []) };
    for time in [0, now() - MAX_CALL_SKEW - 1_000, now() + MAX_CALL_SKEW + 1_000, u64::MAX] {
        cloud.user.call(cloud.address, &at(time)).await.refused(401, "stale");
    }
    for time in [now() - MAX_CALL_SKEW + 10_000, now() + MAX_CALL_SKEW - 10_000] {
        assert_eq!(cloud.user.call(cloud.address, &at(time)).await.status, 200);
    }
}

async fn strangers_and_those_who_left_are_unknown(cloud: Cloud) {
    for member in [Member::new(77, Role::Processor), left()] {
        member.get(cloud.address, "/v1/notices").await.refused(401, "unknown-member");
        member.put(cloud.address, b"blob").await.refused(401, "unknown-member");
    }
}

async fn a_suspended_member_is_refused(cloud: Cloud) {
    suspended().get(cloud.address, "/v1/notices").await.refused(403, "suspended");
    suspended().put(cloud.address, b"blob").await.refused(403, "suspended");
    assert!(!cloud.blobs.has(&sha256(b"blob")).await.unwrap());
}

async fn only_processors_hand_blobs_in(cloud: Cloud) {
    for member in [&cloud.user, &vault::cloud()] {
        member.put(cloud.address, b"blob").await.refused(403, "not-a-processor");
        let many = Call::new("POST", "/v1/blobs", [4, 4, 7]);
        member.call(cloud.address, &many).await.refused(403, "not-a-processor");
    }
    assert!(!cloud.blobs.has(&sha256(b"blob")).await.unwrap());
}

async fn every_part_of_a_call_is_covered_by_the_signature(cloud: Cloud) {
    let good = Call::new("GET", "/v1/notices?limit=5", []);
    let signed = [
        Call { method: "HEAD", ..good.clone() },
        Call { path: "/v1/notices?limit=6".into(), ..good.clone() },
        Call { path: "/v1/requests?limit=5".into(), ..good.clone() },
        Call { digest: sha256(b"x"), ..good.clone() },
        Call { genesis: [1; 32], ..good.clone() },
    ];
    for other in signed {
        let header = other.authorization(&cloud.user);
        good.send(cloud.address, &header).await.refused(401, "bad-signature");
    }
    // Another's signature under the member's name.
    let header = good.authorization(&Member { id: cloud.user.id, ..Member::new(8, Role::User) });
    good.send(cloud.address, &header).await.refused(401, "bad-signature");
    // A body that was changed on the way.
    let many = Call { digest: sha256(&[4, 4, 7]), ..Call::new("POST", "/v1/blobs", [4, 4, 8]) };
    cloud.processor.call(cloud.address, &many).await.refused(401, "bad-signature");
    assert_eq!(cloud.user.call(cloud.address, &good).await.status, 200);
}

async fn nonces_are_forgotten_when_their_calls_are_stale(cloud: Cloud) {
    let nonces = Nonces::new(cloud.database.clone());
    let member = MemberId([1; 32]);
    assert!(nonces.spend(&member, &[1; 16], 1_000).await.unwrap());
    nonces.forget(1_000).await.unwrap();
    assert!(!nonces.spend(&member, &[1; 16], 1_000).await.unwrap());
    nonces.forget(1_001).await.unwrap();
    assert!(nonces.spend(&member, &[1; 16], 1_000).await.unwrap());
}
