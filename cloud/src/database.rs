// SPDX-License-Identifier: Apache-2.0
//! The SQL database: who owns which blob, which nonces are spent, and the index of the chain.
//!
//! SQLite by default, PostgreSQL by URL. Both understand `$1` and the SQL that this program writes;
//! where the types of connections differ, a macro runs one text on either.

use sqlx::{
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    PgPool, Postgres, SqlSafeStr, Sqlite, SqlitePool, Transaction,
};
use std::{fs::OpenOptions, io, os::unix::fs::OpenOptionsExt, path::Path, str::FromStr, time::Duration};

/// How long a query waits for a connection or a lock before the database counts as unreachable.
const PATIENCE: Duration = Duration::from_secs(5);

const SQLITE_READERS: u32 = 4;
const SQLITE_REMEDY: &str = "does its folder exist, may this user write there, is the disk full?";

const POSTGRES_CONNECTIONS: u32 = 16;
const POSTGRES_REMEDY: &str = "does the server run, does the database exist, may this user connect? \
     Try the same URL with psql";

const BIND: &str = "UPDATE cloud_state SET genesis = $1 WHERE genesis IS NULL";
const BOUND: &str = "SELECT genesis FROM cloud_state";

/// Runs one text on either backend: the types of connections and rows differ and nothing else does.
/// `Db` is sqlx's name of the backend.
macro_rules! on {
    ($database:expr, $db:ident => $body:expr) => {
        match $database {
            $crate::database::Database::Sqlite($db) => {
                #[allow(dead_code)]
                type Db = sqlx::Sqlite;
                $body
            }
            $crate::database::Database::Postgres($db) => {
                #[allow(dead_code)]
                type Db = sqlx::Postgres;
                $body
            }
        }
    };
}

pub(crate) use on;

/// Why a database gives no answer.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Neither `sqlite://` nor `postgres://`.
    #[error("cannot use database {url}: give sqlite://PATH or postgres://USER@HOST/NAME")]
    UnknownScheme {
        /// The URL, without password.
        url: String,
    },
    /// What is answered would not outlive a crash.
    #[error("database {url} would lose what was answered: {reason}")]
    NotDurable {
        /// The URL, without password.
        url: String,
        /// Which setting, and what to do.
        reason: &'static str,
    },
    /// No connection at start.
    #[error("cannot open database {url}: {remedy}")]
    Open {
        /// The URL, without password.
        url: String,
        /// What to do.
        remedy: &'static str,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The tables cannot be made or brought up to date.
    #[error("cannot prepare the tables of database {url}: is it another program's, or a newer version's?")]
    Migrate {
        /// The URL, without password.
        url: String,
        /// What the driver says.
        source: MigrateError,
    },
    /// The database belongs to another chain.
    #[error("the database belongs to another chain: give each its own database and its own store")]
    OtherChain,
    /// A number above 2^63 − 1: SQL integers are signed.
    #[error("a number above 2^63 − 1")]
    OutOfRange,
    /// A row that this program did not write.
    #[error("the database holds a malformed row")]
    Corrupt,
    /// The database does not answer: away, locked or full.
    #[error("the database does not answer")]
    Unavailable(#[from] sqlx::Error),
}

/// An open database. Clones share the connections.
#[derive(Clone, Debug)]
pub enum Database {
    /// A file.
    Sqlite(SqliteDatabase),
    /// A server.
    Postgres(PostgresDatabase),
}

/// A file: write-ahead log, synced at every commit; one connection writes, some read.
#[derive(Clone, Debug)]
pub struct SqliteDatabase {
    writer: SqlitePool,
    readers: SqlitePool,
}

/// A database of a server.
#[derive(Clone, Debug)]
pub struct PostgresDatabase {
    pool: PgPool,
}

impl Database {
    /// Opens the database that `url` names and brings its tables up to date.
    pub async fn open(url: &str) -> Result<Self, DatabaseError> {
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Ok(Self::Sqlite(SqliteDatabase::open(url).await?)),
            Some("postgres" | "postgresql") => Ok(Self::Postgres(PostgresDatabase::open(url).await?)),
            _ => Err(DatabaseError::UnknownScheme { url: redacted(url) }),
        }
    }

    /// Ties an empty database to the chain of this first block; refuses one that is tied to another.
    pub async fn bind(&self, genesis: &[u8; 32]) -> Result<(), DatabaseError> {
        let found: Option<Vec<u8>> = on!(self, db => {
            let mut tx = db.begin().await?;
            sqlx::query(BIND).bind(&genesis[..]).execute(&mut *tx).await?;
            let found = sqlx::query_scalar(BOUND).fetch_one(&mut *tx).await?;
            tx.commit().await?;
            found
        });
        (found.as_deref() == Some(&genesis[..])).then_some(()).ok_or(DatabaseError::OtherChain)
    }

    /// Whether it answers; for health reports.
    pub async fn check(&self) -> Result<(), DatabaseError> {
        let _: Option<Vec<u8>> = on!(self, db => sqlx::query_scalar(BOUND).fetch_one(db.readers()).await?);
        Ok(())
    }

    /// Finishes what runs and closes all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(sqlite) => {
                sqlite.readers.close().await;
                sqlite.writer.close().await;
            }
            Self::Postgres(postgres) => postgres.pool.close().await,
        }
    }
}

impl SqliteDatabase {
    async fn open(url: &str) -> Result<Self, DatabaseError> {
        let failed = |source| DatabaseError::Open { url: redacted(url), remedy: SQLITE_REMEDY, source };
        if url.contains(":memory:") || url.contains("mode=memory") {
            let reason = "it lives in memory; name a file";
            return Err(DatabaseError::NotDurable { url: redacted(url), reason });
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
        migrator([
            (1, "blobs", include_str!("../migrations/sqlite/0001_blobs.sql")),
            (2, "index", include_str!("../migrations/sqlite/0002_index.sql")),
        ])
        .run(&writer)
        .await
        .map_err(|source| DatabaseError::Migrate { url: redacted(url), source })?;
        let readers = pool().max_connections(SQLITE_READERS).connect_lazy_with(options.read_only(true));
        Ok(Self { writer, readers })
    }

    /// For single statements that change nothing.
    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// A transaction whose statements all see one state.
    pub(crate) async fn begin_reading(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.readers.begin().await
    }

    /// A transaction that writes; on SQLite one at a time.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }
}

impl PostgresDatabase {
    async fn open(url: &str) -> Result<Self, DatabaseError> {
        let failed = |source| DatabaseError::Open { url: redacted(url), remedy: POSTGRES_REMEDY, source };
        let patience = PATIENCE.as_millis().to_string();
        let options =
            PgConnectOptions::from_str(url).map_err(failed)?.application_name("dmsm-cloud").options([
                ("lock_timeout", patience.as_str()),
                ("statement_timeout", patience.as_str()),
                ("idle_in_transaction_session_timeout", patience.as_str()),
            ]);
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await
            .map_err(failed)?;
        let synchronous: String =
            sqlx::query_scalar("SHOW synchronous_commit").fetch_one(&pool).await.map_err(failed)?;
        if synchronous == "off" {
            let reason = "synchronous_commit is off; ALTER DATABASE … SET synchronous_commit = on";
            return Err(DatabaseError::NotDurable { url: redacted(url), reason });
        }
        migrator([
            (1, "blobs", include_str!("../migrations/postgres/0001_blobs.sql")),
            (2, "index", include_str!("../migrations/postgres/0002_index.sql")),
        ])
        .run(&pool)
        .await
        .map_err(|source| DatabaseError::Migrate { url: redacted(url), source })?;
        Ok(Self { pool })
    }

    /// For single statements that change nothing.
    pub(crate) fn readers(&self) -> &PgPool {
        &self.pool
    }

    /// A transaction whose statements all see one state.
    pub(crate) async fn begin_reading(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    /// A transaction that writes.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED").await
    }
}

/// The URL with its password masked, fit for logs.
pub fn redacted(url: &str) -> String {
    let Ok(mut parsed) = url::Url::parse(url) else {
        return "(unreadable URL)".into();
    };
    if parsed.password().is_some() && parsed.set_password(Some("***")).is_err() {
        return "(unreadable URL)".into();
    }
    if parsed.query_pairs().any(|(name, _)| name == "password") {
        parsed.set_query(Some("***"));
    }
    parsed.into()
}

/// The migrations of a backend, in order; later ones are added and none is ever changed.
fn migrator(migrations: impl IntoIterator<Item = (i64, &'static str, &'static str)>) -> Migrator {
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(migrations.into_iter().map(migration).collect())
}

/// Makes the file, if it is not there, for this user's eyes alone; SQLite gives its side files the
/// same mode.
fn create_private(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        created => created.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_do_not_reach_the_logs() {
        assert_eq!(redacted("postgres://cloud:secret@db/cloud"), "postgres://cloud:***@db/cloud");
        assert_eq!(redacted("postgres://cloud@db/cloud?password=secret"), "postgres://cloud@db/cloud?***");
        assert_eq!(redacted("sqlite:///var/lib/cloud.db"), "sqlite:///var/lib/cloud.db");
        assert!(!redacted("host=db password=secret").contains("secret"));
    }

    #[tokio::test]
    async fn a_url_of_no_backend_is_refused() {
        for url in ["mysql://cloud@db/cloud", "cloud.db"] {
            assert!(matches!(Database::open(url).await, Err(DatabaseError::UnknownScheme { .. })), "{url}");
        }
    }
}
