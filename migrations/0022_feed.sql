-- Where an application's people are fetched from: settings, how it went, and a list that was not taken.
CREATE TABLE feed (
    application  INTEGER PRIMARY KEY REFERENCES application (no),
    settings     TEXT    NOT NULL,                 -- a JSON object: url, form, pointers or names of columns, minutes
    header       TEXT,                             -- the value of Authorization that is sent along
    begun_at     INTEGER,                          -- since when it is fetched; before, it is only looked at
    next_at      INTEGER,                          -- when it is fetched again
    running_at   INTEGER,                          -- somebody has fetched it since then and is not done
    succeeded_at INTEGER,                          -- when it last went well, be it that nothing had changed
    etag         TEXT,                             -- of the list that serves
    outcome      TEXT,                             -- a JSON object: what the list that serves changed
    error        TEXT,                             -- why it last went wrong; none since it went well
    failed       INTEGER NOT NULL DEFAULT 0,       -- how often in a row it went wrong
    digest       BLOB,                             -- of a list that would lose most of its people and was not taken
    had          INTEGER,
    gone         INTEGER,
    held_at      INTEGER,
    taken_at     INTEGER,                          -- when somebody said that it is meant
    kept_at      INTEGER                           -- when somebody said that the earlier one stays
) STRICT;
CREATE INDEX feed_due ON feed (next_at) WHERE next_at IS NOT NULL;

-- Shared groups that came with it, and go with it.
CREATE TABLE feed_group (
    application INTEGER NOT NULL REFERENCES application (no),
    id          TEXT    NOT NULL,
    PRIMARY KEY (application, id)
) STRICT, WITHOUT ROWID;
