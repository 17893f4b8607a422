// SPDX-License-Identifier: Apache-2.0
//! Members and the calls that they sign.

use super::{
    http::{send, Answer},
    GENESIS,
};
use axum::{
    body::Body,
    http::{header, Request},
};
use dmsm_client::Status;
use dmsm_cloud::auth::MemberEntry;
use dmsm_crypto::bls;
use dmsm_primitives::{cloud::CallSeal, MemberId, Moment, Role};
use sha2::{Digest, Sha256};
use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

pub struct Member {
    pub id: MemberId,
    pub key: bls::SecretKey,
    pub role: Role,
    pub status: Status,
}

/// One that is suspended.
pub fn suspended() -> Member {
    Member { status: Status::Suspended, ..Member::new(4, Role::Processor) }
}

/// One that has left.
pub fn left() -> Member {
    Member { status: Status::Left, ..Member::new(5, Role::Processor) }
}

/// A call that is not signed yet, as it should be.
#[derive(Clone)]
pub struct Call {
    pub method: &'static str,
    pub path: String,
    pub body: Vec<u8>,
    pub time: Moment,
    pub nonce: [u8; 16],
    pub genesis: [u8; 32],
    /// What is signed as the SHA-256 of the body.
    pub digest: [u8; 32],
}

impl Call {
    pub fn new(method: &'static str, path: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        let (path, body) = (path.into(), body.into());
        let digest = sha256(&body);
        Self { method, path, body, time: now(), nonce: nonce(), genesis: GENESIS, digest }
    }

    /// The value of the header `Authorization`.
    pub fn authorization(&self, member: &Member) -> String {
        let Self { method, path, digest, time, nonce, genesis, .. } = self;
        let seal = CallSeal { member: member.id, method, path, body: *digest, time: *time, nonce: *nonce };
        seal.authorization(&bls::sign(&member.key, &seal.signing_payload(genesis)))
    }

    /// The call with this header; none if it is empty.
    pub async fn send(&self, address: SocketAddr, authorization: &str) -> Answer {
        let mut request =
            Request::builder().method(self.method).uri(format!("http://{address}{}", self.path));
        if !authorization.is_empty() {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        send(request.body(Body::from(self.body.clone())).unwrap()).await
    }
}

impl Member {
    pub fn new(seed: u8, role: Role) -> Self {
        let key = bls::SecretKey::derive(&[seed; 32]).unwrap();
        Self { id: MemberId([seed; 32]), key, role, status: Status::Active }
    }

    pub fn entry(&self) -> MemberEntry {
        MemberEntry { role: self.role, status: self.status, bls: self.key.public() }
    }

    pub async fn call(&self, address: SocketAddr, call: &Call) -> Answer {
        call.send(address, &call.authorization(self)).await
    }

    pub async fn get(&self, address: SocketAddr, path: &str) -> Answer {
        self.call(address, &Call::new("GET", path, [])).await
    }

    /// Hands a blob in.
    pub async fn put(&self, address: SocketAddr, blob: &[u8]) -> Answer {
        self.call(address, &Call::new("PUT", blob_path(&sha256(blob)), blob)).await
    }

    /// Asks for a blob.
    pub async fn fetch(&self, address: SocketAddr, digest: &[u8; 32]) -> Answer {
        self.get(address, &blob_path(digest)).await
    }
}

pub fn blob_path(digest: &[u8; 32]) -> String {
    format!("/v1/blobs/{}", hex::encode(digest))
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

pub fn now() -> Moment {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as Moment
}

/// Another one each time.
fn nonce() -> [u8; 16] {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&COUNT.fetch_add(1, Ordering::SeqCst).to_be_bytes());
    nonce
}
