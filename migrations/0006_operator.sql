-- Administrators of this server.
CREATE TABLE operator (
    no           INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL UNIQUE,
    password     TEXT    NOT NULL,                 -- argon2id, PHC form
    created_at   INTEGER NOT NULL,
    suspended_at INTEGER
) STRICT;

CREATE TABLE operator_session (
    hash         BLOB    PRIMARY KEY,
    operator     INTEGER NOT NULL REFERENCES operator (no),
    csrf         TEXT    NOT NULL,
    address      TEXT,
    created_at   INTEGER NOT NULL,
    seen_at      INTEGER NOT NULL,
    confirmed_at INTEGER NOT NULL                  -- when the password was last given
) STRICT, WITHOUT ROWID;

-- One-time links: the first set-up (operator 'setup'), or an invitation of an administrator by name.
CREATE TABLE invitation (
    hash       BLOB    PRIMARY KEY,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;

-- Who did what; rows are only added, each carries the hash of the one before.
CREATE TABLE audit (
    no       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    who      TEXT    NOT NULL,
    address  TEXT,
    what     TEXT    NOT NULL,
    subject  TEXT,
    result   TEXT    NOT NULL,
    hash     BLOB    NOT NULL
) STRICT;
