-- Messages that a user has read elsewhere, on the page of the object that they are about, while others before them may be
-- unread. Of no use below the mark up to which the user has read.
CREATE TABLE cleared (
    application  INTEGER NOT NULL,
    user         INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    message      INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (application, user, conversation, message)
) STRICT, WITHOUT ROWID;

-- Messages that will disappear at a moment; a row goes with its message.
CREATE TABLE expiry (
    application  INTEGER NOT NULL,
    conversation INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    message      INTEGER NOT NULL,
    PRIMARY KEY (application, conversation, at, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX expiry_due ON expiry (at);
