// SPDX-License-Identifier: Apache-2.0
//! Calls to the cloud, each signed by the member.

use crate::Hash;
use dmsm_crypto::bls;
use dmsm_primitives::{
    cloud::{Authorization, CallSeal},
    records::Manifest,
    BlsSignature, Day, DeviceId, MemberId, Moment, Scope,
};
use dmsm_vault::Vault;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Bytes, header::AUTHORIZATION, Method, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{connect::HttpConnector, Client as Http},
    rt::TokioExecutor,
};
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use sp_crypto_hashing::sha2_256;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::timeout;

/// Longest answer, bytes: a blob of 1 MiB and some.
const MAX_ANSWER: usize = (1 << 20) + (1 << 16);
/// Longest time of one call.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why the cloud gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// Not the address of a cloud.
    #[error("{0} is no address of a cloud: give https://HOST:PORT or http://HOST:PORT")]
    Address(String),
    /// It does not answer.
    #[error("no cloud answers at {url}: give its address, or try again later ({reason})")]
    Unreachable {
        /// Where it was looked for.
        url: String,
        /// What the connection says.
        reason: String,
    },
    /// It refuses.
    #[error("the cloud refuses ({name}): {message}")]
    Refused {
        /// Name of the error.
        name: String,
        /// What the cloud says.
        message: String,
    },
    /// Its answer is none.
    #[error("the cloud at {url} does not answer as agreed ({what}): ask its operator")]
    Unreadable {
        /// Where it is.
        url: String,
        /// What is wrong.
        what: &'static str,
    },
    /// It gave other bytes than those asked for.
    #[error("the cloud's bytes are not those of digest {}: they were changed where they lie; tell its operator", hex::encode(.0))]
    Corrupt([u8; 32]),
    /// No randomness.
    #[error("the operating system gives no randomness")]
    NoRandomness,
}

/// A cloud, as one member sees it.
pub struct Cloud<'a> {
    http: Http<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: String,
    member: MemberId,
    vault: &'a Vault,
    genesis: Hash,
}

/// What is finalized, as the cloud's index knows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Finalized {
    /// Number of the block.
    pub number: u32,
    /// Its hash.
    pub hash: String,
}

/// The product of a day's ciphertexts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Product {
    /// Up to which block the index has read.
    pub finalized: Finalized,
    /// How many meters are in it.
    pub count: u32,
    /// How many of them lack readings of each half-hour.
    pub missing: Vec<u32>,
    /// The product, hexadecimal.
    pub ciphertext: String,
}

/// A page of a history.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Page<T> {
    /// Up to which block the index has read.
    pub finalized: Finalized,
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<String>,
}

/// A stored meter-day, as the cloud's index knows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StoredRecord {
    /// Whose.
    pub processor: MemberId,
    /// Its scope.
    pub scope: String,
    /// The day.
    pub day: Day,
    /// Which version of it.
    pub version: u16,
    /// Its place in the batch.
    pub index: u32,
    /// The meter.
    pub meter: DeviceId,
    /// Bit i is set if half-hour i has readings.
    pub present: u64,
    /// M*, hexadecimal.
    pub digest: String,
    /// SHA-256 of the ciphertext, hexadecimal.
    pub ciphertext: String,
    /// In which block it was anchored.
    pub block: u32,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
    message: String,
}

impl<'a> Cloud<'a> {
    /// The cloud at an address, for the member of a vault on a chain.
    pub fn new(address: &str, member: MemberId, vault: &'a Vault, genesis: Hash) -> Result<Self, CloudError> {
        let wrong = || CloudError::Address(address.to_owned());
        let uri: hyper::Uri = address.parse().map_err(|_| wrong())?;
        if !matches!(uri.scheme_str(), Some("http" | "https"))
            || uri.authority().is_none()
            || uri.query().is_some()
        {
            return Err(wrong());
        }
        let unreachable = |error: std::io::Error| CloudError::Unreachable {
            url: address.to_owned(),
            reason: format!("this machine has no certificates of authorities: {error}"),
        };
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
            .map_err(unreachable)?
            .https_or_http()
            .enable_http1()
            .build();
        let http = Http::builder(TokioExecutor::new()).build(connector);
        let url = address.trim_end_matches('/').to_owned();
        Ok(Self { http, url, member, vault, genesis })
    }

    /// The bytes that have this digest.
    pub async fn blob(&self, digest: &[u8; 32]) -> Result<Vec<u8>, CloudError> {
        let bytes =
            self.call(Method::GET, &format!("/v1/blobs/{}", hex::encode(digest)), Bytes::new()).await?;
        if sha2_256(&bytes) != *digest {
            return Err(CloudError::Corrupt(*digest));
        }
        Ok(bytes.to_vec())
    }

    /// Everything that an anchor commits to.
    pub async fn manifest(
        &self,
        processor: &MemberId,
        day: Day,
        version: u16,
    ) -> Result<Manifest, CloudError> {
        let path = format!("/v1/manifests/{processor}/{day}/{version}");
        let bytes = self.call(Method::GET, &path, Bytes::new()).await?;
        codec::DecodeAll::decode_all(&mut &bytes[..]).map_err(|_| self.unreadable("no manifest"))
    }

    /// The product of the ciphertexts of all meters of a processor's day.
    pub async fn product(
        &self,
        processor: &MemberId,
        scope: &Scope,
        day: Day,
    ) -> Result<Product, CloudError> {
        self.json(&format!("/v1/aggregates/{scope}/{day}?processor={processor}")).await
    }

    /// Stored meter-days: of one processor, and of one day if given.
    pub async fn records(
        &self,
        processor: &MemberId,
        day: Option<Day>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<StoredRecord>, CloudError> {
        let mut path = format!("/v1/records?processor={processor}&limit={limit}");
        if let Some(day) = day {
            path += &format!("&from={day}&to={day}");
        }
        if let Some(after) = after {
            path += &format!("&after={after}");
        }
        self.json(&path).await
    }

    async fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, CloudError> {
        let bytes = self.call(Method::GET, path, Bytes::new()).await?;
        serde_json::from_slice(&bytes).map_err(|_| self.unreadable("not the JSON that was asked for"))
    }

    async fn call(&self, method: Method, path: &str, body: Bytes) -> Result<Bytes, CloudError> {
        let request = Request::builder()
            .method(method.clone())
            .uri(format!("{}{path}", self.url))
            .header(AUTHORIZATION, self.authorization(method.as_str(), path, &body)?)
            .body(Full::new(body))
            .map_err(|_| CloudError::Address(self.url.clone()))?;
        let away = |reason: String| CloudError::Unreachable { url: self.url.clone(), reason };
        let exchange = async {
            let response = self.http.request(request).await.map_err(|error| away(with_causes(&error)))?;
            let status = response.status();
            let body = Limited::new(response.into_body(), MAX_ANSWER).collect().await;
            let body = body.map_err(|_| self.unreadable("too long, or cut"))?.to_bytes();
            Ok((status, body))
        };
        let (status, body) = timeout(PATIENCE, exchange)
            .await
            .map_err(|_| away(format!("{} s are over", PATIENCE.as_secs())))??;
        if status == StatusCode::OK {
            return Ok(body);
        }
        match serde_json::from_slice(&body) {
            Ok(Refusal { error, message }) => Err(CloudError::Refused { name: error, message }),
            Err(_) => Err(self.unreadable("neither an answer nor an error")),
        }
    }

    fn authorization(&self, method: &str, path: &str, body: &[u8]) -> Result<String, CloudError> {
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|_| CloudError::NoRandomness)?;
        let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as Moment);
        let seal = CallSeal {
            member: self.member,
            method,
            path: &self.signed_path(path),
            body: sha2_256(body),
            time,
            nonce,
        };
        let signature: BlsSignature = bls::sign(self.vault.bls(), &seal.signing_payload(&self.genesis));
        Ok(Authorization { member: self.member, time, nonce, signature }.header())
    }

    /// The path as the request line has it: an address may name a folder.
    fn signed_path(&self, path: &str) -> String {
        let uri: Option<hyper::Uri> = self.url.parse().ok();
        let folder = uri.as_ref().map_or("", |uri| uri.path().trim_end_matches('/'));
        format!("{folder}{path}")
    }

    fn unreadable(&self, what: &'static str) -> CloudError {
        CloudError::Unreadable { url: self.url.clone(), what }
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    std::iter::successors(error.source(), |error| error.source())
        .fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsm_vault::{Contents, SecretString, WorkFactor};

    #[test]
    fn what_is_no_address_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let contents = Contents {
            seed: None,
            paillier: dmsm_crypto::paillier::SecretKey::generate(2048).unwrap(),
            bls: bls::SecretKey::derive(&[7; 32]).unwrap(),
            identity: None,
            data_seed: [0; 32].into(),
        };
        let passphrase = SecretString::from("pass");
        let vault =
            Vault::create_with(&folder.path().join("v"), &passphrase, contents, WorkFactor::FAST).unwrap();
        let cloud = |address| Cloud::new(address, MemberId([1; 32]), &vault, [0; 32]);
        for wrong in ["", "cloud", "ftp://cloud", "http://", "ws://cloud:1", "http://cloud/?x=1"] {
            assert!(matches!(cloud(wrong), Err(CloudError::Address(_))), "{wrong}");
        }
        assert_eq!(cloud("http://cloud:8700/").unwrap().signed_path("/v1/x"), "/v1/x");
        assert_eq!(cloud("https://host/cloud/").unwrap().signed_path("/v1/x"), "/cloud/v1/x");
    }
}
