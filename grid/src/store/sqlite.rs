// SPDX-License-Identifier: Apache-2.0
//! SQLite: the default. Write-ahead log, synced at every commit; one connection writes, some read.

use super::{
    migrator,
    record::{self, Record},
    redacted, Appended, Origin, ReadingStore, StoreError, PATIENCE,
};
use async_trait::async_trait;
use dmsm_primitives::{DeviceId, SignedReading};
use sqlx::{
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    Sqlite, SqliteConnection, SqlitePool, Transaction,
};
use std::{
    collections::HashMap, fs::OpenOptions, io, os::unix::fs::OpenOptionsExt, path::Path, str::FromStr,
};

const READERS: u32 = 4;
const REMEDY: &str = "does its folder exist, may this user write there, is the disk full?";

const LAST: &str = "SELECT max(sequence) FROM readings WHERE device = ?";
const FIND: &str = "SELECT id, device, sequence, taken_at, power, temperature, signature \
     FROM readings WHERE device = ? AND sequence = ?";
const AFTER: &str = "SELECT id, device, sequence, taken_at, power, temperature, signature \
     FROM readings WHERE id > ? ORDER BY id LIMIT ?";
const INSERT: &str = "INSERT INTO readings (id, device, sequence, taken_at, power, temperature, signature) \
     VALUES (?, ?, ?, ?, ?, ?, ?)";

/// A database file.
pub struct SqliteStore {
    /// One connection: commits stand in row order.
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens or makes the file that `url` names.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Open { url: redacted(url), remedy: REMEDY, source };
        if url.contains(":memory:") || url.contains("mode=memory") {
            let reason = "it lives in memory; name a file";
            return Err(StoreError::NotDurable { url: redacted(url), reason });
        }
        let options = SqliteConnectOptions::from_str(url)
            .map_err(failed)?
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE);
        create_private(options.get_filename()).map_err(|error| failed(error.into()))?;
        let pool =
            || SqlitePoolOptions::new().acquire_timeout(PATIENCE).idle_timeout(None).max_lifetime(None);
        let writer = pool().max_connections(1).connect_with(options.clone()).await.map_err(failed)?;
        migrator(
            include_str!("../../migrations/sqlite/0001_readings.sql"),
            include_str!("../../migrations/sqlite/0002_bills.sql"),
            include_str!("../../migrations/sqlite/0003_records.sql"),
        )
        .run(&writer)
        .await
        .map_err(|source| StoreError::Migrate { url: redacted(url), source })?;
        let readers = pool().max_connections(READERS).connect_lazy_with(options.read_only(true));
        Ok(Self { writer, readers })
    }

    pub(super) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// A transaction whose statements all see one state.
    pub(super) async fn begin_reading(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.readers.begin().await
    }

    /// A transaction beside which no other one changes tariffs or imports.
    pub(super) async fn begin_change(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }

    /// A transaction beside which no other one changes batches or what waits for them.
    pub(super) async fn begin_records(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }
}

#[async_trait]
impl ReadingStore for SqliteStore {
    async fn bind(&self, origin: &Origin) -> Result<(), StoreError> {
        let (genesis, region) = (origin.genesis.to_vec(), i64::from(origin.region.0));
        sqlx::query("UPDATE grid_state SET genesis = ?, region = ? WHERE genesis IS NULL")
            .bind(&genesis)
            .bind(region)
            .execute(&self.writer)
            .await?;
        let found: (Vec<u8>, i64) =
            sqlx::query_as("SELECT genesis, region FROM grid_state").fetch_one(&self.writer).await?;
        if found == (genesis, region) {
            Ok(())
        } else {
            Err(StoreError::OtherOrigin)
        }
    }

    async fn append(&self, batch: &[SignedReading]) -> Result<Vec<Appended>, StoreError> {
        record::check_range(batch)?;
        // Takes the write lock at once: what is read below cannot change before the commit.
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let mut last = HashMap::new();
        for device in record::devices(batch) {
            if let Some(sequence) = last_sequence(&mut tx, &device).await? {
                last.insert(device, sequence);
            }
        }
        let mut stored = Vec::new();
        for (device, sequence) in record::passed(batch, &last) {
            stored.extend(find(&mut tx, &device, record::to_sql(sequence)?).await?);
        }
        let plan = record::plan(batch, &last, &stored);
        if !plan.fresh.is_empty() {
            insert(&mut tx, &plan.fresh).await?;
            tx.commit().await?;
        }
        Ok(plan.outcomes)
    }

    async fn after(&self, row: u64, limit: u32) -> Result<Vec<(u64, SignedReading)>, StoreError> {
        let Ok(row) = i64::try_from(row) else { return Ok(Vec::new()) };
        let records: Vec<Record> =
            sqlx::query_as(AFTER).bind(row).bind(i64::from(limit)).fetch_all(&self.readers).await?;
        records.into_iter().map(record::decode).collect()
    }

    async fn lookup(&self, wanted: &[(DeviceId, u64)]) -> Result<Vec<Option<SignedReading>>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        let mut found = Vec::with_capacity(wanted.len());
        for (device, sequence) in wanted {
            found.push(match i64::try_from(*sequence) {
                Ok(sequence) => find(&mut connection, device, sequence).await?,
                Err(_) => None,
            });
        }
        Ok(found)
    }

    async fn head(&self) -> Result<u64, StoreError> {
        record::from_sql(sqlx::query_scalar("SELECT head FROM grid_state").fetch_one(&self.readers).await?)
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Makes the file, if it is not there, for this user's eyes alone; SQLite gives its side files the
/// same mode.
fn create_private(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        created => created.map(drop),
    }
}

async fn last_sequence(db: &mut SqliteConnection, device: &DeviceId) -> Result<Option<u64>, StoreError> {
    let last: Option<i64> = sqlx::query_scalar(LAST).bind(&device.0[..]).fetch_one(db).await?;
    last.map(record::from_sql).transpose()
}

async fn find(
    db: &mut SqliteConnection,
    device: &DeviceId,
    sequence: i64,
) -> Result<Option<SignedReading>, StoreError> {
    let record: Option<Record> =
        sqlx::query_as(FIND).bind(&device.0[..]).bind(sequence).fetch_optional(db).await?;
    Ok(record.map(record::decode).transpose()?.map(|(_, signed)| signed))
}

async fn insert(db: &mut SqliteConnection, fresh: &[&SignedReading]) -> Result<(), StoreError> {
    let mut head: i64 = sqlx::query_scalar("SELECT head FROM grid_state").fetch_one(&mut *db).await?;
    for SignedReading { reading, signature } in fresh {
        head += 1;
        sqlx::query(INSERT)
            .bind(head)
            .bind(&reading.device.0[..])
            .bind(record::to_sql(reading.sequence)?)
            .bind(record::to_sql(reading.taken_at)?)
            .bind(reading.power)
            .bind(reading.temperature)
            .bind(&signature.0[..])
            .execute(&mut *db)
            .await?;
    }
    sqlx::query("UPDATE grid_state SET head = ?").bind(head).execute(db).await?;
    Ok(())
}
