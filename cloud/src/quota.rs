// SPDX-License-Identifier: Apache-2.0
//! Who owns which blob, and how many bytes a member may keep here.
//!
//! A digest counts once for each of its owners. The sum is kept beside the rows, and one statement
//! adds to it and looks at the limit, so that calls at one time cannot go beyond it together.

use crate::database::{on, Database, DatabaseError};
use dmsm_primitives::{MemberId, Moment};
use sqlx::QueryBuilder;
use std::collections::BTreeSet;

/// Nothing yet.
const OPEN_ACCOUNT: &str = "INSERT INTO usage (owner, bytes) VALUES ($1, 0) ON CONFLICT (owner) DO NOTHING";
/// One call after the other for each owner: what is read after this stays true until the end.
const LOCK_ACCOUNT: &str = "UPDATE usage SET bytes = bytes WHERE owner = $1";
/// $1 owner, $2 more bytes, $3 the limit.
const CHARGE: &str = "UPDATE usage SET bytes = bytes + $2 WHERE owner = $1 AND bytes + $2 <= $3";
/// $1 owner, $2 fewer bytes.
const REFUND: &str = "UPDATE usage SET bytes = bytes - $2 WHERE owner = $1";
const USED: &str = "SELECT bytes FROM usage WHERE owner = $1";

/// Rows follow.
const RESERVE: &str = "INSERT INTO ownerships (owner, digest, bytes, reserved_at, settled) ";
const RESERVED: &str = " ON CONFLICT (owner, digest) DO NOTHING RETURNING bytes";
/// $1 owner; digests follow.
const SETTLE: &str = "UPDATE ownerships SET settled = TRUE WHERE owner = ";
const RELEASE: &str =
    "DELETE FROM ownerships WHERE owner = $1 AND digest = $2 AND settled = FALSE RETURNING bytes";
const OWNS: &str = "SELECT count(*) FROM ownerships WHERE owner = $1 AND digest = $2 AND settled = TRUE";
/// $1 before, $2 limit.
const UNSETTLED: &str = "SELECT owner, digest, bytes, reserved_at FROM ownerships \
     WHERE settled = FALSE AND reserved_at < $1 ORDER BY reserved_at LIMIT $2";

/// Why blobs have no room.
#[derive(Debug, thiserror::Error)]
pub enum QuotaError {
    /// The member keeps as much as it may.
    #[error(
        "with this, the member would keep more than {limit} bytes here: ask the cloud's operator for room"
    )]
    Exceeded {
        /// The limit, bytes.
        limit: u64,
    },
    /// The database does not answer.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<sqlx::Error> for QuotaError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// A row whose blob may be in the store or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unsettled {
    /// Whose.
    pub owner: MemberId,
    /// SHA-256 of the blob.
    pub digest: [u8; 32],
    /// Its length.
    pub bytes: u64,
    /// Since when, ms since the Unix epoch.
    pub reserved_at: Moment,
}

/// The accounts of all members.
#[derive(Clone, Debug)]
pub struct Quota {
    database: Database,
    /// SQL integers are signed.
    limit: i64,
}

impl Quota {
    /// Accounts in `database`; each member may keep `limit` bytes.
    pub fn new(database: Database, limit: u64) -> Self {
        Self { database, limit: i64::try_from(limit).unwrap_or(i64::MAX) }
    }

    /// Makes rows for those of `blobs`, digests and lengths, that the owner has none for, and charges
    /// them; all or none. `now` is in ms since the Unix epoch.
    pub async fn reserve(
        &self,
        owner: &MemberId,
        blobs: &[([u8; 32], u64)],
        now: Moment,
    ) -> Result<(), QuotaError> {
        self.charge(owner, blobs, now, self.limit).await
    }

    /// Says that blobs are in the store. One whose row is gone gets it back, beyond the limit if need
    /// be: it was allowed before.
    pub async fn settle(
        &self,
        owner: &MemberId,
        blobs: &[([u8; 32], u64)],
        now: Moment,
    ) -> Result<(), DatabaseError> {
        if self.settled(owner, blobs).await? {
            return Ok(());
        }
        match self.charge(owner, blobs, now, i64::MAX).await {
            Ok(()) | Err(QuotaError::Exceeded { .. }) => {}
            Err(QuotaError::Database(error)) => return Err(error),
        }
        self.settled(owner, blobs).await.map(drop)
    }

    /// Settles the rows that are there; whether that is all.
    async fn settled(&self, owner: &MemberId, blobs: &[([u8; 32], u64)]) -> Result<bool, DatabaseError> {
        let digests: BTreeSet<_> = blobs.iter().map(|(digest, _)| digest).collect();
        if digests.is_empty() {
            return Ok(true);
        }
        let settled = on!(&self.database, db => {
            let mut tx = db.begin().await?;
            sqlx::query(LOCK_ACCOUNT).bind(&owner.0[..]).execute(&mut *tx).await?;
            let mut update = QueryBuilder::<Db>::new(SETTLE);
            update.push_bind(&owner.0[..]).push(" AND digest IN (");
            let mut list = update.separated(", ");
            for digest in &digests {
                list.push_bind(&digest[..]);
            }
            update.push(")");
            let updated = update.build().execute(&mut *tx).await?;
            tx.commit().await?;
            updated.rows_affected()
        });
        Ok(settled == digests.len() as u64)
    }

    async fn charge(
        &self,
        owner: &MemberId,
        blobs: &[([u8; 32], u64)],
        now: Moment,
        limit: i64,
    ) -> Result<(), QuotaError> {
        if blobs.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = blobs
            .iter()
            .map(|(digest, bytes)| Ok((digest, to_sql(*bytes)?)))
            .collect::<Result<_, DatabaseError>>()?;
        let now = to_sql(now)?;
        on!(&self.database, db => {
            let mut tx = db.begin().await?;
            sqlx::query(OPEN_ACCOUNT).bind(&owner.0[..]).execute(&mut *tx).await?;
            sqlx::query(LOCK_ACCOUNT).bind(&owner.0[..]).execute(&mut *tx).await?;
            let mut insert = QueryBuilder::<Db>::new(RESERVE);
            insert.push_values(&rows, |mut row, (digest, bytes)| {
                row.push_bind(&owner.0[..]).push_bind(&digest[..]).push_bind(*bytes).push_bind(now).push("FALSE");
            });
            insert.push(RESERVED);
            let fresh: Vec<i64> = insert.build_query_scalar().fetch_all(&mut *tx).await?;
            let fresh: i64 = fresh.into_iter().fold(0, i64::saturating_add);
            let charged =
                sqlx::query(CHARGE).bind(&owner.0[..]).bind(fresh).bind(limit).execute(&mut *tx).await?;
            if fresh > 0 && charged.rows_affected() == 0 {
                tx.rollback().await?;
                return Err(QuotaError::Exceeded { limit: limit.unsigned_abs() });
            }
            tx.commit().await?;
        });
        Ok(())
    }

    /// Takes back a row whose blob is not in the store; one that is settled stays.
    pub async fn release(&self, owner: &MemberId, digest: &[u8; 32]) -> Result<(), DatabaseError> {
        on!(&self.database, db => {
            let mut tx = db.begin().await?;
            sqlx::query(LOCK_ACCOUNT).bind(&owner.0[..]).execute(&mut *tx).await?;
            let released: Option<i64> =
                sqlx::query_scalar(RELEASE).bind(&owner.0[..]).bind(&digest[..]).fetch_optional(&mut *tx).await?;
            if let Some(bytes) = released {
                sqlx::query(REFUND).bind(&owner.0[..]).bind(bytes).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        });
        Ok(())
    }

    /// Whether a member owns a blob that is in the store.
    pub async fn owns(&self, member: &MemberId, digest: &[u8; 32]) -> Result<bool, DatabaseError> {
        let count: i64 = on!(&self.database, db => {
            sqlx::query_scalar(OWNS).bind(&member.0[..]).bind(&digest[..]).fetch_one(db.readers()).await?
        });
        Ok(count > 0)
    }

    /// How many bytes a member is charged for.
    pub async fn used(&self, member: &MemberId) -> Result<u64, DatabaseError> {
        let bytes: Option<i64> = on!(&self.database, db => {
            sqlx::query_scalar(USED).bind(&member.0[..]).fetch_optional(db.readers()).await?
        });
        from_sql(bytes.unwrap_or(0))
    }

    /// Up to `limit` rows that are not settled and were made before `before`, the oldest first.
    pub async fn unsettled(&self, before: Moment, limit: u32) -> Result<Vec<Unsettled>, DatabaseError> {
        let before = i64::try_from(before).unwrap_or(i64::MAX);
        let rows: Vec<(Vec<u8>, Vec<u8>, i64, i64)> = on!(&self.database, db => {
            sqlx::query_as(UNSETTLED).bind(before).bind(i64::from(limit)).fetch_all(db.readers()).await?
        });
        let decode = |(owner, digest, bytes, reserved_at): (Vec<u8>, Vec<u8>, i64, i64)| {
            Ok(Unsettled {
                owner: MemberId(hash(owner)?),
                digest: hash(digest)?,
                bytes: from_sql(bytes)?,
                reserved_at: from_sql(reserved_at)?,
            })
        };
        rows.into_iter().map(decode).collect()
    }
}

fn hash(bytes: Vec<u8>) -> Result<[u8; 32], DatabaseError> {
    bytes.try_into().map_err(|_| DatabaseError::Corrupt)
}

fn to_sql(number: u64) -> Result<i64, DatabaseError> {
    i64::try_from(number).map_err(|_| DatabaseError::OutOfRange)
}

fn from_sql(number: i64) -> Result<u64, DatabaseError> {
    u64::try_from(number).map_err(|_| DatabaseError::Corrupt)
}
