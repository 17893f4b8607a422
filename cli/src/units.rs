// SPDX-License-Identifier: Apache-2.0
//! Quantities and rules on the command line.

use crate::{error::Error, replay::Decimal};
use clap::ValueEnum;
use dmsm_primitives::{MilliCelsius, Milliwatts, ReportingPolicy, Rule};

/// Which readings raise a notice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Policy {
    /// Those whose comment differs from that of the last notice.
    #[default]
    OnChange,
    /// All.
    EveryReading,
}

/// A rule on the command line.
#[derive(clap::Args, Clone, PartialEq, Eq, Debug)]
pub struct RuleOpts {
    /// Power above zero and up to this is too low: mW, or with a unit (mW, W, kW).
    #[arg(long, value_name = "POWER", value_parser = power)]
    low: Milliwatts,

    /// Power from this on is too high: mW, or with a unit (mW, W, kW).
    #[arg(long, value_name = "POWER", value_parser = power)]
    high: Milliwatts,

    /// Temperature from this on is too high: thousandths of a degree Celsius, or with a unit (mC, C).
    #[arg(long, value_name = "TEMPERATURE", value_parser = temperature, allow_negative_numbers = true)]
    temperature_warning: MilliCelsius,

    /// Which readings raise a notice.
    #[arg(long, value_enum, default_value_t)]
    policy: Policy,
}

impl RuleOpts {
    /// The rule, if its thresholds make sense.
    pub fn rule(&self) -> Result<Rule, Error> {
        let policy = match self.policy {
            Policy::OnChange => ReportingPolicy::OnChange,
            Policy::EveryReading => ReportingPolicy::EveryReading,
        };
        let Self { low, high, temperature_warning, .. } = *self;
        let rule = Rule { low, high, temperature_warning, policy };
        rule.is_consistent().then_some(rule).ok_or(Error::InconsistentRule)
    }
}

fn power(text: &str) -> Result<Milliwatts, String> {
    quantity(text, &[("mW", 1), ("kW", 1_000_000), ("W", 1_000)])
}

fn temperature(text: &str) -> Result<MilliCelsius, String> {
    let value = quantity(text, &[("mC", 1), ("C", 1_000)])?;
    value.try_into().map_err(|_| "out of range".into())
}

/// A number with one of the units, which must come out whole in the smallest.
fn quantity(text: &str, units: &[(&str, i128)]) -> Result<i64, String> {
    let unit = units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)));
    let (number, factor) = unit.unwrap_or((text, 1));
    let number = Decimal::parse(number.trim()).map_err(|error| error.to_string())?;
    number.times(factor).exact().ok_or_else(|| "finer than a thousandth, or out of range".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_exact_in_every_unit() {
        for (text, expected) in
            [("300000", 300_000), ("300W", 300_000), ("0.3kW", 300_000), ("0.001 W", 1), ("7mW", 7)]
        {
            assert_eq!(power(text), Ok(expected), "{text}");
        }
        assert_eq!(temperature("30.5C"), Ok(30_500));
        assert_eq!(temperature("-1000"), Ok(-1000));
        for wrong in ["", "W", "1.5", "0.0001W", "1e3", "12 V", "99999999999999999999kW"] {
            assert!(power(wrong).is_err(), "{wrong}");
        }
        assert!(temperature("3000000C").is_err());
    }
}
