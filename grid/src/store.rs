// SPDX-License-Identifier: Apache-2.0
//! Where readings are kept. One trait, one module a backend, one conformance suite over both.

mod billing;
mod meter_days;
mod postgres;
mod record;
mod sqlite;

pub use billing::{BillingStore, Import, Imported, TariffBook, TariffWritten};
pub use meter_days::{
    AnchoredBatch, BatchFault, BatchId, BatchState, BatchStatus, Changed, MeterDayStore, Totals, Verdict,
    Waiting, WaitingDays, MAX_SHOWN, SCAN_ROWS,
};
pub use postgres::PostgresStore;
pub use sqlite::SqliteStore;

use async_trait::async_trait;
use dmsm_primitives::{DeviceId, RegionId, SignedReading};
use sqlx::{
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    SqlSafeStr,
};
use std::{sync::Arc, time::Duration};

/// Highest sequence and highest time that a store holds: SQL integers are signed.
pub const MAX_INTEGER: u64 = i64::MAX as u64;

/// How long a query waits for a connection or a lock before the database counts as unreachable.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of one reading handed to [`ReadingStore::append`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Appended {
    /// It is durable, under a new row.
    Stored,
    /// Exactly this reading was stored before.
    Duplicate,
    /// The device's sequence already stands at or above this one.
    RepeatedSequence,
}

/// Whose readings a database holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Origin {
    /// Hash of the chain's first block.
    pub genesis: [u8; 32],
    /// The region.
    pub region: RegionId,
}

/// Readings in the order of their acceptance.
///
/// Rows count from 1 without gaps, in commit order: once a row was read, no lower row appears.
#[async_trait]
pub trait ReadingStore: Send + Sync + 'static {
    /// Ties an empty database to `origin`; refuses one that is tied to another.
    async fn bind(&self, origin: &Origin) -> Result<(), StoreError>;

    /// Stores what is new in `batch` in one transaction, durably, and says for each reading what
    /// became of it. All or nothing: after an error none of the batch is stored.
    async fn append(&self, batch: &[SignedReading]) -> Result<Vec<Appended>, StoreError>;

    /// Up to `limit` readings with rows above `row`, in row order.
    async fn after(&self, row: u64, limit: u32) -> Result<Vec<(u64, SignedReading)>, StoreError>;

    /// The readings with these devices and sequences, in the order asked.
    async fn lookup(&self, wanted: &[(DeviceId, u64)]) -> Result<Vec<Option<SignedReading>>, StoreError>;

    /// The highest row; 0 while there is none.
    async fn head(&self) -> Result<u64, StoreError>;

    /// Finishes what runs and closes all connections.
    async fn close(&self);
}

/// Why a store gives no answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Neither `sqlite://` nor `postgres://`.
    #[error("cannot use database {url}: give sqlite://PATH or postgres://USER@HOST/NAME")]
    UnknownScheme {
        /// The URL, without password.
        url: String,
    },
    /// What is accepted would not outlive a crash.
    #[error("database {url} would lose accepted readings: {reason}")]
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
    /// The database belongs to another chain or region.
    #[error("the database holds readings of another chain or region: give each its own database")]
    OtherOrigin,
    /// A number above [`MAX_INTEGER`].
    #[error("a sequence or time above {MAX_INTEGER}")]
    OutOfRange,
    /// A row that this program did not write.
    #[error("the database holds a malformed row")]
    Corrupt,
    /// No tariff has this name.
    #[error("no tariff is named {name:?}: see dmsm-grid tariff list")]
    UnknownTariff {
        /// The name asked for.
        name: String,
    },
    /// Another tariff has this name already.
    #[error(
        "tariff {name} is there and differs: bills of past months would change. Give the new one a name of \
         its own and assign it from a month on, or correct the old one with --replace"
    )]
    TariffDiffers {
        /// The name of both.
        name: String,
    },
    /// A batch of meter-days is not what it is taken for.
    #[error(transparent)]
    Batch(#[from] BatchFault),
    /// The database does not answer: away, locked or full.
    #[error("the database does not answer")]
    Unavailable(#[from] sqlx::Error),
}

/// Opens the database that `url` names and brings its tables up to date.
pub async fn open(url: &str) -> Result<Arc<dyn MeterDayStore>, StoreError> {
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => Ok(Arc::new(SqliteStore::open(url).await?)),
        Some("postgres" | "postgresql") => Ok(Arc::new(PostgresStore::open(url).await?)),
        _ => Err(StoreError::UnknownScheme { url: redacted(url) }),
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

/// The migrations of a backend, in order; later ones are added here and never changed.
fn migrator(readings: &'static str, bills: &'static str, records: &'static str) -> Migrator {
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    let migrations = [(1, "readings", readings), (2, "bills", bills), (3, "records", records)];
    Migrator::with_migrations(migrations.into_iter().map(migration).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_do_not_reach_the_logs() {
        assert_eq!(redacted("postgres://grid:secret@db/grid"), "postgres://grid:***@db/grid");
        assert_eq!(redacted("postgres://grid@db/grid?password=secret"), "postgres://grid@db/grid?***");
        assert_eq!(redacted("postgres://grid@db/grid"), "postgres://grid@db/grid");
        assert_eq!(redacted("sqlite:///var/lib/grid.db"), "sqlite:///var/lib/grid.db");
        assert!(!redacted("host=db password=secret").contains("secret"));
    }

    #[tokio::test]
    async fn a_url_of_no_backend_is_refused() {
        assert!(matches!(open("mysql://grid@db/grid").await, Err(StoreError::UnknownScheme { .. })));
        assert!(matches!(open("grid.db").await, Err(StoreError::UnknownScheme { .. })));
    }
}
