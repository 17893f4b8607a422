-- Readings in the order in which they were accepted. `id` is the row that the worker's cursor names.
CREATE TABLE readings (
    id          INTEGER PRIMARY KEY,
    device      BLOB    NOT NULL CHECK (length(device) = 32),
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    taken_at    INTEGER NOT NULL CHECK (taken_at >= 0), -- ms since the Unix epoch
    power       INTEGER NOT NULL,                       -- mW
    temperature INTEGER,                                -- m°C, NULL without a sensor
    signature   BLOB    NOT NULL CHECK (length(signature) = 64)
) STRICT;

CREATE UNIQUE INDEX readings_of_device ON readings (device, sequence);

-- One row. `head` is the highest row ever given out, so that a row number is never used again,
-- even if old readings are deleted. `region` and `genesis` say whose readings these are.
CREATE TABLE grid_state (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    head    INTEGER NOT NULL CHECK (head >= 0),
    region  INTEGER,
    genesis BLOB CHECK (length(genesis) = 32)
) STRICT;

INSERT INTO grid_state (one, head) VALUES (1, 0);
