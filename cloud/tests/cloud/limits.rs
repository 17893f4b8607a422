// SPDX-License-Identifier: Apache-2.0
//! What strangers and members cannot make the service hold.

use crate::support::{
    http::get,
    member::{blob_path, sha256, Call},
    suite, Cloud,
};
use codec::{Compact, Encode};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

suite! {
    a_body_that_is_announced_too_long_is_refused_unread
    of_an_endless_body_no_more_than_the_limit_is_taken
    a_strangers_body_is_not_read
    too_many_blobs_are_refused_before_they_take_memory
    what_is_no_list_of_blobs_is_refused_and_nothing_is_kept
    uploads_beyond_the_limit_are_put_off_and_the_rest_goes_on
}

/// The head of a chunked request.
fn head(call: &Call, authorization: &str) -> String {
    format!(
        "{} {} HTTP/1.1\r\nHost: cloud\r\nAuthorization: {authorization}\r\nTransfer-Encoding: chunked\r\n\r\n",
        call.method, call.path
    )
}

async fn a_body_that_is_announced_too_long_is_refused_unread(cloud: Cloud) {
    let blob = vec![1; (1 << 20) + 1];
    let call = Call::new("PUT", blob_path(&sha256(&blob)), []);
    let call = Call { digest: sha256(&blob), ..call };
    let mut stream = TcpStream::connect(cloud.address).await.unwrap();
    let head = format!(
        "PUT {} HTTP/1.1\r\nHost: cloud\r\nAuthorization: {}\r\nContent-Length: {}\r\n\r\n",
        call.path,
        call.authorization(&cloud.processor),
        blob.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 13];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413 ");
}

/// Sends 256 MiB, or as much as is taken, and gives what was taken and what was answered.
async fn flood(cloud: &Cloud, call: &Call, authorization: &str) -> (usize, Vec<u8>) {
    let mut stream = TcpStream::connect(cloud.address).await.unwrap();
    stream.write_all(head(call, authorization).as_bytes()).await.unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
    let (mut reader, mut writer) = stream.split();
    let mut sent = 0;
    let sending = async {
        while sent < 256 << 20 && writer.write_all(&chunk).await.is_ok() {
            sent += 0x10000;
        }
        // The answer is there, or on its way.
        std::future::pending::<()>().await;
    };
    let mut answer = vec![0; 13];
    let reading = timeout(Duration::from_secs(20), reader.read_exact(&mut answer));
    tokio::select! {
        read = reading => drop(read.expect("an answer").expect("an answer")),
        () = sending => {}
    }
    (sent, answer)
}

async fn of_an_endless_body_no_more_than_the_limit_is_taken(cloud: Cloud) {
    let put = Call::new("PUT", blob_path(&[7; 32]), []);
    let put = Call { digest: [7; 32], ..put };
    for call in [put, Call::new("POST", "/v1/blobs", [])] {
        let (sent, answer) = flood(&cloud, &call, &call.authorization(&cloud.processor)).await;
        assert_eq!(answer, b"HTTP/1.1 413 ");
        // What the service took, and what the system's buffers between us hold.
        assert!(sent <= 16 << 20, "{sent} bytes went through");
    }
    assert_eq!(cloud.used(&cloud.processor).await, 0);
}

async fn a_strangers_body_is_not_read(cloud: Cloud) {
    let call = Call::new("PUT", blob_path(&[7; 32]), []);
    let forged = call.authorization(&cloud.other).replace(&hex::encode([2; 32]), &hex::encode([1; 32]));
    let (sent, answer) = flood(&cloud, &call, &forged).await;
    assert_eq!(answer, b"HTTP/1.1 401 ");
    assert!(sent <= 16 << 20, "{sent} bytes went through");
}

async fn too_many_blobs_are_refused_before_they_take_memory(cloud: Cloud) {
    let many = vec![Vec::<u8>::new(); 1_025].encode();
    for body in [many, Compact(u32::MAX).encode()] {
        let call = Call::new("POST", "/v1/blobs", body);
        cloud.processor.call(cloud.address, &call).await.refused(413, "oversize");
    }
}

async fn what_is_no_list_of_blobs_is_refused_and_nothing_is_kept(cloud: Cloud) {
    let good = vec![b"blob".to_vec()].encode();
    for body in [vec![], good[..good.len() - 1].to_vec(), [&good[..], b"x"].concat(), vec![0xff; 100]] {
        let call = Call::new("POST", "/v1/blobs", body);
        cloud.processor.call(cloud.address, &call).await.refused(400, "unparsable");
    }
    assert!(!cloud.blobs.has(&sha256(b"blob")).await.unwrap());
}

async fn uploads_beyond_the_limit_are_put_off_and_the_rest_goes_on(cloud: Cloud) {
    cloud.processor.put(cloud.address, b"blob").await;
    let mut held = Vec::new();
    let call = loop {
        let call = Call::new("POST", "/v1/blobs", []);
        let mut stream = TcpStream::connect(cloud.address).await.unwrap();
        stream.write_all(head(&call, &call.authorization(&cloud.processor)).as_bytes()).await.unwrap();
        // Those that are heard wait for their bodies; the first that is not gets an answer.
        let mut answer = [0; 13];
        match timeout(Duration::from_millis(200), stream.read_exact(&mut answer)).await {
            Ok(read) => {
                read.unwrap();
                assert_eq!(&answer, b"HTTP/1.1 503 ");
                break Call::new("POST", "/v1/blobs", [0]);
            }
            Err(_) => held.push(stream),
        }
        assert!(held.len() <= 64, "uploads are not limited");
    };
    cloud.processor.call(cloud.address, &call).await.refused(503, "busy");
    assert_eq!(cloud.processor.fetch(cloud.address, &sha256(b"blob")).await.bytes(), b"blob");
    assert_eq!(get(cloud.address, "/health").await.status, 200);
    drop(held);
    let again = async {
        while cloud.processor.call(cloud.address, &Call::new("POST", "/v1/blobs", [0])).await.status != 200 {}
    };
    timeout(Duration::from_secs(20), again).await.expect("room again");
}
