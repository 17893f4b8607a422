// SPDX-License-Identifier: Apache-2.0
//! The SQL of bills, in the words that SQLite and PostgreSQL share.
//!
//! A half-hour is 1,800,000 ms. Powers are summed in two halves, above and below 2^32 mW, because
//! neither backend sums 64-bit integers into anything wider that the other one has too: 1,800,000
//! moments of any power fit.

/// One row a half-hour: its number, high and low half of the sum of powers, moments, readings of the
/// moment with most, 1 if any reading is signed. $1 meter, $2 from, $3 until.
pub(super) const HALF_HOURS: &str = "\
    WITH moments AS ( \
        SELECT taken_at, power, signed, \
            row_number() OVER (PARTITION BY taken_at ORDER BY signed DESC, place) AS nth, \
            count(*) OVER (PARTITION BY taken_at) AS readings \
        FROM measurements WHERE device = $1 AND taken_at >= $2 AND taken_at < $3 \
    ) \
    SELECT taken_at / 1800000, \
        CAST(sum(power / 4294967296) AS BIGINT), CAST(sum(power % 4294967296) AS BIGINT), \
        count(*), max(readings), CAST(max(signed) AS BIGINT) \
    FROM moments WHERE nth = 1 GROUP BY taken_at / 1800000 ORDER BY 1";

/// Each meter with a reading in a period. Steps from one device to the next through the indices
/// instead of reading all their rows. $1 from, $2 until.
pub(super) const METERS: &str = "\
    WITH RECURSIVE signing (device) AS ( \
        SELECT device FROM (SELECT device FROM readings ORDER BY device LIMIT 1) AS first \
        UNION ALL \
        SELECT (SELECT r.device FROM readings r WHERE r.device > signing.device ORDER BY r.device LIMIT 1) \
        FROM signing WHERE signing.device IS NOT NULL \
    ), imported (device) AS ( \
        SELECT device FROM (SELECT device FROM imported_readings ORDER BY device LIMIT 1) AS first \
        UNION ALL \
        SELECT (SELECT i.device FROM imported_readings i WHERE i.device > imported.device \
            ORDER BY i.device LIMIT 1) \
        FROM imported WHERE imported.device IS NOT NULL \
    ) \
    SELECT device FROM signing WHERE EXISTS ( \
        SELECT 1 FROM readings r WHERE r.device = signing.device AND r.taken_at >= $1 AND r.taken_at < $2) \
    UNION \
    SELECT device FROM imported WHERE EXISTS ( \
        SELECT 1 FROM imported_readings i \
        WHERE i.device = imported.device AND i.taken_at >= $1 AND i.taken_at < $2) \
    ORDER BY 1";

/// $1 meter, $2 until.
pub(super) const LAST_BEFORE: &str = "\
    SELECT max(taken_at) FROM ( \
        SELECT (SELECT max(taken_at) FROM readings WHERE device = $1 AND taken_at < $2) AS taken_at \
        UNION ALL \
        SELECT (SELECT max(taken_at) FROM imported_readings WHERE device = $1 AND taken_at < $2) \
    ) AS last";

pub(super) const DEFAULT_TARIFF: &str = "SELECT default_tariff FROM grid_state";
pub(super) const SET_DEFAULT_TARIFF: &str = "UPDATE grid_state SET default_tariff = $1";
pub(super) const TARIFF_EXISTS: &str = "SELECT count(*) FROM tariffs WHERE name = $1";

/// $1 meter, $2 month.
pub(super) const TARIFF_OF: &str = "\
    SELECT coalesce( \
        (SELECT tariff FROM meter_tariffs WHERE device = $1 AND from_month <= $2 \
            ORDER BY from_month DESC LIMIT 1), \
        default_tariff) \
    FROM grid_state";

/// $1 meter, $2 month, $3 tariff.
pub(super) const ASSIGN_TARIFF: &str = "\
    INSERT INTO meter_tariffs (device, from_month, tariff) VALUES ($1, $2, $3) \
    ON CONFLICT (device, from_month) DO UPDATE SET tariff = excluded.tariff";

pub(super) const TARIFFS: &str =
    "SELECT name, currency, standing_charge, on_offer FROM tariffs ORDER BY name";
pub(super) const BANDS: &str = "SELECT tariff, band, price FROM tariff_bands ORDER BY tariff, position";
pub(super) const TIMES: &str = "\
    SELECT tariff, days, from_half_hour, until_half_hour, band FROM tariff_times ORDER BY tariff, position";

pub(super) const DELETE_TIMES: &str = "DELETE FROM tariff_times WHERE tariff = $1";
pub(super) const DELETE_BANDS: &str = "DELETE FROM tariff_bands WHERE tariff = $1";
pub(super) const WRITE_TARIFF: &str = "\
    INSERT INTO tariffs (name, currency, standing_charge, on_offer) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (name) DO UPDATE SET currency = excluded.currency, \
        standing_charge = excluded.standing_charge, on_offer = excluded.on_offer";
pub(super) const WRITE_BAND: &str =
    "INSERT INTO tariff_bands (tariff, position, band, price) VALUES ($1, $2, $3, $4)";
pub(super) const WRITE_TIMES: &str = "\
    INSERT INTO tariff_times (tariff, position, days, from_half_hour, until_half_hour, band) \
    VALUES ($1, $2, $3, $4, $5, $6)";

/// $1 meter, $2 the first moment, $3 the last.
pub(super) const IMPORTED: &str = "\
    SELECT taken_at, power FROM imported_readings WHERE device = $1 AND taken_at >= $2 AND taken_at <= $3";
/// $1 file, $2 hash, $3 now.
pub(super) const WRITE_IMPORT: &str =
    "INSERT INTO imports (file, sha256, imported_at) VALUES ($1, $2, $3) RETURNING id";
/// Rows follow.
pub(super) const WRITE_IMPORTED: &str = "INSERT INTO imported_readings (device, taken_at, power, import) ";
