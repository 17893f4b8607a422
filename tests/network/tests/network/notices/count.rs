// SPDX-License-Identifier: Apache-2.0
//! What should come, and what came.

use dmsm_client::{Flaw, Lost, VerifiedNotice};
use dmsm_network_tests::Device;
use dmsm_primitives::{DeviceId, MilliCelsius, Milliwatts, Reading, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// Sequence and comment of each notice of each device, in order.
pub type Notices = BTreeMap<DeviceId, Vec<(u64, Verdict)>>;

/// What the rule says of a device's readings, outside the chain.
pub fn expected(
    device: &Device,
    readings: impl Iterator<Item = (Milliwatts, Option<MilliCelsius>)>,
) -> Notices {
    let mut notices: Vec<(u64, Verdict)> = Vec::new();
    for (sequence, (power, temperature)) in (1..).zip(readings) {
        let reading = Reading { device: device.id, sequence, taken_at: 0, power, temperature };
        let verdict = device.rule.judge(&reading);
        if device.rule.raises_notice(verdict, notices.last().map(|(_, last)| *last)) {
            notices.push((sequence, verdict));
        }
    }
    BTreeMap::from([(device.id, notices)])
}

/// What a reader saw.
#[derive(Default)]
pub struct Counts {
    pub by_device: Notices,
    pub flawed: Vec<(DeviceId, u64, Flaw)>,
    pub gaps: Vec<(DeviceId, Lost)>,
}

impl Counts {
    pub fn add(&mut self, notice: &VerifiedNotice) {
        let seal = &notice.sealed.seal;
        match &notice.result {
            Ok(true_one) => {
                self.by_device.entry(seal.device).or_default().push((seal.sequence, true_one.verdict))
            }
            Err(flaw) => self.flawed.push((seal.device, seal.sequence, *flaw)),
        }
        self.gaps.extend(notice.lost.map(|lost| (seal.device, lost)));
    }

    pub fn verified(&self) -> usize {
        self.by_device.values().map(Vec::len).sum()
    }

    /// Notices that were seen before.
    pub fn doubled(&self) -> usize {
        self.verified() - self.by_device.values().map(|notices| sequences(notices).len()).sum::<usize>()
    }

    /// Whether every notice was seen; else what is missing.
    pub fn complete(&self, wanted: &Notices) -> Result<(), String> {
        let mut missing = Vec::new();
        for (device, notices) in wanted {
            let seen = self.by_device.get(device).map(|notices| sequences(notices)).unwrap_or_default();
            let of_device: Vec<_> = sequences(notices).difference(&seen).copied().collect();
            if !of_device.is_empty() {
                missing.push(format!("{device} {of_device:?}"));
            }
        }
        missing.is_empty().then_some(()).ok_or_else(|| format!("missing are {}", missing.join(", ")))
    }
}

fn sequences(notices: &[(u64, Verdict)]) -> BTreeSet<u64> {
    notices.iter().map(|(sequence, _)| *sequence).collect()
}
