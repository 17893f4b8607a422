// SPDX-License-Identifier: Apache-2.0
//! What a member may keep here.

use crate::support::{
    member::{sha256, Call},
    suite, Cloud, QUOTA,
};
use codec::Encode;
use std::sync::Arc;
use tokio::task::JoinSet;

suite! {
    a_member_keeps_no_more_than_its_quota
    a_call_beyond_the_quota_keeps_nothing_of_it
    another_members_blobs_do_not_count
    calls_at_once_do_not_go_beyond_the_quota_together
}

fn blob(n: u8, bytes: usize) -> Vec<u8> {
    vec![n; bytes]
}

async fn a_member_keeps_no_more_than_its_quota(cloud: Cloud) {
    const MIB: usize = 1 << 20;
    for n in 0..4 {
        assert_eq!(cloud.processor.put(cloud.address, &blob(n, MIB)).await.status, 200);
    }
    assert_eq!(cloud.used(&cloud.processor).await, QUOTA);
    cloud.processor.put(cloud.address, b"x").await.refused(413, "over-quota");
    assert!(!cloud.blobs.has(&sha256(b"x")).await.unwrap());
    // What is kept already is kept on.
    assert_eq!(cloud.processor.put(cloud.address, &blob(0, MIB)).await.status, 200);
    assert_eq!(cloud.processor.fetch(cloud.address, &sha256(&blob(3, MIB))).await.status, 200);
    let answer = cloud.processor.put(cloud.address, b"x").await;
    assert!(answer.text().contains("4194304 bytes"), "{}", answer.text());
}

async fn a_call_beyond_the_quota_keeps_nothing_of_it(cloud: Cloud) {
    for n in 0..4 {
        cloud.processor.put(cloud.address, &blob(n, (1 << 20) - 10)).await;
    }
    let used = cloud.used(&cloud.processor).await;
    let many = vec![b"0123456789".to_vec(), blob(9, 31)].encode();
    cloud
        .processor
        .call(cloud.address, &Call::new("POST", "/v1/blobs", many))
        .await
        .refused(413, "over-quota");
    assert!(!cloud.blobs.has(&sha256(b"0123456789")).await.unwrap());
    assert_eq!(cloud.used(&cloud.processor).await, used);
    let fits = vec![b"0123456789".to_vec(), blob(9, 30)].encode();
    let answer = cloud.processor.call(cloud.address, &Call::new("POST", "/v1/blobs", fits)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(cloud.used(&cloud.processor).await, QUOTA);
}

async fn another_members_blobs_do_not_count(cloud: Cloud) {
    for n in 0..4 {
        cloud.processor.put(cloud.address, &blob(n, 1 << 20)).await;
    }
    assert_eq!(cloud.other.put(cloud.address, &blob(0, 1 << 20)).await.status, 200);
    assert_eq!(cloud.used(&cloud.other).await, 1 << 20);
}

async fn calls_at_once_do_not_go_beyond_the_quota_together(cloud: Cloud) {
    let cloud = Arc::new(cloud);
    let mut calls = JoinSet::new();
    for n in 0..16 {
        let cloud = cloud.clone();
        calls.spawn(async move { cloud.processor.put(cloud.address, &blob(n, 512 << 10)).await.status });
    }
    let statuses = calls.join_all().await;
    let kept = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!((kept, statuses.iter().filter(|status| **status == 413).count()), (8, 8));
    assert_eq!(cloud.used(&cloud.processor).await, QUOTA);
}
