-- v0005: a model file's fingerprint is remembered with the time of its last change of any kind:
-- whoever overwrites a file can set its time of writing back, and `cp -p` does. What was remembered
-- before lacks that time and is computed again.

DROP TABLE file_fingerprint;

CREATE TABLE file_fingerprint (
    device INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (device, inode)
) STRICT, WITHOUT ROWID;
