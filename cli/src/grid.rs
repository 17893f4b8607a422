// SPDX-License-Identifier: Apache-2.0
//! Hands signed readings to a region's grid service.

use dmsm_primitives::SignedReading;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    body::Bytes,
    header::{HeaderValue, CONTENT_TYPE},
    Method, Request, StatusCode, Uri,
};
use hyper_util::{
    client::legacy::{connect::HttpConnector, Client},
    rt::TokioExecutor,
};
use std::time::Duration;
use tokio::time::{sleep, timeout, Instant};

/// Longest answer, bytes.
const MAX_ANSWER: usize = 1 << 20;

/// Longest time for one request.
const REQUEST: Duration = Duration::from_secs(20);

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Why readings are not handed in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not the address of a grid service.
    #[error("{0} is no address of a grid service: give http://HOST:PORT")]
    Address(String),
    /// The service does not take what it is given, and will not take it later.
    #[error("the grid service refuses the batch: {0}")]
    Refused(String),
    /// The answer is not the service's.
    #[error("{0} does not answer as a grid service: give the address where devices deliver readings")]
    Unreadable(Uri),
    /// It did not answer for too long.
    #[error("the grid service at {url} took nothing for {seconds} s ({reason}): start it, then run this again; it goes on where it stopped")]
    Away {
        /// Where it was looked for.
        url: Uri,
        /// For how long.
        seconds: u64,
        /// What came last.
        reason: String,
    },
}

/// What the service says of one reading.
#[derive(Clone, PartialEq, Eq, Debug, serde::Deserialize)]
pub struct Outcome(pub String);

impl Outcome {
    /// Whether the reading is kept.
    pub fn is_kept(&self) -> bool {
        self.0 == "accepted" || self.is_duplicate()
    }

    /// Whether it was kept before.
    pub fn is_duplicate(&self) -> bool {
        self.0 == "duplicate"
    }

    /// Whether the service may not have heard of the device yet.
    fn may_change(&self) -> bool {
        self.0 == "unknown-device" || self.0 == "not-connected"
    }
}

#[derive(serde::Serialize)]
struct Batch<'a> {
    readings: &'a [SignedReading],
}

#[derive(serde::Deserialize)]
struct Results {
    results: Vec<Outcome>,
}

/// The listener of a grid service for devices.
pub struct Grid {
    http: Client<HttpConnector, Full<Bytes>>,
    url: Uri,
    patience: Duration,
}

/// A request that may go better later.
struct Later(String);

impl Grid {
    /// The service at `http://HOST:PORT`. It is tried again for as long as `patience`.
    pub fn new(address: &str, patience: Duration) -> Result<Self, Error> {
        let wrong = || Error::Address(address.to_owned());
        let url = url::Url::parse(address).map_err(|_| wrong())?;
        if url.scheme() != "http" || url.host().is_none() {
            return Err(wrong());
        }
        let url = url.join("/v1/readings").map_err(|_| wrong())?;
        let url = url.as_str().parse().map_err(|_| wrong())?;
        Ok(Self { http: Client::builder(TokioExecutor::new()).build_http(), url, patience })
    }

    /// Hands in a batch. Tries again while the service is away or has not heard of the device.
    pub async fn send(&self, readings: &[SignedReading]) -> Result<Vec<Outcome>, Error> {
        let body =
            serde_json::to_vec(&Batch { readings }).map_err(|error| Error::Refused(error.to_string()))?;
        let body = Bytes::from(body);
        let begin = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let late = begin.elapsed() >= self.patience;
            let reason = match self.once(body.clone(), readings.len()).await? {
                Ok(outcomes) if late || !outcomes.iter().any(Outcome::may_change) => return Ok(outcomes),
                Ok(_) => "it has not heard of the device yet".to_owned(),
                Err(Later(reason)) => reason,
            };
            if late {
                let seconds = begin.elapsed().as_secs();
                return Err(Error::Away { url: self.url.clone(), seconds, reason });
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn once(&self, body: Bytes, count: usize) -> Result<Result<Vec<Outcome>, Later>, Error> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url.clone();
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let answer = async {
            let answer = self.http.request(request).await.map_err(|error| causes(&error))?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, MAX_ANSWER).collect().await.map_err(|error| error.to_string())?;
            Ok::<_, String>((head.status, body.to_bytes()))
        };
        let (status, body) = match timeout(REQUEST, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(reason)) => return Ok(Err(Later(reason))),
            Err(_) => return Ok(Err(Later("no answer in time".into()))),
        };
        match status {
            StatusCode::OK | StatusCode::MULTI_STATUS => {
                let unreadable = || Error::Unreadable(self.url.clone());
                let Results { results } = serde_json::from_slice(&body).map_err(|_| unreadable())?;
                if results.len() != count {
                    return Err(unreadable());
                }
                Ok(Ok(results))
            }
            StatusCode::TOO_MANY_REQUESTS => Ok(Err(Later(message(status, &body)))),
            status if status.is_server_error() => Ok(Err(Later(message(status, &body)))),
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
                Err(Error::Unreadable(self.url.clone()))
            }
            status => Err(Error::Refused(message(status, &body))),
        }
    }
}

fn message(status: StatusCode, body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Refusal {
        message: String,
    }
    match serde_json::from_slice(body) {
        Ok(Refusal { message }) => message,
        Err(_) => status.to_string(),
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => causes(cause),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsm_primitives::{DeviceId, DeviceSignature, Reading};
    use std::{
        io::{Read, Write},
        net::TcpListener,
        thread,
    };

    fn readings() -> Vec<SignedReading> {
        let reading =
            Reading { device: DeviceId([1; 32]), sequence: 1, taken_at: 2, power: -3, temperature: None };
        vec![SignedReading { reading, signature: DeviceSignature([4; 64]) }]
    }

    /// A service that answers one connection after the other with these texts.
    fn service(answers: &'static [(&'static str, &'static str)]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for (status, body) in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = Vec::new();
                let mut buffer = [0; 4096];
                while !request.ends_with(b"]}") {
                    let length = stream.read(&mut buffer).unwrap();
                    request.extend_from_slice(&buffer[..length]);
                }
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn tries_again_until_the_service_takes_the_batch() {
        let address = service(&[
            ("503 Service Unavailable", "{\"error\":\"busy\",\"message\":\"too many requests at once\"}"),
            ("207 Multi-Status", "{\"results\":[\"unknown-device\"]}"),
            ("200 OK", "{\"results\":[\"accepted\"]}"),
        ]);
        let grid = Grid::new(&address, Duration::from_secs(30)).unwrap();
        assert_eq!(grid.send(&readings()).await.unwrap(), [Outcome("accepted".into())]);
    }

    #[tokio::test]
    async fn a_final_refusal_is_not_tried_again() {
        let address = service(&[("413 Payload Too Large", "{\"message\":\"too large\"}")]);
        let grid = Grid::new(&address, Duration::from_secs(30)).unwrap();
        let error = grid.send(&readings()).await.unwrap_err();
        assert_eq!(error.to_string(), "the grid service refuses the batch: too large");
    }

    #[tokio::test]
    async fn answers_that_do_not_fit_are_refused() {
        for body in ["{\"results\":[]}", "{\"results\":[\"accepted\",\"accepted\"]}", "<html>"] {
            let address = service(Box::leak(Box::new([("200 OK", body)])));
            let grid = Grid::new(&address, Duration::ZERO).unwrap();
            assert!(matches!(grid.send(&readings()).await, Err(Error::Unreadable(_))), "{body}");
        }
    }

    #[tokio::test]
    async fn patience_ends() {
        // A port that nobody listens on.
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let grid = Grid::new(&format!("http://{free}"), Duration::ZERO).unwrap();
        let error = grid.send(&readings()).await.unwrap_err().to_string();
        assert!(error.contains("goes on where it stopped"), "{error}");
    }

    #[test]
    fn addresses_without_scheme_or_with_another_are_refused() {
        for address in ["", "127.0.0.1:8600", "https://grid", "ftp://grid", "http:"] {
            assert!(Grid::new(address, Duration::ZERO).is_err(), "{address}");
        }
    }
}
