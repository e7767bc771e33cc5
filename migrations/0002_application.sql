-- Times are milliseconds since 1970, lists are JSON arrays of text.
CREATE TABLE application (
    no             INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    name           TEXT    NOT NULL,
    colour         TEXT,
    icon           TEXT,
    origins        TEXT    NOT NULL DEFAULT '[]',
    sign_in        TEXT    NOT NULL DEFAULT '["local"]',
    policy         TEXT    NOT NULL DEFAULT 'everyone' CHECK (policy IN ('everyone', 'contacts', 'application')),
    callback_url   TEXT,
    approved       TEXT    NOT NULL DEFAULT '[]',  -- host:port that callbacks may go to although private
    events         TEXT    NOT NULL DEFAULT '[]',  -- facts it has asked to be told
    questions      TEXT    NOT NULL DEFAULT '["contacts.list","message.created"]',  -- which questions it answers besides user.verify
    token_key      TEXT,                           -- PEM of the public key that signs its tokens, instead of a secret
    token_algorithm TEXT   NOT NULL DEFAULT 'HS256' CHECK (token_algorithm IN ('HS256', 'RS256', 'ES256', 'EdDSA')),
    session_ms     INTEGER NOT NULL DEFAULT 43200000,
    contacts_wished_at INTEGER,                    -- when it last wished to be asked again for everybody's contacts
    created_at     INTEGER NOT NULL,
    suspended_at   INTEGER
) STRICT;

-- REST keys: only their SHA-256 is kept.
CREATE TABLE application_key (
    application  INTEGER NOT NULL REFERENCES application (no),
    no           INTEGER NOT NULL,
    name         TEXT    NOT NULL,
    hash         BLOB    NOT NULL UNIQUE,
    hint         TEXT    NOT NULL,                 -- its first characters, to tell keys apart
    scopes       TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    revoked_at   INTEGER,
    PRIMARY KEY (application, no)
) STRICT, WITHOUT ROWID;

-- Secrets that sign: callbacks (whsec_…) and tokens (HS256). Two are valid while one is rotated.
CREATE TABLE application_secret (
    application INTEGER NOT NULL REFERENCES application (no),
    purpose     TEXT    NOT NULL CHECK (purpose IN ('callback', 'token')),
    no          INTEGER NOT NULL,
    secret      TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    PRIMARY KEY (application, purpose, no)
) STRICT, WITHOUT ROWID;

-- The answers to POSTs that carried an Idempotency-Key, for 24 hours.
CREATE TABLE idempotency (
    application INTEGER NOT NULL REFERENCES application (no),
    key         TEXT    NOT NULL,
    digest      BLOB    NOT NULL,                  -- of method, path and body
    status      INTEGER NOT NULL,
    answer      TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (application, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency (created_at);
