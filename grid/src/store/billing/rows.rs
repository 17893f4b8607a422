// SPDX-License-Identifier: Apache-2.0
//! Between rows and what they mean.

use super::{Import, Imported};
use crate::{
    pricing::{Band, Days, Draft, HalfHourSum, Tariff, TimeOfDay, Times},
    store::{record, StoreError},
};
use dmsm_primitives::{time::HALF_HOUR_MILLIS, HalfHour, Milliwatts, Moment, Month};
use std::{collections::HashMap, num::NonZeroU32, ops::Range};

/// Half-hour, high and low half of the sum, moments, readings of the fullest moment, signed.
pub(super) type SumRow = (i64, i64, i64, i64, i64, i64);

pub(super) fn sum(row: SumRow) -> Result<HalfHourSum, StoreError> {
    let (half_hour, high, low, moments, readings, signed) = row;
    let moments = u32::try_from(moments).ok().and_then(NonZeroU32::new).ok_or(StoreError::Corrupt)?;
    Ok(HalfHourSum {
        half_hour: HalfHour(u32::try_from(half_hour).map_err(|_| StoreError::Corrupt)?),
        power: (i128::from(high) << 32) + i128::from(low),
        moments,
        doubled: readings > 1,
        signed: signed == 1,
    })
}

/// The moments of half-hours: first, and the first after them.
pub(super) fn moments(half_hours: &Range<u32>) -> Result<(i64, i64), StoreError> {
    let start = |half_hour: u32| record::to_sql(u64::from(half_hour) * HALF_HOUR_MILLIS);
    Ok((start(half_hours.start)?, start(half_hours.end)?))
}

/// A month as the database holds it: 201201 is January 2012.
pub(super) fn month(month: Month) -> i64 {
    i64::from(month.year) * 100 + i64::from(month.month)
}

/// Name, currency, standing charge, on offer.
pub(super) type TariffRow = (String, String, i64, bool);
/// Tariff, band, price.
pub(super) type BandRow = (String, String, i64);
/// Tariff, days, from, until, band.
pub(super) type TimesRow = (String, i64, i64, i64, String);

/// The tariffs of all rows; [`StoreError::Corrupt`] if somebody wrote what is none.
pub(super) fn tariffs(
    heads: Vec<TariffRow>,
    bands: Vec<BandRow>,
    times: Vec<TimesRow>,
) -> Result<Vec<Tariff>, StoreError> {
    let small = |value: i64| u8::try_from(value).map_err(|_| StoreError::Corrupt);
    let tariff = |(name, currency, standing_charge, on_offer): TariffRow| {
        let bands = bands.iter().filter(|(tariff, ..)| *tariff == name);
        let times = times.iter().filter(|(tariff, ..)| *tariff == name);
        let bands =
            bands.map(|(_, band, price)| Ok(Band { name: band.clone(), price: record::from_sql(*price)? }));
        let times = times.map(|(_, days, from, until, band)| {
            Ok(Times {
                days: Days(small(*days)?),
                from: TimeOfDay(small(*from)?),
                until: TimeOfDay(small(*until)?),
                band: band.clone(),
            })
        });
        let draft = Draft {
            currency,
            standing_charge: record::from_sql(standing_charge)?,
            on_offer,
            bands: bands.collect::<Result<_, StoreError>>()?,
            times: times.collect::<Result<_, StoreError>>()?,
            name,
        };
        Tariff::try_from(draft).map_err(|_| StoreError::Corrupt)
    };
    heads.into_iter().map(tariff).collect()
}

/// What is new in an import, given what was imported for its meter before.
pub(super) fn compare(
    import: &Import,
    stored: Vec<(i64, Milliwatts)>,
) -> Result<(Imported, Vec<(i64, Milliwatts)>), StoreError> {
    let mut known: HashMap<i64, Milliwatts> = stored.into_iter().collect();
    let (mut report, mut fresh) = (Imported::default(), Vec::new());
    for (moment, power) in &import.readings {
        let taken_at = record::to_sql(*moment)?;
        match known.insert(taken_at, *power) {
            None => fresh.push((taken_at, *power)),
            Some(before) if before == *power => report.already_there += 1,
            Some(before) => {
                known.insert(taken_at, before);
                report.differing.push(*moment);
            }
        }
    }
    report.imported = fresh.len() as u64;
    Ok((report, fresh))
}

/// The first and last moment of an import; `None` of an empty one.
pub(super) fn span(import: &Import) -> Result<Option<(i64, i64)>, StoreError> {
    let moments = || import.readings.iter().map(|(moment, _): &(Moment, _)| *moment);
    let Some((first, last)) = moments().min().zip(moments().max()) else { return Ok(None) };
    Ok(Some((record::to_sql(first)?, record::to_sql(last)?)))
}
