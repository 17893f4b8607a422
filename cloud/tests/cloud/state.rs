// SPDX-License-Identifier: Apache-2.0
//! What operators see.

use crate::support::{
    http::{get, metric},
    suite, vault, Cloud,
};
use dmsm_cloud::{error::AppError, http::Health};
use dmsm_primitives::Role;

suite! {
    health_says_that_all_is_well
    metrics_name_every_refusal_from_the_start
    a_database_that_is_away_is_told_and_found_again_in_health
    a_store_that_is_away_is_told
}

async fn health_says_that_all_is_well(cloud: Cloud) {
    let answer = get(cloud.address, "/health").await;
    let expected = r#"{"ok":true,"database":"ok","store":"ok","node":"ok","member":"ok","indexed":42}"#;
    assert_eq!((answer.status.as_u16(), answer.text()), (200, expected));
    assert_eq!(vault::cloud().role, Role::Cloud);
}

async fn metrics_name_every_refusal_from_the_start(cloud: Cloud) {
    let text = get(cloud.address, "/metrics").await;
    for name in AppError::NAMES {
        assert!(
            text.text().contains(&format!("dmsm_cloud_calls_refused_total{{reason=\"{name}\"}} 0")),
            "{name}"
        );
    }
    for name in ["blobs_in_total", "bytes_in_total", "blobs_out_total", "bytes_out_total"] {
        assert_eq!(metric(cloud.address, &format!("dmsm_cloud_{name}")).await, 0);
    }
    get(cloud.address, "/v1/notices").await.refused(401, "anonymous");
    let counted = "dmsm_cloud_calls_refused_total{reason=\"anonymous\"}";
    assert_eq!(metric(cloud.address, counted).await, 1);
    let timed = "dmsm_cloud_call_seconds_count{path=\"/v1/notices\"}";
    assert_eq!(metric(cloud.address, timed).await, 1);
}

async fn a_database_that_is_away_is_told_and_found_again_in_health(cloud: Cloud) {
    cloud.database.close().await;
    let answer = cloud.processor.put(cloud.address, b"blob").await;
    answer.refused(503, "database-unavailable");
    assert!(answer.headers.contains_key("retry-after"));
    let answer = get(cloud.address, "/health").await;
    let health: Health = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((answer.status.as_u16(), health.ok, health.store.as_str()), (503, false, "ok"));
    assert_ne!(health.database, "ok");
}

async fn a_store_that_is_away_is_told(cloud: Cloud) {
    let blocked = cloud.place.file(&[0; 32]);
    let root = blocked.parent().unwrap().parent().unwrap();
    // A file where the folder was.
    std::fs::remove_dir_all(root).unwrap_or_default();
    std::fs::write(root, "").unwrap();
    cloud.processor.put(cloud.address, b"blob").await.refused(503, "store-unavailable");
    // The row stays charged until the upload is tried again or given up.
    assert_eq!(cloud.used(&cloud.processor).await, 4);
    std::fs::remove_file(root).unwrap();
    std::fs::create_dir(root).unwrap();
    assert_eq!(cloud.processor.put(cloud.address, b"blob").await.status, 200);
    assert_eq!(cloud.used(&cloud.processor).await, 4);
}
