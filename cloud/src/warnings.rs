// SPDX-License-Identifier: Apache-2.0
//! Log lines at a bounded rate: whoever sends garbage must not fill the disk.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

const INTERVAL: Duration = Duration::from_secs(10);

/// Lets one warning through every ten seconds and counts the others.
#[derive(Debug, Default)]
pub struct Warnings(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last: Option<Instant>,
    held_back: u64,
}

impl Warnings {
    /// Logs a warning, or counts it.
    pub fn warn(&self, reason: &str, detail: &str) {
        if let Some(held_back) = self.pass(Instant::now()) {
            tracing::warn!(reason, held_back, "{detail}");
        }
    }

    /// The number held back since the last line, if there may be one now.
    fn pass(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if state.last.is_some_and(|last| now.saturating_duration_since(last) < INTERVAL) {
            state.held_back += 1;
            return None;
        }
        state.last = Some(now);
        Some(std::mem::take(&mut state.held_back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_an_interval_and_a_count_of_the_rest() {
        let warnings = Warnings::default();
        let start = Instant::now();
        assert_eq!(warnings.pass(start), Some(0));
        for _ in 0..1000 {
            assert_eq!(warnings.pass(start + INTERVAL / 2), None);
        }
        assert_eq!(warnings.pass(start + INTERVAL), Some(1000));
    }
}
