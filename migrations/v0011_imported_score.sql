-- v0011: scores that other machines computed, docs/score-files.md.

-- The files of a corpus whose score files were imported, by the SHA-256 of their bytes.
CREATE TABLE score_shard (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    file TEXT NOT NULL
) STRICT;

-- Where an imported score comes from: of several for one text and model the least by shard, line and
-- ordinal stands. NULL for what this store's own machine computed.
ALTER TABLE score ADD COLUMN shard INTEGER REFERENCES score_shard (id);
ALTER TABLE score ADD COLUMN line INTEGER CHECK (line >= 0);
ALTER TABLE score ADD COLUMN ordinal INTEGER CHECK (ordinal >= 0);
