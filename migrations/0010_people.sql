-- Lists of users that were accepted and are being taken in, piece by piece. Every row was checked before: none can be refused
-- any more, and a process that ends on the way goes on with the rest.
CREATE TABLE intake_piece (
    application INTEGER NOT NULL REFERENCES application (no),
    no          INTEGER NOT NULL,
    what        TEXT    NOT NULL CHECK (what IN ('keep', 'whole', 'suspend', 'erase')),
    rows        TEXT    NOT NULL,                  -- keep, whole (of a whole list): entries; suspend, erase: users' numbers; a JSON array
    PRIMARY KEY (application, no)
) STRICT, WITHOUT ROWID;

-- Users who are suspended because they stood no more in a whole list: who stands in it again is resumed.
CREATE TABLE absent (
    application INTEGER NOT NULL,
    user        INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (application, user),
    FOREIGN KEY (application, user) REFERENCES user (application, no)
) STRICT, WITHOUT ROWID;

-- People who were erased, and of whom something is still to be taken away, piece by piece.
CREATE TABLE erasing (
    application INTEGER NOT NULL,
    user        INTEGER NOT NULL,
    PRIMARY KEY (application, user),
    FOREIGN KEY (application, user) REFERENCES user (application, no)
) STRICT, WITHOUT ROWID;

-- How an application's people are told here, as far as it is not usual.
CREATE TABLE people (
    application    INTEGER PRIMARY KEY REFERENCES application (no),
    shrink_from    INTEGER NOT NULL DEFAULT 20,    -- a list of so many or more is held
    shrink_percent INTEGER NOT NULL DEFAULT 50     -- when it would lose more of them than this
) STRICT;

-- Contact lists that an application gave and that would have lost most of their people: the earlier one serves until somebody
-- says that it is meant.
CREATE TABLE held_list (
    application INTEGER NOT NULL,
    user        INTEGER NOT NULL,
    digest      BLOB    NOT NULL,                  -- of the list that was not taken
    had         INTEGER NOT NULL,                  -- people of the list that serves
    gone        INTEGER NOT NULL,                  -- of these, who would go
    held_at     INTEGER NOT NULL,
    taken_at    INTEGER,                           -- when somebody said that it is meant
    kept_at     INTEGER,                           -- when somebody said that the earlier one stays
    PRIMARY KEY (application, user),
    FOREIGN KEY (application, user) REFERENCES user (application, no)
) STRICT, WITHOUT ROWID;

-- Where an application says who a browser is, by its cookie.
CREATE TABLE whoami (
    application INTEGER PRIMARY KEY REFERENCES application (no),
    settings    TEXT    NOT NULL                   -- a JSON object: url, cookies, JSON Pointers
) STRICT;

-- Sessions that came about by such a question, and end when it is answered otherwise.
CREATE TABLE asked_session (
    application INTEGER NOT NULL,
    user        INTEGER NOT NULL,
    session     INTEGER NOT NULL,
    PRIMARY KEY (application, user, session),
    FOREIGN KEY (application, user, session) REFERENCES session (application, user, no) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
