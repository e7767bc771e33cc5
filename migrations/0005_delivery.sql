-- Facts and questions on their way to an application, in order of their number. A row that belongs to a conversation waits
-- for the earlier ones of that conversation.
CREATE TABLE delivery (
    application   INTEGER NOT NULL REFERENCES application (no),
    no            INTEGER NOT NULL,
    webhook_id    TEXT    NOT NULL UNIQUE,
    type          TEXT    NOT NULL,
    conversation  INTEGER,
    body          TEXT    NOT NULL,                -- the JSON that is signed and sent
    created_at    INTEGER NOT NULL,
    due_at        INTEGER NOT NULL,
    claimed_until INTEGER,
    attempts      INTEGER NOT NULL DEFAULT 0,
    delivered_at  INTEGER,
    failed_at     INTEGER,                         -- given up
    noticed_at    INTEGER,                         -- when the user was told that the application does not answer
    PRIMARY KEY (application, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_waiting ON delivery (application, due_at) WHERE delivered_at IS NULL AND failed_at IS NULL;
CREATE INDEX delivery_age ON delivery (created_at);

CREATE TABLE attempt (
    application INTEGER NOT NULL,
    delivery    INTEGER NOT NULL,
    no          INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    ms          INTEGER NOT NULL,
    status      INTEGER,
    error       TEXT,
    answer      TEXT,                              -- its first 4 KiB
    PRIMARY KEY (application, delivery, no),
    FOREIGN KEY (application, delivery) REFERENCES delivery (application, no)
) STRICT, WITHOUT ROWID;

-- An application whose queue is stopped: it answered 410, or nothing for three days.
CREATE TABLE delivery_stop (
    application INTEGER PRIMARY KEY REFERENCES application (no),
    at          INTEGER NOT NULL,
    reason      TEXT    NOT NULL
) STRICT;
