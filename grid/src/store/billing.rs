// SPDX-License-Identifier: Apache-2.0
//! What bills and advice are made of. Both backends understand the same SQL, which stands in
//! [`sql`]; [`backend`] runs it on either.

mod backend;
mod rows;
mod sql;

use super::{ReadingStore, StoreError};
use crate::pricing::{HalfHourSum, Tariff};
use async_trait::async_trait;
use dmsm_primitives::{DeviceId, Milliwatts, Moment, Month};
use std::ops::Range;

/// All tariffs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TariffBook {
    /// By name.
    pub tariffs: Vec<Tariff>,
    /// The name of the one that meters without an entry have.
    pub by_default: String,
}

impl TariffBook {
    /// The tariff of this name.
    pub fn get(&self, name: &str) -> Option<&Tariff> {
        self.tariffs.iter().find(|tariff| tariff.name() == name)
    }
}

/// What became of a tariff handed to [`BillingStore::set_tariff`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TariffWritten {
    /// It is new.
    Added,
    /// Exactly this tariff was there before.
    Unchanged,
    /// It took the place of another one of its name.
    Replaced,
}

/// Readings of one meter from a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Import {
    /// The meter.
    pub meter: DeviceId,
    /// Name of the file, without folders.
    pub file: String,
    /// SHA-256 of its content.
    pub sha256: [u8; 32],
    /// When and how much, mW; each moment once.
    pub readings: Vec<(Moment, Milliwatts)>,
    /// When it is imported, ms since the Unix epoch.
    pub imported_at: Moment,
}

/// What became of an [`Import`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Imported {
    /// Readings that are new.
    pub imported: u64,
    /// Readings that were imported before, from this or another file.
    pub already_there: u64,
    /// Moments for which another power was imported before. The old one stays.
    pub differing: Vec<Moment>,
}

/// Readings as half-hours, and the tariffs to price them.
#[async_trait]
pub trait BillingStore: ReadingStore {
    /// What the readings of a meter say of each of these half-hours (UTC) that has any, in rising
    /// order. Of several readings of one moment the first accepted counts, signed ones first.
    async fn half_hours(
        &self,
        meter: &DeviceId,
        half_hours: Range<u32>,
    ) -> Result<Vec<HalfHourSum>, StoreError>;

    /// The meters that have readings in these half-hours, in order.
    async fn meters(&self, half_hours: Range<u32>) -> Result<Vec<DeviceId>, StoreError>;

    /// When the last reading of a meter before `before` was taken, ms since the Unix epoch.
    async fn last_before(&self, meter: &DeviceId, before: Moment) -> Result<Option<Moment>, StoreError>;

    /// All tariffs.
    async fn tariffs(&self) -> Result<TariffBook, StoreError>;

    /// The name of the tariff that a meter has in a month.
    async fn tariff_of(&self, meter: &DeviceId, month: Month) -> Result<String, StoreError>;

    /// Writes a tariff. [`StoreError::TariffDiffers`] if another one has its name, unless it is to
    /// `replace` that one.
    async fn set_tariff(&self, tariff: &Tariff, replace: bool) -> Result<TariffWritten, StoreError>;

    /// Gives a tariff to all meters without an entry. [`StoreError::UnknownTariff`].
    async fn set_default_tariff(&self, name: &str) -> Result<(), StoreError>;

    /// Gives a tariff to a meter from a month on. [`StoreError::UnknownTariff`].
    async fn assign_tariff(&self, meter: &DeviceId, name: &str, from: Month) -> Result<(), StoreError>;

    /// Stores what is new in an import, in one transaction.
    async fn import(&self, import: &Import) -> Result<Imported, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::sql;
    use crate::store::SqliteStore;
    use sqlx::AssertSqlSafe;

    /// How SQLite goes about a query.
    async fn plan(query: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("grid.db").display());
        let store = SqliteStore::open(&url).await.unwrap();
        let query = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}"));
        let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(query)
            .bind(&[0u8; 32][..])
            .bind(0)
            .bind(1)
            .fetch_all(store.readers())
            .await
            .unwrap();
        rows.into_iter().map(|(.., step)| step).filter(|step| step.contains("readings")).collect()
    }

    #[tokio::test]
    async fn a_month_of_a_meter_is_a_range_of_an_index() {
        let range = "(device=? AND taken_at>? AND taken_at<?)";
        let steps = [
            format!("SEARCH readings USING INDEX readings_by_time {range}"),
            format!("SEARCH imported_readings USING PRIMARY KEY {range}"),
        ];
        assert_eq!(plan(sql::HALF_HOURS).await, steps);
    }
}
