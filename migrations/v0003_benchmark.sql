-- v0003: benchmarks whose questions selections keep out, docs/selection.md.

-- Named by content, so that a selection can be repeated after the file has gone.
CREATE TABLE benchmark (
    id INTEGER PRIMARY KEY,
    -- Of the label "refinery-windows-1" and the hashes, as they stand in the parts; hexadecimal.
    sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
    windows INTEGER NOT NULL CHECK (windows >= 1),
    -- Milliseconds since 1970; the last time that it was sent.
    created INTEGER NOT NULL
) STRICT;

-- The hashes of all runs of 13 words, ascending, 64 bits little-endian each.
CREATE TABLE benchmark_part (
    id INTEGER PRIMARY KEY,
    benchmark INTEGER NOT NULL REFERENCES benchmark (id),
    part INTEGER NOT NULL CHECK (part >= 0),
    hashes BLOB NOT NULL CHECK (length(hashes) > 0 AND length(hashes) % 8 = 0),
    UNIQUE (benchmark, part)
) STRICT;
