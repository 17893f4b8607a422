// SPDX-License-Identifier: Apache-2.0
//! Manifests by processor, day and version.

use crate::support::{member::sha256, suite, Cloud};
use dmsm_primitives::Day;

suite! {
    a_processor_gets_the_manifest_that_it_anchored
    anothers_manifest_is_not_handed_out_nor_whether_it_is_there
    a_granted_manifest_is_handed_out
    what_names_no_manifest_is_refused
    a_manifest_that_is_gone_is_said_to_be
}

const DAY: Day = Day(15_340); // 2012-01-01

fn path(cloud: &Cloud, version: u16) -> String {
    format!("/v1/manifests/{}/{DAY}/{version}", cloud.processor.id)
}

/// The processor anchored version 0.
async fn anchored(cloud: &Cloud) {
    cloud.processor.put(cloud.address, b"manifest").await;
    cloud.index.manifests.lock().unwrap().insert((cloud.processor.id, DAY, 0), sha256(b"manifest"));
}

async fn a_processor_gets_the_manifest_that_it_anchored(cloud: Cloud) {
    anchored(&cloud).await;
    assert_eq!(cloud.processor.get(cloud.address, &path(&cloud, 0)).await.bytes(), b"manifest");
    cloud.processor.get(cloud.address, &path(&cloud, 1)).await.refused(404, "nothing-anchored");
}

async fn anothers_manifest_is_not_handed_out_nor_whether_it_is_there(cloud: Cloud) {
    anchored(&cloud).await;
    for version in [0, 1] {
        cloud.other.get(cloud.address, &path(&cloud, version)).await.refused(403, "not-granted");
    }
}

async fn a_granted_manifest_is_handed_out(cloud: Cloud) {
    anchored(&cloud).await;
    cloud.grants.blobs.lock().unwrap().insert((cloud.user.id, sha256(b"manifest")));
    assert_eq!(cloud.user.get(cloud.address, &path(&cloud, 0)).await.bytes(), b"manifest");
    cloud.user.get(cloud.address, &path(&cloud, 1)).await.refused(403, "not-granted");
}

async fn what_names_no_manifest_is_refused(cloud: Cloud) {
    let id = cloud.processor.id;
    for rest in ["0x12/2012-01-01/0".into(), format!("{id}/2012-13-01/0"), format!("{id}/2012-01-01/65536")] {
        let path = format!("/v1/manifests/{rest}");
        cloud.processor.get(cloud.address, &path).await.refused(400, "unparsable");
    }
}

async fn a_manifest_that_is_gone_is_said_to_be(cloud: Cloud) {
    anchored(&cloud).await;
    std::fs::remove_file(cloud.place.file(&sha256(b"manifest"))).unwrap();
    cloud.processor.get(cloud.address, &path(&cloud, 0)).await.refused(500, "missing");
}
