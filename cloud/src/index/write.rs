// SPDX-License-Identifier: Apache-2.0
//! How blocks come into the index.

use super::{
    changes::{Anchor, Changes},
    insert::Insert,
    manifest::{self, Finding, ManifestSource},
    rows, sql, FollowError, Index, Place,
};
use crate::{
    access::{Finalized, IndexError},
    database::{on, Database},
};
use dmsm_client::FinalizedBlock;
use sqlx::AssertSqlSafe;

/// Manifests that are read before a transaction and written in it; later ones count as unavailable
/// until they are looked for again, one a transaction. Bounds memory, and how long others wait.
pub const MANIFESTS_AT_ONCE: usize = 16;

impl Index {
    /// Ties an empty index to a chain; refuses one that is tied to another.
    pub async fn bind(&self, genesis: &[u8; 32]) -> Result<(), FollowError> {
        let found: Option<Vec<u8>> = on!(&self.database, db => {
            let mut tx = db.begin().await?;
            sqlx::query(sql::BIND).bind(&genesis[..]).execute(&mut *tx).await?;
            let found = sqlx::query_scalar(sql::GENESIS).fetch_one(&mut *tx).await?;
            tx.commit().await?;
            found
        });
        match found.as_deref() == Some(&genesis[..]) {
            true => Ok(()),
            false => Err(FollowError::OtherChain),
        }
    }

    /// The last block of the index; the genesis block where none was read, `None` before
    /// [`Self::bind`].
    pub async fn head(&self) -> Result<Option<Finalized>, IndexError> {
        let row = on!(&self.database, db => sqlx::query_as(sql::HEAD).fetch_one(db.readers()).await?);
        Ok(rows::head(row)?)
    }

    /// Writes what is new in these blocks, all or nothing. Gives the head, and whether manifests are
    /// left to be looked for by [`Self::retry`].
    pub async fn apply(
        &self,
        blocks: &[FinalizedBlock],
        source: &dyn ManifestSource,
    ) -> Result<(Finalized, bool), FollowError> {
        let before = self.head().await?.ok_or(FollowError::OtherChain)?;
        let Some(changes) = Changes::behind(before, blocks)? else { return Ok((before, false)) };
        let mut findings = Vec::new();
        for anchor in changes.anchors.iter().take(MANIFESTS_AT_ONCE) {
            findings.push(manifest::find(source, &anchor.batch).await);
        }
        self.write(&before, &changes, &findings).await?;
        Ok((changes.head, changes.anchors.len() > findings.len()))
    }

    /// Anchors whose manifest was not there, in the chain's order.
    pub async fn unavailable(&self, after: Option<Place>, limit: u32) -> Result<Vec<Anchor>, IndexError> {
        let after = after.map_or(-1, Place::sql);
        let found = on!(&self.database, db => {
            let query = sqlx::query_as(sql::UNAVAILABLE).bind(after).bind(i64::from(limit));
            query.fetch_all(db.readers()).await?
        });
        Ok(found.into_iter().map(rows::anchor).collect::<Result<_, _>>()?)
    }

    /// How many anchored batches lack their manifest, and of how many it is not what was anchored.
    pub async fn lacking(&self) -> Result<(u64, u64), IndexError> {
        let mut counts = [0; 2];
        for (count, state) in counts.iter_mut().zip([rows::UNAVAILABLE, rows::MISMATCH]) {
            *count = on!(&self.database, db => {
                sqlx::query_scalar(sql::COUNT_ANCHORS).bind(state).fetch_one(db.readers()).await?
            });
        }
        let [unavailable, mismatch] = counts.map(|count: i64| count.unsigned_abs());
        Ok((unavailable, mismatch))
    }

    /// Events of our contracts that were not understood: the program that read them was older than
    /// the chain. A newer one reads them if the index is built anew.
    pub async fn unknown_events(&self) -> Result<u64, IndexError> {
        let count: i64 =
            on!(&self.database, db => sqlx::query_scalar(sql::UNKNOWN).fetch_one(db.readers()).await?);
        Ok(count.unsigned_abs())
    }

    /// Looks for the manifest of an unavailable anchor again. Whether it is settled now.
    pub async fn retry(&self, anchor: &Anchor, source: &dyn ManifestSource) -> Result<bool, IndexError> {
        let finding = manifest::find(source, &anchor.batch).await;
        if finding == Finding::Unavailable {
            return Ok(false);
        }
        let (state, flaw) = rows::outcome(&finding);
        on!(&self.database, db => {
            let mut tx = db.begin().await?;
            let settle = sqlx::query(sql::SETTLE_ANCHOR).bind(anchor.place.sql()).bind(state).bind(flaw);
            // Nothing to settle if another program was faster, or the index is being built anew.
            if settle.execute(&mut *tx).await?.rows_affected() == 1 {
                if let Finding::Found(manifest) = &finding {
                    Db::records(&mut tx, anchor.place, manifest).await?;
                }
                tx.commit().await?;
            }
        });
        Ok(true)
    }

    /// Empties the index, so that it is read from the first block again.
    pub async fn clear(&self) -> Result<(), IndexError> {
        let statements = match &self.database {
            Database::Sqlite(_) => sql::TABLES.map(|table| format!("DELETE FROM {table}")).to_vec(),
            // Of 10^6 rows a DELETE would take longer than a statement may.
            Database::Postgres(_) => vec![format!("TRUNCATE {}", sql::TABLES.join(", "))],
        };
        on!(&self.database, db => {
            let mut tx = db.begin().await?;
            sqlx::query(sql::GO_BACK).execute(&mut *tx).await?;
            for statement in statements {
                sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        });
        Ok(())
    }

    async fn write(
        &self,
        before: &Finalized,
        changes: &Changes<'_>,
        findings: &[Finding],
    ) -> Result<(), FollowError> {
        on!(&self.database, db => {
            let mut tx = db.begin().await?;
            let moved = sqlx::query(sql::MOVE_HEAD)
                .bind(i64::from(changes.head.number))
                .bind(&changes.head.hash[..])
                .bind(changes.unknown as i64)
                .bind(i64::from(before.number))
                .bind(&before.hash[..]);
            // Held until the commit: of two programs that write one waits here, then finds it moved.
            if moved.execute(&mut *tx).await?.rows_affected() != 1 {
                return Err(FollowError::Moved);
            }
            Db::blocks(&mut tx, &changes.blocks).await?;
            Db::notices(&mut tx, &changes.notices).await?;
            for (place, time, step) in &changes.requests {
                Db::request(&mut tx, *place, *time, step).await?;
            }
            Db::credit(&mut tx, &changes.credit).await?;
            for (place, processor, scope, key) in &changes.data_keys {
                Db::data_key(&mut tx, *place, processor, scope, key).await?;
            }
            let findings = findings.iter().chain(std::iter::repeat(&Finding::Unavailable));
            for (anchor, finding) in changes.anchors.iter().zip(findings) {
                Db::anchor(&mut tx, anchor, finding).await?;
            }
            tx.commit().await?;
        });
        Ok(())
    }
}
