// SPDX-License-Identifier: Apache-2.0
//! A tariff as operators write it: JSON, not yet checked.
//!
//! ```json
//! {"name": "night", "currency": "GBP", "standing_charge": 26000, "on_offer": true,
//!  "bands": [{"name": "day", "price": 15500}, {"name": "night", "price": 7250}],
//!  "times": [
//!    {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "until": "07:00", "band": "night"},
//!    {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "07:00", "until": "24:00", "band": "day"}]}
//! ```

use dmsm_primitives::answer::Price;
use serde::{Deserialize, Serialize};

/// A whole tariff.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Its name, never used for another one: lower-case letters, digits and hyphens.
    pub name: String,
    /// ISO 4217 code of the money.
    pub currency: String,
    /// Standing charge, thousandths of a minor unit a day: 26 p a day is 26,000.
    pub standing_charge: Price,
    /// Whether advice compares with it.
    pub on_offer: bool,
    /// The bands, in the order in which bills show them.
    pub bands: Vec<Band>,
    /// When which band holds.
    pub times: Vec<Times>,
}

/// A price and its name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Lower-case letters, digits and hyphens.
    pub name: String,
    /// Thousandths of a minor unit a kWh: 14.228 p/kWh is 14,228.
    pub price: Price,
}

/// When a band holds, in the region's time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// On which days.
    pub days: Days,
    /// From this half-hour of the day.
    pub from: TimeOfDay,
    /// Until this one, not included.
    pub until: TimeOfDay,
    /// Name of the band.
    pub band: String,
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Days of the week: bit 0 is Monday, bit 6 Sunday. In JSON a list of `mon` to `sun`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<&'static str>")]
pub struct Days(pub u8);

impl Days {
    /// Whether a day is among them; Monday is 0.
    pub const fn contains(self, day: usize) -> bool {
        day < 7 && self.0 >> day & 1 == 1
    }

    /// The name of a day; Monday is 0.
    pub(super) fn name(day: usize) -> &'static str {
        DAYS.get(day).copied().unwrap_or_default()
    }
}

impl TryFrom<Vec<String>> for Days {
    type Error = String;

    fn try_from(names: Vec<String>) -> Result<Self, String> {
        names
            .iter()
            .try_fold(0, |days, name| match DAYS.iter().position(|day| day == name) {
                Some(day) => Ok(days | 1 << day),
                None => Err(format!("{name:?} is no day: write {}", DAYS.join(", "))),
            })
            .map(Self)
    }
}

impl From<Days> for Vec<&'static str> {
    fn from(days: Days) -> Self {
        DAYS.iter().enumerate().filter(|(day, _)| days.contains(*day)).map(|(_, name)| *name).collect()
    }
}

/// A time of day in half-hours from midnight, 0 to 48. In JSON `HH:MM`, up to `24:00`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(pub u8);

impl TryFrom<String> for TimeOfDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        (0..=48).map(Self).find(|time| time.to_string() == text).ok_or_else(|| {
            format!("{text:?} is no half-hour of the day: write HH:00 or HH:30, 00:00 to 24:00")
        })
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

impl std::fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 2, self.0 % 2 * 30)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_and_days_are_read_as_they_are_shown_and_others_refused() {
        for half_hour in 0..=48 {
            let time = TimeOfDay(half_hour);
            assert_eq!(TimeOfDay::try_from(time.to_string()), Ok(time));
        }
        for text in ["", "7:00", "07:15", "24:30", "25:00", "07:00:00", "0700"] {
            assert!(TimeOfDay::try_from(text.to_owned()).is_err(), "{text}");
        }
        for days in 0..128 {
            let names = Vec::from(Days(days)).into_iter().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(Days::try_from(names), Ok(Days(days)));
        }
        assert!(Days::try_from(vec!["monday".to_owned()]).is_err());
    }
}
