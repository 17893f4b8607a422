-- What finalized blocks say. All of it comes from the chain and from manifests: it can be thrown away
-- and read again.
--
-- A place is block * 2^20 + position of the event in its block: rows sort as the chain does. Times are
-- ms since the Unix epoch, days count from it.

-- The last block read: one row. Before the first, number 0 and the genesis hash.
CREATE TABLE index_head (
    genesis BYTEA CHECK (length(genesis) = 32),
    number  BIGINT NOT NULL CHECK (number >= 0),
    hash    BYTEA CHECK (length(hash) = 32),
    unknown BIGINT NOT NULL                    -- events that were not understood
);
INSERT INTO index_head (genesis, number, hash, unknown) VALUES (NULL, 0, NULL, 0);

-- Blocks with anything in the tables below.
CREATE TABLE blocks (
    number BIGINT PRIMARY KEY CHECK (number > 0),
    time   BIGINT NOT NULL
);
CREATE INDEX blocks_by_time ON blocks (time, number);

CREATE TABLE notices (
    place     BIGINT PRIMARY KEY,
    time      BIGINT NOT NULL,
    device    BYTEA  NOT NULL CHECK (length(device) = 32),
    owner     BYTEA  NOT NULL CHECK (length(owner) = 32),
    processor BYTEA  NOT NULL CHECK (length(processor) = 32),
    previous  BIGINT NOT NULL,                             -- 64 bits without sign
    sequence  BIGINT NOT NULL,                             -- 64 bits without sign
    digest    BYTEA  NOT NULL CHECK (length(digest) = 32)  -- SHA-256 of the ciphertext
);
CREATE INDEX notices_by_device ON notices (device, place);
CREATE INDEX notices_by_owner ON notices (owner, place);
CREATE INDEX notices_by_processor ON notices (processor, place);

CREATE TABLE requests (
    place        BIGINT PRIMARY KEY,                              -- where it was made
    request      BIGINT NOT NULL UNIQUE,                          -- its number
    requester    BYTEA  NOT NULL CHECK (length(requester) = 32),
    processor    BYTEA  NOT NULL CHECK (length(processor) = 32),
    kind         TEXT   NOT NULL,
    content      BYTEA  NOT NULL CHECK (length(content) = 32),    -- SHA-256 of what is asked
    price        TEXT   NOT NULL,                                 -- minor units, decimal
    state        TEXT   NOT NULL,
    requested_at BIGINT NOT NULL,
    accept_by    BIGINT NOT NULL,
    accepted_at  BIGINT,
    answer_by    BIGINT,
    ended_at     BIGINT,
    answer       BYTEA CHECK (length(answer) = 32),               -- SHA-256 of its ciphertext
    cloud        BYTEA CHECK (length(cloud) = 32)                 -- who holds it, if no block does
);
CREATE INDEX requests_by_requester ON requests (requester, place);
CREATE INDEX requests_by_requester_and_kind ON requests (requester, kind, place);
CREATE INDEX requests_by_processor ON requests (processor, place);
CREATE INDEX requests_by_processor_and_kind ON requests (processor, kind, place);
CREATE INDEX requests_by_kind ON requests (kind, place);
CREATE INDEX requests_by_answer ON requests (answer, cloud, requester) WHERE cloud IS NOT NULL;

CREATE TABLE credit (
    place        BIGINT PRIMARY KEY,
    time         BIGINT NOT NULL,
    processor    BYTEA  NOT NULL CHECK (length(processor) = 32),
    counterparty BYTEA  NOT NULL CHECK (length(counterparty) = 32),
    conduct      TEXT   NOT NULL,
    price        TEXT,                                            -- of what it delivered, decimal
    change       BIGINT NOT NULL,
    score_before BIGINT NOT NULL,
    score_after  BIGINT NOT NULL
);
CREATE INDEX credit_by_processor ON credit (processor, place);
CREATE INDEX credit_by_processor_and_conduct ON credit (processor, conduct, place);
CREATE INDEX credit_by_conduct ON credit (conduct, place);

CREATE TABLE data_keys (
    processor BYTEA  NOT NULL CHECK (length(processor) = 32),
    scope     TEXT   NOT NULL,                                    -- REGION/YYYY-MM
    data_key  BYTEA  NOT NULL,                                    -- SCALE
    place     BIGINT NOT NULL,
    PRIMARY KEY (processor, scope)
);

CREATE TABLE anchors (
    place     BIGINT PRIMARY KEY,
    processor BYTEA  NOT NULL CHECK (length(processor) = 32),
    scope     TEXT   NOT NULL,                                    -- REGION/YYYY-MM
    day       BIGINT NOT NULL,
    version   BIGINT NOT NULL,
    root      BYTEA  NOT NULL CHECK (length(root) = 32),
    count     BIGINT NOT NULL,
    manifest  BYTEA  NOT NULL CHECK (length(manifest) = 32),      -- SHA-256
    state     TEXT   NOT NULL CHECK (state IN ('indexed', 'unavailable', 'mismatch')),
    flaw      TEXT,                                               -- of a mismatch
    UNIQUE (processor, day, version)
);
CREATE INDEX anchors_by_state ON anchors (state, place);

-- Meter-days of the anchors whose manifest was found and is the one that was anchored.
CREATE TABLE records (
    id         BIGINT PRIMARY KEY,                                -- anchor's place * 2^11 + index in it
    processor  BYTEA  NOT NULL CHECK (length(processor) = 32),
    meter      BYTEA  NOT NULL CHECK (length(meter) = 32),
    day        BIGINT NOT NULL,
    present    BIGINT NOT NULL,
    digest     BYTEA  NOT NULL CHECK (length(digest) = 32),       -- SHA-256 of the plaintext
    ciphertext BYTEA  NOT NULL CHECK (length(ciphertext) = 32)    -- SHA-256 of the ciphertext
);
CREATE INDEX records_by_day ON records (day, id);
CREATE INDEX records_by_processor ON records (processor, day, id);
CREATE INDEX records_by_processor_and_meter ON records (processor, meter, day, id);
CREATE INDEX records_by_meter ON records (meter, day, id);
CREATE INDEX records_by_ciphertext ON records (ciphertext, id);
