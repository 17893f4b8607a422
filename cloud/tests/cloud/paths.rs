// SPDX-License-Identifier: Apache-2.0
//! Path tricks: a blob is named by its digest and by nothing else.

use crate::support::{
    member::{sha256, Call},
    suite, Cloud,
};

suite! {
    a_blob_is_reached_by_no_other_name
    what_is_no_path_is_said_to_be_none
    what_a_path_cannot_do_is_said
}

async fn a_blob_is_reached_by_no_other_name(cloud: Cloud) {
    cloud.processor.put(cloud.address, b"blob").await;
    let digits = hex::encode(sha256(b"blob"));
    for name in [
        "..".into(),
        ".".into(),
        "..%2f..%2fetc%2fpasswd".into(),
        format!("..%2f{digits}"),
        format!("%2e%2e%2f{digits}"),
        digits.to_uppercase(),
        format!("%{:02x}{}", digits.as_bytes()[0], &digits[1..]),
        format!("{digits}%00"),
        format!("{digits}.tmp"),
        format!("0x{digits}"),
        digits[1..].into(),
        format!("{digits}00"),
        "a".repeat(4_000),
        format!("{}%2f{}", &digits[..2], &digits[2..]),
    ] {
        let path = format!("/v1/blobs/{name}");
        cloud.processor.get(cloud.address, &path).await.refused(400, "bad-digest");
        let put = Call::new("PUT", &path, *b"other");
        cloud.processor.call(cloud.address, &put).await.refused(400, "bad-digest");
    }
    assert!(!cloud.blobs.has(&sha256(b"other")).await.unwrap());
    assert_eq!(cloud.used(&cloud.processor).await, 4);
}

async fn what_is_no_path_is_said_to_be_none(cloud: Cloud) {
    let digits = hex::encode(sha256(b"blob"));
    for path in [
        "/".into(),
        "/v1/blobs/".into(),
        format!("/v1/blobs/{digits}/"),
        format!("/v1/blobs/../blobs/{digits}"),
        format!("/v1//blobs/{digits}"),
        format!("/v1/blobs/{}/{}", &digits[..2], &digits[2..]),
        format!("//v1/blobs/{digits}"),
        "/v1/blobs/../../../../etc/passwd".into(),
        "/../cloud.db".into(),
    ] {
        cloud.processor.get(cloud.address, &path).await.refused(404, "not-found");
    }
}

async fn what_a_path_cannot_do_is_said(cloud: Cloud) {
    for (method, path) in [("DELETE", "/v1/blobs/00"), ("GET", "/v1/blobs"), ("POST", "/v1/notices")] {
        let call = Call::new(method, path, []);
        cloud.processor.call(cloud.address, &call).await.refused(405, "method-not-allowed");
    }
}
