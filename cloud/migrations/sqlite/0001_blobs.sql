-- Who owns which blob, how much of a quota is taken, and which nonces are spent.

-- The chain that this database belongs to: one row.
CREATE TABLE cloud_state (
    genesis BLOB CHECK (length(genesis) = 32)
) STRICT;
INSERT INTO cloud_state (genesis) VALUES (NULL);

-- A row stands before its blob is written and is settled after: no blob lies in the store without.
CREATE TABLE ownerships (
    owner       BLOB    NOT NULL CHECK (length(owner) = 32),
    digest      BLOB    NOT NULL CHECK (length(digest) = 32), -- SHA-256 of the blob
    bytes       INTEGER NOT NULL CHECK (bytes >= 0),
    reserved_at INTEGER NOT NULL,                             -- ms since the Unix epoch
    settled     INTEGER NOT NULL CHECK (settled IN (0, 1)),   -- the blob is in the store
    PRIMARY KEY (owner, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX ownerships_unsettled ON ownerships (reserved_at) WHERE settled = FALSE;

-- Sum of the bytes of a member's ownerships.
CREATE TABLE usage (
    owner BLOB    NOT NULL PRIMARY KEY CHECK (length(owner) = 32),
    bytes INTEGER NOT NULL CHECK (bytes >= 0)
) STRICT, WITHOUT ROWID;

-- Nonces of calls, until the calls are too old to be heard.
CREATE TABLE nonces (
    member  BLOB    NOT NULL CHECK (length(member) = 32),
    nonce   BLOB    NOT NULL CHECK (length(nonce) = 16),
    expires INTEGER NOT NULL,                             -- ms since the Unix epoch
    PRIMARY KEY (member, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX nonces_by_expiry ON nonces (expires);
