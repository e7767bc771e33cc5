-- A file that somebody sent here. Its content lies beside the database, under a random name.
CREATE TABLE file (
    application INTEGER NOT NULL REFERENCES application (no),
    id          INTEGER NOT NULL,                  -- the version at which it was kept
    uploader    INTEGER NOT NULL,                  -- 0: the application
    name        TEXT    NOT NULL,
    type        TEXT    NOT NULL,                  -- as its bytes say
    size        INTEGER NOT NULL,
    width       INTEGER,                           -- of a picture, in dots, as it is looked at
    height      INTEGER,
    content     TEXT    NOT NULL UNIQUE,
    hash        BLOB    NOT NULL,                  -- SHA-256 of the content
    preview     TEXT,                              -- the type of the small picture of it, where there is one
    bytes       INTEGER NOT NULL,                  -- on the disk, with that picture
    uses        INTEGER NOT NULL DEFAULT 0,        -- messages that have it
    created_at  INTEGER NOT NULL,
    ends_at     INTEGER,                           -- no message has it: it is removed then
    PRIMARY KEY (application, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_end ON file (ends_at) WHERE ends_at IS NOT NULL;
CREATE INDEX file_unused ON file (application, uploader, ends_at) WHERE ends_at IS NOT NULL;

-- What the copies of a batch carry. It holds a file as long as copies are still to be written.
CREATE TABLE batch_file (
    application INTEGER NOT NULL,
    batch       INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    file        INTEGER NOT NULL,
    PRIMARY KEY (application, batch, position),
    FOREIGN KEY (application, batch) REFERENCES batch (application, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_file_of ON batch_file (application, file);

-- Contents that no row has any more, until they are off the disk.
CREATE TABLE file_gone (
    content     TEXT    PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Bytes on the disk of all files of an application, and of those that one user, or the application, has sent.
CREATE TABLE storage (
    application INTEGER PRIMARY KEY REFERENCES application (no),
    bytes       INTEGER NOT NULL
) STRICT;
CREATE TABLE storage_part (
    application INTEGER NOT NULL REFERENCES application (no),
    uploader    INTEGER NOT NULL,                  -- 0: the application
    bytes       INTEGER NOT NULL,
    PRIMARY KEY (application, uploader)
) STRICT, WITHOUT ROWID;
CREATE INDEX storage_part_most ON storage_part (application, bytes);
