// SPDX-License-Identifier: Apache-2.0
//! What an upload leaves that broke off between the row, the blob and the settled row.

use crate::support::{
    member::{now, sha256},
    suite, Cloud,
};

suite! {
    before_the_blob_the_row_is_charged_and_nothing_is_handed_out
    putting_again_ends_an_upload_that_broke_off_before_the_blob
    putting_again_ends_an_upload_that_broke_off_after_the_blob
    recovery_takes_back_a_row_without_a_blob
    recovery_settles_a_row_with_its_blob
    recovery_leaves_running_uploads_alone
    an_upload_whose_row_was_taken_back_meanwhile_gets_it_again
    recovery_reaches_the_end_of_many_rows
}

const BLOB: &[u8] = b"blob";
const LATER: u64 = 60 * 60 * 1_000;

/// The row stands, as after a crash before the blob.
async fn reserved(cloud: &Cloud, blob: &[u8]) {
    let sizes = [(sha256(blob), blob.len() as u64)];
    cloud.quota.reserve(&cloud.processor.id, &sizes, now()).await.unwrap();
}

/// Row and blob stand, as after a crash before the row is settled.
async fn written(cloud: &Cloud) {
    reserved(cloud, BLOB).await;
    cloud.blobs.put(&sha256(BLOB), BLOB.to_vec()).await.unwrap();
}

async fn whole(cloud: &Cloud) {
    assert_eq!(cloud.processor.fetch(cloud.address, &sha256(BLOB)).await.bytes(), BLOB);
    assert_eq!(cloud.used(&cloud.processor).await, 4);
    assert_eq!(cloud.quota.unsettled(now() + LATER, 10).await.unwrap(), []);
}

async fn before_the_blob_the_row_is_charged_and_nothing_is_handed_out(cloud: Cloud) {
    reserved(&cloud, BLOB).await;
    assert_eq!(cloud.used(&cloud.processor).await, 4);
    cloud.processor.fetch(cloud.address, &sha256(BLOB)).await.refused(403, "not-granted");
    assert_eq!(cloud.quota.unsettled(now() + LATER, 10).await.unwrap().len(), 1);
}

async fn putting_again_ends_an_upload_that_broke_off_before_the_blob(cloud: Cloud) {
    reserved(&cloud, BLOB).await;
    let cloud = cloud.restart().await;
    assert_eq!(cloud.processor.put(cloud.address, BLOB).await.status, 200);
    whole(&cloud).await;
}

async fn putting_again_ends_an_upload_that_broke_off_after_the_blob(cloud: Cloud) {
    written(&cloud).await;
    let cloud = cloud.restart().await;
    assert_eq!(cloud.processor.put(cloud.address, BLOB).await.status, 200);
    whole(&cloud).await;
}

async fn recovery_takes_back_a_row_without_a_blob(cloud: Cloud) {
    reserved(&cloud, BLOB).await;
    assert_eq!(cloud.intake.recover(now() + LATER).await.unwrap(), 1);
    assert_eq!(cloud.used(&cloud.processor).await, 0);
    assert_eq!(cloud.quota.unsettled(now() + LATER, 10).await.unwrap(), []);
    assert_eq!(cloud.processor.put(cloud.address, BLOB).await.status, 200);
    whole(&cloud).await;
}

async fn recovery_settles_a_row_with_its_blob(cloud: Cloud) {
    written(&cloud).await;
    assert_eq!(cloud.intake.recover(now() + LATER).await.unwrap(), 1);
    whole(&cloud).await;
    assert_eq!(cloud.intake.recover(now() + LATER).await.unwrap(), 0);
}

async fn recovery_leaves_running_uploads_alone(cloud: Cloud) {
    reserved(&cloud, BLOB).await;
    assert_eq!(cloud.intake.recover(now()).await.unwrap(), 0);
    assert_eq!(cloud.used(&cloud.processor).await, 4);
}

async fn an_upload_whose_row_was_taken_back_meanwhile_gets_it_again(cloud: Cloud) {
    written(&cloud).await;
    cloud.quota.release(&cloud.processor.id, &sha256(BLOB)).await.unwrap();
    assert_eq!(cloud.used(&cloud.processor).await, 0);
    cloud.quota.settle(&cloud.processor.id, &[(sha256(BLOB), 4)], now()).await.unwrap();
    whole(&cloud).await;
    // What is settled is not taken back.
    cloud.quota.release(&cloud.processor.id, &sha256(BLOB)).await.unwrap();
    whole(&cloud).await;
}

async fn recovery_reaches_the_end_of_many_rows(cloud: Cloud) {
    let sizes: Vec<_> = (0..600u32).map(|n| (sha256(&n.to_be_bytes()), 4)).collect();
    cloud.quota.reserve(&cloud.processor.id, &sizes, now()).await.unwrap();
    assert_eq!(cloud.used(&cloud.processor).await, 2_400);
    assert_eq!(cloud.intake.recover(now() + LATER).await.unwrap(), 600);
    assert_eq!(cloud.used(&cloud.processor).await, 0);
}
