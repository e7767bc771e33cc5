-- What the store itself keeps.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One counter per application; every change takes the next number, and it only rises.
CREATE TABLE version (
    application INTEGER PRIMARY KEY,
    last        INTEGER NOT NULL
) STRICT;
