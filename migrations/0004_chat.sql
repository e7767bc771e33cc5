CREATE TABLE conversation (
    application INTEGER NOT NULL REFERENCES application (no),
    id          INTEGER NOT NULL,                  -- the version at which it was created
    kind        TEXT    NOT NULL CHECK (kind IN ('direct', 'application', 'room')),
    title       TEXT,
    low         INTEGER,                           -- direct: the two users, the smaller number first; application: 0 and the user
    high        INTEGER,
    creator     INTEGER,                           -- room: who made it with which key (0: the application)
    key         TEXT,
    digest      BLOB,                              -- room: of what was asked for with the key
    first       INTEGER NOT NULL DEFAULT 0,
    version     INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (application, id),
    UNIQUE (application, low, high),
    UNIQUE (application, creator, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE member (
    application  INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    user         INTEGER NOT NULL,
    role         TEXT    NOT NULL DEFAULT 'member' CHECK (role IN ('owner', 'member')),
    joined       INTEGER NOT NULL,
    left         INTEGER,
    read         INTEGER NOT NULL DEFAULT 0,
    read_at      INTEGER,
    received     INTEGER NOT NULL DEFAULT 0,
    received_at  INTEGER,
    received_by  INTEGER,                          -- the session whose device said so last
    muted        INTEGER NOT NULL DEFAULT 0,
    muted_until  INTEGER,
    version      INTEGER NOT NULL,
    PRIMARY KEY (application, conversation, user),
    FOREIGN KEY (application, conversation) REFERENCES conversation (application, id),
    FOREIGN KEY (application, user) REFERENCES user (application, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_of ON member (application, user, conversation);

-- `sender` 0 is the application. Mentions are a JSON array of user numbers.
-- What is counted stands before what may be long, which a count then need not read.
CREATE TABLE message (
    application  INTEGER NOT NULL,
    id           INTEGER NOT NULL,                 -- the version at which it was created
    conversation INTEGER NOT NULL,
    prev         INTEGER NOT NULL,
    sender       INTEGER NOT NULL,
    deleted_by   INTEGER,                          -- a user's number, 0: the application
    via          INTEGER NOT NULL DEFAULT 0,       -- 1: the application wrote in the sender's name
    at           INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    expires_at   INTEGER,
    reply_to     INTEGER,
    edited_at    INTEGER,
    batch        INTEGER,
    seen         INTEGER,                          -- of a deleted one, 1: all for whom it was had read it
    card         INTEGER,
    key          TEXT,                             -- NULL: it is a batch of its own, with its number
    digest       BLOB    NOT NULL,                 -- of what was sent, to tell a repetition from a second use of the key
    topic        TEXT,                             -- the application's object that it is about
    mentions     TEXT,
    files        TEXT,                             -- a JSON array of files' numbers
    text         TEXT    NOT NULL,
    PRIMARY KEY (application, conversation, id)    -- a page of history lies together on the disk
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX message_id ON message (application, id);
CREATE UNIQUE INDEX message_key ON message (application, sender, key) WHERE key IS NOT NULL;
CREATE INDEX message_single ON message (application, id) WHERE key IS NULL;
CREATE INDEX message_changed ON message (application, conversation, version) WHERE version <> id;
CREATE INDEX message_topic ON message (application, topic, conversation, id) WHERE topic IS NOT NULL AND deleted_by IS NULL;

CREATE TABLE mention (
    application  INTEGER NOT NULL,
    user         INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    message      INTEGER NOT NULL,
    PRIMARY KEY (application, user, conversation, message)
) STRICT, WITHOUT ROWID;

-- A message from the application, to one or to many: each recipient gets a copy, many of them a few at a time. A plain message
-- to one user has its rows here only once something is to be remembered that the message itself does not hold.
CREATE TABLE batch (
    application  INTEGER NOT NULL REFERENCES application (no),
    id           INTEGER NOT NULL,                 -- the version at which it was accepted
    sender       INTEGER NOT NULL DEFAULT 0,
    text         TEXT    NOT NULL,
    card         INTEGER,
    topic        TEXT,
    expires_at   INTEGER,
    online       INTEGER NOT NULL DEFAULT 0,       -- 1: only who is connected when it is written
    replacing    INTEGER NOT NULL DEFAULT 0,       -- 1: takes the place of what its recipients got of its topic
    created_at   INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,                 -- it is written from then on
    everyone     INTEGER,                          -- all users up to this number get it too
    reached      INTEGER NOT NULL DEFAULT -1,      -- of these, up to which number they have a row in batch_copy; -1: not begun
    total        INTEGER NOT NULL,
    written      INTEGER NOT NULL DEFAULT 0,
    failed       INTEGER NOT NULL DEFAULT 0,
    suppressed   INTEGER NOT NULL DEFAULT 0,       -- recipients who were not to get it after all
    done_at      INTEGER,
    edited_at    INTEGER,
    expired_at   INTEGER,                          -- the first of its copies has disappeared
    withdrawn_at INTEGER,
    changing     INTEGER,                          -- copies from this position on have still to be edited, withdrawn or shown anew
    again        INTEGER NOT NULL DEFAULT 0,       -- 1: and then all of them once more
    editing      INTEGER NOT NULL DEFAULT 0,       -- 1: of these, the text is to be as above
    PRIMARY KEY (application, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_open ON batch (application, due_at, id) WHERE done_at IS NULL OR changing IS NOT NULL;
CREATE INDEX batch_topic ON batch (application, topic, id) WHERE topic IS NOT NULL;

-- Users of large groups as these were when a batch was accepted, and who was connected when it began: they become recipients
-- piece by piece. A row goes when they have one in batch_copy.
CREATE TABLE batch_group (
    application  INTEGER NOT NULL,
    batch        INTEGER NOT NULL,
    no           INTEGER NOT NULL,
    users        TEXT    NOT NULL,                 -- a JSON array of users' numbers
    PRIMARY KEY (application, batch, no),
    FOREIGN KEY (application, batch) REFERENCES batch (application, id)
) STRICT, WITHOUT ROWID;

-- A message took the place of so many before it that some have still to be withdrawn.
CREATE TABLE replacement (
    application  INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    topic        TEXT    NOT NULL,
    sender       INTEGER NOT NULL,                 -- as whom it was written
    upto         INTEGER NOT NULL,                 -- all of the topic before this message
    PRIMARY KEY (application, conversation, topic, sender),
    FOREIGN KEY (application, conversation) REFERENCES conversation (application, id)
) STRICT, WITHOUT ROWID;

-- Waits for its message until there is one, or an error.
CREATE TABLE batch_copy (
    application  INTEGER NOT NULL,
    batch        INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    user         INTEGER,                          -- for this user, or
    conversation INTEGER,                          -- in this conversation (of the user, where it is one of two), or
    party        TEXT,                             -- to the application, or to somebody whom there is not
    message      INTEGER,
    error        TEXT,
    reason       TEXT,
    PRIMARY KEY (application, batch, position),
    UNIQUE (application, batch, user),
    UNIQUE (application, batch, conversation),
    FOREIGN KEY (application, batch) REFERENCES batch (application, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_copy_waiting ON batch_copy (application, batch, position) WHERE message IS NULL AND error IS NULL;
