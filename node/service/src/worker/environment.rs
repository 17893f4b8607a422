// SPDX-License-Identifier: Apache-2.0
//! What the worker knows of the node, and where its reports go.

use super::{
    incidents::{Incidents, Kind},
    Policy, WorkerMetrics, LOG_TARGET,
};
use crate::BlockNumber;
use dmsm_host::{
    worker::{GridAccess, Report},
    Environment,
};
use dmsm_primitives::RequestKind;
use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Instant,
};

/// How far the chain is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heads {
    /// Number of the best block.
    pub best: BlockNumber,
    /// Number of the last finalized block.
    pub finalized: BlockNumber,
}

/// The nonce after those of an account's transactions in the pool, from the one on chain.
pub type NextNonce = dyn Fn(&[u8], u32) -> u32 + Send + Sync;

/// The services that the operator named.
#[derive(Default)]
pub struct Services {
    /// The grid service.
    pub grid: Option<GridAccess>,
    /// URL of the cloud service, without a trailing slash.
    pub cloud: Option<String>,
}

/// The environment of the worker in a running node.
pub struct WorkerEnvironment {
    services: Services,
    policy: Policy,
    next_nonce: Box<NextNonce>,
    heads: Box<dyn Fn() -> Heads + Send + Sync>,
    metrics: WorkerMetrics,
    incidents: Incidents,
    /// The last block at which everything was settled; at start, the best block.
    caught_up_at: AtomicU32,
}

impl WorkerEnvironment {
    /// An environment on a client's heads and pool.
    pub fn new(
        services: Services,
        policy: Policy,
        next_nonce: Box<NextNonce>,
        heads: impl Fn() -> Heads + Send + Sync + 'static,
        metrics: WorkerMetrics,
    ) -> Self {
        let caught_up_at = heads().best.into();
        Self {
            services,
            policy,
            next_nonce,
            heads: Box::new(heads),
            metrics,
            incidents: Incidents::default(),
            caught_up_at,
        }
    }

    /// Measures the lag anew: also a worker that reports nothing falls behind.
    pub fn on_best_block(&self) {
        let lag = (self.heads)().best.saturating_sub(self.caught_up_at.load(Ordering::Relaxed));
        self.metrics.lag_blocks.set(lag.into());
    }

    fn raise(&self, kind: Kind) {
        self.metrics.errors.with_label_values(&[kind.label()]).inc();
        match self.incidents.raise(kind, Instant::now()) {
            None => {}
            Some(1) => log::warn!(target: LOG_TARGET, "{}", kind.message()),
            Some(times) => log::warn!(target: LOG_TARGET, "{} ({times} times)", kind.message()),
        }
    }

    fn handed_in(&self, what: &str) {
        self.metrics.requests.with_label_values(&[what]).inc();
        self.clear(&[Kind::GridUnreachable, Kind::SubmissionRefused, Kind::VaultRefused]);
    }

    fn clear(&self, kinds: &[Kind]) {
        for kind in kinds {
            if self.incidents.clear(*kind) {
                log::info!(target: LOG_TARGET, "{}", kind.recovery());
            }
        }
    }
}

impl Environment for WorkerEnvironment {
    fn grid(&self) -> Option<GridAccess> {
        self.services.grid.clone()
    }

    fn cloud(&self) -> Option<String> {
        self.services.cloud.clone()
    }

    fn finalized(&self) -> u32 {
        (self.heads)().finalized
    }

    fn next_nonce(&self, account: &[u8], on_chain: u32) -> u32 {
        (self.next_nonce)(account, on_chain)
    }

    fn serves(&self, kind: RequestKind) -> bool {
        self.policy.serves.contains(&kind)
    }

    fn report(&self, report: Report) {
        match report {
            Report::NoticesSubmitted(count) => {
                self.metrics.notices_submitted.inc_by(count.into());
                if count > 0 {
                    self.clear(&[Kind::SubmissionRefused, Kind::VaultRefused, Kind::NotEnrolled]);
                }
            }
            Report::NoticesIncluded(count) => {
                self.metrics.notices_included.inc_by(count.into());
                if count > 0 {
                    self.clear(&[Kind::Resubmitted]);
                }
            }
            Report::Backlog(rows) => {
                self.metrics.backlog_rows.set(rows);
                self.clear(&[Kind::GridUnreachable, Kind::NotEnrolled]);
            }
            Report::CaughtUpAt(block) => {
                self.caught_up_at.fetch_max(block, Ordering::Relaxed);
                self.clear(&[Kind::GridUnreachable, Kind::NotEnrolled]);
                self.on_best_block();
            }
            Report::GridUnreachable => self.raise(Kind::GridUnreachable),
            Report::SubmissionRefused => self.raise(Kind::SubmissionRefused),
            Report::Resubmitted => self.raise(Kind::Resubmitted),
            Report::VaultRefused => self.raise(Kind::VaultRefused),
            Report::NotEnrolled => self.raise(Kind::NotEnrolled),
            Report::AnswerLost => self.raise(Kind::AnswerLost),
            Report::OpenRequests(count) => self.metrics.open_requests.set(count.into()),
            Report::RequestAccepted => self.handed_in("accepted"),
            Report::RequestAnswered => {
                self.handed_in("answered");
                self.clear(&[Kind::AnswerLost]);
            }
            Report::RequestRejected => self.handed_in("rejected"),
            Report::RecordsWaiting(batches) => {
                self.metrics.open_batches.set(batches.into());
                self.clear(&[Kind::GridUnreachable, Kind::NotEnrolled]);
                if batches == 0 {
                    self.clear(&[Kind::DataKeyForeign, Kind::BatchConflict]);
                }
            }
            Report::MeterDaysSealed(count) => {
                self.metrics.meter_days_sealed.inc_by(count.into());
                if count > 0 {
                    self.clear(&[Kind::CloudUnreachable, Kind::VaultRefused]);
                }
            }
            Report::BatchAnchored => {
                self.metrics.batches_anchored.inc();
                self.clear(&[Kind::CloudUnreachable, Kind::SubmissionRefused]);
            }
            Report::CloudUnreachable => self.raise(Kind::CloudUnreachable),
            Report::DataKeyForeign => self.raise(Kind::DataKeyForeign),
            Report::BatchConflict => self.raise(Kind::BatchConflict),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use substrate_prometheus_endpoint::Registry;

    fn environment(best: u32) -> (Arc<AtomicU32>, WorkerEnvironment) {
        let head = Arc::new(AtomicU32::new(best));
        let heads = {
            let head = head.clone();
            move || {
                let best = head.load(Ordering::Relaxed);
                Heads { best, finalized: best - 2 }
            }
        };
        let metrics = WorkerMetrics::register(&Registry::new()).unwrap();
        (
            head,
            WorkerEnvironment::new(
                Services::default(),
                Policy::default(),
                Box::new(|_, nonce| nonce),
                heads,
                metrics,
            ),
        )
    }

    #[test]
    fn the_finalized_block_is_the_clients() {
        assert_eq!(environment(12).1.finalized(), 10);
    }

    #[test]
    fn lag_counts_from_the_last_time_all_was_settled() {
        let (head, environment) = environment(1_000);
        let lag = || environment.metrics.lag_blocks.get();
        environment.on_best_block();
        assert_eq!(lag(), 0, "a start is no lag");
        head.store(1_007, Ordering::Relaxed);
        environment.on_best_block();
        assert_eq!(lag(), 7);
        environment.report(Report::CaughtUpAt(1_006));
        assert_eq!(lag(), 1);
        environment.report(Report::CaughtUpAt(1_002));
        assert_eq!(lag(), 1, "a run that started earlier and ended later changes nothing");
    }

    #[test]
    fn notices_and_backlog_are_counted() {
        let (_, environment) = environment(2);
        for report in [
            Report::NoticesSubmitted(3),
            Report::NoticesSubmitted(2),
            Report::NoticesIncluded(4),
            Report::Backlog(9),
            Report::Backlog(6),
        ] {
            environment.report(report);
        }
        let metrics = &environment.metrics;
        assert_eq!(metrics.notices_submitted.get(), 5);
        assert_eq!(metrics.notices_included.get(), 4);
        assert_eq!(metrics.backlog_rows.get(), 6);
    }

    #[test]
    fn every_error_is_counted_under_its_kind() {
        let (_, environment) = environment(2);
        for (report, label) in [
            (Report::GridUnreachable, "grid_unreachable"),
            (Report::SubmissionRefused, "submission_refused"),
            (Report::Resubmitted, "resubmitted"),
            (Report::VaultRefused, "vault_refused"),
            (Report::NotEnrolled, "not_enrolled"),
            (Report::AnswerLost, "answer_lost"),
            (Report::CloudUnreachable, "cloud_unreachable"),
            (Report::DataKeyForeign, "data_key_foreign"),
            (Report::BatchConflict, "batch_conflict"),
        ] {
            environment.report(report);
            environment.report(report);
            assert_eq!(environment.metrics.errors.with_label_values(&[label]).get(), 2, "{label}");
        }
    }

    #[test]
    fn an_answer_of_the_grid_ends_its_incident() {
        let (_, environment) = environment(2);
        environment.report(Report::GridUnreachable);
        environment.report(Report::Backlog(0));
        assert!(!environment.incidents.clear(Kind::GridUnreachable), "it is cleared already");
    }

    #[test]
    fn records_are_counted() {
        let (_, environment) = environment(2);
        for report in [
            Report::RecordsWaiting(3),
            Report::MeterDaysSealed(200),
            Report::MeterDaysSealed(56),
            Report::BatchAnchored,
            Report::BatchAnchored,
            Report::RecordsWaiting(1),
        ] {
            environment.report(report);
        }
        let metrics = &environment.metrics;
        assert_eq!(metrics.open_batches.get(), 1);
        assert_eq!(metrics.meter_days_sealed.get(), 256);
        assert_eq!(metrics.batches_anchored.get(), 2);
    }

    #[test]
    fn sealed_days_end_the_incident_of_the_cloud() {
        let (_, environment) = environment(2);
        environment.report(Report::CloudUnreachable);
        environment.report(Report::MeterDaysSealed(1));
        assert!(!environment.incidents.clear(Kind::CloudUnreachable));
    }

    #[test]
    fn no_sealed_day_says_nothing_about_the_cloud() {
        let (_, environment) = environment(2);
        environment.report(Report::CloudUnreachable);
        environment.report(Report::MeterDaysSealed(0));
        assert!(environment.incidents.clear(Kind::CloudUnreachable));
    }

    #[test]
    fn a_conflict_stays_while_a_batch_waits() {
        let (_, environment) = environment(2);
        for kind in [Kind::BatchConflict, Kind::DataKeyForeign] {
            environment.raise(kind);
            environment.report(Report::BatchAnchored);
            environment.report(Report::RecordsWaiting(1));
            assert!(environment.incidents.clear(kind), "another batch says nothing about this one");
        }
    }

    #[test]
    fn a_conflict_is_over_when_no_batch_waits() {
        let (_, environment) = environment(2);
        for kind in [Kind::BatchConflict, Kind::DataKeyForeign] {
            environment.raise(kind);
            environment.report(Report::RecordsWaiting(0));
            assert!(!environment.incidents.clear(kind));
        }
    }

    #[test]
    fn the_worker_is_told_of_the_services() {
        let cloud = Some("https://cloud.example".to_owned());
        let (_, mut environment) = environment(2);
        assert!(environment.cloud().is_none() && environment.grid().is_none());
        environment.services = Services { cloud: cloud.clone(), grid: None };
        assert_eq!(environment.cloud(), cloud);
    }
}
