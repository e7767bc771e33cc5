CREATE TABLE user (
    application  INTEGER NOT NULL REFERENCES application (no),
    no           INTEGER NOT NULL,
    id           TEXT    NOT NULL,                 -- of an erased user: 'erased:' and its number
    name         TEXT    NOT NULL,
    kind         TEXT    NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'program', 'device')),
    email        TEXT,
    avatar       TEXT,
    title        TEXT,
    locale       TEXT,
    timezone     TEXT,
    password     TEXT,                             -- argon2id, PHC form
    version      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    suspended_at INTEGER,
    erased_at    INTEGER,
    last_seen_at INTEGER,                          -- when it last was there, as others may know it: never while it was invisible
    present_at   INTEGER,                          -- when it was last connected, for administrators
    received     INTEGER NOT NULL DEFAULT 0,       -- version that has reached any of its devices
    settings     INTEGER NOT NULL DEFAULT 0,       -- version of its settings
    contacts_at  INTEGER,                          -- when the application last gave its contact list
    contacts_try INTEGER,                          -- when it was last asked
    contacts_wished_at INTEGER,                    -- when the application wished to be asked again
    contacts_tag TEXT,
    contacts_failed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (application, no),
    UNIQUE (application, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_changed ON user (application, version);
CREATE INDEX user_name ON user (application, name);
CREATE INDEX user_erased ON user (application, version) WHERE erased_at IS NOT NULL;

-- Who is signed in where, and the long-lived tokens of programs and devices.
CREATE TABLE session (
    application  INTEGER NOT NULL,
    user         INTEGER NOT NULL,
    no           INTEGER NOT NULL,
    kind         TEXT    NOT NULL CHECK (kind IN ('session', 'token')),
    hash         BLOB    NOT NULL UNIQUE,
    name         TEXT    NOT NULL,
    address      TEXT,
    locale       TEXT,                             -- the language that its client speaks
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    revoked_at   INTEGER,
    PRIMARY KEY (application, user, no),
    FOREIGN KEY (application, user) REFERENCES user (application, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_end ON session (expires_at);
CREATE INDEX session_revoked ON session (revoked_at) WHERE revoked_at IS NOT NULL;

-- What opens a session once: from the application (a minute), or from a cookie for a socket (session is set).
CREATE TABLE ticket (
    hash        BLOB    PRIMARY KEY,
    application INTEGER NOT NULL,
    user        INTEGER NOT NULL,
    session     INTEGER,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER,
    FOREIGN KEY (application, user) REFERENCES user (application, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_end ON ticket (expires_at);

-- Parts of contact lists. `own` belongs to one user, `shared` is kept here, `app` came from the application: users who were
-- given the same group share one row, known by the digest of its content; another content is another row.
CREATE TABLE contact_group (
    application INTEGER NOT NULL REFERENCES application (no),
    no          INTEGER NOT NULL,
    source      TEXT    NOT NULL CHECK (source IN ('own', 'shared', 'app')),
    id          TEXT    NOT NULL,
    owner       INTEGER NOT NULL DEFAULT 0,
    digest      BLOB    NOT NULL DEFAULT x'',     -- own, app: of its name, parent and users
    profiles    BLOB    NOT NULL DEFAULT x'',     -- own, app: of what was last said of its users
    name        TEXT    NOT NULL,
    parent      TEXT,
    everyone    INTEGER NOT NULL DEFAULT 0,        -- shared: visible to all, without rows in group_viewer
    narrowed    INTEGER NOT NULL DEFAULT 0,        -- shared: the version at which it was visible to all no more
    version     INTEGER NOT NULL,
    gone_at     INTEGER,
    PRIMARY KEY (application, no),
    UNIQUE (application, source, id, owner, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_group_gone ON contact_group (gone_at) WHERE gone_at IS NOT NULL;
CREATE INDEX contact_group_everyone ON contact_group (application) WHERE everyone = 1;
CREATE INDEX contact_group_narrowed ON contact_group (application, narrowed) WHERE narrowed > 0;

CREATE TABLE group_user (
    application INTEGER NOT NULL,
    grp         INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    user        INTEGER NOT NULL,
    PRIMARY KEY (application, grp, position),
    FOREIGN KEY (application, grp) REFERENCES contact_group (application, no),
    FOREIGN KEY (application, user) REFERENCES user (application, no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX group_user_once ON group_user (application, user, grp);

-- Who sees which group. A row stays, gone, so that a returning client hears of it.
CREATE TABLE group_viewer (
    application INTEGER NOT NULL,
    user        INTEGER NOT NULL,
    grp         INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    gone_at     INTEGER,
    PRIMARY KEY (application, user, grp),
    FOREIGN KEY (application, user) REFERENCES user (application, no),
    FOREIGN KEY (application, grp) REFERENCES contact_group (application, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_viewer_of ON group_viewer (application, grp);

CREATE TABLE block (
    application INTEGER NOT NULL,
    user        INTEGER NOT NULL,
    blocked     INTEGER NOT NULL,
    PRIMARY KEY (application, user, blocked),
    FOREIGN KEY (application, user) REFERENCES user (application, no),
    FOREIGN KEY (application, blocked) REFERENCES user (application, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX block_of ON block (application, blocked);
