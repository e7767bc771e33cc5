-- An application's queue of callbacks, as a whole.
CREATE TABLE callback_queue (
    application   INTEGER PRIMARY KEY REFERENCES application (no),
    last          INTEGER NOT NULL DEFAULT 0,      -- the number of its newest row; none is used twice
    waiting       INTEGER NOT NULL DEFAULT 0,      -- rows that are not done
    most          INTEGER NOT NULL DEFAULT 100000, -- waiting rows above which facts are dropped; twice that: questions refused
    dropped       INTEGER NOT NULL DEFAULT 0,      -- facts dropped since it last had room
    failing_since INTEGER,                         -- the first of the failures after which nothing has succeeded
    held_until    INTEGER,                         -- the application asked to be left alone (Retry-After)
    stopped_at    INTEGER,                         -- it answered 410, or nothing for three days
    reason        TEXT,
    answered_at   INTEGER,                         -- when it last took or answered anything at its address
    unanswered_at INTEGER                          -- when it did not answer a ping, unless it answered since
) STRICT;

-- Facts and questions on their way to an application. A row that belongs to a conversation waits for the earlier ones of
-- that conversation: it has no `due_at` until they are done.
CREATE TABLE delivery (
    application   INTEGER NOT NULL REFERENCES application (no),
    no            INTEGER NOT NULL,
    webhook_id    TEXT    NOT NULL UNIQUE,
    type          TEXT    NOT NULL,
    question      INTEGER NOT NULL DEFAULT 0,      -- 1: its answer counts
    conversation  INTEGER,
    body          TEXT    NOT NULL,                -- the JSON that is signed and sent
    created_at    INTEGER NOT NULL,
    due_at        INTEGER,                         -- of a claimed row: when the claim ends
    claimed_until INTEGER,
    attempts      INTEGER NOT NULL DEFAULT 0,
    tried_at      INTEGER,
    status        INTEGER,                         -- of the last answer; none: there was none
    noticed_at    INTEGER,                         -- when the user was told that the application does not answer
    delivered_at  INTEGER,
    done_at       INTEGER,                         -- delivered, given up, or kept although there was no callback address
    PRIMARY KEY (application, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_due ON delivery (application, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_claimed ON delivery (application, claimed_until) WHERE claimed_until IS NOT NULL;
CREATE INDEX delivery_order ON delivery (application, conversation, no) WHERE done_at IS NULL;
CREATE INDEX delivery_done ON delivery (done_at) WHERE done_at IS NOT NULL;

CREATE TABLE attempt (
    application INTEGER NOT NULL,
    delivery    INTEGER NOT NULL,
    no          INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    ms          INTEGER NOT NULL,
    status      INTEGER,
    error       TEXT,
    answer      TEXT,                              -- its first 4 KiB
    digest      BLOB,                              -- of the whole answer
    PRIMARY KEY (application, delivery, no),
    FOREIGN KEY (application, delivery) REFERENCES delivery (application, no)
) STRICT, WITHOUT ROWID;
