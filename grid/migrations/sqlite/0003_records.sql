-- Stored meter-days: which wait for a batch, which are in one, and what came of sealing them.

-- The first moment of an import that was not looked through for changed meter-days yet; NULL once
-- all of it was.
ALTER TABLE imports ADD COLUMN unscanned_from INTEGER DEFAULT 0;
CREATE INDEX imports_unscanned ON imports (id) WHERE unscanned_from IS NOT NULL;
CREATE INDEX imported_by_import ON imported_readings (import, taken_at, device);

-- One row. `scanned` is the last row of `readings` that was looked through; `scans` counts the looks.
CREATE TABLE records_state (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    scanned INTEGER NOT NULL CHECK (scanned >= 0),
    scans   INTEGER NOT NULL CHECK (scans >= 0)
) STRICT;

INSERT INTO records_state (one, scanned, scans) VALUES (1, 0, 0);

-- Meter-days that differ from what was recorded, or may. A row goes when its meter-day is cut into a
-- batch or is found unchanged.
CREATE TABLE waiting_days (
    day        INTEGER NOT NULL CHECK (day >= 0),   -- UTC, since the Unix epoch
    device     BLOB    NOT NULL CHECK (length(device) = 32),
    changed_at INTEGER NOT NULL,                    -- no reading was accepted later, ms since the Unix epoch
    scan       INTEGER NOT NULL,                    -- the look that saw it last; never the same twice
    state      INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3), -- 0 changed, 1 incomplete, 2 too large, 3 closed
    present    INTEGER,                             -- of a closed one as in record_rows
    energy     BLOB CHECK (length(energy) = 192),
    PRIMARY KEY (day, device),
    CHECK ((state = 3) = (present IS NOT NULL AND energy IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX waiting_by_state ON waiting_days (state, day, device);
CREATE INDEX waiting_by_change ON waiting_days (state, changed_at);

-- A batch is one version of its day and never changes.
CREATE TABLE record_batches (
    day         INTEGER NOT NULL CHECK (day >= 0),
    version     INTEGER NOT NULL CHECK (version BETWEEN 0 AND 65535),
    meter_days  INTEGER NOT NULL CHECK (meter_days BETWEEN 1 AND 2048),
    cut_at      INTEGER NOT NULL,                   -- ms since the Unix epoch
    root        BLOB CHECK (length(root) = 32),     -- NULL until it is anchored
    taken_by    BLOB CHECK (length(taken_by) = 32), -- the root that the chain has for it instead; then it has no rows
    PRIMARY KEY (day, version),
    CHECK (root IS NULL OR taken_by IS NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX record_batches_open ON record_batches (day, version) WHERE root IS NULL AND taken_by IS NULL;

CREATE VIEW open_batches AS
    SELECT day, version, meter_days FROM record_batches WHERE root IS NULL AND taken_by IS NULL;

-- The last three are NULL until the row is sealed.
CREATE TABLE record_rows (
    day        INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    device     BLOB    NOT NULL CHECK (length(device) = 32),
    present    INTEGER NOT NULL CHECK (present >= 0),       -- bit i: half-hour i has readings
    energy     BLOB    NOT NULL CHECK (length(energy) = 192), -- Wh, 48 numbers of 32 bits, big-endian
    nonce      BLOB CHECK (length(nonce) = 16),
    digest     BLOB CHECK (length(digest) = 32),            -- M*
    ciphertext BLOB CHECK (length(ciphertext) = 32),        -- SHA-256 of M
    PRIMARY KEY (day, version, device),
    FOREIGN KEY (day, version) REFERENCES record_batches (day, version),
    CHECK ((nonce IS NULL) = (digest IS NULL) AND (digest IS NULL) = (ciphertext IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX record_rows_of_meter ON record_rows (device, day, version);
