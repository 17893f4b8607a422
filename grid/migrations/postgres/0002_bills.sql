-- What bills are made of: tariffs, which meter has which, and readings from files.

-- An index over many readings takes longer than the service's queries may.
SET LOCAL statement_timeout = 0;

-- A month of one meter is one range of this index.
CREATE INDEX readings_by_time ON readings (device, taken_at);

CREATE TABLE tariffs (
    name            TEXT    PRIMARY KEY,
    currency        TEXT    NOT NULL CHECK (length(currency) = 3), -- ISO 4217
    standing_charge BIGINT  NOT NULL CHECK (standing_charge >= 0), -- thousandths of a minor unit a day
    on_offer        BOOLEAN NOT NULL
);

CREATE TABLE tariff_bands (
    tariff   TEXT    NOT NULL REFERENCES tariffs (name),
    position BIGINT  NOT NULL,                    -- as they stand in bills
    band     TEXT    NOT NULL,
    price    BIGINT  NOT NULL CHECK (price >= 0), -- thousandths of a minor unit a kWh
    PRIMARY KEY (tariff, position),
    UNIQUE (tariff, band)
);

-- When which band holds, in the region's time. All rows of a tariff name each half-hour of the week
-- once; dmsm-grid checks this before it writes.
CREATE TABLE tariff_times (
    tariff          TEXT    NOT NULL,
    position        BIGINT  NOT NULL,
    days            BIGINT  NOT NULL CHECK (days BETWEEN 1 AND 127),          -- 1 Monday, 2 Tuesday, … 64 Sunday
    from_half_hour  BIGINT  NOT NULL CHECK (from_half_hour BETWEEN 0 AND 47), -- of the day
    until_half_hour BIGINT  NOT NULL CHECK (until_half_hour <= 48),           -- not included
    band            TEXT    NOT NULL,
    PRIMARY KEY (tariff, position),
    FOREIGN KEY (tariff, band) REFERENCES tariff_bands (tariff, band),
    CHECK (from_half_hour < until_half_hour)
);

-- Holds from this month on, until the meter's next entry. A meter has the default tariff before.
CREATE TABLE meter_tariffs (
    device     BYTEA   NOT NULL CHECK (length(device) = 32),
    from_month BIGINT  NOT NULL CHECK (from_month BETWEEN 197001 AND 999912), -- 201201 is January 2012
    tariff     TEXT    NOT NULL REFERENCES tariffs (name),
    PRIMARY KEY (device, from_month)
);

-- A file that readings were imported from.
CREATE TABLE imports (
    id          BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    file        TEXT    NOT NULL,                              -- its name, without folders
    sha256      BYTEA   NOT NULL CHECK (length(sha256) = 32),  -- of its content
    imported_at BIGINT  NOT NULL                               -- ms since the Unix epoch
);

-- Readings that no device signed. The worker never sees them.
CREATE TABLE imported_readings (
    device   BYTEA   NOT NULL CHECK (length(device) = 32),
    taken_at BIGINT  NOT NULL CHECK (taken_at >= 0), -- ms since the Unix epoch
    power    BIGINT  NOT NULL,                       -- mW
    import   BIGINT  NOT NULL REFERENCES imports (id),
    PRIMARY KEY (device, taken_at)
);

-- All readings, signed or not; `place` orders those of one moment.
CREATE VIEW measurements AS
    SELECT device, taken_at, power, 1 AS signed, id AS place FROM readings
    UNION ALL
    SELECT device, taken_at, power, 0, import FROM imported_readings;

-- The tariffs of the Low Carbon London trial. It announced the bands of `lcl-tou` day by day; the
-- weekly pattern here is ours. It published no standing charge.
INSERT INTO tariffs (name, currency, standing_charge, on_offer) VALUES
    ('lcl-flat', 'GBP', 0, TRUE),
    ('lcl-tou', 'GBP', 0, TRUE);
INSERT INTO tariff_bands (tariff, position, band, price) VALUES
    ('lcl-flat', 0, 'flat', 14228),
    ('lcl-tou', 0, 'high', 67200),
    ('lcl-tou', 1, 'normal', 11760),
    ('lcl-tou', 2, 'low', 3990);
INSERT INTO tariff_times (tariff, position, days, from_half_hour, until_half_hour, band) VALUES
    ('lcl-flat', 0, 127, 0, 48, 'flat'),
    ('lcl-tou', 0, 127, 0, 12, 'low'),      -- every day 00:00 to 06:00
    ('lcl-tou', 1, 31, 12, 34, 'normal'),   -- Monday to Friday 06:00 to 17:00
    ('lcl-tou', 2, 31, 34, 40, 'high'),     -- Monday to Friday 17:00 to 20:00
    ('lcl-tou', 3, 31, 40, 46, 'normal'),   -- Monday to Friday 20:00 to 23:00
    ('lcl-tou', 4, 96, 12, 46, 'normal'),   -- Saturday and Sunday 06:00 to 23:00
    ('lcl-tou', 5, 127, 46, 48, 'low');     -- every day 23:00 to 24:00

ALTER TABLE grid_state ADD COLUMN default_tariff TEXT REFERENCES tariffs (name);
UPDATE grid_state SET default_tariff = 'lcl-flat';
