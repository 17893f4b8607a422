-- Who owns which blob, how much of a quota is taken, and which nonces are spent.

-- The chain that this database belongs to: one row.
CREATE TABLE cloud_state (
    genesis BYTEA CHECK (length(genesis) = 32)
);
INSERT INTO cloud_state (genesis) VALUES (NULL);

-- A row stands before its blob is written and is settled after: no blob lies in the store without.
CREATE TABLE ownerships (
    owner       BYTEA   NOT NULL CHECK (length(owner) = 32),
    digest      BYTEA   NOT NULL CHECK (length(digest) = 32), -- SHA-256 of the blob
    bytes       BIGINT  NOT NULL CHECK (bytes >= 0),
    reserved_at BIGINT  NOT NULL,                             -- ms since the Unix epoch
    settled     BOOLEAN NOT NULL,                             -- the blob is in the store
    PRIMARY KEY (owner, digest)
);
CREATE INDEX ownerships_unsettled ON ownerships (reserved_at) WHERE settled = FALSE;

-- Sum of the bytes of a member's ownerships.
CREATE TABLE usage (
    owner BYTEA  NOT NULL PRIMARY KEY CHECK (length(owner) = 32),
    bytes BIGINT NOT NULL CHECK (bytes >= 0)
);

-- Nonces of calls, until the calls are too old to be heard.
CREATE TABLE nonces (
    member  BYTEA  NOT NULL CHECK (length(member) = 32),
    nonce   BYTEA  NOT NULL CHECK (length(nonce) = 16),
    expires BIGINT NOT NULL,                             -- ms since the Unix epoch
    PRIMARY KEY (member, nonce)
);
CREATE INDEX nonces_by_expiry ON nonces (expires);
