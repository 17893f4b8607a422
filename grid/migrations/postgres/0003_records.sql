-- Stored meter-days: which wait for a batch, which are in one, and what came of sealing them.

-- An index over many readings takes longer than the service's queries may.
SET LOCAL statement_timeout = 0;

-- The first moment of an import that was not looked through for changed meter-days yet; NULL once
-- all of it was.
ALTER TABLE imports ADD COLUMN unscanned_from BIGINT DEFAULT 0;
CREATE INDEX imports_unscanned ON imports (id) WHERE unscanned_from IS NOT NULL;
CREATE INDEX imported_by_import ON imported_readings (import, taken_at, device);

-- One row. `scanned` is the last row of `readings` that was looked through; `scans` counts the looks.
CREATE TABLE records_state (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    scanned BIGINT  NOT NULL CHECK (scanned >= 0),
    scans   BIGINT  NOT NULL CHECK (scans >= 0)
);

INSERT INTO records_state (one, scanned, scans) VALUES (1, 0, 0);

-- Meter-days that differ from what was recorded, or may. A row goes when its meter-day is cut into a
-- batch or is found unchanged.
CREATE TABLE waiting_days (
    day        BIGINT  NOT NULL CHECK (day >= 0),   -- UTC, since the Unix epoch
    device     BYTEA   NOT NULL CHECK (length(device) = 32),
    changed_at BIGINT  NOT NULL,                    -- no reading was accepted later, ms since the Unix epoch
    scan       BIGINT  NOT NULL,                    -- the look that saw it last; never the same twice
    state      BIGINT  NOT NULL CHECK (state BETWEEN 0 AND 3), -- 0 changed, 1 incomplete, 2 too large, 3 closed
    present    BIGINT,                              -- of a closed one as in record_rows
    energy     BYTEA CHECK (length(energy) = 192),
    PRIMARY KEY (day, device),
    CHECK ((state = 3) = (present IS NOT NULL AND energy IS NOT NULL))
);

CREATE INDEX waiting_by_state ON waiting_days (state, day, device);
CREATE INDEX waiting_by_change ON waiting_days (state, changed_at);

-- A batch is one version of its day and never changes.
CREATE TABLE record_batches (
    day         BIGINT  NOT NULL CHECK (day >= 0),
    version     BIGINT  NOT NULL CHECK (version BETWEEN 0 AND 65535),
    meter_days  BIGINT  NOT NULL CHECK (meter_days BETWEEN 1 AND 2048),
    cut_at      BIGINT  NOT NULL,                   -- ms since the Unix epoch
    root        BYTEA CHECK (length(root) = 32),    -- NULL until it is anchored
    taken_by    BYTEA CHECK (length(taken_by) = 32), -- the root that the chain has for it instead; then it has no rows
    PRIMARY KEY (day, version),
    CHECK (root IS NULL OR taken_by IS NULL)
);

CREATE INDEX record_batches_open ON record_batches (day, version) WHERE root IS NULL AND taken_by IS NULL;

CREATE VIEW open_batches AS
    SELECT day, version, meter_days FROM record_batches WHERE root IS NULL AND taken_by IS NULL;

-- The last three are NULL until the row is sealed.
CREATE TABLE record_rows (
    day        BIGINT  NOT NULL,
    version    BIGINT  NOT NULL,
    device     BYTEA   NOT NULL CHECK (length(device) = 32),
    present    BIGINT  NOT NULL CHECK (present >= 0),       -- bit i: half-hour i has readings
    energy     BYTEA   NOT NULL CHECK (length(energy) = 192), -- Wh, 48 numbers of 32 bits, big-endian
    nonce      BYTEA CHECK (length(nonce) = 16),
    digest     BYTEA CHECK (length(digest) = 32),           -- M*
    ciphertext BYTEA CHECK (length(ciphertext) = 32),       -- SHA-256 of M
    PRIMARY KEY (day, version, device),
    FOREIGN KEY (day, version) REFERENCES record_batches (day, version),
    CHECK ((nonce IS NULL) = (digest IS NULL) AND (digest IS NULL) = (ciphertext IS NULL))
);

CREATE INDEX record_rows_of_meter ON record_rows (device, day, version);
