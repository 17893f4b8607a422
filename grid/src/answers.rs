// SPDX-License-Identifier: Apache-2.0
//! Answers to the questions that users pay for (paper, V.B): from the store through the prices.

mod evidence;

use crate::{
    error::AppError,
    pricing::{self, Series, Tariff, UtcOffset},
    store::{MeterDayStore, StoreError},
};
use dmsm_primitives::{
    answer::{Answer, NoAnswer, MAX_USAGE_HALF_HOURS},
    request::Question,
    DeviceId, Milliwatts, Moment, Month, Period,
};
use moka::future::Cache;
use std::{ops::Range, sync::Arc, time::Duration};

/// Base loads that are kept, one a meter and month.
const KEPT_BASE_LOADS: u64 = 100_000;
/// How long. Late readings show in the region's median after this time at most.
const BASE_LOAD_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// An answer, or why there is none.
pub type Answered = Result<Answer, NoAnswer>;

/// Answers questions about the region's meters.
pub struct Answers {
    store: Arc<dyn MeterDayStore>,
    offset: UtcOffset,
    base_loads: Cache<(DeviceId, Month), Milliwatts>,
}

impl Answers {
    /// Answers from `store`, in the time of a region that is `offset` ahead of UTC.
    pub fn new(store: Arc<dyn MeterDayStore>, offset: UtcOffset) -> Self {
        let base_loads =
            Cache::builder().max_capacity(KEPT_BASE_LOADS).time_to_live(BASE_LOAD_LIFETIME).build();
        Self { store, offset, base_loads }
    }

    /// The answer to a question that is asked at `now`, ms since the Unix epoch.
    ///
    /// # Errors
    ///
    /// [`AppError::Store`] if the database does not answer, [`AppError::Unbillable`] if the readings
    /// are too large for an answer.
    pub async fn answer(&self, question: &Question, now: Moment) -> Result<Answered, AppError> {
        match *question {
            Question::Bill { meter, month } => self.bill(meter, month, now).await,
            Question::Usage { meter, period } => self.usage(meter, period, now).await,
            Question::Advice { meter, month } => self.advice(meter, month, now).await,
        }
    }

    async fn bill(&self, meter: DeviceId, month: Month, now: Moment) -> Result<Answered, AppError> {
        let Some(half_hours) = self.past(month, now) else { return Ok(Err(NoAnswer::PeriodRefused)) };
        // Read once, for the bill and its evidence.
        let sums = self.store.half_hours(&meter, evidence::whole_days(&half_hours)).await?;
        let Some(series) = Series::new(half_hours.clone(), sums.clone()) else {
            return Ok(Err(NoAnswer::NoData));
        };
        let (tariff, _) = self.tariffs(&meter, month).await?;
        let mut bill = pricing::bill(&series, &tariff, meter, month, self.offset)?;
        bill.evidence =
            evidence::evidence(&*self.store, &meter, half_hours, &sums, &tariff, self.offset).await?;
        Ok(Ok(Answer::Bill(bill)))
    }

    async fn usage(&self, meter: DeviceId, period: Period, now: Moment) -> Result<Answered, AppError> {
        let fits = |half_hours: &Range<u32>| half_hours.len() <= MAX_USAGE_HALF_HOURS && period.until <= now;
        let Some(half_hours) = period.half_hours().filter(fits) else {
            return Ok(Err(NoAnswer::PeriodRefused));
        };
        let Some(series) = self.series(&meter, half_hours).await? else { return Ok(Err(NoAnswer::NoData)) };
        Ok(Ok(Answer::Usage(pricing::usage(&series, meter, period)?)))
    }

    async fn advice(&self, meter: DeviceId, month: Option<Month>, now: Moment) -> Result<Answered, AppError> {
        let month = match month {
            Some(month) => Some(month),
            None => self.last_month(&meter, now).await?,
        };
        let Some(month) = month else { return Ok(Err(NoAnswer::NoData)) };
        let Some(half_hours) = self.past(month, now) else { return Ok(Err(NoAnswer::PeriodRefused)) };
        let Some(series) = self.series(&meter, half_hours.clone()).await? else {
            return Ok(Err(NoAnswer::NoData));
        };
        let (tariff, tariffs) = self.tariffs(&meter, month).await?;
        let region = self.region(month, half_hours).await?;
        let advice = pricing::advice(&series, &tariff, &tariffs, &region, meter, month, self.offset)?;
        Ok(Ok(Answer::Advice(advice)))
    }

    /// The half-hours of a month that is over.
    fn past(&self, month: Month, now: Moment) -> Option<Range<u32>> {
        self.offset.period(month).filter(|period| period.until <= now)?.half_hours()
    }

    /// The last month that is over and has readings of the meter.
    async fn last_month(&self, meter: &DeviceId, now: Moment) -> Result<Option<Month>, AppError> {
        let running = self.offset.month_of(now).and_then(|month| self.offset.period(month));
        let Some(running) = running else { return Ok(None) };
        let last = self.store.last_before(meter, running.from).await?;
        Ok(last.and_then(|last| self.offset.month_of(last)))
    }

    /// `None` without any reading.
    async fn series(&self, meter: &DeviceId, half_hours: Range<u32>) -> Result<Option<Series>, AppError> {
        let sums = self.store.half_hours(meter, half_hours.clone()).await?;
        Ok(Series::new(half_hours, sums))
    }

    /// The tariff of a meter in a month, and all tariffs.
    async fn tariffs(&self, meter: &DeviceId, month: Month) -> Result<(Tariff, Vec<Tariff>), AppError> {
        let name = self.store.tariff_of(meter, month).await?;
        let book = self.store.tariffs().await?;
        let tariff = book.get(&name).cloned().ok_or(StoreError::UnknownTariff { name })?;
        Ok((tariff, book.tariffs))
    }

    /// The base loads of all meters with readings in a month, mW.
    ///
    /// One query a meter. A request that runs out of time leaves what it learnt for the next one.
    async fn region(&self, month: Month, half_hours: Range<u32>) -> Result<Vec<Milliwatts>, AppError> {
        let mut base_loads = Vec::new();
        for meter in self.store.meters(half_hours.clone()).await? {
            if let Some(known) = self.base_loads.get(&(meter, month)).await {
                base_loads.push(known);
            } else if let Some(series) = self.series(&meter, half_hours.clone()).await? {
                let base_load = series.base_load();
                self.base_loads.insert((meter, month), base_load).await;
                base_loads.push(base_load);
            }
        }
        Ok(base_loads)
    }
}
