// SPDX-License-Identifier: Apache-2.0
//! Runs the shared SQL on each backend. A macro, because the types of connections and rows differ
//! and nothing else does.

use super::{rows, sql, BillingStore, Import, Imported, TariffBook, TariffWritten};
use crate::{
    pricing::{HalfHourSum, Tariff},
    store::{record, PostgresStore, SqliteStore, StoreError},
};
use async_trait::async_trait;
use dmsm_primitives::{DeviceId, Moment, Month};
use sqlx::{Postgres, QueryBuilder, Sqlite, Transaction};
use std::ops::Range;

/// Rows in one statement: four values each, and SQLite takes 32,766.
const CHUNK: usize = 4_000;

macro_rules! billing_store {
    ($store:ty, $database:ty) => {
        #[async_trait]
        impl BillingStore for $store {
            async fn half_hours(
                &self,
                meter: &DeviceId,
                half_hours: Range<u32>,
            ) -> Result<Vec<HalfHourSum>, StoreError> {
                let (from, until) = rows::moments(&half_hours)?;
                let query = sqlx::query_as(sql::HALF_HOURS).bind(&meter.0[..]).bind(from).bind(until);
                query.fetch_all(self.readers()).await?.into_iter().map(rows::sum).collect()
            }

            async fn meters(&self, half_hours: Range<u32>) -> Result<Vec<DeviceId>, StoreError> {
                let (from, until) = rows::moments(&half_hours)?;
                let query = sqlx::query_scalar(sql::METERS).bind(from).bind(until);
                query.fetch_all(self.readers()).await?.into_iter().map(record::device_id).collect()
            }

            async fn last_before(
                &self,
                meter: &DeviceId,
                before: Moment,
            ) -> Result<Option<Moment>, StoreError> {
                let before = i64::try_from(before).unwrap_or(i64::MAX);
                let query = sqlx::query_scalar(sql::LAST_BEFORE).bind(&meter.0[..]).bind(before);
                let last: Option<i64> = query.fetch_one(self.readers()).await?;
                last.map(record::from_sql).transpose()
            }

            async fn tariffs(&self) -> Result<TariffBook, StoreError> {
                let mut tx = self.begin_reading().await?;
                let book = <$store>::book(&mut tx).await?;
                tx.rollback().await?;
                Ok(book)
            }

            async fn tariff_of(&self, meter: &DeviceId, month: Month) -> Result<String, StoreError> {
                let query = sqlx::query_scalar(sql::TARIFF_OF).bind(&meter.0[..]).bind(rows::month(month));
                let name: Option<String> = query.fetch_one(self.readers()).await?;
                name.ok_or(StoreError::Corrupt)
            }

            async fn set_tariff(&self, tariff: &Tariff, replace: bool) -> Result<TariffWritten, StoreError> {
                let mut tx = self.begin_change().await?;
                let written = match <$store>::book(&mut tx).await?.get(tariff.name()) {
                    None => TariffWritten::Added,
                    Some(known) if known == tariff => return Ok(TariffWritten::Unchanged),
                    Some(_) if replace => TariffWritten::Replaced,
                    Some(_) => return Err(StoreError::TariffDiffers { name: tariff.name().to_owned() }),
                };
                <$store>::write(&mut tx, tariff).await?;
                tx.commit().await?;
                Ok(written)
            }

            async fn set_default_tariff(&self, name: &str) -> Result<(), StoreError> {
                let mut tx = self.begin_change().await?;
                <$store>::must_exist(&mut tx, name).await?;
                sqlx::query(sql::SET_DEFAULT_TARIFF).bind(name).execute(&mut *tx).await?;
                tx.commit().await?;
                Ok(())
            }

            async fn assign_tariff(
                &self,
                meter: &DeviceId,
                name: &str,
                from: Month,
            ) -> Result<(), StoreError> {
                let mut tx = self.begin_change().await?;
                <$store>::must_exist(&mut tx, name).await?;
                let query =
                    sqlx::query(sql::ASSIGN_TARIFF).bind(&meter.0[..]).bind(rows::month(from)).bind(name);
                query.execute(&mut *tx).await?;
                tx.commit().await?;
                Ok(())
            }

            async fn import(&self, import: &Import) -> Result<Imported, StoreError> {
                let Some((first, last)) = rows::span(import)? else { return Ok(Imported::default()) };
                let mut tx = self.begin_change().await?;
                let query = sqlx::query_as(sql::IMPORTED).bind(&import.meter.0[..]).bind(first).bind(last);
                let stored = query.fetch_all(&mut *tx).await?;
                let (report, fresh) = rows::compare(import, stored)?;
                if fresh.is_empty() {
                    return Ok(report);
                }
                let query = sqlx::query_scalar(sql::WRITE_IMPORT)
                    .bind(&import.file)
                    .bind(&import.sha256[..])
                    .bind(record::to_sql(import.imported_at)?);
                let id: i64 = query.fetch_one(&mut *tx).await?;
                for chunk in fresh.chunks(CHUNK) {
                    let mut insert = QueryBuilder::<$database>::new(sql::WRITE_IMPORTED);
                    insert.push_values(chunk, |mut row, (taken_at, power)| {
                        row.push_bind(&import.meter.0[..]).push_bind(taken_at).push_bind(power).push_bind(id);
                    });
                    insert.build().execute(&mut *tx).await?;
                }
                tx.commit().await?;
                Ok(report)
            }
        }

        impl $store {
            async fn book(tx: &mut Transaction<'static, $database>) -> Result<TariffBook, StoreError> {
                let heads = sqlx::query_as(sql::TARIFFS).fetch_all(&mut **tx).await?;
                let bands = sqlx::query_as(sql::BANDS).fetch_all(&mut **tx).await?;
                let times = sqlx::query_as(sql::TIMES).fetch_all(&mut **tx).await?;
                let by_default: Option<String> =
                    sqlx::query_scalar(sql::DEFAULT_TARIFF).fetch_one(&mut **tx).await?;
                let by_default = by_default.ok_or(StoreError::Corrupt)?;
                Ok(TariffBook { tariffs: rows::tariffs(heads, bands, times)?, by_default })
            }

            async fn must_exist(
                tx: &mut Transaction<'static, $database>,
                name: &str,
            ) -> Result<(), StoreError> {
                let count: i64 =
                    sqlx::query_scalar(sql::TARIFF_EXISTS).bind(name).fetch_one(&mut **tx).await?;
                (count > 0).then_some(()).ok_or_else(|| StoreError::UnknownTariff { name: name.to_owned() })
            }

            async fn write(
                tx: &mut Transaction<'static, $database>,
                tariff: &Tariff,
            ) -> Result<(), StoreError> {
                let (name, draft) = (tariff.name(), tariff.draft());
                sqlx::query(sql::DELETE_TIMES).bind(name).execute(&mut **tx).await?;
                sqlx::query(sql::DELETE_BANDS).bind(name).execute(&mut **tx).await?;
                sqlx::query(sql::WRITE_TARIFF)
                    .bind(name)
                    .bind(&draft.currency)
                    .bind(record::to_sql(draft.standing_charge)?)
                    .bind(draft.on_offer)
                    .execute(&mut **tx)
                    .await?;
                for (position, band) in (0i64..).zip(&draft.bands) {
                    sqlx::query(sql::WRITE_BAND)
                        .bind(name)
                        .bind(position)
                        .bind(&band.name)
                        .bind(record::to_sql(band.price)?)
                        .execute(&mut **tx)
                        .await?;
                }
                for (position, times) in (0i64..).zip(&draft.times) {
                    sqlx::query(sql::WRITE_TIMES)
                        .bind(name)
                        .bind(position)
                        .bind(i64::from(times.days.0))
                        .bind(i64::from(times.from.0))
                        .bind(i64::from(times.until.0))
                        .bind(&times.band)
                        .execute(&mut **tx)
                        .await?;
                }
                Ok(())
            }
        }
    };
}

billing_store!(SqliteStore, Sqlite);
billing_store!(PostgresStore, Postgres);
