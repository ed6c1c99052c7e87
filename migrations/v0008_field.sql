-- v0008: fields of documents as columns, docs/selection.md.

-- Whether the values are those of documents (`field_value`), not of chunks (`column_value`).
ALTER TABLE imported_column ADD COLUMN of_documents INTEGER NOT NULL DEFAULT 0
    CHECK (of_documents IN (0, 1));

-- Column by column, in order of documents. `document` is a document's row id; it is no foreign key,
-- since every deletion of a document would look for it in the whole table.
CREATE TABLE field_value (
    column INTEGER NOT NULL REFERENCES imported_column (id),
    document INTEGER NOT NULL,
    -- Of a category its row id.
    value REAL NOT NULL CHECK (abs(value) <= 1e100),
    PRIMARY KEY (column, document)
) STRICT, WITHOUT ROWID;
