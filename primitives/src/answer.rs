// SPDX-License-Identifier: Apache-2.0
//! Answers to paid requests. Energy in Wh, money in minor units, prices in thousandths of a minor
//! unit a kWh.
//!
//! # Rounding
//!
//! The energy of a half-hour is rounded to whole Wh, half away from zero, once. A cost is summed
//! over a whole line as Wh × price, which is exact in millionths of a minor unit, and rounded to
//! whole minor units, half up, once a line. Totals are sums of what is shown.

use crate::{
    records::{Inclusion, Record},
    time::{Day, HalfHour, Month, Period},
    DeviceId, Milliwatts,
};
use alloc::{string::String, vec::Vec};
use codec::{Decode, Encode};

/// Energy, Wh.
pub type WattHours = u64;
/// Thousandths of a minor unit a kWh: 14.228 p/kWh is 14,228.
pub type Price = u64;
/// Money, minor units.
pub type MinorUnits = u64;

/// Most half-hours of a usage answer: 31 days.
pub const MAX_USAGE_HALF_HOURS: usize = 31 * 48;
/// Most spans that an answer lists of one irregularity.
pub const MAX_SPANS: usize = 32;

/// What a processor answers (paper: m_p).
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// To [`crate::request::Question::Bill`].
    Bill(Bill),
    /// To [`crate::request::Question::Usage`].
    Usage(Usage),
    /// To [`crate::request::Question::Advice`].
    Advice(Advice),
}

/// The bill of a month.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct Bill {
    /// The meter.
    pub meter: DeviceId,
    /// The month.
    pub month: Month,
    /// The region's time, minutes east of Greenwich.
    pub utc_offset_minutes: i16,
    /// Name of the tariff.
    pub tariff: String,
    /// ISO 4217 code of the money.
    pub currency: String,
    /// Energy and cost by band of the tariff.
    pub lines: Vec<BillLine>,
    /// Sum of the lines' energy.
    pub energy: WattHours,
    /// Energy fed into the grid; no tariff pays for it.
    pub export: WattHours,
    /// Days that a standing charge is due for.
    pub standing_days: u16,
    /// The standing charge of all these days.
    pub standing_charge: MinorUnits,
    /// Lines and standing charge.
    pub total: MinorUnits,
    /// What the readings lack.
    pub quality: Quality,
    /// What the bill is computed from, to be checked against the chain's anchors; `None` where the
    /// region anchors nothing.
    pub evidence: Option<Evidence>,
}

/// The half-hours behind a bill, and their anchors.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct Evidence {
    /// Which line of the bill each half-hour of the month counts in, in order, as runs.
    pub bands: Vec<Run>,
    /// Every UTC day that shares a half-hour with the month, in order.
    pub days: Vec<MeterDay>,
}

/// Half-hours in a row that count in one line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct Run {
    /// Index of the line.
    pub line: u8,
    /// How many half-hours.
    pub half_hours: u16,
}

/// One day of a meter.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct MeterDay {
    /// The day.
    pub day: Day,
    /// Energy used in each of its 48 half-hours, Wh, in order; 0 for one without readings.
    #[serde(with = "self::compact")]
    pub energy: Vec<codec::Compact<u32>>,
    /// Where it is anchored; `None` where it is not, or not yet.
    pub anchored: Option<Anchored>,
}

/// Where a meter-day is anchored.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct Anchored {
    /// Under which version of the day.
    pub version: u16,
    /// Hides the plaintext behind M*.
    pub nonce: [u8; 16],
    /// What the root commits to.
    pub record: Record,
    /// That it does.
    pub inclusion: Inclusion,
}

/// One band of a bill.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct BillLine {
    /// Name of the band.
    pub band: String,
    /// Energy used in it.
    pub energy: WattHours,
    /// Its price.
    pub price: Price,
    /// What the energy costs.
    pub cost: MinorUnits,
}

/// Energy by half-hour.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct Usage {
    /// The meter.
    pub meter: DeviceId,
    /// Which half-hours.
    pub period: Period,
    /// Energy used in each, Wh, in order; 0 for one that is missing.
    #[serde(with = "self::compact")]
    pub energy: Vec<codec::Compact<u32>>,
    /// Energy fed into the grid.
    pub export: WattHours,
    /// What the readings lack.
    pub quality: Quality,
}

/// How to pay less.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct Advice {
    /// The meter.
    pub meter: DeviceId,
    /// Judged by the use of this month.
    pub month: Month,
    /// The region's time, minutes east of Greenwich.
    pub utc_offset_minutes: i16,
    /// ISO 4217 code of the money.
    pub currency: String,
    /// Name of the present tariff.
    pub tariff: String,
    /// What the same use would have cost under each tariff on offer, cheapest first.
    pub offers: Vec<Offer>,
    /// The three half-hours of the day that cost most under the present tariff, costliest first.
    pub costliest: Vec<CostlyHalfHour>,
    /// Power that is always drawn: the 5th percentile of the half-hours' mean power, mW.
    pub base_load: Milliwatts,
    /// The median of the region's base loads, mW; withheld where it would point at a household.
    pub region_base_load: Option<Milliwatts>,
    /// Meters behind that median.
    pub region_meters: u32,
    /// What the readings lack.
    pub quality: Quality,
}

/// What the same use would have cost.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct Offer {
    /// Name of the tariff.
    pub tariff: String,
    /// The whole bill of the month under it.
    pub total: MinorUnits,
}

/// A half-hour of the day, over a whole month.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct CostlyHalfHour {
    /// Counted from midnight in the region's time, 0 to 47.
    pub half_hour: u8,
    /// Energy used in it over the month.
    pub energy: WattHours,
    /// What that cost.
    pub cost: MinorUnits,
}

/// What the readings behind an answer lack. Nothing is guessed: a half-hour without reading counts
/// as no energy, and is named here.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct Quality {
    /// Half-hours without any reading.
    pub missing: Irregular,
    /// Half-hours with fewer readings than the meter gives in a whole one.
    pub partial: Irregular,
    /// Half-hours with more than one reading of the same moment; the first one accepted counts.
    pub doubled: Irregular,
    /// Half-hours known from an import alone, without the meter's signature.
    pub unsigned: Irregular,
}

/// Half-hours of one irregularity.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct Irregular {
    /// How many.
    pub count: u32,
    /// The first [`MAX_SPANS`] unbroken spans of them, in order.
    pub spans: Vec<Span>,
}

/// Half-hours in a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// The first.
    pub first: HalfHour,
    /// How many.
    pub count: u32,
}

impl Irregular {
    /// Takes the next half-hour, in rising order.
    pub fn push(&mut self, half_hour: HalfHour) {
        self.count = self.count.saturating_add(1);
        let next = |last: &Span| last.first.0.checked_add(last.count) == Some(half_hour.0);
        if let Some(last) = self.spans.last_mut().filter(|last| next(last)) {
            last.count += 1;
        } else if self.spans.len() < MAX_SPANS {
            self.spans.push(Span { first: half_hour, count: 1 });
        }
    }
}

/// Why the grid service gives no answer; the reasons of [`crate::request::Rejection`] that it knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub enum NoAnswer {
    /// There are no readings to answer from.
    NoData,
    /// The period is empty, too long, or in the future.
    PeriodRefused,
}

mod compact {
    use super::Vec;
    use codec::Compact;

    pub fn serialize<S: serde::Serializer>(
        values: &[Compact<u32>],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(|value| value.0))
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Compact<u32>>, D::Error> {
        let values = <Vec<u32> as serde::Deserialize>::deserialize(deserializer)?;
        Ok(values.into_iter().map(Compact).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::DecodeAll;
    use proptest::prelude::*;

    #[test]
    fn neighbours_become_one_span() {
        let mut irregular = Irregular::default();
        for half_hour in [3, 4, 5, 9, 11, 12] {
            irregular.push(HalfHour(half_hour));
        }
        let spans = [(3, 3), (9, 1), (11, 2)].map(|(first, count)| Span { first: HalfHour(first), count });
        assert_eq!(irregular, Irregular { count: 6, spans: spans.to_vec() });
    }

    #[test]
    fn spans_beyond_the_bound_are_counted_and_not_listed() {
        let mut irregular = Irregular::default();
        for half_hour in 0..100 {
            irregular.push(HalfHour(2 * half_hour));
        }
        assert_eq!((irregular.count, irregular.spans.len()), (100, MAX_SPANS));
    }

    #[test]
    fn a_month_of_usage_fits_the_answer_of_a_3072_bit_key() {
        let usage = Usage {
            meter: DeviceId([255; 32]),
            period: Period { from: u64::MAX, until: u64::MAX },
            energy: alloc::vec![codec::Compact((1 << 14) - 1); MAX_USAGE_HALF_HOURS],
            export: u64::MAX,
            quality: Quality::default(),
        };
        let blocks = 8 * 1024 / 768;
        assert!(Answer::Usage(usage).encoded_size() <= blocks * crate::blocks::capacity(384));
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_without_panic(bytes: Vec<u8>) {
            let _ = Answer::decode_all(&mut &bytes[..]);
        }
    }
}
