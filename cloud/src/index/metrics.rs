// SPDX-License-Identifier: Apache-2.0
//! What metrics say of the index.

use prometheus::{IntCounter, IntGauge, Registry};

/// Gauges and counters of the index.
#[derive(Clone, Debug)]
pub struct IndexMetrics {
    pub(super) head: IntGauge,
    pub(super) lag: IntGauge,
    pub(super) connected: IntGauge,
    pub(super) unknown: IntCounter,
    pub(super) unavailable: IntGauge,
    pub(super) mismatched: IntGauge,
}

impl IndexMetrics {
    /// Registers them.
    pub fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let metrics = Self {
            head: IntGauge::new("index_head", "Number of the last block that is indexed.")?,
            lag: IntGauge::new("index_lag_blocks", "Finalized blocks of the node that are not indexed yet.")?,
            connected: IntGauge::new("index_connected", "1 while blocks are read from the node.")?,
            unknown: IntCounter::new(
                "index_unknown_events_total",
                "Events of the contracts that this program does not know: it is older than the chain.",
            )?,
            unavailable: IntGauge::new(
                "index_manifests_unavailable",
                "Anchored batches whose manifest is not in the store.",
            )?,
            mismatched: IntGauge::new(
                "index_manifests_mismatched",
                "Anchored batches whose manifest is not what was anchored.",
            )?,
        };
        for gauge in
            [&metrics.head, &metrics.lag, &metrics.connected, &metrics.unavailable, &metrics.mismatched]
        {
            registry.register(Box::new(gauge.clone()))?;
        }
        registry.register(Box::new(metrics.unknown.clone()))?;
        Ok(metrics)
    }
}
