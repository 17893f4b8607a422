// SPDX-License-Identifier: Apache-2.0
//! What `GET /metrics` shows, in the Prometheus text format.

use crate::{answers::Answered, error::AppError, ingest::Outcome, store::Totals};
use dmsm_primitives::{answer::NoAnswer, RequestKind};
use prometheus::{
    Encoder, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};

/// What becomes of a question, as it stands in metrics.
const ANSWERED: &str = "answered";
const NO_DATA: &str = "no-data";
const PERIOD_REFUSED: &str = "period-refused";

/// The service's counters and gauges.
pub struct Metrics {
    registry: Registry,
    accepted: IntCounter,
    duplicate: IntCounter,
    refused: IntCounterVec,
    /// Requests that got no result, by the name of their [`AppError`].
    pub(crate) requests_refused: IntCounterVec,
    pub(crate) batch_seconds: Histogram,
    answers: IntCounterVec,
    rows: IntGauge,
    worker_cursor: IntGauge,
    worker_lag: IntGauge,
    batches_open: IntGauge,
    batches_anchored: IntGauge,
    meter_days_anchored: IntGauge,
    meter_days_refused: IntGauge,
}

impl Metrics {
    /// All at zero, each refusal by name.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new_custom(Some("dmsm_grid".into()), None)?;
        let opts = |name: &str, help: &str| Opts::new(name, help);
        let latency = HistogramOpts::new("batch_seconds", "Time to judge and store a batch.")
            .buckets(prometheus::exponential_buckets(0.001, 2.0, 14)?);
        let metrics = Self {
            accepted: IntCounter::with_opts(opts("readings_accepted_total", "Readings stored."))?,
            duplicate: IntCounter::with_opts(opts(
                "readings_duplicate_total",
                "Readings delivered again exactly as stored.",
            ))?,
            refused: IntCounterVec::new(
                opts("readings_refused_total", "Readings refused, by reason."),
                &["reason"],
            )?,
            requests_refused: IntCounterVec::new(
                opts("requests_refused_total", "Requests without result, by reason."),
                &["reason"],
            )?,
            batch_seconds: Histogram::with_opts(latency)?,
            answers: IntCounterVec::new(
                opts("answers_total", "Questions answered, by kind and by what the answer was."),
                &["kind", "outcome"],
            )?,
            rows: IntGauge::with_opts(opts("rows", "The highest row of the database."))?,
            worker_cursor: IntGauge::with_opts(opts(
                "worker_cursor",
                "The row after which the worker asked last; 0 before it asked.",
            ))?,
            worker_lag: IntGauge::with_opts(opts(
                "worker_lag_rows",
                "Rows that the worker has not gone past yet.",
            ))?,
            batches_open: IntGauge::with_opts(opts(
                "record_batches_open",
                "Batches of meter-days that are cut and not anchored.",
            ))?,
            batches_anchored: IntGauge::with_opts(opts(
                "record_batches_anchored",
                "Batches of meter-days that are anchored.",
            ))?,
            meter_days_anchored: IntGauge::with_opts(opts(
                "meter_days_anchored",
                "Meter-days in anchored batches, corrections counted again.",
            ))?,
            meter_days_refused: IntGauge::with_opts(opts(
                "meter_days_refused",
                "Meter-days that are not recorded because a half-hour is too large.",
            ))?,
            registry,
        };
        for outcome in Outcome::ALL.iter().filter(|outcome| !outcome.is_kept()) {
            metrics.refused.with_label_values(&[outcome.name()]);
        }
        for name in AppError::NAMES {
            metrics.requests_refused.with_label_values(&[name]);
        }
        for kind in [RequestKind::BillDetails, RequestKind::UsageDetails, RequestKind::SavingAdvice] {
            for outcome in [ANSWERED, NO_DATA, PERIOD_REFUSED] {
                metrics.answers.with_label_values(&[kind.name(), outcome]);
            }
        }
        metrics.register()?;
        Ok(metrics)
    }

    fn register(&self) -> Result<(), prometheus::Error> {
        self.registry.register(Box::new(self.accepted.clone()))?;
        self.registry.register(Box::new(self.duplicate.clone()))?;
        self.registry.register(Box::new(self.refused.clone()))?;
        self.registry.register(Box::new(self.requests_refused.clone()))?;
        self.registry.register(Box::new(self.batch_seconds.clone()))?;
        self.registry.register(Box::new(self.answers.clone()))?;
        self.registry.register(Box::new(self.rows.clone()))?;
        self.registry.register(Box::new(self.worker_cursor.clone()))?;
        self.registry.register(Box::new(self.worker_lag.clone()))?;
        self.registry.register(Box::new(self.batches_open.clone()))?;
        self.registry.register(Box::new(self.batches_anchored.clone()))?;
        self.registry.register(Box::new(self.meter_days_anchored.clone()))?;
        self.registry.register(Box::new(self.meter_days_refused.clone()))
    }

    pub(crate) fn count(&self, outcomes: &[Outcome]) {
        for outcome in outcomes {
            match outcome {
                Outcome::Accepted => self.accepted.inc(),
                Outcome::Duplicate => self.duplicate.inc(),
                refusal => self.refused.with_label_values(&[refusal.name()]).inc(),
            }
        }
    }

    pub(crate) fn count_answer(&self, kind: RequestKind, answered: &Answered) {
        let outcome = match answered {
            Ok(_) => ANSWERED,
            Err(NoAnswer::NoData) => NO_DATA,
            Err(NoAnswer::PeriodRefused) => PERIOD_REFUSED,
        };
        self.answers.with_label_values(&[kind.name(), outcome]).inc();
    }

    /// The worker asked for what stands after `row`: it is done with all up to there.
    pub(crate) fn set_cursor(&self, row: u64) {
        self.worker_cursor.set(i64::try_from(row).unwrap_or(i64::MAX));
    }

    /// The text for Prometheus; `head` is the highest row, where the database tells it, and so
    /// `totals`.
    pub(crate) fn render(
        &self,
        head: Option<u64>,
        totals: Option<Totals>,
    ) -> Result<Vec<u8>, prometheus::Error> {
        if let Some(totals) = totals {
            let set = |gauge: &IntGauge, count| gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
            set(&self.batches_open, totals.open_batches);
            set(&self.batches_anchored, totals.anchored_batches);
            set(&self.meter_days_anchored, totals.anchored_meter_days);
            set(&self.meter_days_refused, totals.refused_meter_days);
        }
        if let Some(head) = head.and_then(|head| i64::try_from(head).ok()) {
            self.rows.set(head);
            self.worker_lag.set((head - self.worker_cursor.get()).max(0));
        }
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}
