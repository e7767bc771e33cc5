-- Whoever sent a file has taken it back: it is as if it were not there.
ALTER TABLE file ADD COLUMN discarded_at INTEGER;

-- Whoever met an erased person has been told.
ALTER TABLE erasing ADD COLUMN parted_at INTEGER;
