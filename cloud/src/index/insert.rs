// SPDX-License-Identifier: Apache-2.0
//! Rows, written on either backend. A macro, because the types of connections differ and nothing else
//! does.

use super::{
    changes::{Anchor, Step},
    manifest::Finding,
    rows, sql, Place,
};
use crate::access::IndexError;
use codec::Encode;
use dmsm_client::{Progress, Record, INITIAL_SCORE};
use dmsm_primitives::{
    records::Manifest, BlockNumber, DataKey, MemberId, Moment, NoticeSeal, RequestKind, Scope, Score,
};
use sqlx::{Postgres, QueryBuilder, Sqlite};
use std::collections::HashMap;

/// Rows in one statement: nine values each, and SQLite takes 32,766.
const ROWS: usize = 3_000;

/// Within a transaction.
pub(super) trait Insert: sqlx::Database {
    async fn blocks(db: &mut Self::Connection, rows: &[(BlockNumber, Moment)]) -> Result<(), IndexError>;

    async fn notices(
        db: &mut Self::Connection,
        rows: &[(Place, Moment, &NoticeSeal)],
    ) -> Result<(), IndexError>;

    async fn request(
        db: &mut Self::Connection,
        place: Place,
        time: Moment,
        step: &Step<'_>,
    ) -> Result<(), IndexError>;

    async fn credit(db: &mut Self::Connection, rows: &[(Place, Moment, &Record)]) -> Result<(), IndexError>;

    async fn data_key(
        db: &mut Self::Connection,
        place: Place,
        processor: &MemberId,
        scope: &Scope,
        key: &DataKey,
    ) -> Result<(), IndexError>;

    async fn anchor(db: &mut Self::Connection, anchor: &Anchor, finding: &Finding) -> Result<(), IndexError>;

    async fn records(db: &mut Self::Connection, place: Place, manifest: &Manifest) -> Result<(), IndexError>;
}

macro_rules! insert {
    ($database:ty) => {
        impl Insert for $database {
            async fn blocks(
                db: &mut Self::Connection,
                rows: &[(BlockNumber, Moment)],
            ) -> Result<(), IndexError> {
                for chunk in rows.chunks(ROWS) {
                    let mut insert = QueryBuilder::<Self>::new(sql::WRITE_BLOCKS);
                    insert.push_values(chunk, |mut row, (number, time)| {
                        row.push_bind(i64::from(*number)).push_bind(rows::to_time(*time));
                    });
                    insert.build().execute(&mut *db).await?;
                }
                Ok(())
            }

            async fn notices(
                db: &mut Self::Connection,
                rows: &[(Place, Moment, &NoticeSeal)],
            ) -> Result<(), IndexError> {
                for chunk in rows.chunks(ROWS) {
                    let mut insert = QueryBuilder::<Self>::new(sql::WRITE_NOTICES);
                    insert.push_values(chunk, |mut row, (place, time, seal)| {
                        row.push_bind(place.sql())
                            .push_bind(rows::to_time(*time))
                            .push_bind(&seal.device.0[..])
                            .push_bind(&seal.owner.0[..])
                            .push_bind(&seal.processor.0[..])
                            .push_bind(seal.previous as i64)
                            .push_bind(seal.sequence as i64)
                            .push_bind(&seal.digest[..]);
                    });
                    insert.build().execute(&mut *db).await?;
                }
                Ok(())
            }

            async fn request(
                db: &mut Self::Connection,
                place: Place,
                time: Moment,
                step: &Step<'_>,
            ) -> Result<(), IndexError> {
                let time = rows::to_time(time);
                let query = match step {
                    Step::Made(request) => sqlx::query(sql::WRITE_REQUEST)
                        .bind(place.sql())
                        .bind(request.request as i64)
                        .bind(&request.requester.0[..])
                        .bind(&request.processor.0[..])
                        .bind(RequestKind::name(request.cid.kind))
                        .bind(&request.cid.digest[..])
                        .bind(request.price.to_string())
                        .bind(time)
                        .bind(rows::to_time(request.deadline)),
                    Step::Reached(request, Progress::Accepted { deadline, .. }) => sqlx::query(sql::ACCEPT)
                        .bind(*request as i64)
                        .bind(time)
                        .bind(rows::to_time(*deadline)),
                    Step::Reached(request, Progress::Fulfilled { digest, cloud, .. }) => {
                        sqlx::query(sql::FULFIL)
                            .bind(*request as i64)
                            .bind(time)
                            .bind(&digest[..])
                            .bind(cloud.as_ref().map(|cloud| &cloud.0[..]))
                    }
                    Step::Reached(request, end) => sqlx::query(sql::END)
                        .bind(*request as i64)
                        .bind(time)
                        .bind(rows::state_of(end).name()),
                };
                query.execute(db).await?;
                Ok(())
            }

            async fn credit(
                db: &mut Self::Connection,
                rows: &[(Place, Moment, &Record)],
            ) -> Result<(), IndexError> {
                let mut scores: HashMap<MemberId, Score> = HashMap::new();
                for chunk in rows.chunks(ROWS) {
                    let mut scored = Vec::with_capacity(chunk.len());
                    for (place, time, record) in chunk {
                        let before = match scores.insert(record.processor, record.score) {
                            Some(score) => score,
                            None => {
                                let last = sqlx::query_scalar(sql::SCORE).bind(&record.processor.0[..]);
                                let last: Option<i64> = last.fetch_optional(&mut *db).await?;
                                last.map(rows::narrow).transpose()?.unwrap_or(INITIAL_SCORE)
                            }
                        };
                        scored.push((place, time, record, before));
                    }
                    let mut insert = QueryBuilder::<Self>::new(sql::WRITE_CREDIT);
                    insert.push_values(scored, |mut row, (place, time, record, before)| {
                        let (conduct, price) = rows::conduct(&record.conduct);
                        row.push_bind(place.sql())
                            .push_bind(rows::to_time(*time))
                            .push_bind(&record.processor.0[..])
                            .push_bind(&record.counterparty.0[..])
                            .push_bind(conduct.name())
                            .push_bind(price)
                            .push_bind(i64::from(record.change))
                            .push_bind(i64::from(before))
                            .push_bind(i64::from(record.score));
                    });
                    insert.build().execute(&mut *db).await?;
                }
                Ok(())
            }

            async fn data_key(
                db: &mut Self::Connection,
                place: Place,
                processor: &MemberId,
                scope: &Scope,
                key: &DataKey,
            ) -> Result<(), IndexError> {
                let query = sqlx::query(sql::WRITE_DATA_KEY)
                    .bind(&processor.0[..])
                    .bind(scope.to_string())
                    .bind(key.encode())
                    .bind(place.sql());
                query.execute(db).await?;
                Ok(())
            }

            async fn anchor(
                db: &mut Self::Connection,
                Anchor { place, batch }: &Anchor,
                finding: &Finding,
            ) -> Result<(), IndexError> {
                let (state, flaw) = rows::outcome(finding);
                let query = sqlx::query(sql::WRITE_ANCHOR)
                    .bind(place.sql())
                    .bind(&batch.processor.0[..])
                    .bind(batch.scope.to_string())
                    .bind(i64::from(batch.day.0))
                    .bind(i64::from(batch.version))
                    .bind(&batch.root[..])
                    .bind(i64::from(batch.count))
                    .bind(&batch.manifest[..])
                    .bind(state)
                    .bind(flaw);
                query.execute(&mut *db).await?;
                match finding {
                    Finding::Found(manifest) => Self::records(db, *place, manifest).await,
                    Finding::Unavailable | Finding::Mismatch(_) => Ok(()),
                }
            }

            async fn records(
                db: &mut Self::Connection,
                place: Place,
                manifest: &Manifest,
            ) -> Result<(), IndexError> {
                let numbered: Vec<_> = (0..).zip(&manifest.records).collect();
                for chunk in numbered.chunks(ROWS) {
                    let mut insert = QueryBuilder::<Self>::new(sql::WRITE_RECORDS);
                    insert.push_values(chunk, |mut row, (index, record)| {
                        row.push_bind(place.record(*index))
                            .push_bind(&manifest.processor.0[..])
                            .push_bind(&record.meter.0[..])
                            .push_bind(i64::from(record.day.0))
                            .push_bind(record.present as i64)
                            .push_bind(&record.digest[..])
                            .push_bind(&record.ciphertext[..]);
                    });
                    insert.build().execute(&mut *db).await?;
                }
                Ok(())
            }
        }
    };
}

insert!(Sqlite);
insert!(Postgres);
