// SPDX-License-Identifier: Apache-2.0
//! What Prometheus shows of the worker.

use super::incidents::Kind;
use substrate_prometheus_endpoint::{
    exponential_buckets, register, Counter, CounterVec, Gauge, Histogram, HistogramOpts, Opts,
    PrometheusError, Registry, U64,
};

/// The worker's metrics, all named `dmsm_worker_…`.
#[derive(Clone)]
pub struct WorkerMetrics {
    /// Notices handed to the pool, those made again included.
    pub notices_submitted: Counter<U64>,
    /// Notices of this node seen on chain.
    pub notices_included: Counter<U64>,
    /// Blocks since the worker had last settled all it had read.
    pub lag_blocks: Gauge<U64>,
    /// Rows of the grid service that are not settled.
    pub backlog_rows: Gauge<U64>,
    /// Requests that wait for this processing node.
    pub open_requests: Gauge<U64>,
    /// What was handed to the pool about requests, by what was done.
    pub requests: CounterVec<U64>,
    /// Batches of meter-days that wait for their anchors.
    pub open_batches: Gauge<U64>,
    /// Meter-days that were sealed and lie in the cloud.
    pub meter_days_sealed: Counter<U64>,
    /// Batches whose anchors stand in finalized blocks.
    pub batches_anchored: Counter<U64>,
    /// Time of one encryption in the vault, seconds.
    pub encryption_seconds: Histogram,
    /// What went wrong, by kind.
    pub errors: CounterVec<U64>,
}

impl WorkerMetrics {
    /// Registers the metrics, all at zero.
    pub fn register(registry: &Registry) -> Result<Self, PrometheusError> {
        let errors = CounterVec::new(
            Opts::new("dmsm_worker_errors_total", "What went wrong in the off-chain worker, by kind"),
            &["kind"],
        )?;
        for kind in Kind::ALL {
            errors.with_label_values(&[kind.label()]);
        }
        let requests = CounterVec::new(
            Opts::new(
                "dmsm_worker_requests_total",
                "Requests handed to the transaction pool, by what was done",
            ),
            &["done"],
        )?;
        for done in ["accepted", "answered", "rejected"] {
            requests.with_label_values(&[done]);
        }
        // A warm encryption under 2,048 bits takes a few milliseconds, a cold one under 4,096 bits
        // below a second: 1 ms to 4 s.
        let encryption = HistogramOpts::new(
            "dmsm_worker_encryption_seconds",
            "Time of one encryption in the vault, in seconds",
        )
        .buckets(exponential_buckets(0.001, 2.0, 13)?);
        Ok(Self {
            notices_submitted: register(
                Counter::new(
                    "dmsm_worker_notices_submitted_total",
                    "Notices handed to the transaction pool, those made again included",
                )?,
                registry,
            )?,
            notices_included: register(
                Counter::new(
                    "dmsm_worker_notices_included_total",
                    "Notices of this processing node seen on chain",
                )?,
                registry,
            )?,
            lag_blocks: register(
                Gauge::new(
                    "dmsm_worker_lag_blocks",
                    "Blocks since the off-chain worker had last settled all readings it had",
                )?,
                registry,
            )?,
            backlog_rows: register(
                Gauge::new("dmsm_worker_backlog_rows", "Rows of the grid service that are not settled")?,
                registry,
            )?,
            open_requests: register(
                Gauge::new("dmsm_worker_open_requests", "Requests that wait for this processing node")?,
                registry,
            )?,
            requests: register(requests, registry)?,
            open_batches: register(
                Gauge::new("dmsm_worker_open_batches", "Batches of meter-days that wait for their anchors")?,
                registry,
            )?,
            meter_days_sealed: register(
                Counter::new(
                    "dmsm_worker_meter_days_sealed_total",
                    "Meter-days that were sealed and lie in the cloud",
                )?,
                registry,
            )?,
            batches_anchored: register(
                Counter::new(
                    "dmsm_worker_batches_anchored_total",
                    "Batches of meter-days whose anchors stand in finalized blocks",
                )?,
                registry,
            )?,
            encryption_seconds: register(Histogram::with_opts(encryption)?, registry)?,
            errors: register(errors, registry)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_there_from_the_start() {
        let registry = Registry::new();
        WorkerMetrics::register(&registry).unwrap();
        let names: Vec<_> = registry.gather().iter().map(|family| family.get_name().to_owned()).collect();
        for name in [
            "dmsm_worker_notices_submitted_total",
            "dmsm_worker_notices_included_total",
            "dmsm_worker_lag_blocks",
            "dmsm_worker_backlog_rows",
            "dmsm_worker_open_requests",
            "dmsm_worker_requests_total",
            "dmsm_worker_open_batches",
            "dmsm_worker_meter_days_sealed_total",
            "dmsm_worker_batches_anchored_total",
            "dmsm_worker_encryption_seconds",
            "dmsm_worker_errors_total",
        ] {
            assert!(names.iter().any(|known| known == name), "{name} in {names:?}");
        }
    }
}
