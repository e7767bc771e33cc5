-- What a message from the application shows besides its text, and whether somebody has answered it. One row is the state of
-- all copies of that message.
CREATE TABLE card (
    application INTEGER NOT NULL REFERENCES application (no),
    id          INTEGER NOT NULL,                  -- the version at which it was made
    batch       INTEGER,                           -- all copies of this batch show it, or
    message     INTEGER,                           -- this message alone does
    body        TEXT    NOT NULL,                  -- JSON; users as their numbers
    expires_at  INTEGER,
    press       INTEGER,                           -- the one that counts; none: the card is open
    waiting     INTEGER NOT NULL DEFAULT 0,        -- 1: the application has not answered to it yet
    claim       TEXT CHECK (claim IN ('any', 'all')), -- the message is to be taken by one of its recipients, or confirmed by all
    claimed     INTEGER NOT NULL DEFAULT 0,        -- how many have done so
    version     INTEGER NOT NULL,                  -- copies that are older have still to show what changed
    PRIMARY KEY (application, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX card_waiting ON card (application, press) WHERE waiting = 1;

-- What somebody did with a card, or what the application said was done.
CREATE TABLE press (
    application INTEGER NOT NULL,
    id          INTEGER NOT NULL,                  -- the version at which it was taken
    card        INTEGER NOT NULL,
    message     INTEGER NOT NULL,                  -- the copy on which it was pressed; 0: none, the application said so
    user        INTEGER NOT NULL,                  -- 0: nobody who is known here
    name        TEXT,                              -- of somebody who is not
    key         TEXT    NOT NULL,
    digest      BLOB    NOT NULL,                  -- of what was asked, to tell a repetition from a second use of the key
    action      TEXT,
    label       TEXT    NOT NULL,
    input       TEXT,
    at          INTEGER NOT NULL,
    style       TEXT,                              -- of the button, or as the application said
    PRIMARY KEY (application, id),
    UNIQUE (application, user, key),
    FOREIGN KEY (application, card) REFERENCES card (application, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX press_card ON press (application, card);
CREATE INDEX press_of ON press (application, card, user);
