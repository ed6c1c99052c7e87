-- v0010: a teacher that reads a share of the chunks, docs/selection.md.

-- How much the current teacher reads; without a row it reads everything.
CREATE TABLE teacher_share (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    teacher INTEGER NOT NULL REFERENCES model (id),
    reference INTEGER NOT NULL REFERENCES model (id),
    -- A decimal number between 0 and 1.
    share TEXT NOT NULL,
    -- The sample: chunks whose texts have a place below it, of 10^17; NULL until it is drawn.
    threshold INTEGER CHECK (threshold BETWEEN 1 AND 100000000000000000),
    -- What it reads around a rule's cut, as JSON of CutBand; NULL for nothing.
    band TEXT
) STRICT;

-- Chunks that the teacher has not read and is not to read for now. None of them is pending for it.
CREATE TABLE unread (
    chunk INTEGER NOT NULL REFERENCES chunk (id),
    model INTEGER NOT NULL REFERENCES model (id),
    PRIMARY KEY (chunk, model)
) STRICT, WITHOUT ROWID;

-- What a reference saw of a chunk: an encoded ChunkSummary.
CREATE TABLE chunk_summary (
    chunk INTEGER NOT NULL,
    model INTEGER NOT NULL,
    summary BLOB NOT NULL CHECK (length(summary) BETWEEN 20 AND 276),
    PRIMARY KEY (chunk, model),
    FOREIGN KEY (chunk, model) REFERENCES score (chunk, model)
) STRICT, WITHOUT ROWID;
