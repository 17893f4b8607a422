// SPDX-License-Identifier: Apache-2.0
//! How to pay less.

use super::{
    bill::{bill, used, Cost},
    rounded, Series, Tariff, TooLarge, UtcOffset,
};
use dmsm_primitives::{
    answer::{Advice, CostlyHalfHour, Offer, WattHours},
    time::HALF_HOURS_A_DAY,
    DeviceId, Milliwatts, Month,
};

/// Most tariffs that advice compares with; the cheapest are kept.
pub const MAX_OFFERS: usize = 32;
/// The region's median is withheld where fewer meters stand behind it.
pub const MIN_REGION_METERS: usize = 5;
/// Half-hours of the day that are named.
const COSTLIEST: usize = 3;

/// Advice from `month`, whose half-hours `series` holds. `tariff` is the present one; those of
/// `tariffs` that are on offer in its currency are compared, cheapest first, then by name. `region`
/// holds the base loads of the region's meters, mW.
///
/// # Errors
///
/// [`TooLarge`] if a number does not fit the answer.
pub fn advice(
    series: &Series,
    tariff: &Tariff,
    tariffs: &[Tariff],
    region: &[Milliwatts],
    meter: DeviceId,
    month: Month,
    offset: UtcOffset,
) -> Result<Advice, TooLarge> {
    let comparable = |other: &&Tariff| other.on_offer() && other.currency() == tariff.currency();
    let offers = tariffs.iter().filter(comparable).map(|other| {
        let total = bill(series, other, meter, month, offset)?.total;
        Ok(Offer { tariff: other.name().to_owned(), total })
    });
    let mut offers: Vec<_> = offers.collect::<Result<_, TooLarge>>()?;
    offers.sort_by(|one, other| (one.total, &one.tariff).cmp(&(other.total, &other.tariff)));
    offers.truncate(MAX_OFFERS);
    Ok(Advice {
        meter,
        month,
        utc_offset_minutes: offset.minutes(),
        currency: tariff.currency().to_owned(),
        tariff: tariff.name().to_owned(),
        offers,
        costliest: costliest(series, tariff, offset)?,
        base_load: series.base_load(),
        region_base_load: median(region).filter(|_| region.len() >= MIN_REGION_METERS),
        region_meters: u32::try_from(region.len()).map_err(|_| TooLarge)?,
        quality: series.quality(),
    })
}

/// The half-hours of the day that cost most, costliest first, the earlier of two that cost the same.
fn costliest(series: &Series, tariff: &Tariff, offset: UtcOffset) -> Result<Vec<CostlyHalfHour>, TooLarge> {
    let mut day = [(Cost::default(), 0u128); HALF_HOURS_A_DAY as usize];
    for sum in series.sums() {
        let energy = u128::from(used(sum.watt_hours()));
        let band = tariff.band_at(offset.half_hour_of_week(sum.half_hour));
        let price = tariff.bands().get(band).map_or(0, |band| band.price);
        if let Some((cost, whole)) = day.get_mut(usize::from(offset.half_hour_of_day(sum.half_hour))) {
            *cost = cost.plus(energy, price)?;
            *whole += energy;
        }
    }
    let mut day: Vec<_> = (0u8..).zip(day).collect();
    // Stable: the earlier stays first.
    day.sort_by(|(_, (one, _)), (_, (other, _))| other.cmp(one));
    day.into_iter()
        .take(COSTLIEST)
        .map(|(half_hour, (cost, energy))| {
            let energy = WattHours::try_from(energy).map_err(|_| TooLarge)?;
            Ok(CostlyHalfHour { half_hour, energy, cost: cost.minor_units()? })
        })
        .collect()
}

/// The middle one; of an even number, the mean of the two in the middle, rounded half away from
/// zero. `None` of nothing.
pub fn median(values: &[Milliwatts]) -> Option<Milliwatts> {
    let mut values = values.to_vec();
    values.sort_unstable();
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *values.get(middle - 1)?;
    i64::try_from(rounded(i128::from(lower) + i128::from(upper), 2)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::{
        series::tests::sum,
        tariff::tests::{day_and_night, flat},
    };

    const METER: DeviceId = DeviceId([1; 32]);
    const JANUARY: Month = Month { year: 2012, month: 1 };

    fn named(tariff: Tariff, name: &str, change: impl FnOnce(&mut crate::pricing::Draft)) -> Tariff {
        let mut draft = tariff.draft().clone();
        draft.name = name.into();
        change(&mut draft);
        draft.try_into().unwrap()
    }

    /// A month with 100 Wh in each half-hour, 1 kWh at 18:00 and 2 kWh at 03:00.
    fn january() -> Series {
        let half_hours = UtcOffset::default().half_hours(JANUARY).unwrap();
        let power = |n| match n % 48 {
            36 => 2_000_000,
            6 => 4_000_000,
            _ => 200_000,
        };
        let sums = half_hours.clone().zip(0..).map(|(half_hour, n)| sum(half_hour, power(n), 1)).collect();
        Series::new(half_hours, sums).unwrap()
    }

    fn advise(tariffs: &[Tariff], region: &[Milliwatts]) -> Advice {
        let present = day_and_night(30_000, 10_000);
        advice(&january(), &present, tariffs, region, METER, JANUARY, UtcOffset::default()).unwrap()
    }

    #[test]
    fn offers_come_cheapest_first_in_one_currency_and_on_offer_only() {
        let offers = advise(
            &[
                named(flat(20_000), "dear", |_| {}),
                named(flat(10_000), "b-cheap", |_| {}),
                named(flat(10_000), "a-cheap", |_| {}),
                named(flat(0), "withdrawn", |draft| draft.on_offer = false),
                named(flat(0), "abroad", |draft| draft.currency = "EUR".into()),
            ],
            &[],
        )
        .offers;
        // 31 × (46 × 0.1 + 1 + 2) kWh = 235.6 kWh.
        let expected = [("a-cheap", 2356), ("b-cheap", 2356), ("dear", 4712)];
        assert_eq!(
            offers.iter().map(|offer| (offer.tariff.as_str(), offer.total)).collect::<Vec<_>>(),
            expected
        );
    }

    #[test]
    fn no_more_offers_than_fit_the_answer() {
        let many: Vec<_> =
            (0..100).map(|n| named(flat(1_000 * (100 - n)), &format!("tariff-{n}"), |_| {})).collect();
        let offers = advise(&many, &[]).offers;
        assert_eq!((offers.len(), offers[0].tariff.as_str()), (MAX_OFFERS, "tariff-99"));
    }

    #[test]
    fn the_costliest_half_hours_are_judged_by_cost_not_by_energy() {
        let costliest: Vec<_> =
            advise(&[], &[]).costliest.iter().map(|c| (c.half_hour, c.energy, c.cost)).collect();
        // 31 kWh × 30; 62 kWh × 10; 3.1 kWh × 30, the first of the day's.
        assert_eq!(costliest, [(36, 31_000, 930), (6, 62_000, 620), (14, 3_100, 93)]);
    }

    #[test]
    fn the_regions_median_is_withheld_where_few_meters_stand_behind_it() {
        let few = advise(&[], &[5, 1, 4, 2]);
        assert_eq!((few.region_base_load, few.region_meters), (None, 4));
        let enough = advise(&[], &[5, 1, 4, 2, 9]);
        assert_eq!((enough.region_base_load, enough.region_meters), (Some(4), 5));
        assert_eq!(enough.base_load, 200_000);
    }

    #[test]
    fn the_median_of_an_even_number_is_the_mean_of_the_middle() {
        for (values, expected) in [
            (&[][..], None),
            (&[7], Some(7)),
            (&[1, 2], Some(2)),
            (&[-1, -2], Some(-2)),
            (&[9, 1, 3, 5], Some(4)),
            (&[i64::MAX, i64::MAX], Some(i64::MAX)),
            (&[i64::MIN, i64::MIN], Some(i64::MIN)),
        ] {
            assert_eq!(median(values), expected, "{values:?}");
        }
    }
}
