// SPDX-License-Identifier: Apache-2.0
//! The SQL of the index, in the words that SQLite and PostgreSQL share.

/// $1 genesis.
pub(super) const BIND: &str = "UPDATE index_head SET genesis = $1, hash = $1 WHERE genesis IS NULL";
pub(super) const GENESIS: &str = "SELECT genesis FROM index_head";
pub(super) const HEAD: &str = "SELECT number, hash FROM index_head";
pub(super) const UNKNOWN: &str = "SELECT unknown FROM index_head";
/// $1 number, $2 hash, $3 events not read; $4 number and $5 hash before.
pub(super) const MOVE_HEAD: &str = "\
    UPDATE index_head SET number = $1, hash = $2, unknown = unknown + $3 WHERE number = $4 AND hash = $5";
pub(super) const GO_BACK: &str = "UPDATE index_head SET number = 0, hash = genesis, unknown = 0";
/// Everything but the head.
pub(super) const TABLES: [&str; 7] =
    ["blocks", "notices", "requests", "credit", "data_keys", "anchors", "records"];

/// Rows follow.
pub(super) const WRITE_BLOCKS: &str = "INSERT INTO blocks (number, time) ";
/// Rows follow.
pub(super) const WRITE_NOTICES: &str = "\
    INSERT INTO notices (place, time, device, owner, processor, previous, sequence, digest) ";
/// Rows follow.
pub(super) const WRITE_CREDIT: &str = "\
    INSERT INTO credit (place, time, processor, counterparty, conduct, price, change, score_before, \
        score_after) ";
/// Rows follow.
pub(super) const WRITE_RECORDS: &str = "\
    INSERT INTO records (id, processor, meter, day, present, digest, ciphertext) ";
pub(super) const WRITE_DATA_KEY: &str = "\
    INSERT INTO data_keys (processor, scope, data_key, place) VALUES ($1, $2, $3, $4)";
pub(super) const WRITE_ANCHOR: &str = "\
    INSERT INTO anchors (place, processor, scope, day, version, root, count, manifest, state, flaw) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
/// $1 place, $2 state, $3 flaw.
pub(super) const SETTLE_ANCHOR: &str = "\
    UPDATE anchors SET state = $2, flaw = $3 WHERE place = $1 AND state = 'unavailable'";

pub(super) const WRITE_REQUEST: &str = "\
    INSERT INTO requests (place, request, requester, processor, kind, content, price, state, \
        requested_at, accept_by) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, 'requested', $8, $9)";
/// $1 request, $2 time, $3 deadline.
pub(super) const ACCEPT: &str = "\
    UPDATE requests SET state = 'accepted', accepted_at = $2, answer_by = $3 WHERE request = $1";
/// $1 request, $2 time, $3 answer, $4 cloud.
pub(super) const FULFIL: &str = "\
    UPDATE requests SET state = 'fulfilled', ended_at = $2, answer = $3, cloud = $4 WHERE request = $1";
/// $1 request, $2 time, $3 state.
pub(super) const END: &str = "UPDATE requests SET state = $3, ended_at = $2 WHERE request = $1";

/// $1 processor.
pub(super) const SCORE: &str =
    "SELECT score_after FROM credit WHERE processor = $1 ORDER BY place DESC LIMIT 1";
/// $1 after, $2 limit.
pub(super) const UNAVAILABLE: &str = "\
    SELECT place, processor, scope, day, version, root, count, manifest FROM anchors \
    WHERE state = 'unavailable' AND place > $1 ORDER BY place LIMIT $2";
/// $1 state.
pub(super) const COUNT_ANCHORS: &str = "SELECT count(*) FROM anchors WHERE state = $1";

/// $1 time.
pub(super) const FIRST_BLOCK: &str =
    "SELECT number FROM blocks WHERE time >= $1 ORDER BY time, number LIMIT 1";
/// $1 answer, $2 cloud, $3 requester.
pub(super) const ANSWERED: &str =
    "SELECT place FROM requests WHERE answer = $1 AND cloud = $2 AND requester = $3 LIMIT 1";
/// $1 processor, $2 scope.
pub(super) const DATA_KEY: &str = "SELECT data_key FROM data_keys WHERE processor = $1 AND scope = $2";
/// $1 processor, $2 day, $3 version.
pub(super) const MANIFEST: &str =
    "SELECT manifest FROM anchors WHERE processor = $1 AND day = $2 AND version = $3";
/// $1 processor, $2 day, $3 scope.
pub(super) const VERSIONS: &str = "\
    SELECT count(*), coalesce(sum(CASE state WHEN 'indexed' THEN 0 ELSE 1 END), 0) FROM anchors \
    WHERE processor = $1 AND day = $2 AND scope = $3";
/// The newest first. $1 processor, $2 day, $3 scope, $4 limit.
pub(super) const DAY: &str = "\
    SELECT r.meter, r.present, r.digest, r.ciphertext \
    FROM records r JOIN anchors a ON a.place = r.id / 2048 \
    WHERE r.processor = $1 AND r.day = $2 AND a.scope = $3 ORDER BY r.id DESC LIMIT $4";
/// $1 ciphertext.
pub(super) const RECORD_OWNER: &str = "\
    SELECT r.processor, a.scope FROM records r JOIN anchors a ON a.place = r.id / 2048 \
    WHERE r.ciphertext = $1 ORDER BY r.id LIMIT 1";

const NOTICES: &str = "SELECT place, time, device, owner, processor, previous, sequence, digest FROM notices";
const REQUESTS: &str = "\
    SELECT place, request, requester, processor, kind, content, price, state, requested_at, accept_by, \
        accepted_at, answer_by, ended_at, answer, cloud FROM requests";
const CREDIT: &str = "\
    SELECT place, time, processor, counterparty, conduct, price, change, score_before, score_after \
    FROM credit";
const RECORDS: &str = "\
    SELECT r.id, r.processor, a.scope, r.day, a.version, r.meter, r.present, r.digest, r.ciphertext \
    FROM records r JOIN anchors a ON a.place = r.id / 2048";

/// The tables of which pages are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum History {
    Notices,
    Requests,
    Credit,
    Records,
}

impl History {
    /// A page: rows that have certain values in these columns, between two rows in order.
    ///
    /// Parameters: the values and the row after which, the values and the row before which, the
    /// limit. A row is its place; of records, its day and number. Both ends are compared as rows of
    /// all these columns, so that the index over them is the only way, whatever a planner guesses.
    pub(super) fn page(self, columns: &[&str]) -> String {
        let (select, row) = match self {
            Self::Notices => (NOTICES, &["place"][..]),
            Self::Requests => (REQUESTS, &["place"][..]),
            Self::Credit => (CREDIT, &["place"][..]),
            Self::Records => (RECORDS, &["day", "id"][..]),
        };
        let prefix = if self == Self::Records { "r." } else { "" };
        let key: Vec<_> = columns.iter().chain(row).map(|column| format!("{prefix}{column}")).collect();
        let parameters = |first: usize| {
            let parameters = (first..first + key.len()).map(|n| format!("${n}"));
            parameters.collect::<Vec<_>>().join(", ")
        };
        let (low, high) = (parameters(1), parameters(1 + key.len()));
        let (limit, key) = (1 + 2 * key.len(), key.join(", "));
        format!("{select} WHERE ({key}) > ({low}) AND ({key}) < ({high}) ORDER BY {key} LIMIT ${limit}")
    }
}
