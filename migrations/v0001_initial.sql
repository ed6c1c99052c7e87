-- v0001: the first schema. docs/schema.md says what each column means.
-- Times are milliseconds since 1970 (UTC), NLLs sums in nats, text and ids bytes (BLOB).

CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE file_fingerprint (
    device INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (device, inode)
) STRICT, WITHOUT ROWID;

CREATE TABLE model (
    id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE CHECK (length(fingerprint) = 64),
    path TEXT NOT NULL,
    architecture TEXT NOT NULL,
    parameters INTEGER NOT NULL CHECK (parameters >= 0),
    tokenizer TEXT NOT NULL,
    tokenizer_digest TEXT NOT NULL,
    context_rule TEXT NOT NULL,
    max_context INTEGER NOT NULL CHECK (max_context >= 1),
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE model_role (
    role TEXT NOT NULL CHECK (role IN ('teacher', 'reference')),
    model INTEGER NOT NULL REFERENCES model (id),
    current INTEGER NOT NULL CHECK (current IN (0, 1)),
    since INTEGER NOT NULL,
    PRIMARY KEY (role, model)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX model_role_current ON model_role (role) WHERE current = 1;

CREATE TABLE corpus (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    created INTEGER NOT NULL,
    deleted INTEGER
) STRICT;

CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    corpus INTEGER NOT NULL REFERENCES corpus (id),
    path TEXT NOT NULL,
    UNIQUE (corpus, path)
) STRICT;

CREATE TABLE domain (
    id INTEGER PRIMARY KEY,
    name BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE chunker (
    id INTEGER PRIMARY KEY,
    description TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('import', 'selection', 'export')),
    state TEXT NOT NULL
        CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    corpus TEXT,
    detail TEXT,
    created INTEGER NOT NULL,
    started INTEGER,
    ended INTEGER,
    done INTEGER NOT NULL DEFAULT 0 CHECK (done >= 0),
    total INTEGER CHECK (total >= 0),
    error TEXT,
    CHECK ((ended IS NOT NULL) = (state IN ('succeeded', 'failed', 'cancelled'))),
    CHECK (state <> 'running' OR started IS NOT NULL),
    CHECK (state <> 'failed' OR error IS NOT NULL)
) STRICT;

-- Which jobs are unfinished? Asked at every start.
CREATE INDEX job_open ON job (id) WHERE ended IS NULL;

CREATE TABLE document (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    corpus INTEGER NOT NULL REFERENCES corpus (id),
    key BLOB NOT NULL CHECK (length(key) > 0),
    domain INTEGER REFERENCES domain (id),
    file INTEGER NOT NULL REFERENCES file (id),
    line INTEGER NOT NULL CHECK (line >= 0),
    job INTEGER NOT NULL REFERENCES job (id),
    bytes INTEGER NOT NULL CHECK (bytes > 0),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    chunker INTEGER REFERENCES chunker (id),
    retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT;

-- A document is known by (corpus, key); versions that only a selection holds are out of the way.
CREATE UNIQUE INDEX document_key ON document (corpus, key) WHERE retired = 0;
-- Which documents are not cut yet?
CREATE INDEX document_unchunked ON document (id) WHERE chunker IS NULL;
-- Which files still have documents? Asked when a corpus is deleted.
CREATE INDEX document_file ON document (file);

CREATE TABLE document_text (
    document INTEGER PRIMARY KEY REFERENCES document (id),
    deflated BLOB NOT NULL,
    fields BLOB
) STRICT;

CREATE TABLE chunk (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES document (id),
    ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
    start INTEGER NOT NULL CHECK (start >= 0),
    "end" INTEGER NOT NULL,
    tokens INTEGER NOT NULL CHECK (tokens >= 0),
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    duplicate_of INTEGER REFERENCES chunk (id),
    retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
    UNIQUE (document, ordinal),
    CHECK ("end" > start),
    CHECK (duplicate_of < id),
    CHECK (retired = 0 OR duplicate_of IS NULL)
) STRICT;

-- Does this text stand already? Of equal texts one is the original.
CREATE UNIQUE INDEX chunk_original ON chunk (sha256) WHERE duplicate_of IS NULL AND retired = 0;
-- Who inherits from a chunk that goes?
CREATE INDEX chunk_duplicate ON chunk (duplicate_of) WHERE duplicate_of IS NOT NULL;

CREATE TABLE score (
    chunk INTEGER NOT NULL REFERENCES chunk (id),
    model INTEGER NOT NULL REFERENCES model (id),
    outcome TEXT NOT NULL CHECK (outcome IN ('scored', 'too_short', 'failed')),
    tokens INTEGER CHECK (tokens > 0),
    bytes INTEGER CHECK (bytes > 0),
    nll REAL CHECK (nll >= 0 AND nll <= 1.7976931348623157e308),
    nll_squared REAL CHECK (nll_squared >= 0 AND nll_squared <= 1.7976931348623157e308),
    top1 INTEGER CHECK (top1 BETWEEN 0 AND top10),
    top10 INTEGER CHECK (top10 BETWEEN 0 AND tokens),
    reason TEXT,
    PRIMARY KEY (chunk, model),
    CHECK (CASE outcome WHEN 'scored'
        THEN tokens IS NOT NULL AND bytes IS NOT NULL AND nll IS NOT NULL
            AND nll_squared IS NOT NULL AND top1 IS NOT NULL AND top10 IS NOT NULL
        ELSE tokens IS NULL AND bytes IS NULL AND nll IS NULL
            AND nll_squared IS NULL AND top1 IS NULL AND top10 IS NULL END),
    CHECK ((outcome = 'failed') = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE token_nll (
    chunk INTEGER NOT NULL,
    model INTEGER NOT NULL,
    nll16 BLOB NOT NULL,
    PRIMARY KEY (chunk, model),
    FOREIGN KEY (chunk, model) REFERENCES score (chunk, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE pending (
    chunk INTEGER NOT NULL REFERENCES chunk (id),
    model INTEGER NOT NULL REFERENCES model (id),
    PRIMARY KEY (chunk, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE selection (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    created INTEGER NOT NULL,
    rule TEXT NOT NULL,
    teacher INTEGER NOT NULL REFERENCES model (id),
    reference INTEGER NOT NULL REFERENCES model (id),
    unit TEXT NOT NULL CHECK (unit IN ('token', 'byte')),
    candidates INTEGER NOT NULL CHECK (candidates >= 0),
    chunks INTEGER NOT NULL CHECK (chunks BETWEEN 0 AND candidates),
    tokens INTEGER NOT NULL CHECK (tokens >= 0),
    summary TEXT NOT NULL
) STRICT;

CREATE TABLE selection_chunk (
    selection INTEGER NOT NULL REFERENCES selection (id),
    rank INTEGER NOT NULL CHECK (rank >= 1),
    chunk INTEGER NOT NULL REFERENCES chunk (id),
    score REAL NOT NULL,
    PRIMARY KEY (selection, rank),
    UNIQUE (chunk, selection)
) STRICT, WITHOUT ROWID;

CREATE TABLE reject (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL REFERENCES file (id),
    line INTEGER NOT NULL CHECK (line >= 0),
    document BLOB,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    job INTEGER NOT NULL REFERENCES job (id),
    UNIQUE (file, line, reason)
) STRICT;

-- model 0: a count of the corpus alone
CREATE TABLE counter (
    corpus INTEGER NOT NULL REFERENCES corpus (id),
    model INTEGER NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL CHECK (value >= 0),
    PRIMARY KEY (corpus, model, name)
) STRICT, WITHOUT ROWID;
