// SPDX-License-Identifier: Apache-2.0
//! Blobs for the cloud, each call signed by the vault.

use crate::http::Call;
pub use crate::http::Unreachable;
use alloc::{format, string::String, vec::Vec};
use codec::{DecodeAll, Encode};
use dmsm_host::{dmsm_vault, dmsm_worker};
use dmsm_primitives::{
    cloud::{CallSeal, Receipt},
    BlsSignature, MemberId,
};
use sp_io::hashing::sha2_256;
use sp_runtime::offchain::http::Method;

/// Longest body of one call, bytes.
pub const MAX_BODY: usize = 1 << 20;
/// Most blobs of one call.
pub const MAX_BLOBS: usize = 1_024;

/// Longest wait for an answer, ms: [`MAX_BODY`] over a slow line.
const TIMEOUT_MILLIS: u64 = 5_000;
/// Longest answer, bytes: the digests of [`MAX_BLOBS`] and some.
const MAX_ANSWER: usize = 1 << 16;

/// The cloud of a processing node, for the member whose vault it has.
pub struct Cloud {
    /// Without a slash at its end.
    url: String,
    member: MemberId,
    genesis: [u8; 32],
}

impl Cloud {
    /// `None` if the operator configured none.
    pub fn of_node(member: MemberId, genesis: [u8; 32]) -> Option<Self> {
        dmsm_worker::cloud().map(|url| Self { url, member, genesis })
    }

    /// Hands in a blob of up to [`MAX_BODY`] bytes. The receipt is for this blob; its signature is
    /// not checked.
    pub fn put(&self, blob: &[u8]) -> Result<Receipt, Unreachable> {
        let digest = sha2_256(blob);
        let path = format!("/v1/blobs/{}", hex::encode(digest));
        let receipt: Receipt = self.call(Method::Put, &path, blob.to_vec())?;
        let same = receipt.digest == digest && receipt.bytes as usize == blob.len();
        same.then_some(receipt).ok_or(Unreachable)
    }

    /// Hands in up to [`MAX_BLOBS`] blobs, [`MAX_BODY`] bytes with their lengths. Returns the SHA-256
    /// of each.
    pub fn put_all(&self, blobs: &[Vec<u8>]) -> Result<Vec<[u8; 32]>, Unreachable> {
        let digests: Vec<_> = blobs.iter().map(|blob| sha2_256(blob)).collect();
        let stored: Vec<[u8; 32]> = self.call(Method::Post, "/v1/blobs", blobs.encode())?;
        (stored == digests).then_some(digests).ok_or(Unreachable)
    }

    fn call<A: DecodeAll>(&self, method: Method, path: &str, body: Vec<u8>) -> Result<A, Unreachable> {
        let authorization = self.authorization(method.as_ref(), path, &body).ok_or(Unreachable)?;
        let answer = Call {
            method,
            url: &[self.url.as_str(), path].concat(),
            headers: &[("Authorization", &authorization), ("Accept", "application/octet-stream")],
            body,
            timeout: TIMEOUT_MILLIS,
            max_answer: MAX_ANSWER,
        }
        .ask()?;
        A::decode_all(&mut &answer[..]).map_err(|_| Unreachable)
    }

    /// The value of the header; `None` if the vault does not sign.
    fn authorization(&self, method: &str, path: &str, body: &[u8]) -> Option<String> {
        let seed = sp_io::offchain::random_seed();
        let mut nonce = [0; 16];
        nonce.copy_from_slice(&seed[..16]);
        let seal = CallSeal {
            member: self.member,
            method,
            path: &[self.folder(), path].concat(),
            body: sha2_256(body),
            time: sp_io::offchain::timestamp().unix_millis(),
            nonce,
        };
        let signature = dmsm_vault::sign(&seal.signing_payload(&self.genesis))?;
        Some(seal.authorization(&BlsSignature(signature.try_into().ok()?)))
    }

    /// The path that the URL itself has: the request line begins with it.
    fn folder(&self) -> &str {
        let host = self.url.find("://").map_or(0, |scheme| scheme + 3);
        self.url.get(host..).and_then(|rest| rest.find('/')).map_or("", |at| &self.url[host + at..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_begins_with_the_path_of_the_address() {
        for (url, folder) in [
            ("http://cloud", ""),
            ("http://cloud:8700", ""),
            ("https://host/cloud", "/cloud"),
            ("https://host:1/a/b", "/a/b"),
        ] {
            let cloud = Cloud { url: url.into(), member: MemberId([0; 32]), genesis: [0; 32] };
            assert_eq!(cloud.folder(), folder, "{url}");
        }
    }
}
