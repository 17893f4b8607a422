// SPDX-License-Identifier: Apache-2.0
//! Questions to the index. Each page is read in one transaction with the head that it is true of.

use super::{
    history::{
        CreditEntry, CreditFilter, NoticeEntry, NoticeFilter, Page, Paging, RecordEntry, RecordFilter,
        RequestEntry, RequestFilter, MAX_LIMIT,
    },
    rows,
    sql::{self, History},
    Cursor, Index, Place,
};
use crate::{
    access::{ChainIndex, DayRecords, Finalized, IndexError},
    database::{on, DatabaseError},
};
use async_trait::async_trait;
use codec::DecodeAll;
use dmsm_primitives::{
    records::MAX_BATCH, time::DAY_MILLIS, DataKey, Day, MemberId, PaillierPublicKey, RequestKind, Scope,
};
use sqlx::{postgres::PgRow, sqlite::SqliteRow, AssertSqlSafe, FromRow, Postgres, Sqlite};
use std::collections::BTreeMap;

/// Records of one day, all versions counted, that [`ChainIndex::day`] reads: 64 full batches.
pub const MAX_DAY_RECORDS: u32 = 64 * MAX_BATCH;

/// A value in a statement.
#[derive(Clone, Copy)]
enum Value {
    Bytes([u8; 32]),
    Text(&'static str),
    Integer(i64),
}

/// Columns with the values that are wanted in them.
#[derive(Default)]
struct Wanted {
    columns: Vec<&'static str>,
    values: Vec<Value>,
}

impl Wanted {
    fn bytes(mut self, column: &'static str, value: Option<[u8; 32]>) -> Self {
        self.columns.extend(value.map(|_| column));
        self.values.extend(value.map(Value::Bytes));
        self
    }

    fn text(mut self, column: &'static str, value: Option<&'static str>) -> Self {
        self.columns.extend(value.map(|_| column));
        self.values.extend(value.map(Value::Text));
        self
    }

    /// Columns of which no index serves two.
    fn one_of(self, names: &'static str) -> Result<Self, IndexError> {
        match self.columns.len() {
            0 | 1 => Ok(self),
            _ => Err(IndexError::FiltersExclude(names)),
        }
    }

    /// What [`History::page`] takes.
    fn between(&self, low: &[i64], high: &[i64], limit: i64) -> Vec<Value> {
        let integers = |values: &[i64]| values.iter().copied().map(Value::Integer).collect::<Vec<_>>();
        [&self.values[..], &integers(low), &self.values, &integers(high), &integers(&[limit])].concat()
    }
}

/// Within a transaction.
trait Select: sqlx::Database {
    async fn head(db: &mut Self::Connection) -> Result<Option<Finalized>, DatabaseError>;

    /// The place before which nothing of a day or later stands; behind all places, where no block is
    /// of that day or later.
    async fn first_place(db: &mut Self::Connection, day: u32) -> Result<i64, DatabaseError>;

    async fn rows<R>(
        db: &mut Self::Connection,
        statement: String,
        values: Vec<Value>,
    ) -> Result<Vec<R>, DatabaseError>
    where
        R: for<'r> FromRow<'r, Self::Row> + Send + Unpin;
}

macro_rules! select {
    ($database:ty) => {
        impl Select for $database {
            async fn head(db: &mut Self::Connection) -> Result<Option<Finalized>, DatabaseError> {
                rows::head(sqlx::query_as(sql::HEAD).fetch_one(db).await?)
            }

            async fn first_place(db: &mut Self::Connection, day: u32) -> Result<i64, DatabaseError> {
                let time = rows::to_time(u64::from(day) * DAY_MILLIS);
                let block: Option<i64> =
                    sqlx::query_scalar(sql::FIRST_BLOCK).bind(time).fetch_optional(db).await?;
                let Some(block) = block else { return Ok(i64::MAX) };
                let place = Place::new(rows::narrow(block)?, 0).ok_or(DatabaseError::Corrupt)?;
                Ok(place.sql())
            }

            async fn rows<R>(
                db: &mut Self::Connection,
                statement: String,
                values: Vec<Value>,
            ) -> Result<Vec<R>, DatabaseError>
            where
                R: for<'r> FromRow<'r, Self::Row> + Send + Unpin,
            {
                let mut query = sqlx::query_as(AssertSqlSafe(statement));
                for value in values {
                    query = match value {
                        Value::Bytes(bytes) => query.bind(bytes.to_vec()),
                        Value::Text(text) => query.bind(text),
                        Value::Integer(integer) => query.bind(integer),
                    };
                }
                Ok(query.fetch_all(db).await?)
            }
        }
    };
}

select!(Sqlite);
select!(Postgres);

fn limit(paging: &Paging) -> i64 {
    paging.limit.clamp(1, MAX_LIMIT).into()
}

/// A page of at most `limit` of these entries, which are one more if another page follows.
fn page<T>(
    head: Option<Finalized>,
    entries: impl Iterator<Item = Result<(Cursor, T), DatabaseError>>,
    limit: i64,
) -> Result<Page<T>, IndexError> {
    let finalized = some_block(head)?;
    let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
    let limit = limit as usize;
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| more).map(|(cursor, _)| *cursor);
    let items = entries.into_iter().map(|(_, entry)| entry).collect();
    Ok(Page { items, next, finalized: rows::shown(finalized) })
}

/// The head, if a block was read yet.
fn some_block(head: Option<Finalized>) -> Result<Finalized, IndexError> {
    head.filter(|head| head.number > 0).ok_or(IndexError::Empty)
}

impl Index {
    /// A page of what happened on some days.
    async fn events<R, T>(
        &self,
        history: History,
        wanted: Wanted,
        days: (Option<Day>, Option<Day>),
        paging: &Paging,
        decode: fn(R) -> Result<(Cursor, T), DatabaseError>,
    ) -> Result<Page<T>, IndexError>
    where
        R: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let statement = history.page(&wanted.columns);
        let limit = limit(paging);
        let after = paging.after.map_or(-1, |cursor| cursor.row);
        on!(&self.database, db => {
            let mut tx = db.begin_reading().await?;
            let head = Db::head(&mut tx).await?;
            let low = match days.0 {
                Some(day) => after.max(Db::first_place(&mut tx, day.0).await? - 1),
                None => after,
            };
            let high = match days.1 {
                Some(day) => Db::first_place(&mut tx, day.0.saturating_add(1)).await?,
                None => i64::MAX,
            };
            let values = wanted.between(&[low], &[high], limit + 1);
            let found = Db::rows(&mut tx, statement, values).await?;
            tx.rollback().await?;
            page(head, found.into_iter().map(decode), limit)
        })
    }

    /// Whose record has this ciphertext, and of which scope. Of several the one anchored first.
    pub async fn record_owner(&self, ciphertext: &[u8; 32]) -> Result<Option<(MemberId, Scope)>, IndexError> {
        let found: Option<(Vec<u8>, String)> = on!(&self.database, db => {
            sqlx::query_as(sql::RECORD_OWNER).bind(&ciphertext[..]).fetch_optional(db.readers()).await?
        });
        let Some((processor, scope)) = found else { return Ok(None) };
        Ok(Some((rows::member(processor)?, rows::parse(&scope)?)))
    }
}

#[async_trait]
impl ChainIndex for Index {
    async fn finalized(&self) -> Result<Finalized, IndexError> {
        some_block(self.head().await?)
    }

    async fn answered(
        &self,
        requester: &MemberId,
        cloud: &MemberId,
        digest: &[u8; 32],
    ) -> Result<bool, IndexError> {
        let found: Option<i64> = on!(&self.database, db => {
            let query = sqlx::query_scalar(sql::ANSWERED).bind(&digest[..]).bind(&cloud.0[..]);
            query.bind(&requester.0[..]).fetch_optional(db.readers()).await?
        });
        Ok(found.is_some())
    }

    async fn manifest(
        &self,
        processor: &MemberId,
        day: Day,
        version: u16,
    ) -> Result<Option<[u8; 32]>, IndexError> {
        let found: Option<Vec<u8>> = on!(&self.database, db => {
            let query = sqlx::query_scalar(sql::MANIFEST).bind(&processor.0[..]).bind(i64::from(day.0));
            query.bind(i64::from(version)).fetch_optional(db.readers()).await?
        });
        Ok(found.map(rows::bytes).transpose()?)
    }

    async fn day(
        &self,
        processor: &MemberId,
        scope: &Scope,
        day: Day,
    ) -> Result<Option<DayRecords>, IndexError> {
        let scope = scope.to_string();
        let number = i64::from(day.0);
        let (head, (versions, lacking), found) = on!(&self.database, db => {
            let mut tx = db.begin_reading().await?;
            let head = Db::head(&mut tx).await?;
            let query = sqlx::query_as(sql::VERSIONS).bind(&processor.0[..]).bind(number).bind(&scope);
            let versions: (i64, i64) = query.fetch_one(&mut *tx).await?;
            let query = sqlx::query_as(sql::DAY).bind(&processor.0[..]).bind(number).bind(&scope);
            let query = query.bind(i64::from(MAX_DAY_RECORDS) + 1);
            let found: Vec<rows::DayRow> = query.fetch_all(&mut *tx).await?;
            tx.rollback().await?;
            (head, versions, found)
        });
        let finalized = some_block(head)?;
        let (versions, lacking) = (rows::narrow(versions)?, rows::narrow(lacking)?);
        if versions == 0 {
            return Ok(None);
        }
        if found.len() > MAX_DAY_RECORDS as usize {
            return Err(IndexError::TooManyRecords(MAX_DAY_RECORDS));
        }
        // The newest come first, and of a meter the newest counts.
        let mut latest = BTreeMap::new();
        for row in found {
            let record = rows::of_day(day, row)?;
            latest.entry(record.meter).or_insert(record);
        }
        Ok(Some(DayRecords { versions, lacking, records: latest.into_values().collect(), finalized }))
    }

    async fn data_key(
        &self,
        processor: &MemberId,
        scope: &Scope,
    ) -> Result<Option<PaillierPublicKey>, IndexError> {
        let found: Option<Vec<u8>> = on!(&self.database, db => {
            let query = sqlx::query_scalar(sql::DATA_KEY).bind(&processor.0[..]).bind(scope.to_string());
            query.fetch_optional(db.readers()).await?
        });
        let Some(bytes) = found else { return Ok(None) };
        let key = DataKey::decode_all(&mut &bytes[..]).map_err(|_| DatabaseError::Corrupt)?;
        Ok(Some(key.paillier))
    }

    async fn notices(&self, filter: &NoticeFilter, paging: &Paging) -> Result<Page<NoticeEntry>, IndexError> {
        let NoticeFilter { device, owner, processor, from, to } = *filter;
        let wanted = Wanted::default()
            .bytes("device", device.map(|device| device.0))
            .bytes("owner", owner.map(|owner| owner.0))
            .bytes("processor", processor.map(|processor| processor.0))
            .one_of("device, owner, processor")?;
        self.events(History::Notices, wanted, (from, to), paging, rows::notice).await
    }

    async fn requests(
        &self,
        filter: &RequestFilter,
        paging: &Paging,
    ) -> Result<Page<RequestEntry>, IndexError> {
        let RequestFilter { requester, processor, kind, from, to } = *filter;
        let wanted = Wanted::default()
            .bytes("requester", requester.map(|requester| requester.0))
            .bytes("processor", processor.map(|processor| processor.0))
            .one_of("requester, processor")?
            .text("kind", kind.map(RequestKind::name));
        self.events(History::Requests, wanted, (from, to), paging, rows::request).await
    }

    async fn records(&self, filter: &RecordFilter, paging: &Paging) -> Result<Page<RecordEntry>, IndexError> {
        let RecordFilter { processor, meter, from, to } = *filter;
        let wanted = Wanted::default()
            .bytes("processor", processor.map(|processor| processor.0))
            .bytes("meter", meter.map(|meter| meter.0));
        let statement = History::Records.page(&wanted.columns);
        let limit = limit(paging);
        let first = Cursor { day: from.map_or(0, |day| day.0.into()), row: -1 };
        let after = paging.after.map_or(first, |cursor| cursor.max(first));
        let until = to.map_or(i64::MAX, |day| i64::from(day.0) + 1);
        let values = wanted.between(&[after.day as i64, after.row], &[until, -1], limit + 1);
        on!(&self.database, db => {
            let mut tx = db.begin_reading().await?;
            let head = Db::head(&mut tx).await?;
            let found: Vec<rows::RecordRow> = Db::rows(&mut tx, statement, values).await?;
            tx.rollback().await?;
            page(head, found.into_iter().map(rows::record), limit)
        })
    }

    async fn credit(&self, filter: &CreditFilter, paging: &Paging) -> Result<Page<CreditEntry>, IndexError> {
        let CreditFilter { processor, conduct, from, to } = *filter;
        let wanted = Wanted::default()
            .bytes("processor", processor.map(|processor| processor.0))
            .text("conduct", conduct.map(|conduct| conduct.name()));
        self.events(History::Credit, wanted, (from, to), paging, rows::credit).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;

    /// How SQLite goes about a query.
    async fn plan(database: &Database, query: &str) -> Vec<String> {
        let Database::Sqlite(sqlite) = database else { unreachable!() };
        let query = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}"));
        let rows: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(query).fetch_all(sqlite.readers()).await.unwrap();
        rows.into_iter().map(|(.., step)| step).collect()
    }

    async fn database() -> (tempfile::TempDir, Database) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("cloud.db").display());
        let database = Database::open(&url).await.unwrap();
        (folder, database)
    }

    #[tokio::test]
    async fn every_page_is_a_range_of_an_index() {
        let (_folder, database) = database().await;
        for (history, table, columns, index) in [
            (History::Notices, "notices", &[][..], ""),
            (History::Notices, "notices", &["device"], "by_device"),
            (History::Notices, "notices", &["owner"], "by_owner"),
            (History::Notices, "notices", &["processor"], "by_processor"),
            (History::Requests, "requests", &[], ""),
            (History::Requests, "requests", &["requester"], "by_requester"),
            (History::Requests, "requests", &["requester", "kind"], "by_requester_and_kind"),
            (History::Requests, "requests", &["processor"], "by_processor"),
            (History::Requests, "requests", &["processor", "kind"], "by_processor_and_kind"),
            (History::Requests, "requests", &["kind"], "by_kind"),
            (History::Credit, "credit", &[], ""),
            (History::Credit, "credit", &["processor"], "by_processor"),
            (History::Credit, "credit", &["processor", "conduct"], "by_processor_and_conduct"),
            (History::Credit, "credit", &["conduct"], "by_conduct"),
            (History::Records, "r", &[], "by_day"),
            (History::Records, "r", &["processor"], "by_processor"),
            (History::Records, "r", &["processor", "meter"], "by_processor_and_meter"),
            (History::Records, "r", &["meter"], "by_meter"),
        ] {
            let records = history == History::Records;
            let row = if records { &["day", "id"][..] } else { &["place"][..] };
            let key = [columns, row].concat();
            let range = match key[..] {
                [column] => format!("{column}>? AND {column}<?"),
                _ => {
                    let (key, values) = (key.join(","), vec!["?"; key.len()].join(","));
                    format!("({key})>({values}) AND ({key})<({values})")
                }
            };
            let index = match index {
                "" => "PRIMARY KEY".to_owned(),
                index if records => format!("INDEX records_{index}"),
                index => format!("INDEX {table}_{index}"),
            };
            let mut expected = vec![format!("SEARCH {table} USING {index} ({range})")];
            expected.extend(records.then(|| "SEARCH a USING PRIMARY KEY (place=?)".to_owned()));
            assert_eq!(plan(&database, &history.page(columns)).await, expected, "{columns:?}");
        }
    }

    #[tokio::test]
    async fn no_question_reads_a_whole_table_or_sorts() {
        let (_folder, database) = database().await;
        for query in [
            sql::FIRST_BLOCK,
            sql::ANSWERED,
            sql::DATA_KEY,
            sql::MANIFEST,
            sql::VERSIONS,
            sql::DAY,
            sql::RECORD_OWNER,
            sql::SCORE,
            sql::UNAVAILABLE,
            sql::COUNT_ANCHORS,
            sql::ACCEPT,
            sql::SETTLE_ANCHOR,
        ] {
            let steps = plan(&database, query).await;
            assert!(steps.iter().all(|step| step.starts_with("SEARCH")), "{query}: {steps:?}");
        }
    }
}
