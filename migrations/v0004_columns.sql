-- v0004: columns of numbers or categories that users bring along, docs/selection.md.

CREATE TABLE imported_column (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    -- NULL until the first value has come.
    kind TEXT CHECK (kind IN ('number', 'category')),
    created INTEGER NOT NULL,
    -- The import that has not come to its end; NULL: the column is whole.
    job INTEGER REFERENCES job (id)
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

CREATE TABLE column_value (
    chunk INTEGER NOT NULL REFERENCES chunk (id),
    column INTEGER NOT NULL REFERENCES imported_column (id),
    -- Of a category its row id.
    value REAL NOT NULL CHECK (abs(value) <= 1.7976931348623157e308),
    PRIMARY KEY (chunk, column)
) STRICT, WITHOUT ROWID;
