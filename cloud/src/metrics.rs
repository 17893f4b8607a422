// SPDX-License-Identifier: Apache-2.0
//! What `GET /metrics` shows, in the Prometheus text format.

use crate::{error::AppError, index::IndexMetrics};
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts, Registry, TextEncoder,
};

/// The service's counters and gauges.
pub struct Metrics {
    registry: Registry,
    pub(crate) blobs_in: IntCounter,
    pub(crate) bytes_in: IntCounter,
    pub(crate) blobs_out: IntCounter,
    pub(crate) bytes_out: IntCounter,
    /// Rows of uploads that were given up and brought to an end.
    pub(crate) recovered: IntCounter,
    /// Calls that got no result, by the name of their [`AppError`].
    pub(crate) calls_refused: IntCounterVec,
    /// By path as it stands in the API document.
    pub(crate) call_seconds: HistogramVec,
    index: IndexMetrics,
}

impl Metrics {
    /// All at zero, each refusal by name.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new_custom(Some("dmsm_cloud".into()), None)?;
        let latency = HistogramOpts::new("call_seconds", "Time to answer a call, by path.")
            .buckets(prometheus::exponential_buckets(0.001, 2.0, 14)?);
        let metrics = Self {
            blobs_in: IntCounter::new(
                "blobs_in_total",
                "Blobs kept, those that were there already included.",
            )?,
            bytes_in: IntCounter::new("bytes_in_total", "Bytes of blobs kept.")?,
            blobs_out: IntCounter::new("blobs_out_total", "Blobs handed out.")?,
            bytes_out: IntCounter::new("bytes_out_total", "Bytes of blobs handed out.")?,
            recovered: IntCounter::new(
                "uploads_recovered_total",
                "Blobs of uploads that broke off and were settled or taken back.",
            )?,
            calls_refused: IntCounterVec::new(
                Opts::new("calls_refused_total", "Calls without result, by reason."),
                &["reason"],
            )?,
            call_seconds: HistogramVec::new(latency, &["path"])?,
            index: IndexMetrics::register(&registry)?,
            registry,
        };
        for name in AppError::NAMES {
            metrics.calls_refused.with_label_values(&[name]);
        }
        for counter in
            [&metrics.blobs_in, &metrics.bytes_in, &metrics.blobs_out, &metrics.bytes_out, &metrics.recovered]
        {
            metrics.registry.register(Box::new(counter.clone()))?;
        }
        metrics.registry.register(Box::new(metrics.calls_refused.clone()))?;
        metrics.registry.register(Box::new(metrics.call_seconds.clone()))?;
        Ok(metrics)
    }

    /// What the index counts.
    pub fn index(&self) -> &IndexMetrics {
        &self.index
    }

    /// Blobs of so many bytes were kept.
    pub(crate) fn kept(&self, blobs: usize, bytes: usize) {
        self.blobs_in.inc_by(blobs as u64);
        self.bytes_in.inc_by(bytes as u64);
    }

    /// A blob of so many bytes was handed out.
    pub(crate) fn handed_out(&self, bytes: usize) {
        self.blobs_out.inc();
        self.bytes_out.inc_by(bytes as u64);
    }

    /// The text for Prometheus.
    pub(crate) fn render(&self) -> Result<Vec<u8>, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}
