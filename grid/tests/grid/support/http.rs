// SPDX-License-Identifier: Apache-2.0
//! A small HTTP client.

use super::TOKEN;
use axum::{
    body::{Body, Bytes},
    http::{header, HeaderMap, Request, StatusCode},
};
use codec::{Decode, DecodeAll, Encode};
use dmsm_grid::{
    http::{Batch, Health, Results},
    ingest::Outcome,
};
use dmsm_primitives::{answer::NoAnswer, request::Question, DeviceId, SignedReading};
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use std::net::SocketAddr;

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The name in an error answer.
    pub fn error(&self) -> String {
        let json: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        json["error"].as_str().unwrap().to_owned()
    }

    pub fn outcomes(&self) -> Vec<Outcome> {
        let Results { results } = serde_json::from_slice(&self.body).unwrap();
        results
    }

    pub fn scale<T: Decode>(&self) -> T {
        assert_eq!(self.status, StatusCode::OK, "{:?}", self.body);
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/octet-stream");
        T::decode_all(&mut &self.body[..]).unwrap()
    }
}

/// Sends a request on a connection of its own.
pub async fn try_send(request: Request<Body>) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let (parts, body) = client.request(request).await?.into_parts();
    Ok(Answer { status: parts.status, headers: parts.headers, body: body.collect().await?.to_bytes() })
}

pub async fn send(request: Request<Body>) -> Answer {
    try_send(request).await.unwrap()
}

pub async fn get(address: SocketAddr, path: &str) -> Answer {
    send(Request::get(format!("http://{address}{path}")).body(Body::empty()).unwrap()).await
}

pub fn readings_request(address: SocketAddr, readings: &[SignedReading]) -> Request<Body> {
    let body = serde_json::to_vec(&Batch { readings: readings.to_vec() }).unwrap();
    Request::post(format!("http://{address}/v1/readings")).body(body.into()).unwrap()
}

pub async fn deliver(address: SocketAddr, readings: &[SignedReading]) -> Answer {
    send(readings_request(address, readings)).await
}

pub async fn post(address: SocketAddr, body: impl Into<Body>) -> Answer {
    send(Request::post(format!("http://{address}/v1/readings")).body(body.into()).unwrap()).await
}

pub async fn health(address: SocketAddr) -> (StatusCode, Health) {
    let answer = get(address, "/health").await;
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

/// The value of a metric, by name and labels as they stand in the text.
pub async fn metric(address: SocketAddr, name: &str) -> u64 {
    let answer = get(address, "/metrics").await;
    let line = answer.text().lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {}", answer.text())).parse().unwrap()
}

pub fn as_worker(address: SocketAddr, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .uri(format!("http://{address}{path}"))
        .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
}

pub async fn worker_get(address: SocketAddr, path: &str) -> Answer {
    send(as_worker(address, path).body(Body::empty()).unwrap()).await
}

/// What the worker gets for a body.
pub async fn worker_post(address: SocketAddr, path: &str, body: Vec<u8>) -> Answer {
    send(as_worker(address, path).method("POST").body(body.into()).unwrap()).await
}

pub async fn worker_lookup(address: SocketAddr, body: Vec<u8>) -> Answer {
    worker_post(address, "/v1/worker/lookup", body).await
}

/// What the worker gets for a body on the path of questions.
pub async fn worker_ask(address: SocketAddr, body: Vec<u8>) -> Answer {
    worker_post(address, "/v1/worker/answer", body).await
}

pub async fn ask(
    address: SocketAddr,
    question: &Question,
) -> Result<dmsm_primitives::answer::Answer, NoAnswer> {
    worker_ask(address, question.encode()).await.scale()
}

pub async fn lookup(address: SocketAddr, wanted: &[(DeviceId, u64)]) -> Vec<Option<SignedReading>> {
    worker_lookup(address, wanted.encode()).await.scale()
}

/// Everything stored, page by page.
pub async fn all_rows(address: SocketAddr) -> Vec<(u64, SignedReading)> {
    let mut rows: Vec<(u64, SignedReading)> = Vec::new();
    loop {
        let after = rows.last().map_or(0, |(row, _)| *row);
        let path = format!("/v1/worker/readings?after={after}&limit=1000");
        let page: Vec<(u64, SignedReading)> = worker_get(address, &path).await.scale();
        if page.is_empty() {
            return rows;
        }
        rows.extend(page);
    }
}
