"""A store of the present schema, made from the repository's migrations, with some hundred rows."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from pathlib import Path

from support import ROOT

DOMAINS = (b"prose", b"code", None)


def make_store(path: Path, documents: int = 120) -> sqlite3.Connection:
    """Makes the store; returns the connection that writes to it, in WAL mode."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    for migration in sorted((ROOT / "migrations").glob("v*.sql")):
        db.executescript(migration.read_text())
    db.executescript("""
        INSERT INTO corpus (id, name, created) VALUES (1, 'corpus', 0);
        INSERT INTO file (id, corpus, path) VALUES (1, 1, 'a.jsonl');
        INSERT INTO domain (id, name) VALUES (1, X'70726F7365'), (2, X'636F6465');
        INSERT INTO job (id, kind, state, created, started, ended)
            VALUES (1, 'import', 'succeeded', 0, 0, 0);
        INSERT INTO model (id, fingerprint, path, architecture, parameters, tokenizer,
            tokenizer_digest, context_rule, max_context, created) VALUES
            (1, printf('%064d', 1), 't', 'llama', 1, 'x', 'x', 'none', 1024, 0),
            (2, printf('%064d', 2), 'r', 'llama', 1, 'x', 'x', 'none', 1024, 0);
    """)
    add_documents(db, range(documents))
    add_selection(db, "better-half", ratio=2)
    return db


def add_documents(db: sqlite3.Connection, numbers: range) -> None:
    """Adds documents of one to three scored chunks each, in one transaction."""
    db.execute("BEGIN IMMEDIATE")
    for number in numbers:
        parts = [f"Document {number}, part {part}: naïve 北京 €.\n"
                 for part in range(number % 3 + 1)]
        text = "".join(parts).encode()
        domain = (1, 2, None)[number % 3]
        document = db.execute(
            "INSERT INTO document (corpus, key, domain, file, line, job, bytes, sha256)"
            " VALUES (1, ?, ?, 1, ?, 1, ?, ?)",
            (f"doc-{number}".encode(), domain, number + 1, len(text),
             hashlib.sha256(text).digest())).lastrowid
        fields = json.dumps({"n": number}).encode() if number % 2 else None
        db.execute("INSERT INTO document_text (document, deflated, fields) VALUES (?, ?, ?)",
                   (document, zlib.compress(text), fields))
        start = 0
        for ordinal, part in enumerate(parts):
            size = len(part.encode())
            chunk = db.execute(
                'INSERT INTO chunk (document, ordinal, start, "end", tokens, sha256)'
                " VALUES (?, ?, ?, ?, 10, ?)",
                (document, ordinal, start, start + size,
                 hashlib.sha256(part.encode()).digest())).lastrowid
            start += size
            for model in (1, 2):
                nll = 20 + (number * 7 + ordinal * 3) % 11 * model
                db.execute(
                    "INSERT INTO score (chunk, model, outcome, tokens, bytes, nll, nll_squared,"
                    " top1, top10, nll_adapted, repetition)"
                    " VALUES (?, ?, 'scored', 10, ?, ?, ?, 1, 5, ?, 0)",
                    (chunk, model, size, nll, nll * nll, nll))
    db.execute("COMMIT")


def add_selection(db: sqlite3.Connection, name: str, ratio: int) -> None:
    """Keeps the chunks with the largest difference, one of `ratio`."""
    ranked = db.execute("""
        SELECT (r.nll - t.nll) / t.tokens, t.chunk FROM score t
        JOIN score r ON r.chunk = t.chunk AND r.model = 2 WHERE t.model = 1
        ORDER BY 1 DESC, 2""").fetchall()
    kept = ranked[:len(ranked) // ratio]
    db.execute("BEGIN IMMEDIATE")
    selection = insert_selection(db, name, len(ranked), len(kept))
    db.executemany(
        "INSERT INTO selection_chunk (selection, rank, chunk, score) VALUES (?, ?, ?, ?)",
        [(selection, rank, chunk, score) for rank, (score, chunk) in enumerate(kept, 1)])
    db.execute("COMMIT")


def add_document_selection(db: sqlite3.Connection, name: str) -> None:
    """Keeps every third document."""
    db.execute("BEGIN IMMEDIATE")
    documents = [one for (one,) in db.execute("SELECT id FROM document WHERE id % 3 = 0")]
    selection = insert_selection(db, name, len(documents), len(documents))
    db.executemany(
        "INSERT INTO selection_document (selection, rank, document, score) VALUES (?, ?, ?, 0.5)",
        [(selection, rank, one) for rank, one in enumerate(reversed(documents), 1)])
    db.execute("COMMIT")


def insert_selection(db: sqlite3.Connection, name: str, candidates: int, kept: int) -> int:
    """The selection's own row."""
    return db.execute(
        "INSERT INTO selection (name, created, rule, teacher, reference, unit, candidates, chunks,"
        " tokens, summary) VALUES (?, 0, '{\"size\":{\"ratio\":\"0.5\"}}', 1, 2, 'token', ?, ?, ?,"
        " '{}')", (name, candidates, kept, 10 * kept)).lastrowid
