// SPDX-License-Identifier: Apache-2.0
//! As much HTTP as the grid service and Prometheus need.

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    body::Bytes,
    header::{HeaderValue, CONTENT_TYPE},
    Method, Request, StatusCode,
};
use hyper_util::{
    client::legacy::{connect::HttpConnector, Client},
    rt::TokioExecutor,
};
use std::{net::SocketAddr, time::Duration};
use tokio::time::timeout;

/// Longest answer, bytes.
const MAX_ANSWER: usize = 4 << 20;

/// Longest time for one request. A program that is killed breaks its connections at once.
const REQUEST: Duration = Duration::from_secs(20);

/// Keeps connections open.
#[derive(Clone)]
pub struct Http(Client<HttpConnector, Full<Bytes>>);

impl Http {
    pub fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    pub async fn get(&self, address: SocketAddr, path: &str) -> Result<(StatusCode, Bytes), String> {
        self.exchange(address, path, Request::new(Full::default())).await
    }

    pub async fn post(
        &self,
        address: SocketAddr,
        path: &str,
        json: Vec<u8>,
    ) -> Result<(StatusCode, Bytes), String> {
        let mut request = Request::new(Full::new(json.into()));
        *request.method_mut() = Method::POST;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.exchange(address, path, request).await
    }

    async fn exchange(
        &self,
        address: SocketAddr,
        path: &str,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(StatusCode, Bytes), String> {
        *request.uri_mut() = format!("http://{address}{path}").parse().expect("it is an address");
        let answer = async {
            let answer = self.0.request(request).await.map_err(|error| format!("{error:?}"))?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, MAX_ANSWER).collect().await.map_err(|error| error.to_string())?;
            Ok((head.status, body.to_bytes()))
        };
        timeout(REQUEST, answer).await.map_err(|_| "no answer in time".to_owned())?
    }
}
