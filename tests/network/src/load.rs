// SPDX-License-Identifier: Apache-2.0
//! Devices that speak at a steady rate.

use crate::{http::Http, Device};
use dmsm_primitives::{MilliCelsius, Milliwatts, Reading, SignedReading};
use hyper::StatusCode;
use std::{
    net::SocketAddr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{interval, MissedTickBehavior},
};

/// Readings in one batch at most.
const BATCH: usize = 100;

/// What a device said, all of it acknowledged.
pub struct Said {
    /// Who.
    pub device: Device,
    /// What, in order.
    pub readings: Vec<Reading>,
    /// Batches that were not acknowledged.
    pub unanswered: u64,
}

/// Devices that each take a reading at a steady rate, and hand it to the grid service with all that
/// was not acknowledged before.
pub struct Load {
    stop: watch::Sender<bool>,
    acknowledged: watch::Receiver<u64>,
    devices: JoinSet<Said>,
}

impl Load {
    /// Each device takes a reading every `pace`; `script` tells what it measures, by its place among
    /// the devices and the reading's sequence.
    pub fn start(
        devices: Vec<Device>,
        grid: SocketAddr,
        pace: Duration,
        script: impl Fn(usize, u64) -> (Milliwatts, Option<MilliCelsius>) + Clone + Send + 'static,
    ) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (count, acknowledged) = watch::channel(0);
        let mut tasks = JoinSet::new();
        for (place, device) in devices.into_iter().enumerate() {
            let script = script.clone();
            let measure = move |sequence| script(place, sequence);
            let voice = Voice {
                device,
                http: Http::new(),
                grid,
                unheard: Vec::new(),
                unanswered: 0,
                count: count.clone(),
            };
            tasks.spawn(voice.speak(pace, measure, stopped.clone()));
        }
        Self { stop, acknowledged, devices: tasks }
    }

    /// Waits until the grid service has acknowledged one more batch.
    pub async fn next_acknowledgement(&mut self) {
        self.acknowledged.mark_unchanged();
        self.acknowledged.changed().await.expect("devices speak");
    }

    /// No more readings. Returns once all are acknowledged.
    pub async fn finish(mut self) -> Vec<Said> {
        self.stop.send_replace(true);
        let mut said = Vec::new();
        while let Some(one) = self.devices.join_next().await {
            said.push(one.expect("a device speaks to its end"));
        }
        said
    }
}

/// A device that speaks.
struct Voice {
    device: Device,
    http: Http,
    grid: SocketAddr,
    /// Not acknowledged, in order.
    unheard: Vec<SignedReading>,
    unanswered: u64,
    count: watch::Sender<u64>,
}

impl Voice {
    async fn speak(
        mut self,
        pace: Duration,
        measure: impl Fn(u64) -> (Milliwatts, Option<MilliCelsius>),
        stopped: watch::Receiver<bool>,
    ) -> Said {
        let mut ticks = interval(pace);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut readings = Vec::new();
        loop {
            ticks.tick().await;
            if !*stopped.borrow() {
                let sequence = readings.len() as u64 + 1;
                let (power, temperature) = measure(sequence);
                let reading =
                    Reading { device: self.device.id, sequence, taken_at: now(), power, temperature };
                readings.push(reading.clone());
                self.unheard.push(self.device.sign(reading));
            } else if self.unheard.is_empty() {
                return Said { device: self.device, readings, unanswered: self.unanswered };
            }
            self.send().await;
        }
    }

    /// Hands in what is not acknowledged. What fails is sent again at the next tick.
    async fn send(&mut self) {
        #[derive(serde::Serialize)]
        struct Batch<'a> {
            readings: &'a [SignedReading],
        }
        #[derive(serde::Deserialize)]
        struct Results {
            results: Vec<String>,
        }

        let batch = &self.unheard[..self.unheard.len().min(BATCH)];
        let json = serde_json::to_vec(&Batch { readings: batch }).expect("readings are written in JSON");
        let answer = self.http.post(self.grid, "/v1/readings", json).await;
        // The service is away, or has no node, or no database, or too much to do.
        let later = |status: StatusCode| status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        let Some((status, body)) = answer.ok().filter(|(status, _)| !later(*status)) else {
            self.unanswered += 1;
            return;
        };
        let answer = serde_json::from_slice(&body);
        let Results { results } = answer.unwrap_or_else(|error| panic!("{status}: {error}: {body:?}"));
        assert_eq!(results.len(), batch.len());
        let kept = |outcome: &&String| ["accepted", "duplicate"].contains(&outcome.as_str());
        // The service may have been asked before it has heard of the device.
        let later = |outcome: &String| ["unknown-device", "not-connected"].contains(&outcome.as_str());
        let heard = results.iter().take_while(kept).count();
        assert!(results[heard..].iter().all(later), "{results:?}");
        self.unheard.drain(..heard);
        if heard > 0 {
            self.count.send_modify(|count| *count += 1);
        }
    }
}

/// This machine's clock, ms since the Unix epoch.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
