-- v0002: what selections need beyond the sums. docs/selection.md has the formulas.
-- NULL in both columns: scored before this version.

-- nll_adapted: as nll, by the model with what the chunk itself has shown before each token.
ALTER TABLE score ADD COLUMN nll_adapted REAL
    CHECK (nll_adapted >= 0 AND nll_adapted <= 1.7976931348623157e308);
-- repetition: share of the windows of 8 of this model's tokens that equal an earlier one.
ALTER TABLE score ADD COLUMN repetition REAL CHECK (repetition BETWEEN 0 AND 1);

-- What a selection of whole documents keeps; selection_chunk holds those of chunks.
CREATE TABLE selection_document (
    selection INTEGER NOT NULL REFERENCES selection (id),
    rank INTEGER NOT NULL CHECK (rank >= 1),
    document INTEGER NOT NULL REFERENCES document (id),
    score REAL NOT NULL,
    PRIMARY KEY (selection, rank),
    UNIQUE (document, selection)
) STRICT, WITHOUT ROWID;

-- There were no guards yet: what was selected before says so.
UPDATE selection SET
    rule = json_set(rule, '$.no_guards', json('true')),
    summary = json_set(summary, '$.rule.no_guards', json('true'));
