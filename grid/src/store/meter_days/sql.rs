// SPDX-License-Identifier: Apache-2.0
//! The SQL of stored meter-days, in the words that SQLite and PostgreSQL share.
//!
//! A day is 86,400,000 ms. What is taken after the year 9999 has no day on chain and is passed over.
//! States of `waiting_days`: 0 changed, 1 incomplete, 2 too large, 3 closed.

pub(super) const STATE: &str = "SELECT scanned, scans FROM records_state";
/// $1 scanned, $2 scans.
pub(super) const SET_STATE: &str = "UPDATE records_state SET scanned = $1, scans = $2";

/// The last row of a page of readings, and how many they are. $1 scanned, $2 limit.
pub(super) const PAGE: &str = "\
    SELECT max(id), count(*) FROM (SELECT id FROM readings WHERE id > $1 ORDER BY id LIMIT $2) AS page";
/// $1 now, $2 scan, $3 scanned, $4 last row of the page.
pub(super) const NOTE_READINGS: &str = "\
    INSERT INTO waiting_days (day, device, changed_at, scan, state) \
    SELECT taken_at / 86400000, device, CAST($1 AS BIGINT), CAST($2 AS BIGINT), 0 FROM readings \
    WHERE id > $3 AND id <= $4 AND taken_at < 253402300800000 GROUP BY taken_at / 86400000, device \
    ON CONFLICT (day, device) DO UPDATE SET scan = excluded.scan, state = 0, present = NULL, energy = NULL, \
        changed_at = CASE WHEN excluded.changed_at > waiting_days.changed_at \
            THEN excluded.changed_at ELSE waiting_days.changed_at END";

pub(super) const NEXT_IMPORT: &str = "\
    SELECT id, imported_at, unscanned_from FROM imports WHERE unscanned_from IS NOT NULL ORDER BY id LIMIT 1";
/// The last moment of a page of an import, and how many they are. $1 import, $2 from, $3 limit.
pub(super) const IMPORT_PAGE: &str = "\
    SELECT max(taken_at), count(*) FROM ( \
        SELECT taken_at FROM imported_readings WHERE import = $1 AND taken_at >= $2 \
        ORDER BY taken_at LIMIT $3) AS page";
/// $1 when it was imported, $2 scan, $3 import, $4 from, $5 last moment of the page.
pub(super) const NOTE_IMPORTED: &str = "\
    INSERT INTO waiting_days (day, device, changed_at, scan, state) \
    SELECT taken_at / 86400000, device, CAST($1 AS BIGINT), CAST($2 AS BIGINT), 0 FROM imported_readings \
    WHERE import = $3 AND taken_at >= $4 AND taken_at <= $5 AND taken_at < 253402300800000 \
    GROUP BY taken_at / 86400000, device \
    ON CONFLICT (day, device) DO UPDATE SET scan = excluded.scan, state = 0, present = NULL, energy = NULL, \
        changed_at = CASE WHEN excluded.changed_at > waiting_days.changed_at \
            THEN excluded.changed_at ELSE waiting_days.changed_at END";
/// $1 import, $2 the first moment that is left.
pub(super) const SET_IMPORT: &str = "UPDATE imports SET unscanned_from = $2 WHERE id = $1";

/// Those of one moment go together. $1 the latest change that is long enough ago, $2 limit.
pub(super) const WAKE: &str = "\
    UPDATE waiting_days SET state = 0 WHERE state = 1 AND changed_at <= coalesce(( \
        SELECT changed_at FROM waiting_days WHERE state = 1 AND changed_at <= $1 \
        ORDER BY changed_at LIMIT 1 OFFSET $2), $1)";
/// $1 the first day that is not over, $2 limit.
pub(super) const CHANGED: &str = "\
    SELECT day, device, changed_at, scan FROM waiting_days WHERE state = 0 AND day < $1 \
    ORDER BY day, device LIMIT $2";
/// $1 meter, $2 day.
pub(super) const NEWEST: &str = "\
    SELECT present, energy FROM record_rows WHERE device = $1 AND day = $2 AND version = ( \
        SELECT max(version) FROM record_rows WHERE device = $1 AND day = $2)";
/// $1 day, $2 meter, $3 scan, $4 state, $5 present, $6 energy.
pub(super) const JUDGE: &str = "\
    UPDATE waiting_days SET state = $4, present = $5, energy = $6 \
    WHERE day = $1 AND device = $2 AND scan = $3";
/// $1 day, $2 meter, $3 scan.
pub(super) const FORGET: &str = "DELETE FROM waiting_days WHERE day = $1 AND device = $2 AND scan = $3";

pub(super) const COUNT_OPEN: &str = "SELECT count(*) FROM open_batches";
/// $1 the day before.
pub(super) const NEXT_CLOSED_DAY: &str = "SELECT min(day) FROM waiting_days WHERE state = 3 AND day > $1";
/// The next version of a day, if a batch of it may be cut: none of it is open, and all that changed
/// was looked at or it is full. $1 day, $2 most meter-days.
pub(super) const NEXT_VERSION: &str = "\
    SELECT coalesce((SELECT max(version) + 1 FROM record_batches WHERE day = $1), 0) \
    WHERE NOT EXISTS (SELECT 1 FROM open_batches WHERE day = $1) \
        AND (NOT EXISTS (SELECT 1 FROM waiting_days WHERE state = 0 AND day = $1) \
            OR (SELECT count(*) FROM ( \
                SELECT 1 FROM waiting_days WHERE state = 3 AND day = $1 LIMIT $2) AS closed) = $2)";
/// $1 day, $2 version, $3 now, $4 most meter-days.
pub(super) const CUT: &str = "\
    INSERT INTO record_batches (day, version, meter_days, cut_at) \
    SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), count(*), CAST($3 AS BIGINT) FROM ( \
        SELECT 1 FROM waiting_days WHERE state = 3 AND day = $1 LIMIT $4) AS closed";
/// $1 day, $2 version, $3 most meter-days.
pub(super) const CUT_ROWS: &str = "\
    INSERT INTO record_rows (day, version, device, present, energy) \
    SELECT day, CAST($2 AS BIGINT), device, present, energy FROM waiting_days \
    WHERE state = 3 AND day = $1 ORDER BY device LIMIT $3";
/// $1 day, $2 version.
pub(super) const DROP_CUT: &str = "\
    DELETE FROM waiting_days WHERE day = $1 AND state = 3 \
        AND device IN (SELECT device FROM record_rows WHERE day = $1 AND version = $2)";

/// $1 limit.
pub(super) const OPEN: &str = "\
    SELECT b.day, b.version, b.meter_days, ( \
        SELECT count(*) FROM record_rows r \
        WHERE r.day = b.day AND r.version = b.version AND r.digest IS NULL) \
    FROM open_batches b ORDER BY b.day, b.version LIMIT $1";
/// $1 day, $2 version.
pub(super) const ROOT: &str =
    "SELECT root FROM record_batches WHERE day = $1 AND version = $2 AND taken_by IS NULL";
/// $1 day, $2 version, $3 limit.
pub(super) const UNSEALED: &str = "\
    SELECT device, present, energy FROM record_rows \
    WHERE day = $1 AND version = $2 AND digest IS NULL ORDER BY device LIMIT $3";
/// $1 day, $2 version, $3 meter, $4 nonce, $5 digest, $6 digest of the ciphertext.
pub(super) const SEAL: &str = "\
    UPDATE record_rows SET nonce = $4, digest = $5, ciphertext = $6 \
    WHERE day = $1 AND version = $2 AND device = $3 AND digest IS NULL";
/// $1 day, $2 version, $3 meter.
pub(super) const SEALED: &str = "\
    SELECT nonce, digest, ciphertext FROM record_rows WHERE day = $1 AND version = $2 AND device = $3";
/// $1 day, $2 version.
pub(super) const RECORDS: &str = "\
    SELECT device, present, digest, ciphertext FROM record_rows \
    WHERE day = $1 AND version = $2 ORDER BY device";
/// $1 day, $2 version, $3 root.
pub(super) const ANCHOR: &str = "UPDATE record_batches SET root = $3 WHERE day = $1 AND version = $2";

/// 1 if anything was ever anchored.
pub(super) const ANCHORS: &str = "SELECT count(*) FROM ( \
    SELECT 1 FROM record_batches WHERE root IS NOT NULL LIMIT 1) AS anchored";
/// $1 meter, $2 day.
pub(super) const ANCHORED: &str = "\
    SELECT version, nonce FROM record_rows WHERE device = $1 AND day = $2 AND version = ( \
        SELECT max(r.version) FROM record_rows r \
        JOIN record_batches b ON b.day = r.day AND b.version = r.version \
        WHERE r.device = $1 AND r.day = $2 AND b.root IS NOT NULL)";

/// Open batches, anchored ones, their meter-days, refused meter-days.
pub(super) const TOTALS: &str = "\
    SELECT (SELECT count(*) FROM open_batches), \
        (SELECT count(*) FROM record_batches WHERE root IS NOT NULL), \
        (SELECT CAST(coalesce(sum(meter_days), 0) AS BIGINT) FROM record_batches WHERE root IS NOT NULL), \
        (SELECT count(*) FROM waiting_days WHERE state = 2)";
/// Batches of a range of days with how many rows of each are unsealed. $1 from, $2 until, $3 limit.
pub(super) const BATCHES: &str = "\
    SELECT b.day, b.version, b.meter_days, b.root, b.taken_by, ( \
        SELECT count(*) FROM record_rows r \
        WHERE r.day = b.day AND r.version = b.version AND r.digest IS NULL) \
    FROM record_batches b WHERE b.day >= $1 AND b.day <= $2 ORDER BY b.day, b.version LIMIT $3";
/// Like [`BATCHES`], open ones alone.
pub(super) const OPEN_BATCHES: &str = "\
    SELECT b.day, b.version, b.meter_days, b.root, b.taken_by, ( \
        SELECT count(*) FROM record_rows r \
        WHERE r.day = b.day AND r.version = b.version AND r.digest IS NULL) \
    FROM record_batches b WHERE b.root IS NULL AND b.taken_by IS NULL AND b.day >= $1 \
        AND b.day <= $2 ORDER BY b.day, b.version LIMIT $3";
/// What waits in a range of days, by day and state. $1 from, $2 until, $3 limit.
pub(super) const WAITING: &str = "\
    SELECT day, state, count(*), min(changed_at) FROM waiting_days WHERE day >= $1 AND day <= $2 \
    GROUP BY day, state ORDER BY day, state LIMIT $3";
/// The meters that wait on a day. $1 day, $2 limit.
pub(super) const WAITING_METERS: &str = "\
    SELECT device, state, changed_at FROM waiting_days WHERE day = $1 ORDER BY device LIMIT $2";

/// What was recorded and what was refused. $1 scan, $2 meter, $3 from, $4 until.
pub(super) const RECHECK: &str = "\
    INSERT INTO waiting_days (day, device, changed_at, scan, state) \
    SELECT day, device, 0, CAST($1 AS BIGINT), 0 FROM ( \
        SELECT day, device FROM record_rows WHERE device = $2 AND day >= $3 AND day <= $4 \
        UNION \
        SELECT day, device FROM waiting_days WHERE state = 2 AND device = $2 AND day >= $3 AND day <= $4 \
    ) AS known WHERE true \
    ON CONFLICT (day, device) DO UPDATE SET changed_at = excluded.changed_at, scan = excluded.scan, \
        state = 0, present = NULL, energy = NULL";
/// $1 scan, $2 day, $3 version.
pub(super) const WAIT_AGAIN: &str = "\
    INSERT INTO waiting_days (day, device, changed_at, scan, state) \
    SELECT day, device, 0, CAST($1 AS BIGINT), 0 FROM record_rows WHERE day = $2 AND version = $3 \
    ON CONFLICT (day, device) DO UPDATE SET scan = excluded.scan, state = 0, present = NULL, energy = NULL";
/// $1 day, $2 version.
pub(super) const DROP_ROWS: &str = "DELETE FROM record_rows WHERE day = $1 AND version = $2";
/// $1 day, $2 version, $3 the chain's root.
pub(super) const RELEASE: &str = "UPDATE record_batches SET taken_by = $3 WHERE day = $1 AND version = $2";
