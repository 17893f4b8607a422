// SPDX-License-Identifier: Apache-2.0
//! A tariff that gives every half-hour of the week exactly one band.

use super::draft::{Band, Days, Draft, TimeOfDay};
use dmsm_primitives::{answer::Price, time::HALF_HOURS_A_DAY};

/// Longest name of a tariff or a band, bytes.
pub const MAX_NAME_BYTES: usize = 32;
/// Most bands of a tariff.
pub const MAX_BANDS: usize = 16;
/// Highest price a kWh and standing charge a day, thousandths of a minor unit.
pub const MAX_PRICE: Price = 1_000_000_000_000;

const DAY: usize = HALF_HOURS_A_DAY as usize;
const WEEK: usize = 7 * DAY;

/// Prices by time of the week, in the region's time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tariff {
    draft: Draft,
    /// The band of each half-hour of the week from Monday on, as an index.
    week: Vec<usize>,
}

/// Why a draft is no tariff.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TariffFault {
    /// A name that is empty, too long, or has other characters.
    #[error("{name:?} is no name: write 1 to {MAX_NAME_BYTES} lower-case letters, digits and hyphens")]
    BadName {
        /// The name.
        name: String,
    },
    /// Not three upper-case letters.
    #[error("{currency:?} is no currency: write its ISO 4217 code, such as GBP")]
    BadCurrency {
        /// What was written.
        currency: String,
    },
    /// None, or more than [`MAX_BANDS`].
    #[error("{count} bands: write 1 to {MAX_BANDS}")]
    BadBandCount {
        /// How many.
        count: usize,
    },
    /// A price above [`MAX_PRICE`].
    #[error("{price} is too high for a price: it is in thousandths of a minor unit, {MAX_PRICE} at most")]
    PriceTooHigh {
        /// The price.
        price: Price,
    },
    /// Two bands of one name.
    #[error("band {band} stands there twice: give each band another name")]
    RepeatedBand {
        /// Its name.
        band: String,
    },
    /// Times of a band that is not there.
    #[error("no band is named {band:?}, but times are: add it to `bands`")]
    UnknownBand {
        /// Its name.
        band: String,
    },
    /// Times without a day, or that end before they begin.
    #[error(
        "the times {from} to {until} of band {band} are empty: name days, and an end after the beginning"
    )]
    EmptyTimes {
        /// The band.
        band: String,
        /// Its beginning.
        from: TimeOfDay,
        /// Its end.
        until: TimeOfDay,
    },
    /// A half-hour of the week with two bands.
    #[error("{day} {time} has two bands, {first} and {second}: give it to one of them")]
    Overlap {
        /// The day.
        day: &'static str,
        /// The half-hour's beginning.
        time: TimeOfDay,
        /// The band that comes first in the list of times.
        first: String,
        /// The other.
        second: String,
    },
    /// A half-hour of the week without band.
    #[error("{day} {time} has no band: give it one")]
    Gap {
        /// The day.
        day: &'static str,
        /// The half-hour's beginning.
        time: TimeOfDay,
    },
}

impl TryFrom<Draft> for Tariff {
    type Error = TariffFault;

    fn try_from(draft: Draft) -> Result<Self, TariffFault> {
        check_names_and_prices(&draft)?;
        let week = week(&draft)?;
        Ok(Self { draft, week })
    }
}

impl Tariff {
    /// The tariff as operators write it.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.draft.name
    }

    /// ISO 4217 code of the money.
    pub fn currency(&self) -> &str {
        &self.draft.currency
    }

    /// Standing charge, thousandths of a minor unit a day.
    pub fn standing_charge(&self) -> Price {
        self.draft.standing_charge
    }

    /// Whether advice compares with it.
    pub fn on_offer(&self) -> bool {
        self.draft.on_offer
    }

    /// Its bands, in the order in which bills show them.
    pub fn bands(&self) -> &[Band] {
        &self.draft.bands
    }

    /// The index of the band of a half-hour of the week, counted from Monday, below 336.
    pub(super) fn band_at(&self, half_hour_of_week: usize) -> usize {
        self.week.get(half_hour_of_week).copied().unwrap_or_default()
    }
}

fn check_names_and_prices(draft: &Draft) -> Result<(), TariffFault> {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let names = draft.bands.iter().map(|band| &band.name).chain([&draft.name]);
    for name in names {
        if !(1..=MAX_NAME_BYTES).contains(&name.len()) || !name.bytes().all(known) {
            return Err(TariffFault::BadName { name: name.clone() });
        }
    }
    if draft.currency.len() != 3 || !draft.currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(TariffFault::BadCurrency { currency: draft.currency.clone() });
    }
    if !(1..=MAX_BANDS).contains(&draft.bands.len()) {
        return Err(TariffFault::BadBandCount { count: draft.bands.len() });
    }
    let mut prices = draft.bands.iter().map(|band| band.price).chain([draft.standing_charge]);
    if let Some(price) = prices.find(|price| *price > MAX_PRICE) {
        return Err(TariffFault::PriceTooHigh { price });
    }
    for (index, Band { name, .. }) in draft.bands.iter().enumerate() {
        if draft.bands.iter().take(index).any(|band| band.name == *name) {
            return Err(TariffFault::RepeatedBand { band: name.clone() });
        }
    }
    Ok(())
}

/// The band of each half-hour of the week.
fn week(draft: &Draft) -> Result<Vec<usize>, TariffFault> {
    let position = |name: &str| draft.bands.iter().position(|band| band.name == name);
    let mut week = [None; WEEK];
    for times in &draft.times {
        let band =
            position(&times.band).ok_or_else(|| TariffFault::UnknownBand { band: times.band.clone() })?;
        let days = (0..7).filter(|day| times.days.contains(*day));
        let hours = usize::from(times.from.0)..usize::from(times.until.0).min(DAY);
        if hours.is_empty() || days.clone().next().is_none() {
            let (from, until) = (times.from, times.until);
            return Err(TariffFault::EmptyTimes { band: times.band.clone(), from, until });
        }
        for half_hour in days.flat_map(|day| hours.clone().map(move |hour| day * DAY + hour)) {
            if let Some(first) = week[half_hour].replace(band) {
                return Err(TariffFault::Overlap {
                    day: Days::name(half_hour / DAY),
                    time: TimeOfDay((half_hour % DAY) as u8),
                    first: draft.bands[first].name.clone(),
                    second: times.band.clone(),
                });
            }
        }
    }
    let gap = |half_hour| TariffFault::Gap {
        day: Days::name(half_hour / DAY),
        time: TimeOfDay((half_hour % DAY) as u8),
    };
    week.into_iter().enumerate().map(|(half_hour, band)| band.ok_or_else(|| gap(half_hour))).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::pricing::draft::Times;
    use proptest::prelude::*;

    pub fn draft(bands: &[(&str, Price)], times: &[(u8, u8, u8, &str)]) -> Draft {
        Draft {
            name: "test".into(),
            currency: "GBP".into(),
            standing_charge: 0,
            on_offer: true,
            bands: bands.iter().map(|&(name, price)| Band { name: name.into(), price }).collect(),
            times: times
                .iter()
                .map(|&(days, from, until, band)| Times {
                    days: Days(days),
                    from: TimeOfDay(from),
                    until: TimeOfDay(until),
                    band: band.into(),
                })
                .collect(),
        }
    }

    pub fn flat(price: Price) -> Tariff {
        draft(&[("flat", price)], &[(127, 0, 48, "flat")]).try_into().unwrap()
    }

    /// The same price by day and by night, or another one.
    pub fn day_and_night(day: Price, night: Price) -> Tariff {
        let times = [(127, 0, 14, "night"), (127, 14, 46, "day"), (127, 46, 48, "night")];
        draft(&[("day", day), ("night", night)], &times).try_into().unwrap()
    }

    fn fault(change: impl FnOnce(&mut Draft)) -> TariffFault {
        let mut draft = day_and_night(2, 1).draft;
        change(&mut draft);
        Tariff::try_from(draft).unwrap_err()
    }

    #[test]
    fn a_half_hour_without_band_is_named() {
        let fault = fault(|draft| draft.times[1].from = TimeOfDay(15));
        assert_eq!(fault.to_string(), "mon 07:00 has no band: give it one");
    }

    #[test]
    fn a_half_hour_with_two_bands_is_named() {
        let fault = fault(|draft| draft.times[1].until = TimeOfDay(47));
        assert_eq!(fault.to_string(), "mon 23:00 has two bands, day and night: give it to one of them");
    }

    #[test]
    fn each_fault_has_its_name() {
        use TariffFault::*;
        assert!(matches!(fault(|draft| draft.name.clear()), BadName { .. }));
        assert!(matches!(fault(|draft| draft.name = "Night".into()), BadName { .. }));
        assert!(matches!(fault(|draft| draft.bands[0].name = "x".repeat(33)), BadName { .. }));
        assert!(matches!(fault(|draft| draft.currency = "Pfund".into()), BadCurrency { .. }));
        assert!(matches!(fault(|draft| draft.bands.clear()), BadBandCount { count: 0 }));
        assert!(matches!(fault(|draft| draft.bands[1].price = MAX_PRICE + 1), PriceTooHigh { .. }));
        assert!(matches!(fault(|draft| draft.standing_charge = u64::MAX), PriceTooHigh { .. }));
        assert!(matches!(fault(|draft| draft.bands[1].name = "day".into()), RepeatedBand { .. }));
        assert!(matches!(fault(|draft| draft.times[0].band = "dusk".into()), UnknownBand { .. }));
        assert!(matches!(fault(|draft| draft.times[0].days = Days(0)), EmptyTimes { .. }));
        assert!(matches!(fault(|draft| draft.times[0].until = TimeOfDay(0)), EmptyTimes { .. }));
    }

    #[test]
    fn json_with_an_unknown_field_is_refused() {
        let tariff = serde_json::to_value(day_and_night(2, 1).draft).unwrap();
        assert!(serde_json::from_value::<Draft>(tariff.clone()).is_ok());
        let mut more = tariff;
        more["standing_charges"] = 1.into();
        assert!(serde_json::from_value::<Draft>(more).is_err());
    }

    proptest! {
        /// A draft that passes gives each half-hour of the week the one band whose times hold it.
        #[test]
        fn every_half_hour_has_exactly_one_band(
            times in prop::collection::vec((1u8..128, 0u8..48, 1u8..=48, 0usize..3), 1..5),
        ) {
            let names = ["a", "b", "c"];
            let times: Vec<_> =
                times.into_iter().map(|(days, from, until, band)| (days, from, until, names[band])).collect();
            let draft = draft(&[("a", 1), ("b", 2), ("c", 3)], &times);
            let holding = |half_hour: usize| -> Vec<&str> {
                let (day, hour) = (half_hour / 48, (half_hour % 48) as u8);
                let holds = |&&(days, from, until, _): &&(u8, u8, u8, &str)| {
                    days >> day & 1 == 1 && (from..until).contains(&hour)
                };
                times.iter().filter(holds).map(|(.., band)| *band).collect()
            };
            match Tariff::try_from(draft) {
                Ok(tariff) => for half_hour in 0..WEEK {
                    let band = tariff.bands()[tariff.band_at(half_hour)].name.as_str();
                    prop_assert_eq!(holding(half_hour), [band]);
                },
                Err(_) => prop_assert!(
                    times.iter().any(|(_, from, until, _)| from >= until)
                        || (0..WEEK).any(|half_hour| holding(half_hour).len() != 1)
                ),
            }
        }
    }
}
