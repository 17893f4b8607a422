// SPDX-License-Identifier: Apache-2.0
//! A small HTTP client.

use axum::{
    body::{Body, Bytes},
    http::{header, HeaderMap, Request, StatusCode},
};
use codec::DecodeAll;
use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde::de::DeserializeOwned;
use std::net::SocketAddr;

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The status and the name of an error.
    #[track_caller]
    pub fn error(&self) -> (u16, String) {
        let json: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        assert!(!json["message"].as_str().unwrap().is_empty());
        (self.status.as_u16(), json["error"].as_str().unwrap().to_owned())
    }

    #[track_caller]
    pub fn refused(&self, status: u16, name: &str) {
        assert_eq!(self.error(), (status, name.to_owned()));
    }

    /// The bytes of an answer that is one.
    #[track_caller]
    pub fn bytes(&self) -> &[u8] {
        assert_eq!(self.status, StatusCode::OK, "{:?}", self.body);
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/octet-stream");
        &self.body
    }

    #[track_caller]
    pub fn scale<T: DecodeAll>(&self) -> T {
        T::decode_all(&mut self.bytes()).unwrap()
    }

    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, StatusCode::OK, "{:?}", self.body);
        serde_json::from_slice(&self.body).unwrap()
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

/// Asks without a signature.
pub async fn get(address: SocketAddr, path: &str) -> Answer {
    send(Request::get(format!("http://{address}{path}")).body(Body::empty()).unwrap()).await
}

/// The value of a metric, by name and labels as they stand in the text.
pub async fn metric(address: SocketAddr, name: &str) -> u64 {
    let answer = get(address, "/metrics").await;
    let line = answer.text().lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {}", answer.text())).parse().unwrap()
}
