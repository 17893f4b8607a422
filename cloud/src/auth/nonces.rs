// SPDX-License-Identifier: Apache-2.0
//! Nonces that were used, kept for as long as a call with one would be heard. They stand in the
//! database, so that a restart lets nothing through twice.

use crate::database::{on, Database, DatabaseError};
use dmsm_primitives::{MemberId, Moment};

/// $1 member, $2 nonce, $3 expiry.
const SPEND: &str = "INSERT INTO nonces (member, nonce, expires) VALUES ($1, $2, $3) \
     ON CONFLICT (member, nonce) DO NOTHING";
const FORGET: &str = "DELETE FROM nonces WHERE expires < $1";

/// The nonces of all members.
#[derive(Clone, Debug)]
pub struct Nonces {
    database: Database,
}

impl Nonces {
    /// Kept in `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Spends a nonce, to be remembered until `expires`, ms since the Unix epoch; `false` if it was
    /// spent before.
    pub async fn spend(
        &self,
        member: &MemberId,
        nonce: &[u8; 16],
        expires: Moment,
    ) -> Result<bool, DatabaseError> {
        let expires = i64::try_from(expires).map_err(|_| DatabaseError::OutOfRange)?;
        let rows = on!(&self.database, db => {
            let mut tx = db.begin().await?;
            let spent = sqlx::query(SPEND).bind(&member.0[..]).bind(&nonce[..]).bind(expires);
            let rows = spent.execute(&mut *tx).await?.rows_affected();
            tx.commit().await?;
            rows
        });
        Ok(rows > 0)
    }

    /// Forgets what expired before `now`.
    pub async fn forget(&self, now: Moment) -> Result<(), DatabaseError> {
        let now = i64::try_from(now).map_err(|_| DatabaseError::OutOfRange)?;
        on!(&self.database, db => {
            let mut tx = db.begin().await?;
            sqlx::query(FORGET).bind(now).execute(&mut *tx).await?;
            tx.commit().await?;
        });
        Ok(())
    }
}
