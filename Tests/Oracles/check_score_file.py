#!/usr/bin/env python3
"""Compares a score file with the store that `refine` made of the same shard, row by row."""

import gzip
import hashlib
import json
import sqlite3
import sys

SUMS = "tokens bytes nll nll_squared top1 top10 nll_adapted repetition".split()


def outcome(row):
    """What a row of the table `score` says, as the score file says it."""
    if row[0] != "scored":
        return {"outcome": row[0]} | ({"reason": row[1]} if row[1] is not None else {})
    return {"outcome": "scored"} | dict(zip(SUMS, row[2:]))


def stored(db):
    """Every chunk of the store, duplicates with their originals' scores."""
    models = dict(db.execute("SELECT role, model FROM model_role WHERE current"))
    columns = "outcome, reason, " + ", ".join(SUMS)
    for chunk in db.execute(
        """SELECT coalesce(c.duplicate_of, c.id), d.key, d.sha256, m.name, d.line, c.ordinal,
               c.start, c."end", c.sha256
           FROM chunk c JOIN document d ON d.id = c.document LEFT JOIN domain m ON m.id = d.domain
           WHERE c.retired = 0 ORDER BY d.line, c.ordinal"""
    ).fetchall():
        row = {
            "row": "chunk",
            "corpus": "default",
            "id": chunk[1].decode(),
            "document_sha256": chunk[2].hex(),
            "domain": chunk[3].decode() if chunk[3] is not None else None,
            "line": chunk[4],
            "ordinal": chunk[5],
            "start": chunk[6],
            "end": chunk[7],
            "sha256": chunk[8].hex(),
        }
        for role in ("teacher", "reference"):
            row[role] = outcome(
                db.execute(
                    f"SELECT {columns} FROM score WHERE chunk = ? AND model = ?",
                    (chunk[0], models[role]),
                ).fetchone()
            )
        yield row


def main(scores, store, shard):
    data = gzip.open(scores).read()
    before, trailer = data[:-1].rsplit(b"\n", 1)
    lines = [json.loads(line) for line in before.split(b"\n")]
    trailer = json.loads(trailer)
    header, rows = lines[0], lines[1:]
    assert trailer["sha256"] == hashlib.sha256(before + b"\n").hexdigest(), "trailer"
    content = open(shard, "rb").read()
    assert header["shard"]["sha256"] == hashlib.sha256(content).hexdigest(), "shard"
    texts = [json.loads(line)["text"].encode() if line[:1] == b"{" else None
             for line in content.split(b"\n")]
    db = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    roles = dict(
        db.execute(
            """SELECT r.role, m.fingerprint FROM model_role r JOIN model m ON m.id = r.model
               WHERE r.current"""
        )
    )
    for role in ("teacher", "reference"):
        assert header[role]["fingerprint"] == roles[role], role
    (chunker,) = db.execute("SELECT description FROM chunker").fetchone()
    assert header["chunker"]["fingerprint"] == chunker, "chunker"

    chunks = [row for row in rows if row["row"] == "chunk"]
    wanted = list(stored(db))
    assert len(chunks) == len(wanted) == trailer["chunks"] > 50, (len(chunks), len(wanted))
    assert len({row["sha256"] for row in chunks}) < len(chunks), "no duplicate was tested"
    for row, want in zip(chunks, wanted):
        # refine names a document without an id after the path that it was given.
        if want["id"].startswith(shard):
            want["id"] = want["id"].removeprefix(shard.rsplit("/", 1)[0] + "/")
        assert row == want, (row, want)
        text = texts[row["line"] - 1][row["start"] : row["end"]]
        assert hashlib.sha256(text).hexdigest() == row["sha256"], row

    rejects = [(row["line"], row["reason"]) for row in rows if row["row"] == "reject"]
    wanted = db.execute("SELECT line, reason FROM reject ORDER BY line, reason").fetchall()
    assert rejects == wanted and len(rejects) == trailer["rejects"] == 2, (rejects, wanted)


if __name__ == "__main__":
    main(*sys.argv[1:])
