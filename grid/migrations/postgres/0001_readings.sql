-- Readings in the order in which they were accepted. `id` is the row that the worker's cursor names.
CREATE TABLE readings (
    id          BIGINT  PRIMARY KEY,
    device      BYTEA   NOT NULL CHECK (length(device) = 32),
    sequence    BIGINT  NOT NULL CHECK (sequence > 0),
    taken_at    BIGINT  NOT NULL CHECK (taken_at >= 0), -- ms since the Unix epoch
    power       BIGINT  NOT NULL,                       -- mW
    temperature INTEGER,                                -- m°C, NULL without a sensor
    signature   BYTEA   NOT NULL CHECK (length(signature) = 64)
);

CREATE UNIQUE INDEX readings_of_device ON readings (device, sequence);

-- One row. `head` is the highest row ever given out, so that a row number is never used again,
-- even if old readings are deleted. A writer locks it first: rows are numbered in commit order.
-- `region` and `genesis` say whose readings these are.
CREATE TABLE grid_state (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    head    BIGINT NOT NULL CHECK (head >= 0),
    region  BIGINT,
    genesis BYTEA CHECK (length(genesis) = 32)
);

INSERT INTO grid_state (one, head) VALUES (1, 0);
