// SPDX-License-Identifier: Apache-2.0
//! Runs the shared SQL on each backend. A macro, because the types of connections and rows differ
//! and nothing else does.

use super::{
    rows, sql, AnchoredBatch, BatchFault, BatchId, BatchStatus, Changed, MeterDayStore, Totals, Verdict,
    Waiting, WaitingDays, MAX_SHOWN, SCAN_ROWS,
};
use crate::{
    pricing::Slots,
    store::{record, PostgresStore, SqliteStore, StoreError},
};
use async_trait::async_trait;
use dmsm_primitives::{
    records::{self, MAX_BATCH},
    storage::{OpenBatch, SealedRow, ToSealRow, MAX_OPEN_BATCHES},
    Day, DeviceId, Moment, Record,
};
use sqlx::{Postgres, Sqlite, Transaction};
use std::ops::RangeInclusive;

/// Imports that one scan finishes at most.
const SCAN_IMPORTS: u32 = 64;
/// Days that one cut looks at.
const CUT_DAYS: u32 = 256;

macro_rules! meter_day_store {
    ($store:ty, $database:ty) => {
        #[async_trait]
        impl MeterDayStore for $store {
            async fn scan(&self, now: Moment) -> Result<(), StoreError> {
                let now = record::to_sql(now)?;
                let limit = i64::from(SCAN_ROWS);
                let mut tx = self.begin_records().await?;
                let (scanned, scans): (i64, i64) = sqlx::query_as(sql::STATE).fetch_one(&mut *tx).await?;
                let scan = scans + 1;
                let page = sqlx::query_as(sql::PAGE).bind(scanned).bind(limit).fetch_one(&mut *tx).await?;
                let (last, _): (Option<i64>, i64) = page;
                if let Some(last) = last {
                    sqlx::query(sql::NOTE_READINGS)
                        .bind(now)
                        .bind(scan)
                        .bind(scanned)
                        .bind(last)
                        .execute(&mut *tx)
                        .await?;
                }
                let imports = <$store>::scan_imports(&mut tx, scan).await?;
                if last.is_some() || imports {
                    sqlx::query(sql::SET_STATE)
                        .bind(last.unwrap_or(scanned))
                        .bind(scan)
                        .execute(&mut *tx)
                        .await?;
                    tx.commit().await?;
                }
                Ok(())
            }

            async fn wake(&self, changed_until: Moment, limit: u32) -> Result<(), StoreError> {
                let mut tx = self.begin_records().await?;
                let query =
                    sqlx::query(sql::WAKE).bind(record::to_sql(changed_until)?).bind(i64::from(limit));
                if query.execute(&mut *tx).await?.rows_affected() > 0 {
                    tx.commit().await?;
                }
                Ok(())
            }

            async fn changed(&self, before: Day, limit: u32) -> Result<Vec<Changed>, StoreError> {
                let query = sqlx::query_as(sql::CHANGED).bind(i64::from(before.0)).bind(i64::from(limit));
                query.fetch_all(self.readers()).await?.into_iter().map(rows::changed).collect()
            }

            async fn newest(&self, meter: &DeviceId, day: Day) -> Result<Option<Slots>, StoreError> {
                let query = sqlx::query_as(sql::NEWEST).bind(&meter.0[..]).bind(i64::from(day.0));
                query.fetch_optional(self.readers()).await?.map(rows::newest).transpose()
            }

            async fn judged(&self, verdicts: &[(Changed, Verdict)]) -> Result<(), StoreError> {
                let mut tx = self.begin_records().await?;
                for (changed, verdict) in verdicts {
                    let left = rows::left(verdict)?;
                    let query = sqlx::query(if left.is_some() { sql::JUDGE } else { sql::FORGET })
                        .bind(i64::from(changed.day.0))
                        .bind(&changed.meter.0[..])
                        .bind(changed.scan);
                    let query = match left {
                        Some((state, present, energy)) => query.bind(state).bind(present).bind(energy),
                        None => query,
                    };
                    query.execute(&mut *tx).await?;
                }
                tx.commit().await?;
                Ok(())
            }

            async fn cut(&self, now: Moment) -> Result<(), StoreError> {
                let now = record::to_sql(now)?;
                let mut tx = self.begin_records().await?;
                let mut open: i64 = sqlx::query_scalar(sql::COUNT_OPEN).fetch_one(&mut *tx).await?;
                let (mut day, mut cut) = (-1, false);
                for _ in 0..CUT_DAYS {
                    if open >= i64::from(MAX_OPEN_BATCHES) {
                        break;
                    }
                    let next = sqlx::query_scalar(sql::NEXT_CLOSED_DAY).bind(day).fetch_one(&mut *tx).await?;
                    let Some(next) = next else { break };
                    day = next;
                    let query = sqlx::query_scalar(sql::NEXT_VERSION).bind(day).bind(i64::from(MAX_BATCH));
                    let version: Option<i64> = query.fetch_optional(&mut *tx).await?;
                    // A day has no more versions than the chain has numbers for them.
                    let Some(version) = version.filter(|version| *version <= u16::MAX.into()) else {
                        continue;
                    };
                    <$store>::cut_one(&mut tx, day, version, now).await?;
                    (open, cut) = (open + 1, true);
                }
                if cut {
                    tx.commit().await?;
                }
                Ok(())
            }

            async fn open_batches(&self) -> Result<Vec<OpenBatch>, StoreError> {
                let query = sqlx::query_as(sql::OPEN).bind(i64::from(MAX_OPEN_BATCHES));
                query.fetch_all(self.readers()).await?.into_iter().map(rows::open).collect()
            }

            async fn unsealed(&self, batch: BatchId, limit: u32) -> Result<Vec<ToSealRow>, StoreError> {
                let mut tx = self.begin_reading().await?;
                <$store>::root(&mut tx, batch).await?;
                let query = sqlx::query_as(sql::UNSEALED)
                    .bind(i64::from(batch.day.0))
                    .bind(i64::from(batch.version))
                    .bind(i64::from(limit));
                let rows = query.fetch_all(&mut *tx).await?;
                tx.rollback().await?;
                rows.into_iter().map(rows::to_seal).collect()
            }

            async fn seal(&self, batch: BatchId, sealed: &[SealedRow]) -> Result<(), StoreError> {
                let (day, version) = (i64::from(batch.day.0), i64::from(batch.version));
                let mut tx = self.begin_records().await?;
                <$store>::root(&mut tx, batch).await?;
                for row in sealed {
                    let query = sqlx::query(sql::SEAL)
                        .bind(day)
                        .bind(version)
                        .bind(&row.meter.0[..])
                        .bind(&row.nonce[..])
                        .bind(&row.digest[..])
                        .bind(&row.ciphertext[..]);
                    if query.execute(&mut *tx).await?.rows_affected() > 0 {
                        continue;
                    }
                    let query = sqlx::query_as(sql::SEALED).bind(day).bind(version).bind(&row.meter.0[..]);
                    let stored: Option<rows::SealRow> = query.fetch_optional(&mut *tx).await?;
                    if !stored.is_some_and(|stored| rows::is_sealed(&stored, row)) {
                        return Err(BatchFault::Differs(batch).into());
                    }
                }
                tx.commit().await?;
                Ok(())
            }

            async fn manifest(&self, batch: BatchId) -> Result<Option<Vec<Record>>, StoreError> {
                let mut tx = self.begin_reading().await?;
                <$store>::root(&mut tx, batch).await?;
                let records = <$store>::records(&mut tx, batch).await?;
                tx.rollback().await?;
                Ok(records)
            }

            async fn anchor(&self, batch: BatchId, root: &[u8; 32]) -> Result<(), StoreError> {
                let mut tx = self.begin_records().await?;
                if let Some(stored) = <$store>::root(&mut tx, batch).await? {
                    return (stored == root).then_some(()).ok_or(BatchFault::Differs(batch).into());
                }
                let records = <$store>::records(&mut tx, batch).await?;
                let records = records.ok_or(BatchFault::Unsealed(batch))?;
                if records::root(&records) != *root {
                    return Err(BatchFault::Differs(batch).into());
                }
                sqlx::query(sql::ANCHOR)
                    .bind(i64::from(batch.day.0))
                    .bind(i64::from(batch.version))
                    .bind(&root[..])
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
                Ok(())
            }

            async fn anchors(&self) -> Result<bool, StoreError> {
                let count: i64 = sqlx::query_scalar(sql::ANCHORS).fetch_one(self.readers()).await?;
                Ok(count > 0)
            }

            async fn anchored(
                &self,
                meter: &DeviceId,
                day: Day,
            ) -> Result<Option<AnchoredBatch>, StoreError> {
                let mut tx = self.begin_reading().await?;
                let query = sqlx::query_as(sql::ANCHORED).bind(&meter.0[..]).bind(i64::from(day.0));
                let Some(found) = query.fetch_optional(&mut *tx).await? else { return Ok(None) };
                let (version, nonce) = rows::anchored(found)?;
                let records = <$store>::records(&mut tx, BatchId { day, version }).await?;
                tx.rollback().await?;
                Ok(Some(AnchoredBatch { version, nonce, records: records.ok_or(StoreError::Corrupt)? }))
            }

            async fn totals(&self) -> Result<Totals, StoreError> {
                let counts = sqlx::query_as(sql::TOTALS).fetch_one(self.readers()).await?;
                let (open, anchored, meter_days, refused): (i64, i64, i64, i64) = counts;
                Ok(Totals {
                    open_batches: record::from_sql(open)?,
                    anchored_batches: record::from_sql(anchored)?,
                    anchored_meter_days: record::from_sql(meter_days)?,
                    refused_meter_days: record::from_sql(refused)?,
                })
            }

            async fn history(
                &self,
                days: RangeInclusive<Day>,
                open_only: bool,
            ) -> Result<(Vec<BatchStatus>, Vec<WaitingDays>), StoreError> {
                let (from, until) = (i64::from(days.start().0), i64::from(days.end().0));
                let mut tx = self.begin_reading().await?;
                let batches = if open_only { sql::OPEN_BATCHES } else { sql::BATCHES };
                let query = sqlx::query_as(batches).bind(from).bind(until).bind(i64::from(MAX_SHOWN));
                let batches = query.fetch_all(&mut *tx).await?;
                let query = sqlx::query_as(sql::WAITING).bind(from).bind(until).bind(i64::from(MAX_SHOWN));
                let waiting = query.fetch_all(&mut *tx).await?;
                tx.rollback().await?;
                let batches = batches.into_iter().map(rows::status).collect::<Result<_, _>>()?;
                let waiting = waiting.into_iter().map(rows::waiting_days).collect::<Result<_, _>>()?;
                Ok((batches, waiting))
            }

            async fn waiting_on(&self, day: Day) -> Result<Vec<(DeviceId, Waiting, Moment)>, StoreError> {
                let query =
                    sqlx::query_as(sql::WAITING_METERS).bind(i64::from(day.0)).bind(i64::from(MAX_SHOWN));
                query.fetch_all(self.readers()).await?.into_iter().map(rows::waiting_meter).collect()
            }

            async fn recheck(&self, meter: &DeviceId, days: RangeInclusive<Day>) -> Result<u64, StoreError> {
                let mut tx = self.begin_records().await?;
                let scan = <$store>::next_scan(&mut tx).await?;
                let query = sqlx::query(sql::RECHECK)
                    .bind(scan)
                    .bind(&meter.0[..])
                    .bind(i64::from(days.start().0))
                    .bind(i64::from(days.end().0));
                let count = query.execute(&mut *tx).await?.rows_affected();
                tx.commit().await?;
                Ok(count)
            }

            async fn release(&self, batch: BatchId, taken_by: &[u8; 32]) -> Result<u64, StoreError> {
                let (day, version) = (i64::from(batch.day.0), i64::from(batch.version));
                let mut tx = self.begin_records().await?;
                let anchored = <$store>::root(&mut tx, batch).await?.is_some();
                let records = <$store>::records(&mut tx, batch).await?;
                if anchored || records.is_some_and(|records| records::root(&records) == *taken_by) {
                    return Err(BatchFault::Anchored(batch).into());
                }
                let scan = <$store>::next_scan(&mut tx).await?;
                let query = sqlx::query(sql::WAIT_AGAIN).bind(scan).bind(day).bind(version);
                let count = query.execute(&mut *tx).await?.rows_affected();
                sqlx::query(sql::DROP_ROWS).bind(day).bind(version).execute(&mut *tx).await?;
                let query = sqlx::query(sql::RELEASE).bind(day).bind(version).bind(&taken_by[..]);
                query.execute(&mut *tx).await?;
                tx.commit().await?;
                Ok(count)
            }
        }

        impl $store {
            /// Looks through imports; whether there was anything to look at.
            async fn scan_imports(
                tx: &mut Transaction<'static, $database>,
                scan: i64,
            ) -> Result<bool, StoreError> {
                let mut budget = i64::from(SCAN_ROWS);
                let mut found = false;
                for _ in 0..SCAN_IMPORTS {
                    let next = sqlx::query_as(sql::NEXT_IMPORT).fetch_optional(&mut **tx).await?;
                    let Some((import, imported_at, from)) = next else { break };
                    let (import, imported_at, from): (i64, i64, i64) = (import, imported_at, from);
                    let query = sqlx::query_as(sql::IMPORT_PAGE).bind(import).bind(from).bind(budget);
                    let (last, count): (Option<i64>, i64) = query.fetch_one(&mut **tx).await?;
                    if let Some(last) = last {
                        sqlx::query(sql::NOTE_IMPORTED)
                            .bind(imported_at)
                            .bind(scan)
                            .bind(import)
                            .bind(from)
                            .bind(last)
                            .execute(&mut **tx)
                            .await?;
                    }
                    // Everything of the last moment was noted, also what the page did not reach.
                    let rest = last.filter(|_| count == budget).and_then(|last| last.checked_add(1));
                    sqlx::query(sql::SET_IMPORT).bind(import).bind(rest).execute(&mut **tx).await?;
                    found = true;
                    budget -= count;
                    if budget <= 0 {
                        break;
                    }
                }
                Ok(found)
            }

            async fn cut_one(
                tx: &mut Transaction<'static, $database>,
                day: i64,
                version: i64,
                now: i64,
            ) -> Result<(), StoreError> {
                let most = i64::from(MAX_BATCH);
                let query = sqlx::query(sql::CUT).bind(day).bind(version).bind(now).bind(most);
                query.execute(&mut **tx).await?;
                let query = sqlx::query(sql::CUT_ROWS).bind(day).bind(version).bind(most);
                query.execute(&mut **tx).await?;
                sqlx::query(sql::DROP_CUT).bind(day).bind(version).execute(&mut **tx).await?;
                Ok(())
            }

            /// The root of a batch; `None` while it is open.
            async fn root(
                tx: &mut Transaction<'static, $database>,
                batch: BatchId,
            ) -> Result<Option<Vec<u8>>, StoreError> {
                let query =
                    sqlx::query_scalar(sql::ROOT).bind(i64::from(batch.day.0)).bind(i64::from(batch.version));
                let found: Option<Option<Vec<u8>>> = query.fetch_optional(&mut **tx).await?;
                Ok(found.ok_or(BatchFault::Unknown(batch))?)
            }

            async fn records(
                tx: &mut Transaction<'static, $database>,
                batch: BatchId,
            ) -> Result<Option<Vec<Record>>, StoreError> {
                let query =
                    sqlx::query_as(sql::RECORDS).bind(i64::from(batch.day.0)).bind(i64::from(batch.version));
                rows::records(batch.day, query.fetch_all(&mut **tx).await?)
            }

            /// A number that no scan had.
            async fn next_scan(tx: &mut Transaction<'static, $database>) -> Result<i64, StoreError> {
                let (scanned, scans): (i64, i64) = sqlx::query_as(sql::STATE).fetch_one(&mut **tx).await?;
                sqlx::query(sql::SET_STATE).bind(scanned).bind(scans + 1).execute(&mut **tx).await?;
                Ok(scans + 1)
            }
        }
    };
}

meter_day_store!(SqliteStore, Sqlite);
meter_day_store!(PostgresStore, Postgres);
