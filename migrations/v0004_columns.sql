-- v0004: columns of numbers or categories that users bring along, docs/selection.md.

CREATE TABLE imported_column (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    -- NULL until the first value has come.
    kind TEXT CHECK (kind IN ('number', 'category')),
    created INTEGER NOT NULL,
    -- The import that has not come to its end; NULL: the column is whole.
    job INTEGER REFERENCES job (id),
    -- How many lines of its file are in, and their digest, which the file that goes on must match.
    lines INTEGER NOT NULL DEFAULT 0 CHECK (lines >= 0),
    digest TEXT NOT NULL DEFAULT ''
) STRICT;

-- What was imported whole, by content.
CREATE TABLE column_file (
    id INTEGER PRIMARY KEY,
    column INTEGER NOT NULL REFERENCES imported_column (id),
    corpus TEXT NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    UNIQUE (column, corpus, sha256)
) STRICT;

CREATE TABLE column_category (
    id INTEGER PRIMARY KEY,
    column INTEGER NOT NULL REFERENCES imported_column (id),
    name BLOB NOT NULL CHECK (length(name) > 0),
    UNIQUE (column, name)
) STRICT;

-- Column by column, in order of chunks. `chunk` is a chunk's row id; it is no foreign key, since
-- every deletion of a chunk would look for it in the whole table.
CREATE TABLE column_value (
    column INTEGER NOT NULL REFERENCES imported_column (id),
    chunk INTEGER NOT NULL,
    -- Of a category its row id.
    value REAL NOT NULL CHECK (abs(value) <= 1e100),
    PRIMARY KEY (column, chunk)
) STRICT, WITHOUT ROWID;
