// SPDX-License-Identifier: Apache-2.0
//! PostgreSQL: for a region too large for one file, or a database kept elsewhere.
//!
//! Rows are numbered by hand, under a lock on the one row of `grid_state`. A sequence would not
//! do: two transactions may take 7 and 8 and commit 8 first, and a cursor that saw 8 never comes
//! back for 7.

use super::{
    migrator,
    record::{self, Record},
    redacted, Appended, Origin, ReadingStore, StoreError, PATIENCE,
};
use async_trait::async_trait;
use dmsm_primitives::{DeviceId, SignedReading};
use sqlx::{
    postgres::{PgConnectOptions, PgPoolOptions},
    PgConnection, PgPool, Postgres, Transaction,
};
use std::{collections::HashMap, str::FromStr};

const CONNECTIONS: u32 = 8;
const REMEDY: &str = "does the server run, does the database exist, may this user connect? \
     Try the same URL with psql";

const LAST: &str = "SELECT d.device, (SELECT max(r.sequence) FROM readings r WHERE r.device = d.device) \
     FROM unnest($1::bytea[]) AS d (device)";
const FIND: &str = "SELECT w.position, r.id, r.device, r.sequence, r.taken_at, r.power, r.temperature, \
     r.signature FROM unnest($1::bytea[], $2::bigint[]) WITH ORDINALITY AS w (device, sequence, position) \
     JOIN readings r ON r.device = w.device AND r.sequence = w.sequence";
const AFTER: &str = "SELECT id, device, sequence, taken_at, power, temperature, signature \
     FROM readings WHERE id > $1 ORDER BY id LIMIT $2";
const INSERT: &str = "INSERT INTO readings (id, device, sequence, taken_at, power, temperature, signature) \
     SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bigint[], \
     $6::integer[], $7::bytea[])";

/// A database of a PostgreSQL server.
pub struct PostgresStore {
    pool: PgPool,
}

impl PostgresStore {
    /// Connects to the database that `url` names.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Open { url: redacted(url), remedy: REMEDY, source };
        let patience = PATIENCE.as_millis().to_string();
        let options =
            PgConnectOptions::from_str(url).map_err(failed)?.application_name("dmsm-grid").options([
                ("lock_timeout", patience.as_str()),
                ("statement_timeout", patience.as_str()),
                ("idle_in_transaction_session_timeout", patience.as_str()),
            ]);
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await
            .map_err(failed)?;
        let synchronous: String =
            sqlx::query_scalar("SHOW synchronous_commit").fetch_one(&pool).await.map_err(failed)?;
        if synchronous == "off" {
            let reason = "synchronous_commit is off; ALTER DATABASE … SET synchronous_commit = on";
            return Err(StoreError::NotDurable { url: redacted(url), reason });
        }
        migrator(
            include_str!("../../migrations/postgres/0001_readings.sql"),
            include_str!("../../migrations/postgres/0002_bills.sql"),
            include_str!("../../migrations/postgres/0003_records.sql"),
        )
        .run(&pool)
        .await
        .map_err(|source| StoreError::Migrate { url: redacted(url), source })?;
        Ok(Self { pool })
    }

    pub(super) fn readers(&self) -> &PgPool {
        &self.pool
    }

    /// A transaction whose statements all see one state.
    pub(super) async fn begin_reading(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    /// A transaction beside which no other one changes tariffs or imports.
    pub(super) async fn begin_change(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        let mut tx = self.pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
        sqlx::query("LOCK TABLE tariffs, imports IN SHARE ROW EXCLUSIVE MODE").execute(&mut *tx).await?;
        Ok(tx)
    }

    /// A transaction beside which no other one changes batches or what waits for them.
    pub(super) async fn begin_records(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        let mut tx = self.pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
        sqlx::query("SELECT one FROM records_state FOR UPDATE").execute(&mut *tx).await?;
        Ok(tx)
    }
}

#[async_trait]
impl ReadingStore for PostgresStore {
    async fn bind(&self, origin: &Origin) -> Result<(), StoreError> {
        let (genesis, region) = (origin.genesis.to_vec(), i64::from(origin.region.0));
        sqlx::query("UPDATE grid_state SET genesis = $1, region = $2 WHERE genesis IS NULL")
            .bind(&genesis)
            .bind(region)
            .execute(&self.pool)
            .await?;
        let found: (Vec<u8>, i64) =
            sqlx::query_as("SELECT genesis, region FROM grid_state").fetch_one(&self.pool).await?;
        if found == (genesis, region) {
            Ok(())
        } else {
            Err(StoreError::OtherOrigin)
        }
    }

    async fn append(&self, batch: &[SignedReading]) -> Result<Vec<Appended>, StoreError> {
        record::check_range(batch)?;
        // Each statement sees what was committed before it, whatever the database's default is.
        let mut tx = self.pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
        // Held until the commit is visible: the next writer sees all that this one wrote.
        let head: i64 =
            sqlx::query_scalar("SELECT head FROM grid_state FOR UPDATE").fetch_one(&mut *tx).await?;
        let last = last_sequences(&mut tx, batch).await?;
        let stored: Vec<_> = find(&mut tx, &record::passed(batch, &last)).await?.into_values().collect();
        let plan = record::plan(batch, &last, &stored);
        if plan.fresh.is_empty() {
            tx.rollback().await?;
        } else {
            insert(&mut tx, head, &plan.fresh).await?;
            tx.commit().await?;
        }
        Ok(plan.outcomes)
    }

    async fn after(&self, row: u64, limit: u32) -> Result<Vec<(u64, SignedReading)>, StoreError> {
        let Ok(row) = i64::try_from(row) else { return Ok(Vec::new()) };
        let records: Vec<Record> =
            sqlx::query_as(AFTER).bind(row).bind(i64::from(limit)).fetch_all(&self.pool).await?;
        records.into_iter().map(record::decode).collect()
    }

    async fn lookup(&self, wanted: &[(DeviceId, u64)]) -> Result<Vec<Option<SignedReading>>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let mut found = find(&mut connection, wanted).await?;
        Ok((0..wanted.len()).map(|index| found.remove(&index)).collect())
    }

    async fn head(&self) -> Result<u64, StoreError> {
        record::from_sql(sqlx::query_scalar("SELECT head FROM grid_state").fetch_one(&self.pool).await?)
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

async fn last_sequences(
    db: &mut PgConnection,
    batch: &[SignedReading],
) -> Result<HashMap<DeviceId, u64>, StoreError> {
    let devices: Vec<Vec<u8>> = record::devices(batch).iter().map(|device| device.0.to_vec()).collect();
    let rows: Vec<(Vec<u8>, Option<i64>)> = sqlx::query_as(LAST).bind(devices).fetch_all(db).await?;
    let known = rows.into_iter().filter_map(|(device, last)| Some((device, last?)));
    known.map(|(device, last)| Ok((record::device_id(device)?, record::from_sql(last)?))).collect()
}

/// The readings found, by their index in `wanted`.
async fn find(
    db: &mut PgConnection,
    wanted: &[(DeviceId, u64)],
) -> Result<HashMap<usize, SignedReading>, StoreError> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let devices: Vec<Vec<u8>> = wanted.iter().map(|(device, _)| device.0.to_vec()).collect();
    // A sequence that SQL cannot hold is not stored; nor is 0.
    let sequences: Vec<i64> =
        wanted.iter().map(|(_, sequence)| i64::try_from(*sequence).unwrap_or(0)).collect();
    type Row = (i64, i64, Vec<u8>, i64, i64, i64, Option<i32>, Vec<u8>);
    let rows: Vec<Row> = sqlx::query_as(FIND).bind(devices).bind(sequences).fetch_all(db).await?;
    rows.into_iter()
        .map(|(position, id, device, sequence, taken_at, power, temperature, signature)| {
            let record = (id, device, sequence, taken_at, power, temperature, signature);
            let index = usize::try_from(position - 1).map_err(|_| StoreError::Corrupt)?;
            Ok((index, record::decode(record)?.1))
        })
        .collect()
}

async fn insert(db: &mut PgConnection, head: i64, fresh: &[&SignedReading]) -> Result<(), StoreError> {
    let new_head = head + fresh.len() as i64;
    let column = |value: fn(&SignedReading) -> u64| -> Result<Vec<i64>, StoreError> {
        fresh.iter().map(|signed| record::to_sql(value(signed))).collect()
    };
    sqlx::query(INSERT)
        .bind((head + 1..=new_head).collect::<Vec<_>>())
        .bind(fresh.iter().map(|signed| signed.reading.device.0.to_vec()).collect::<Vec<_>>())
        .bind(column(|signed| signed.reading.sequence)?)
        .bind(column(|signed| signed.reading.taken_at)?)
        .bind(fresh.iter().map(|signed| signed.reading.power).collect::<Vec<_>>())
        .bind(fresh.iter().map(|signed| signed.reading.temperature).collect::<Vec<_>>())
        .bind(fresh.iter().map(|signed| signed.signature.0.to_vec()).collect::<Vec<_>>())
        .execute(&mut *db)
        .await?;
    sqlx::query("UPDATE grid_state SET head = $1").bind(new_head).execute(db).await?;
    Ok(())
}
