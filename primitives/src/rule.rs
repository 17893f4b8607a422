// SPDX-License-Identifier: Apache-2.0
//! Algorithm 1 of the paper: when a reading raises a notice, and what the notice says.

use crate::{reading::Reading, MilliCelsius, Milliwatts};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// An owner's rule for one device.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Rule {
    /// `low.threshold`: power above zero and up to this is too low, mW.
    pub low: Milliwatts,
    /// `high.threshold`: power from this on is too high, mW. At least `low`.
    pub high: Milliwatts,
    /// `temperature.warning`: temperature from this on is too high, m°C.
    pub temperature_warning: MilliCelsius,
    /// Which readings raise a notice.
    pub policy: ReportingPolicy,
}

/// Which readings raise a notice.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Default,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum ReportingPolicy {
    /// Those whose verdict differs from that of the device's last notice.
    #[default]
    OnChange,
    /// All of them.
    EveryReading,
}

/// What the power of a reading means.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum PowerStatus {
    /// power = 0: "has been shut down".
    ShutDown,
    /// power >= high: "power is too high".
    TooHigh,
    /// 0 < power <= low: "power is too low".
    TooLow,
    /// Anything else, feeding into the grid included: "is in operation".
    InOperation,
}

/// The comments of Algorithm 1 on one reading. The temperature comment comes besides the power
/// comment, not instead of it.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Verdict {
    /// On the power.
    pub power: PowerStatus,
    /// Whether the temperature is at or above the warning.
    pub temperature_too_high: bool,
}

impl Rule {
    /// Whether the thresholds make sense: `0 <= low <= high` and `high > 0`.
    pub fn is_consistent(&self) -> bool {
        0 <= self.low && self.low <= self.high && self.high > 0
    }

    /// `comment()` of Algorithm 1, a total function: no reading makes it fail.
    pub fn judge(&self, reading: &Reading) -> Verdict {
        let power = match reading.power {
            0 => PowerStatus::ShutDown,
            power if power >= self.high => PowerStatus::TooHigh,
            power if power > 0 && power <= self.low => PowerStatus::TooLow,
            _ => PowerStatus::InOperation,
        };
        let temperature_too_high = reading.temperature.is_some_and(|t| t >= self.temperature_warning);
        Verdict { power, temperature_too_high }
    }

    /// Whether a verdict raises a notice, `last` being the verdict of the device's last notice.
    pub fn raises_notice(&self, verdict: Verdict, last: Option<Verdict>) -> bool {
        match self.policy {
            ReportingPolicy::EveryReading => true,
            ReportingPolicy::OnChange => last != Some(verdict),
        }
    }
}

impl core::fmt::Display for PowerStatus {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::ShutDown => "has been shut down",
            Self::TooHigh => "power is too high",
            Self::TooLow => "power is too low",
            Self::InOperation => "is in operation",
        })
    }
}

impl core::fmt::Display for Verdict {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if self.temperature_too_high {
            f.write_str("temperature is too high; ")?;
        }
        self.power.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DeviceId;
    use proptest::prelude::*;

    const RULE: Rule =
        Rule { low: 10, high: 100, temperature_warning: 40_000, policy: ReportingPolicy::OnChange };

    fn reading(power: Milliwatts, temperature: Option<MilliCelsius>) -> Reading {
        Reading { device: DeviceId::default(), sequence: 1, taken_at: 0, power, temperature }
    }

    #[test]
    fn power_is_judged_at_each_side_of_each_threshold() {
        for (power, expected) in [
            (i64::MIN, PowerStatus::InOperation),
            (-1, PowerStatus::InOperation),
            (0, PowerStatus::ShutDown),
            (1, PowerStatus::TooLow),
            (10, PowerStatus::TooLow),
            (11, PowerStatus::InOperation),
            (99, PowerStatus::InOperation),
            (100, PowerStatus::TooHigh),
            (i64::MAX, PowerStatus::TooHigh),
        ] {
            assert_eq!(RULE.judge(&reading(power, None)).power, expected, "power {power}");
        }
    }

    #[test]
    fn temperature_comes_besides_power() {
        for (temperature, expected) in
            [(None, false), (Some(39_999), false), (Some(40_000), true), (Some(i32::MAX), true)]
        {
            let verdict = RULE.judge(&reading(0, temperature));
            assert_eq!(verdict, Verdict { power: PowerStatus::ShutDown, temperature_too_high: expected });
        }
    }

    #[test]
    fn high_wins_where_the_thresholds_meet() {
        let rule = Rule { low: 100, ..RULE };
        assert_eq!(rule.judge(&reading(100, None)).power, PowerStatus::TooHigh);
    }

    #[test]
    fn on_change_reports_the_first_verdict_and_each_that_differs() {
        let verdict = RULE.judge(&reading(50, None));
        let other = RULE.judge(&reading(0, None));
        assert!(RULE.raises_notice(verdict, None));
        assert!(!RULE.raises_notice(verdict, Some(verdict)));
        assert!(RULE.raises_notice(verdict, Some(other)));
        let every = Rule { policy: ReportingPolicy::EveryReading, ..RULE };
        assert!(every.raises_notice(verdict, Some(verdict)));
    }

    proptest! {
        #[test]
        fn judging_is_total(low: i64, high: i64, warning: i32, power: i64, temperature: Option<i32>) {
            let rule = Rule { low, high, temperature_warning: warning, policy: ReportingPolicy::OnChange };
            let verdict = rule.judge(&reading(power, temperature));
            prop_assert_eq!(verdict.power == PowerStatus::ShutDown, power == 0);
            prop_assert_eq!(verdict.temperature_too_high, temperature.is_some_and(|t| t >= warning));
        }
    }
}
