// SPDX-License-Identifier: Apache-2.0
//! Databases of every backend, and the tests that all of them must pass.

use super::postgres;
use dmsm_grid::store::{self, MeterDayStore};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use std::sync::Arc;
use tempfile::TempDir;

/// An empty database of some backend.
pub struct Database {
    pub url: String,
    _folder: Option<TempDir>,
}

impl Database {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("grid.db").display());
        Self { url, _folder: Some(folder) }
    }

    pub async fn postgres() -> Self {
        Self { url: postgres::database().await, _folder: None }
    }

    /// A connection that holds the write lock until it is released.
    pub async fn lock(&self) -> Lock {
        if self.url.starts_with("sqlite") {
            let mut other = SqliteConnection::connect(&self.url).await.unwrap();
            other.execute("BEGIN IMMEDIATE").await.unwrap();
            Lock::Sqlite(other)
        } else {
            let mut other = PgConnection::connect(&self.url).await.unwrap();
            other.execute("BEGIN").await.unwrap();
            other.execute("SELECT * FROM grid_state FOR UPDATE").await.unwrap();
            Lock::Postgres(other)
        }
    }

    /// What an operator, or somebody who should not, does to the database.
    pub async fn execute(&self, sql: &str) -> u64 {
        execute(&self.url, sql).await
    }

    pub async fn open(&self) -> Arc<dyn MeterDayStore> {
        store::open(&self.url).await.unwrap()
    }
}

/// Runs a statement on a database and says how many rows it changed.
pub async fn execute(url: &str, sql: &str) -> u64 {
    let sql = AssertSqlSafe(sql.to_owned());
    if url.starts_with("sqlite") {
        let mut other = SqliteConnection::connect(url).await.unwrap();
        let done = other.execute(sql).await.unwrap().rows_affected();
        other.close().await.unwrap();
        done
    } else {
        let mut other = PgConnection::connect(url).await.unwrap();
        let done = other.execute(sql).await.unwrap().rows_affected();
        other.close().await.unwrap();
        done
    }
}

pub enum Lock {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Lock {
    pub async fn release(self) {
        match self {
            Self::Sqlite(connection) => connection.close().await.unwrap(),
            Self::Postgres(connection) => connection.close().await.unwrap(),
        }
    }
}

/// Runs each of these functions, which take a [`Database`], on every backend.
macro_rules! conformance {
    ($($test:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(super::Database::sqlite().await).await;
            })*
        }

        mod postgresql {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(super::Database::postgres().await).await;
            })*
        }
    };
}

pub(crate) use conformance;
