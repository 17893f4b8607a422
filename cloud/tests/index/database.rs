// SPDX-License-Identifier: Apache-2.0
//! Databases of every backend, the tests that all of them must pass, and what an index holds.

use super::postgres;
use dmsm_cloud::{database, index::Index};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// An empty database of some backend.
pub struct Database {
    pub url: String,
    _folder: Option<TempDir>,
}

impl Database {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("cloud.db").display());
        Self { url, _folder: Some(folder) }
    }

    pub async fn postgres() -> Self {
        Self { url: postgres::database().await, _folder: None }
    }

    pub async fn open(&self) -> Index {
        Index::new(database::Database::open(&self.url).await.unwrap())
    }

    /// All rows of the index as text, in an order that is no backend's.
    pub async fn dump(&self) -> Vec<String> {
        let mut dump = Vec::new();
        for (table, columns, order) in TABLES {
            let sqlite = self.url.starts_with("sqlite");
            let shown: Vec<_> = columns.split(' ').map(|column| shown(column, sqlite)).collect();
            let statement = format!("SELECT {} FROM {table} ORDER BY {order}", shown.join(" || ' ' || "));
            let statement = AssertSqlSafe(statement);
            let rows: Vec<String> = match sqlite {
                true => {
                    let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                    sqlx::query_scalar(statement).fetch_all(&mut connection).await.unwrap()
                }
                false => {
                    let mut connection = PgConnection::connect(&self.url).await.unwrap();
                    sqlx::query_scalar(statement).fetch_all(&mut connection).await.unwrap()
                }
            };
            dump.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
        }
        dump
    }

    /// Runs a statement beside the index.
    pub async fn execute(&self, statement: &'static str) {
        match self.url.starts_with("sqlite") {
            true => {
                let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::query(statement).execute(&mut connection).await.unwrap();
            }
            false => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                sqlx::query(statement).execute(&mut connection).await.unwrap();
            }
        }
    }
}

/// Each table of the index, its columns with `#` before those that hold bytes, and an order.
const TABLES: [(&str, &str, &str); 8] = [
    ("index_head", "#genesis number #hash unknown", "number"),
    ("blocks", "number time", "number"),
    ("notices", "place time #device #owner #processor previous sequence #digest", "place"),
    (
        "requests",
        "place request #requester #processor kind #content price state requested_at accept_by accepted_at \
         answer_by ended_at #answer #cloud",
        "place",
    ),
    ("credit", "place time #processor #counterparty conduct price change score_before score_after", "place"),
    ("data_keys", "#processor scope #data_key place", "place"),
    ("anchors", "place #processor scope day version #root count #manifest state flaw", "place"),
    ("records", "id #processor #meter day present #digest #ciphertext", "id"),
];

fn shown(column: &str, sqlite: bool) -> String {
    let (column, text) = match (column.strip_prefix('#'), sqlite) {
        (Some(column), true) => (column, format!("lower(hex({column}))")),
        (Some(column), false) => (column, format!("encode({column}, 'hex')")),
        (None, _) => (column, format!("CAST({column} AS TEXT)")),
    };
    format!("CASE WHEN {column} IS NULL THEN '-' ELSE {text} END")
}

/// Runs each of these functions, which take a [`Database`], on every backend.
macro_rules! conformance {
    ($($test:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(crate::database::Database::sqlite().await).await;
            })*
        }

        mod postgresql {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(crate::database::Database::postgres().await).await;
            })*
        }
    };
}

pub(crate) use conformance;
