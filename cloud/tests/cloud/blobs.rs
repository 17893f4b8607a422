// SPDX-License-Identifier: Apache-2.0
//! Blobs come in, come back to those who may have them, and are what they were.

use crate::support::{
    http::metric,
    member::{blob_path, sha256, Call},
    suite, vault, Cloud, GENESIS,
};
use axum::{
    body::Body,
    http::{header, Request},
};
use codec::Encode;
use dmsm_cloud::http::MAX_BLOBS;
use dmsm_crypto::bls;
use dmsm_primitives::{cloud::Receipt, BlsSignature};
use tokio::task::JoinSet;

suite! {
    a_blob_comes_back_to_its_owner
    the_receipt_is_signed_by_the_cloud_for_the_owner
    putting_a_blob_again_changes_nothing_and_is_charged_once
    a_blob_counts_once_for_each_of_its_owners
    many_blobs_come_in_one_call
    a_blob_twice_in_one_call_is_one_blob
    the_longest_and_the_shortest_blob_pass
    anothers_blob_is_not_handed_out_nor_whether_it_is_there
    what_was_granted_is_handed_out
    the_answer_is_handed_out_to_whoever_paid_for_it
    a_body_of_another_digest_is_refused_and_nothing_of_it_is_kept
    a_flipped_byte_is_found_and_mended_by_putting_the_blob_again
    a_blob_that_grew_in_the_store_is_found
    a_blob_that_is_gone_is_said_to_be
    many_calls_at_once_are_all_kept_and_charged_once
}

async fn a_blob_comes_back_to_its_owner(cloud: Cloud) {
    let blob = [7; 768];
    assert_eq!(cloud.processor.put(cloud.address, &blob).await.status, 200);
    assert_eq!(cloud.processor.fetch(cloud.address, &sha256(&blob)).await.bytes(), blob);
    assert_eq!(std::fs::read(cloud.place.file(&sha256(&blob))).unwrap(), blob);
    assert_eq!(cloud.used(&cloud.processor).await, 768);
    for (name, count) in [("blobs_in", 1), ("bytes_in", 768), ("blobs_out", 1), ("bytes_out", 768)] {
        assert_eq!(metric(cloud.address, &format!("dmsm_cloud_{name}_total")).await, count, "{name}");
    }
}

async fn the_receipt_is_signed_by_the_cloud_for_the_owner(cloud: Cloud) {
    let blob = b"an answer";
    let call = Call::new("PUT", blob_path(&sha256(blob)), *blob);
    let request = Request::put(format!("http://{}{}", cloud.address, call.path))
        .header(header::AUTHORIZATION, call.authorization(&cloud.processor))
        .header(header::ACCEPT, "application/octet-stream")
        .body(Body::from(blob.to_vec()));
    let receipt: Receipt = crate::support::http::send(request.unwrap()).await.scale();
    let signer = vault::cloud();
    assert_eq!((receipt.cloud, receipt.digest, receipt.bytes), (signer.id, sha256(blob), 9));
    let signed = |owner| receipt.seal(owner).signing_payload(&GENESIS);
    let verified = |owner| bls::verify(&signer.key.public(), &signed(owner), &receipt.signature);
    assert_eq!(verified(cloud.processor.id), Ok(()));
    assert_eq!(verified(cloud.other.id), Err(bls::Error::WrongSignature));
    // The same in JSON.
    let json: serde_json::Value = cloud.processor.put(cloud.address, blob).await.json();
    let mut signature = [0; 48];
    hex::decode_to_slice(&json["signature"].as_str().unwrap()[2..], &mut signature).unwrap();
    assert_eq!(BlsSignature(signature), receipt.signature);
    assert_eq!(json["cloud"], signer.id.to_string());
    assert_eq!((&json["digest"], &json["bytes"]), (&hex::encode(sha256(blob)).into(), &9.into()));
}

async fn putting_a_blob_again_changes_nothing_and_is_charged_once(cloud: Cloud) {
    let receipts = [
        cloud.processor.put(cloud.address, b"blob").await.body,
        cloud.processor.put(cloud.address, b"blob").await.body,
    ];
    assert_eq!(receipts[0], receipts[1]);
    assert_eq!(cloud.used(&cloud.processor).await, 4);
}

async fn a_blob_counts_once_for_each_of_its_owners(cloud: Cloud) {
    for member in [&cloud.processor, &cloud.other] {
        assert_eq!(member.put(cloud.address, b"blob").await.status, 200);
    }
    for member in [&cloud.processor, &cloud.other] {
        assert_eq!(member.fetch(cloud.address, &sha256(b"blob")).await.bytes(), b"blob");
        assert_eq!(cloud.used(member).await, 4);
    }
}

async fn many_blobs_come_in_one_call(cloud: Cloud) {
    let blobs: Vec<Vec<u8>> = (0..MAX_BLOBS).map(|n| n.to_string().into_bytes()).collect();
    let answer = cloud.processor.call(cloud.address, &Call::new("POST", "/v1/blobs", blobs.encode())).await;
    let digests: Vec<[u8; 32]> = answer.scale();
    assert!(digests.iter().zip(&blobs).all(|(digest, blob)| *digest == sha256(blob)));
    assert_eq!(digests.len(), MAX_BLOBS);
    for (digest, blob) in digests.iter().zip(&blobs).step_by(100) {
        assert_eq!(cloud.processor.fetch(cloud.address, digest).await.bytes(), *blob);
    }
    let bytes: usize = blobs.iter().map(Vec::len).sum();
    assert_eq!(cloud.used(&cloud.processor).await, bytes as u64);
}

async fn a_blob_twice_in_one_call_is_one_blob(cloud: Cloud) {
    let blobs = vec![b"one".to_vec(), b"two".to_vec(), b"one".to_vec()];
    let answer = cloud.processor.call(cloud.address, &Call::new("POST", "/v1/blobs", blobs.encode())).await;
    let digests: Vec<[u8; 32]> = answer.scale();
    assert_eq!(digests, [b"one", b"two", b"one"].map(|blob| sha256(blob)));
    assert_eq!(cloud.used(&cloud.processor).await, 6);
}

async fn the_longest_and_the_shortest_blob_pass(cloud: Cloud) {
    for blob in [vec![1; 1 << 20], Vec::new()] {
        assert_eq!(cloud.processor.put(cloud.address, &blob).await.status, 200);
        assert_eq!(cloud.processor.fetch(cloud.address, &sha256(&blob)).await.bytes(), blob);
    }
}

async fn anothers_blob_is_not_handed_out_nor_whether_it_is_there(cloud: Cloud) {
    cloud.processor.put(cloud.address, b"blob").await;
    let mut answers = Vec::new();
    for member in [&cloud.other, &cloud.user] {
        for digest in [sha256(b"blob"), sha256(b"none")] {
            let answer = member.fetch(cloud.address, &digest).await;
            answer.refused(403, "not-granted");
            answers.push(answer.body);
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    assert_eq!(metric(cloud.address, "dmsm_cloud_calls_refused_total{reason=\"not-granted\"}").await, 4);
}

async fn what_was_granted_is_handed_out(cloud: Cloud) {
    cloud.processor.put(cloud.address, b"blob").await;
    cloud.processor.put(cloud.address, b"another").await;
    cloud.grants.blobs.lock().unwrap().insert((cloud.user.id, sha256(b"blob")));
    assert_eq!(cloud.user.fetch(cloud.address, &sha256(b"blob")).await.bytes(), b"blob");
    cloud.user.fetch(cloud.address, &sha256(b"another")).await.refused(403, "not-granted");
    cloud.other.fetch(cloud.address, &sha256(b"blob")).await.refused(403, "not-granted");
}

async fn the_answer_is_handed_out_to_whoever_paid_for_it(cloud: Cloud) {
    cloud.processor.put(cloud.address, b"masked answer").await;
    let digest = sha256(b"masked answer");
    cloud.user.fetch(cloud.address, &digest).await.refused(403, "not-granted");
    let answered = |by| cloud.index.answers.lock().unwrap().insert((cloud.user.id, by, digest));
    // By a receipt of another cloud: nothing that lies here.
    answered(cloud.other.id);
    cloud.user.fetch(cloud.address, &digest).await.refused(403, "not-granted");
    answered(vault::cloud().id);
    assert_eq!(cloud.user.fetch(cloud.address, &digest).await.bytes(), b"masked answer");
    cloud.other.fetch(cloud.address, &digest).await.refused(403, "not-granted");
}

async fn a_body_of_another_digest_is_refused_and_nothing_of_it_is_kept(cloud: Cloud) {
    let (named, sent) = (sha256(b"blob"), sha256(b"blub"));
    let call = Call { body: b"blub".to_vec(), ..Call::new("PUT", blob_path(&named), *b"blob") };
    cloud.processor.call(cloud.address, &call).await.refused(422, "digest-mismatch");
    // Signed as it is, under the path of another.
    let call = Call::new("PUT", blob_path(&named), *b"blub");
    cloud.processor.call(cloud.address, &call).await.refused(401, "bad-signature");
    for digest in [named, sent] {
        assert!(!cloud.blobs.has(&digest).await.unwrap());
        cloud.processor.fetch(cloud.address, &digest).await.refused(403, "not-granted");
    }
    assert_eq!(cloud.used(&cloud.processor).await, 0);
}

async fn a_flipped_byte_is_found_and_mended_by_putting_the_blob_again(cloud: Cloud) {
    let (blob, digest) = ([5; 1_000], sha256(&[5; 1_000]));
    cloud.processor.put(cloud.address, &blob).await;
    let mut damaged = blob;
    damaged[500] ^= 1;
    std::fs::write(cloud.place.file(&digest), damaged).unwrap();
    cloud.processor.fetch(cloud.address, &digest).await.refused(500, "corrupt");
    cloud.processor.put(cloud.address, &blob).await;
    assert_eq!(cloud.processor.fetch(cloud.address, &digest).await.bytes(), blob);
}

async fn a_blob_that_grew_in_the_store_is_found(cloud: Cloud) {
    let digest = sha256(b"blob");
    cloud.processor.put(cloud.address, b"blob").await;
    std::fs::write(cloud.place.file(&digest), vec![0; (1 << 20) + 1]).unwrap();
    cloud.processor.fetch(cloud.address, &digest).await.refused(500, "corrupt");
}

async fn a_blob_that_is_gone_is_said_to_be(cloud: Cloud) {
    cloud.processor.put(cloud.address, b"blob").await;
    std::fs::remove_file(cloud.place.file(&sha256(b"blob"))).unwrap();
    cloud.processor.fetch(cloud.address, &sha256(b"blob")).await.refused(500, "missing");
}

async fn many_calls_at_once_are_all_kept_and_charged_once(cloud: Cloud) {
    let cloud = std::sync::Arc::new(cloud);
    let mut calls = JoinSet::new();
    for n in 0..24u8 {
        let cloud = cloud.clone();
        // Each blob comes three times, from two calls at once with others in another order.
        calls.spawn(async move {
            let mut blobs: Vec<Vec<u8>> = (0..8).map(|i| vec![(n + i) % 8; 100]).collect();
            if n % 2 == 0 {
                blobs.reverse();
            }
            let call = Call::new("POST", "/v1/blobs", blobs.encode());
            cloud.processor.call(cloud.address, &call).await.status
        });
    }
    while let Some(status) = calls.join_next().await {
        assert_eq!(status.unwrap(), 200);
    }
    assert_eq!(cloud.used(&cloud.processor).await, 800);
}
