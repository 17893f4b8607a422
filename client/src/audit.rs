// SPDX-License-Identifier: Apache-2.0
//! Bills, checked against what the chain has anchored.
//!
//! The evidence of a bill holds every half-hour that it was computed from. Each day of them is packed
//! again: its digest must be the one that the anchored record has, and the record must be under the
//! root that stands on the finalized chain. Then the bill is computed again from these half-hours.
//!
//! What a bill says of export is not covered: records hold energy that was used.

use crate::{Anchor, Client, Error};
use dmsm_crypto::packing::{pack, MeterDay as Packable};
use dmsm_primitives::{
    answer::{Anchored, Bill, Evidence, MeterDay, MinorUnits, WattHours},
    records::SLOTS,
    time::HALF_HOURS_A_DAY,
    Day, HalfHour, MemberId,
};
use serde::Serialize;
use std::{collections::BTreeMap, fmt, ops::Range};

/// What an audit found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Audit {
    /// Half-hours of the month that are proved by an anchor.
    pub proved_half_hours: u32,
    /// Half-hours of the month.
    pub half_hours: u32,
    /// The days behind the bill, in order.
    pub days: Vec<AuditedDay>,
    /// What is wrong, in the order of the bill's lines; nothing if the bill is right.
    pub flaws: Vec<AuditFlaw>,
}

/// A day that is proved.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct AuditedDay {
    /// The day.
    pub day: Day,
    /// Under which version it is anchored.
    pub version: u16,
    /// Since which block.
    pub block: u32,
    /// How many later versions of that day there are. They hold other meters, or a correction that
    /// this bill does not know.
    pub later_versions: u16,
}

/// What is wrong with a bill.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "flaw", rename_all = "kebab-case")]
pub enum AuditFlaw {
    /// It comes without evidence.
    NoEvidence,
    /// Its evidence does not have one day after the other, each half-hour in one line.
    Malformed,
    /// A day is not anchored, or not yet.
    NotAnchored {
        /// The day.
        day: Day,
    },
    /// The chain has no such anchor.
    NoSuchAnchor {
        /// The day.
        day: Day,
        /// The version named.
        version: u16,
    },
    /// The record is another meter's or day's.
    OtherRecord {
        /// The day.
        day: Day,
    },
    /// The half-hours are not those that were anchored.
    OtherReadings {
        /// The day.
        day: Day,
    },
    /// The record is not under the anchored root.
    NotIncluded {
        /// The day.
        day: Day,
        /// The version named.
        version: u16,
    },
    /// The number of half-hours without reading is another one.
    Missing {
        /// What the bill says.
        billed: u32,
        /// What the records say.
        found: u32,
    },
    /// The energy of a line is not the sum of its half-hours, Wh.
    Energy {
        /// The line's band.
        band: String,
        /// What the bill says.
        billed: WattHours,
        /// What the half-hours say.
        found: WattHours,
    },
    /// The cost of a line is not its energy at its price, minor units.
    Cost {
        /// The line's band.
        band: String,
        /// What the bill says.
        billed: MinorUnits,
        /// What the energy costs.
        found: MinorUnits,
    },
    /// The total is not the sum of the lines and the standing charge, minor units.
    Total {
        /// What the bill says.
        billed: MinorUnits,
        /// The sum.
        found: MinorUnits,
    },
}

impl fmt::Display for AuditFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEvidence => {
                f.write_str("the bill comes without evidence: ask for it again when its month is anchored")
            }
            Self::Malformed => f.write_str("the evidence does not cover each half-hour of the month once"),
            Self::NotAnchored { day } => write!(f, "{day} is not anchored, or not yet"),
            Self::NoSuchAnchor { day, version } => {
                write!(f, "the chain has no version {version} of {day} from this processor")
            }
            Self::OtherRecord { day } => write!(f, "the record of {day} is of another meter or day"),
            Self::OtherReadings { day } => {
                write!(f, "the half-hours of {day} are not those that were anchored")
            }
            Self::NotIncluded { day, version } => {
                write!(f, "the record of {day} is not under the root of version {version}")
            }
            Self::Missing { billed, found } => {
                write!(f, "{billed} half-hours are billed as missing, {found} are missing in the records")
            }
            Self::Energy { band, billed, found } => {
                write!(f, "line {band:?}: {billed} Wh are billed, {found} Wh were used")
            }
            Self::Cost { band, billed, found } => {
                write!(f, "line {band:?}: {billed} minor units are billed, {found} are due")
            }
            Self::Total { billed, found } => {
                write!(f, "total: {billed} minor units are billed, {found} are due")
            }
        }
    }
}

impl Client {
    /// Checks a bill of `processor` against the anchors of the finalized chain.
    pub async fn audit(&self, bill: &Bill, processor: &MemberId) -> Result<Audit, Error> {
        let mut anchors = Anchors::default();
        for day in bill.evidence.iter().flat_map(|evidence| &evidence.days).take(MAX_DAYS) {
            let Some(Anchored { version, .. }) = day.anchored else { continue };
            let versions = self.versions(processor, day.day).await?;
            if let Some(anchor) = self.anchor(processor, day.day, version).await? {
                anchors.0.insert((day.day, version), (anchor, versions));
            }
        }
        Ok(check(bill, &anchors))
    }
}

/// Days that share a half-hour with a month, at most.
const MAX_DAYS: usize = 32;

/// Anchors by day and version, each with the number of the day's versions.
#[derive(Default)]
struct Anchors(BTreeMap<(Day, u16), (Anchor, u16)>);

fn check(bill: &Bill, anchors: &Anchors) -> Audit {
    let half_hours = bill.month.period(bill.utc_offset_minutes).and_then(|period| period.half_hours());
    let half_hours = half_hours.unwrap_or_default();
    let mut audit = Audit {
        proved_half_hours: 0,
        half_hours: half_hours.len() as u32,
        days: Vec::new(),
        flaws: Vec::new(),
    };
    let Some(evidence) = &bill.evidence else {
        audit.flaws.push(AuditFlaw::NoEvidence);
        return audit;
    };
    if !has_form(evidence, &half_hours, bill.lines.len()) {
        audit.flaws.push(AuditFlaw::Malformed);
        return audit;
    }
    for day in &evidence.days {
        match check_day(day, bill, anchors) {
            Ok(audited) => {
                audit.proved_half_hours += within(day.day, &half_hours).count() as u32;
                audit.days.push(audited);
            }
            Err(flaw) => audit.flaws.push(flaw),
        }
    }
    check_sums(bill, evidence, &half_hours, &mut audit.flaws);
    audit
}

/// Whether the days follow each other over the month, and the runs cover it.
fn has_form(evidence: &Evidence, half_hours: &Range<u32>, lines: usize) -> bool {
    let Some(last) = half_hours.end.checked_sub(1) else { return false };
    let days = Day::of(HalfHour(half_hours.start)).0..=Day::of(HalfHour(last)).0;
    let covered: usize = evidence.bands.iter().map(|run| usize::from(run.half_hours)).sum();
    evidence.days.iter().map(|day| day.day.0).eq(days)
        && evidence.days.iter().all(|day| day.energy.len() == SLOTS)
        && covered == half_hours.len()
        && evidence.bands.iter().all(|run| usize::from(run.line) < lines)
}

/// The half-hours of a day that lie in the month, with their places in the day.
fn within(day: Day, half_hours: &Range<u32>) -> impl Iterator<Item = (usize, u32)> + use<> {
    let (month, first) = (half_hours.clone(), day.0.saturating_mul(HALF_HOURS_A_DAY));
    (0..SLOTS).zip(first..).filter(move |(_, half_hour)| month.contains(half_hour))
}

fn check_day(day: &MeterDay, bill: &Bill, anchors: &Anchors) -> Result<AuditedDay, AuditFlaw> {
    let MeterDay { day, ref energy, ref anchored } = *day;
    let Anchored { version, nonce, record, inclusion } =
        anchored.as_ref().ok_or(AuditFlaw::NotAnchored { day })?;
    let version = *version;
    let (anchor, versions) =
        anchors.0.get(&(day, version)).ok_or(AuditFlaw::NoSuchAnchor { day, version })?;
    if record.meter != bill.meter || record.day != day {
        return Err(AuditFlaw::OtherRecord { day });
    }
    let values: Vec<u32> = energy.iter().map(|value| value.0).collect();
    let energy = <[u32; SLOTS]>::try_from(values).map_err(|_| AuditFlaw::Malformed)?;
    if pack(&Packable { energy, nonce: *nonce }).digest() != record.digest {
        return Err(AuditFlaw::OtherReadings { day });
    }
    if !inclusion.holds(&anchor.root, anchor.count, record) {
        return Err(AuditFlaw::NotIncluded { day, version });
    }
    let later_versions = versions.saturating_sub(version).saturating_sub(1);
    Ok(AuditedDay { day, version, block: anchor.at, later_versions })
}

fn check_sums(bill: &Bill, evidence: &Evidence, half_hours: &Range<u32>, flaws: &mut Vec<AuditFlaw>) {
    let mut lines = evidence
        .bands
        .iter()
        .flat_map(|run| std::iter::repeat_n(usize::from(run.line), usize::from(run.half_hours)));
    let mut energies = vec![0u64; bill.lines.len()];
    let mut missing = 0u32;
    for day in &evidence.days {
        let present = day.anchored.as_ref().map(|anchored| anchored.record.present);
        for (slot, _) in within(day.day, half_hours) {
            let used = day.energy.get(slot).map_or(0, |energy| u64::from(energy.0));
            if let Some(sum) = lines.next().and_then(|line| energies.get_mut(line)) {
                *sum = sum.saturating_add(used);
            }
            missing += u32::from(present.is_some_and(|present| present >> slot & 1 == 0));
        }
    }
    let all_anchored = evidence.days.iter().all(|day| day.anchored.is_some());
    if all_anchored && missing != bill.quality.missing.count {
        flaws.push(AuditFlaw::Missing { billed: bill.quality.missing.count, found: missing });
    }
    let mut due = u128::from(bill.standing_charge);
    for (line, found) in bill.lines.iter().zip(energies) {
        let band = || line.band.clone();
        if line.energy != found {
            flaws.push(AuditFlaw::Energy { band: band(), billed: line.energy, found });
        }
        // Wh × thousandths of a minor unit a kWh, rounded half up once a line.
        let cost = (u128::from(found) * u128::from(line.price) + 500_000) / 1_000_000;
        if u128::from(line.cost) != cost {
            let found = MinorUnits::try_from(cost).unwrap_or(MinorUnits::MAX);
            flaws.push(AuditFlaw::Cost { band: band(), billed: line.cost, found });
        }
        due += cost;
    }
    if u128::from(bill.total) != due {
        let found = MinorUnits::try_from(due).unwrap_or(MinorUnits::MAX);
        flaws.push(AuditFlaw::Total { billed: bill.total, found });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Compact;
    use dmsm_primitives::{
        answer::{BillLine, Quality, Run},
        records::{root, Inclusion, Record, ALL_PRESENT},
        DeviceId, Month,
    };

    const METER: DeviceId = DeviceId([7; 32]);
    const MONTH: Month = Month { year: 2012, month: 2 };

    /// A bill of 29 days, 100 Wh in each half-hour of two bands by turns, each day anchored among
    /// five meters.
    fn scene() -> (Bill, Anchors) {
        let half_hours = MONTH.period(0).unwrap().half_hours().unwrap();
        let first = Day::of(HalfHour(half_hours.start));
        let mut anchors = Anchors::default();
        let days: Vec<MeterDay> = (first.0..first.0 + 29)
            .map(|number| {
                let (day, nonce) = (Day(number), [number as u8; 16]);
                let digest = pack(&Packable { energy: [100; SLOTS], nonce }).digest();
                let mut records: Vec<_> = (5..10)
                    .map(|meter| Record {
                        meter: DeviceId([meter; 32]),
                        day,
                        present: ALL_PRESENT,
                        digest: [meter; 32],
                        ciphertext: [meter; 32],
                    })
                    .collect();
                records[2].digest = digest;
                let anchor = Anchor { root: root(&records), count: 5, manifest: [0; 32], at: 9 };
                anchors.0.insert((day, 1), (anchor, 2));
                let inclusion = Inclusion::prove(&records, 2).unwrap();
                let anchored = Some(Anchored { version: 1, nonce, record: records[2], inclusion });
                MeterDay { day, energy: vec![Compact(100); SLOTS], anchored }
            })
            .collect();
        let line = |band: &str, price, energy, cost| BillLine { band: band.into(), energy, price, cost };
        let bands = (0..58).map(|run| Run { line: run % 2, half_hours: 24 }).collect();
        let bill = Bill {
            meter: METER,
            month: MONTH,
            utc_offset_minutes: 0,
            tariff: "two".into(),
            currency: "GBP".into(),
            lines: vec![line("night", 10_000, 69_600, 696), line("day", 20_000, 69_600, 1_392)],
            energy: 139_200,
            export: 0,
            standing_days: 29,
            standing_charge: 100,
            total: 2_188,
            quality: Quality::default(),
            evidence: Some(Evidence { bands, days }),
        };
        (bill, anchors)
    }

    fn flaws(edit: impl FnOnce(&mut Bill, &mut Vec<MeterDay>)) -> Vec<AuditFlaw> {
        let (mut bill, anchors) = scene();
        let mut days = bill.evidence.take().map(|evidence| evidence.days).unwrap();
        let bands = scene().0.evidence.unwrap().bands;
        edit(&mut bill, &mut days);
        bill.evidence = Some(Evidence { bands, days });
        check(&bill, &anchors).flaws
    }

    #[test]
    fn a_right_bill_is_proved_half_hour_by_half_hour() {
        let (bill, anchors) = scene();
        let audit = check(&bill, &anchors);
        assert_eq!(audit.flaws, []);
        assert_eq!((audit.proved_half_hours, audit.half_hours, audit.days.len()), (29 * 48, 29 * 48, 29));
        assert_eq!(audit.days[0].later_versions, 0);
    }

    #[test]
    fn a_changed_half_hour_names_its_day_first() {
        let found = flaws(|_, days| days[11].energy[3] = Compact(101));
        assert_eq!(found[0], AuditFlaw::OtherReadings { day: Day(15_371 + 11) });
        assert!(
            matches!(&found[1], AuditFlaw::Energy { band, billed: 69_600, found: 69_601 } if band == "night")
        );
    }

    #[test]
    fn each_lie_about_a_record_is_named() {
        let day = Day(15_371);
        assert_eq!(flaws(|_, days| days[0].anchored = None), [AuditFlaw::NotAnchored { day }]);
        let edit = |edit: fn(&mut Anchored)| flaws(|_, days| edit(days[0].anchored.as_mut().unwrap()));
        assert_eq!(edit(|a| a.version = 0), [AuditFlaw::NoSuchAnchor { day, version: 0 }]);
        assert_eq!(edit(|a| a.record.meter = DeviceId([8; 32])), [AuditFlaw::OtherRecord { day }]);
        assert_eq!(edit(|a| a.record.day = Day(1)), [AuditFlaw::OtherRecord { day }]);
        assert_eq!(edit(|a| a.nonce[0] ^= 1), [AuditFlaw::OtherReadings { day }]);
        assert_eq!(edit(|a| a.record.ciphertext[0] ^= 1), [AuditFlaw::NotIncluded { day, version: 1 }]);
        assert_eq!(edit(|a| a.inclusion.index = 1), [AuditFlaw::NotIncluded { day, version: 1 }]);
        // The mask is bound, too: a half-hour cannot be made missing.
        let found = edit(|a| a.record.present ^= 1);
        assert_eq!(found[0], AuditFlaw::NotIncluded { day, version: 1 });
        assert_eq!(found[1], AuditFlaw::Missing { billed: 0, found: 1 });
    }

    #[test]
    fn each_wrong_number_is_named() {
        assert_eq!(
            flaws(|bill, _| bill.lines[1].energy += 1),
            [AuditFlaw::Energy { band: "day".into(), billed: 69_601, found: 69_600 }]
        );
        assert_eq!(
            flaws(|bill, _| bill.lines[1].cost += 1),
            [AuditFlaw::Cost { band: "day".into(), billed: 1_393, found: 1_392 }]
        );
        assert_eq!(flaws(|bill, _| bill.total += 1), [AuditFlaw::Total { billed: 2_189, found: 2_188 }]);
        assert_eq!(
            flaws(|bill, _| bill.quality.missing.push(HalfHour(1))),
            [AuditFlaw::Missing { billed: 1, found: 0 }]
        );
    }

    #[test]
    fn evidence_without_form_is_refused() {
        assert_eq!(flaws(|_, days| days.truncate(28)), [AuditFlaw::Malformed]);
        assert_eq!(flaws(|_, days| days.swap(0, 1)), [AuditFlaw::Malformed]);
        assert_eq!(flaws(|_, days| days[0].energy.truncate(47)), [AuditFlaw::Malformed]);
        let (mut bill, anchors) = scene();
        bill.evidence.as_mut().unwrap().bands[0].line = 2;
        assert_eq!(check(&bill, &anchors).flaws, [AuditFlaw::Malformed]);
        bill.evidence = None;
        assert_eq!(check(&bill, &anchors).flaws, [AuditFlaw::NoEvidence]);
        bill.month.month = 13;
        bill.evidence = scene().0.evidence;
        assert_eq!(check(&bill, &anchors).flaws, [AuditFlaw::Malformed]);
    }

    #[test]
    fn a_month_in_another_zone_takes_part_of_a_further_day() {
        let (mut bill, anchors) = scene();
        bill.utc_offset_minutes = 60;
        assert_eq!(check(&bill, &anchors).flaws, [AuditFlaw::Malformed], "31 January is lacking");
    }
}
