-- What finalized blocks say. All of it comes from the chain and from manifests: it can be thrown away
-- and read again.
--
-- A place is block * 2^20 + position of the event in its block: rows sort as the chain does. Times are
-- ms since the Unix epoch, days count from it. Tables are without row numbers because a range of two
-- columns uses both of an index only where the second is no row number.

-- The last block read: one row. Before the first, number 0 and the genesis hash.
CREATE TABLE index_head (
    genesis BLOB CHECK (length(genesis) = 32),
    number  INTEGER NOT NULL CHECK (number >= 0),
    hash    BLOB CHECK (length(hash) = 32),
    unknown INTEGER NOT NULL                   -- events that were not understood
) STRICT;
INSERT INTO index_head (genesis, number, hash, unknown) VALUES (NULL, 0, NULL, 0);

-- Blocks with anything in the tables below.
CREATE TABLE blocks (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    time   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_by_time ON blocks (time, number);

CREATE TABLE notices (
    place     INTEGER PRIMARY KEY,
    time      INTEGER NOT NULL,
    device    BLOB    NOT NULL CHECK (length(device) = 32),
    owner     BLOB    NOT NULL CHECK (length(owner) = 32),
    processor BLOB    NOT NULL CHECK (length(processor) = 32),
    previous  INTEGER NOT NULL,                             -- 64 bits without sign
    sequence  INTEGER NOT NULL,                             -- 64 bits without sign
    digest    BLOB    NOT NULL CHECK (length(digest) = 32)  -- SHA-256 of the ciphertext
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_by_device ON notices (device, place);
CREATE INDEX notices_by_owner ON notices (owner, place);
CREATE INDEX notices_by_processor ON notices (processor, place);

CREATE TABLE requests (
    place        INTEGER PRIMARY KEY,                              -- where it was made
    request      INTEGER NOT NULL UNIQUE,                          -- its number
    requester    BLOB    NOT NULL CHECK (length(requester) = 32),
    processor    BLOB    NOT NULL CHECK (length(processor) = 32),
    kind         TEXT    NOT NULL,
    content      BLOB    NOT NULL CHECK (length(content) = 32),    -- SHA-256 of what is asked
    price        TEXT    NOT NULL,                                 -- minor units, decimal
    state        TEXT    NOT NULL,
    requested_at INTEGER NOT NULL,
    accept_by    INTEGER NOT NULL,
    accepted_at  INTEGER,
    answer_by    INTEGER,
    ended_at     INTEGER,
    answer       BLOB CHECK (length(answer) = 32),                 -- SHA-256 of its ciphertext
    cloud        BLOB CHECK (length(cloud) = 32)                   -- who holds it, if no block does
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_by_requester ON requests (requester, place);
CREATE INDEX requests_by_requester_and_kind ON requests (requester, kind, place);
CREATE INDEX requests_by_processor ON requests (processor, place);
CREATE INDEX requests_by_processor_and_kind ON requests (processor, kind, place);
CREATE INDEX requests_by_kind ON requests (kind, place);
CREATE INDEX requests_by_answer ON requests (answer, cloud, requester) WHERE cloud IS NOT NULL;

CREATE TABLE credit (
    place        INTEGER PRIMARY KEY,
    time         INTEGER NOT NULL,
    processor    BLOB    NOT NULL CHECK (length(processor) = 32),
    counterparty BLOB    NOT NULL CHECK (length(counterparty) = 32),
    conduct      TEXT    NOT NULL,
    price        TEXT,                                             -- of what it delivered, decimal
    change       INTEGER NOT NULL,
    score_before INTEGER NOT NULL,
    score_after  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX credit_by_processor ON credit (processor, place);
CREATE INDEX credit_by_processor_and_conduct ON credit (processor, conduct, place);
CREATE INDEX credit_by_conduct ON credit (conduct, place);

CREATE TABLE data_keys (
    processor BLOB    NOT NULL CHECK (length(processor) = 32),
    scope     TEXT    NOT NULL,                                    -- REGION/YYYY-MM
    data_key  BLOB    NOT NULL,                                    -- SCALE
    place     INTEGER NOT NULL,
    PRIMARY KEY (processor, scope)
) STRICT, WITHOUT ROWID;

CREATE TABLE anchors (
    place     INTEGER PRIMARY KEY,
    processor BLOB    NOT NULL CHECK (length(processor) = 32),
    scope     TEXT    NOT NULL,                                    -- REGION/YYYY-MM
    day       INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    root      BLOB    NOT NULL CHECK (length(root) = 32),
    count     INTEGER NOT NULL,
    manifest  BLOB    NOT NULL CHECK (length(manifest) = 32),      -- SHA-256
    state     TEXT    NOT NULL CHECK (state IN ('indexed', 'unavailable', 'mismatch')),
    flaw      TEXT,                                                -- of a mismatch
    UNIQUE (processor, day, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX anchors_by_state ON anchors (state, place);

-- Meter-days of the anchors whose manifest was found and is the one that was anchored.
CREATE TABLE records (
    id         INTEGER PRIMARY KEY,                                -- anchor's place * 2^11 + index in it
    processor  BLOB    NOT NULL CHECK (length(processor) = 32),
    meter      BLOB    NOT NULL CHECK (length(meter) = 32),
    day        INTEGER NOT NULL,
    present    INTEGER NOT NULL,
    digest     BLOB    NOT NULL CHECK (length(digest) = 32),       -- SHA-256 of the plaintext
    ciphertext BLOB    NOT NULL CHECK (length(ciphertext) = 32)    -- SHA-256 of the ciphertext
) STRICT, WITHOUT ROWID;
CREATE INDEX records_by_day ON records (day, id);
CREATE INDEX records_by_processor ON records (processor, day, id);
CREATE INDEX records_by_processor_and_meter ON records (processor, meter, day, id);
CREATE INDEX records_by_meter ON records (meter, day, id);
CREATE INDEX records_by_ciphertext ON records (ciphertext, id);
