-- v0006: files that come with a rule, such as the ids that it excludes. A rule names its file by the
-- SHA-256; the bytes are here, so that the rule can be applied again for a report.

CREATE TABLE rule_file (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    bytes INTEGER NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE rule_file_part (
    file INTEGER NOT NULL REFERENCES rule_file (id),
    part INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (file, part)
) STRICT, WITHOUT ROWID;
