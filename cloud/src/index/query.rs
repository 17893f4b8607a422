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
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;

/// Records of one day, all versions counted, that [`ChainIndex::day`] reads: 64 full batches.
pub const MAX_DAY_RECORDS: u32 = 64 * MAX_BATCH;

/// The value of a column.
#[derive(Clone)]
enum Value {
    Bytes([u8; 32]),
    Text(&'static str),
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
}

/// Binds the values of columns to a query, in order.
macro_rules! bind {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Bytes(bytes) => query.bind(bytes.to_vec()),
                Value::Text(text) => query.bind(text),
            };
        }
        query
    }};
}

/// Reads a page of events of some days.
macro_rules! events {
    ($index:expr, $history:expr, $wanted:expr, $from:expr, $to:expr, $paging:expr, $decode:path) => {{
        let Wanted { columns, values } = $wanted;
        let statement = $history.page(&columns);
        let limit = limit($paging);
        on!(&$index.database, db => {
            let mut tx = db.begin_reading().await?;
            let head = rows::head(sqlx::query_as(sql::HEAD).fetch_one(&mut *tx).await?)?;
            let mut places = [None; 2];
            // The first place of the first day, and of the day after the last.
            let days = [$from.map(|day: Day| day.0), $to.map(|day: Day| day.0.saturating_add(1))];
            for (place, day) in places.iter_mut().zip(days) {
                let Some(day) = day else { continue };
                let time = rows::to_time(u64::from(day) * DAY_MILLIS);
                let block: Option<i64> =
                    sqlx::query_scalar(sql::FIRST_BLOCK).bind(time).fetch_optional(&mut *tx).await?;
                *place = Some(match block {
                    Some(block) => first_place(block)?,
                    None => i64::MAX,
                });
            }
            let after = $paging.after.map_or(-1, |cursor| cursor.row);
            let after = places[0].map_or(after, |first| after.max(first - 1));
            let query = sqlx::query_as(AssertSqlSafe(statement)).bind(after).bind(places[1].unwrap_or(i64::MAX));
            let query = bind!(query, values).bind(limit + 1);
            let found = query.fetch_all(&mut *tx).await?;
            tx.rollback().await?;
            page(head, found.into_iter().map($decode), limit)
        })
    }};
}

fn limit(paging: &Paging) -> i64 {
    paging.limit.clamp(1, MAX_LIMIT).into()
}

fn first_place(block: i64) -> Result<i64, DatabaseError> {
    let place = Place::new(rows::narrow(block)?, 0).ok_or(DatabaseError::Corrupt)?;
    Ok(place.sql())
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

    async fn answer_requester(&self, digest: &[u8; 32]) -> Result<Option<MemberId>, IndexError> {
        let found: Option<Vec<u8>> = on!(&self.database, db => {
            sqlx::query_scalar(sql::ANSWER_REQUESTER).bind(&digest[..]).fetch_optional(db.readers()).await?
        });
        Ok(found.map(rows::member).transpose()?)
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
            let head = rows::head(sqlx::query_as(sql::HEAD).fetch_one(&mut *tx).await?)?;
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
        events!(self, History::Notices, wanted, from, to, paging, rows::notice)
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
        events!(self, History::Requests, wanted, from, to, paging, rows::request)
    }

    async fn records(&self, filter: &RecordFilter, paging: &Paging) -> Result<Page<RecordEntry>, IndexError> {
        let RecordFilter { processor, meter, from, to } = *filter;
        let Wanted { columns, values } = Wanted::default()
            .bytes("processor", processor.map(|processor| processor.0))
            .bytes("meter", meter.map(|meter| meter.0));
        let statement = History::Records.page(&columns);
        let limit = limit(paging);
        let first = Cursor { day: from.map_or(0, |day| day.0.into()), row: -1 };
        let after = paging.after.map_or(first, |cursor| cursor.max(first));
        let last = to.map_or(i64::MAX, |day| day.0.into());
        on!(&self.database, db => {
            let mut tx = db.begin_reading().await?;
            let head = rows::head(sqlx::query_as(sql::HEAD).fetch_one(&mut *tx).await?)?;
            let query = sqlx::query_as(AssertSqlSafe(statement)).bind(after.day as i64).bind(after.row).bind(last);
            let query = bind!(query, values).bind(limit + 1);
            let found = query.fetch_all(&mut *tx).await?;
            tx.rollback().await?;
            page(head, found.into_iter().map(rows::record), limit)
        })
    }

    async fn credit(&self, filter: &CreditFilter, paging: &Paging) -> Result<Page<CreditEntry>, IndexError> {
        let CreditFilter { processor, conduct, from, to } = *filter;
        let wanted = Wanted::default()
            .bytes("processor", processor.map(|processor| processor.0))
            .text("conduct", conduct.map(|conduct| conduct.name()));
        events!(self, History::Credit, wanted, from, to, paging, rows::credit)
    }
}
