// SPDX-License-Identifier: Apache-2.0
//! Says what goes wrong without repeating it at every block.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Least time between two warnings of one kind.
const PAUSE: Duration = Duration::from_secs(10);

/// A kind of thing that goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    GridUnreachable,
    SubmissionRefused,
    Resubmitted,
    VaultRefused,
    NotEnrolled,
    AnswerLost,
    CloudUnreachable,
    DataKeyForeign,
    BatchConflict,
}

impl Kind {
    /// All kinds, in the order of their numbers.
    pub(super) const ALL: [Self; 9] = [
        Self::GridUnreachable,
        Self::SubmissionRefused,
        Self::Resubmitted,
        Self::VaultRefused,
        Self::NotEnrolled,
        Self::AnswerLost,
        Self::CloudUnreachable,
        Self::DataKeyForeign,
        Self::BatchConflict,
    ];

    /// Value of the metric's label `kind`.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::GridUnreachable => "grid_unreachable",
            Self::SubmissionRefused => "submission_refused",
            Self::Resubmitted => "resubmitted",
            Self::VaultRefused => "vault_refused",
            Self::NotEnrolled => "not_enrolled",
            Self::AnswerLost => "answer_lost",
            Self::CloudUnreachable => "cloud_unreachable",
            Self::DataKeyForeign => "data_key_foreign",
            Self::BatchConflict => "batch_conflict",
        }
    }

    /// What happened, and what to do.
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::GridUnreachable => {
                "The grid service did not answer, or not as agreed: is `dmsm-grid` up, and are `--grid-url` \
                 and the token right? The worker tries again at every block"
            }
            Self::SubmissionRefused => {
                "The transaction pool refused a transaction of the worker: is the member's quota used up? The worker tries again"
            }
            Self::Resubmitted => {
                "A notice did not get on chain in time, or was refused there, and is made again"
            }
            Self::VaultRefused => "The vault refused to encrypt or to sign: is the owner's key well-formed?",
            Self::AnswerLost => {
                "A request was accepted, and the grid service no longer has what it takes to answer it: bring \
                 its readings back before the deadline, or credit is lost"
            }
            Self::CloudUnreachable => {
                "The cloud service did not answer, or not as agreed: is `dmsm-cloud` up, and is `--cloud-url` \
                 right? Records wait, and the worker tries again"
            }
            Self::DataKeyForeign => {
                "The chain has another data key of this member for the month than the vault's: was the vault \
                 made without `dmsm keys generate --data-keys-of OLD_VAULT`? Records wait until the node has a \
                 vault with the member's data seed"
            }
            Self::BatchConflict => {
                "The chain has another anchor for a version of a day than this node's batch: does another node \
                 of this member run on other data, or was the grid's database restored? Records of the day wait"
            }
            Self::NotEnrolled => {
                "No account of type `dmsw` in the keystore is an active processor: let the council approve it"
            }
        }
    }

    /// What is said when it is over.
    pub(super) fn recovery(self) -> &'static str {
        match self {
            Self::GridUnreachable => "The grid service answers again",
            Self::SubmissionRefused => "The transaction pool takes the worker's transactions again",
            Self::Resubmitted => "Notices get on chain again",
            Self::VaultRefused => "The vault encrypts and signs again",
            Self::AnswerLost => "Requests that were accepted are answered again",
            Self::CloudUnreachable => "The cloud service answers again",
            Self::DataKeyForeign => "No record waits for another data key any more",
            Self::BatchConflict => "No batch differs from its anchor any more",
            Self::NotEnrolled => "The worker's account is an active processor now",
        }
    }
}

/// What is going wrong at present.
#[derive(Default)]
pub(super) struct Incidents(Mutex<[Incident; Kind::ALL.len()]>);

#[derive(Clone, Copy, Default)]
struct Incident {
    /// Times since the last warning.
    unsaid: u32,
    last_warning: Option<Instant>,
    /// Whether a warning waits for its end to be said.
    open: bool,
}

impl Incidents {
    /// Takes note. Answers how many times it happened since the last warning, if it is time for
    /// another.
    pub(super) fn raise(&self, kind: Kind, now: Instant) -> Option<u32> {
        self.with(kind, |incident| {
            incident.unsaid = incident.unsaid.saturating_add(1);
            if incident.last_warning.is_some_and(|last| now.saturating_duration_since(last) < PAUSE) {
                return None;
            }
            incident.last_warning = Some(now);
            incident.open = true;
            Some(std::mem::take(&mut incident.unsaid))
        })
    }

    /// Takes note of its end. Answers whether to say so: only after a warning.
    pub(super) fn clear(&self, kind: Kind) -> bool {
        self.with(kind, |incident| std::mem::take(&mut incident.open))
    }

    fn with<R>(&self, kind: Kind, change: impl FnOnce(&mut Incident) -> R) -> R {
        let mut incidents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut incidents[kind as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_numbered_in_order() {
        for (index, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, index);
        }
    }

    #[test]
    fn a_warning_comes_at_once_and_then_every_ten_seconds() {
        let incidents = Incidents::default();
        let start = Instant::now();
        assert_eq!(incidents.raise(Kind::GridUnreachable, start), Some(1));
        assert_eq!(incidents.raise(Kind::GridUnreachable, start + PAUSE / 4), None);
        assert_eq!(incidents.raise(Kind::GridUnreachable, start + PAUSE / 2), None);
        assert_eq!(incidents.raise(Kind::NotEnrolled, start + PAUSE / 2), Some(1));
        assert_eq!(incidents.raise(Kind::GridUnreachable, start + PAUSE), Some(3));
    }

    #[test]
    fn recovery_is_said_once_and_only_after_a_warning() {
        let incidents = Incidents::default();
        let start = Instant::now();
        assert!(!incidents.clear(Kind::VaultRefused));
        incidents.raise(Kind::VaultRefused, start);
        assert!(incidents.clear(Kind::VaultRefused));
        assert!(!incidents.clear(Kind::VaultRefused));
        incidents.raise(Kind::VaultRefused, start + PAUSE / 2);
        assert!(!incidents.clear(Kind::VaultRefused), "its warning was held back, so its end is too");
    }
}
