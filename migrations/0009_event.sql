-- How far the programs of an application have read its events, by the key that they read with. Events are the rows of
-- `delivery`, and their ids its numbers, which have no holes: where one is missing it was forgotten.
CREATE TABLE event_reader (
    application INTEGER NOT NULL,
    key         INTEGER NOT NULL,
    since       INTEGER NOT NULL,                  -- what lies after it,
    upto        INTEGER NOT NULL,                  -- up to this one, has been read,
    given       INTEGER NOT NULL,                  -- and up to this one has been handed out
    read_at     INTEGER NOT NULL,
    PRIMARY KEY (application, key),
    FOREIGN KEY (application, key) REFERENCES application_key (application, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_waiting ON delivery (application, created_at) WHERE done_at IS NULL;
