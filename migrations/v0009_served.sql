-- v0009: models that an engine serves, docs/engines.md.

-- What is known of a served model, as JSON of ServedRecord; NULL for a model that this program
-- reads itself. Recorded once: its canary says whether the same weights are still served.
ALTER TABLE model ADD COLUMN engine TEXT;

-- An engine that gives no ranks leaves top1 and top10 NULL. SQLite cannot loosen a CHECK, so the
-- table is written anew, in the order of its key.
CREATE TABLE score_v0009 (
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
    nll_adapted REAL CHECK (nll_adapted >= 0 AND nll_adapted <= 1.7976931348623157e308),
    repetition REAL CHECK (repetition BETWEEN 0 AND 1),
    PRIMARY KEY (chunk, model),
    CHECK (CASE outcome WHEN 'scored'
        THEN tokens IS NOT NULL AND bytes IS NOT NULL AND nll IS NOT NULL
            AND nll_squared IS NOT NULL AND (top1 IS NULL) = (top10 IS NULL)
        ELSE tokens IS NULL AND bytes IS NULL AND nll IS NULL
            AND nll_squared IS NULL AND top1 IS NULL AND top10 IS NULL END),
    CHECK ((outcome = 'failed') = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO score_v0009 (chunk, model, outcome, tokens, bytes, nll, nll_squared, top1, top10,
        reason, nll_adapted, repetition)
    SELECT chunk, model, outcome, tokens, bytes, nll, nll_squared, top1, top10, reason,
        nll_adapted, repetition
    FROM score ORDER BY chunk, model;
DROP TABLE score;
ALTER TABLE score_v0009 RENAME TO score;
