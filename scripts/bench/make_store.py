#!/usr/bin/env python3
"""Makes a store of scored chunks, to see how refinery behaves at a size that takes weeks to score.

    make_store.py STORE --chunks N [--seed 1] [--jobs 2] [--check]

STORE is a new file, which gets the shipped schema (migrations/) and two invented models, or a store
that refineryd has made: its current models are then the ones that scored. Chunks are added until
there are N of them (rounded up to 30, the chunks of ten documents); the same seed gives the same
rows however many calls they took. Two corpora, twelve domains, documents of one to eight chunks
with some 240 bytes of made-up words each, deflated; a share of the chunks is a duplicate of an
earlier one, too short, or failed. With --check the counters and `pending` are computed anew
and compared. Nothing else may have the store open. Standard library only.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import multiprocessing
import random
import sqlite3
import sys
import time
import zlib
from collections import Counter
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts.failure import fail
from refinery_scripts.paths import MIGRATIONS

CORPORA = ["code", "web"]
DOMAINS = ["arxiv", "books", "code", "docs", "forum", "legal", "mail", "news", "patents", "recipes",
           "reviews", "wiki"]
# A group is ten documents, seven of the corpus "web" and three of "code".
GROUP_CHUNKS = [1, 1, 1, 2, 2, 3, 3, 4, 5, 8]
DOCUMENTS, CHUNKS, WEB = len(GROUP_CHUNKS), sum(GROUP_CHUNKS), 7
GROUPS_A_BATCH = 1000
# Indexes that are made again at the end: filling them row by row, at random places, takes hours.
INDEXES = ("document_key", "document_file", "chunk_original", "chunk_duplicate")
COLUMNS = {
    "document": "id, corpus, key, domain, file, line, job, bytes, sha256, chunker",
    "document_text": "document, deflated, fields",
    "chunk": 'id, document, ordinal, start, "end", tokens, sha256, duplicate_of',
    "score": "chunk, model, outcome, tokens, bytes, nll, nll_squared, top1, top10, reason,"
             " nll_adapted, repetition",
}


def made_up_text(seed: int, size: int = 1 << 20) -> bytes:
    """Sentences of invented words, their frequencies falling as in a language."""
    rng = random.Random(f"text {seed}")
    syllables = [a + b + c for a in "bdfklmnprstv" for b in "aeiou" for c in ("", "n", "r", "st")]
    words = ["".join(rng.choices(syllables, k=rng.choice((1, 1, 2, 2, 3)))) for _ in range(5000)]
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))
    out, length = [], 0
    while length < size:
        sentence = " ".join(rng.choices(words, cum_weights=weights, k=rng.randint(4, 20)))
        sentence = sentence.capitalize() + rng.choice((".", ".", ".", "?", ".\n"))
        out.append(sentence)
        length += len(sentence) + 1
    return " ".join(out).encode()


class Maker:
    """Makes the rows of groups; one a worker process."""

    def __init__(self, seed: int, teacher: int, reference: int) -> None:
        self.seed, self.teacher, self.reference = seed, teacher, reference
        self.source = made_up_text(seed)

    def batch(self, groups: range) -> tuple[dict[str, list[tuple]], Counter]:
        rows: dict[str, list[tuple]] = {table: [] for table in COLUMNS}
        tally: Counter = Counter()
        for group in groups:
            self.group(group, rows, tally)
        return rows, tally

    def group(self, group: int, rows: dict[str, list[tuple]], tally: Counter) -> None:
        rng = random.Random(self.seed << 40 | group)
        counts = GROUP_CHUNKS[:]
        rng.shuffle(counts)
        chunk = group * CHUNKS
        originals: list[tuple[int, bytes, int, bytes]] = []
        for index, count in enumerate(counts):
            document = group * DOCUMENTS + index + 1
            corpus = 2 if index < WEB else 1
            domain = min(int(rng.expovariate(0.4)), len(DOMAINS)) + 1
            pieces, start = [], 0
            for ordinal in range(count):
                chunk += 1
                if originals and rng.random() < 0.02:
                    original, piece, tokens, digest = rng.choice(originals)
                    tally[corpus, 0, "duplicates"] += 1
                else:
                    at = rng.randrange(len(self.source) - 400)
                    piece = b"%d: %s" % (chunk, self.source[at : at + rng.randint(120, 360)])
                    original, tokens = None, len(piece) // 4
                    digest = hashlib.sha256(piece).digest()
                    originals.append((chunk, piece, tokens, digest))
                    self.scores(rng, chunk, piece, tokens, corpus, rows["score"], tally)
                end = start + len(piece)
                rows["chunk"].append(
                    (chunk, document, ordinal, start, end, tokens, digest, original))
                tally[corpus, 0, "tokens"] += tokens
                pieces.append(piece)
                start = end
            text = b"".join(pieces)
            rows["document"].append((
                document, corpus, b"doc-%012d" % document,
                domain if domain <= len(DOMAINS) else None, corpus, document, 1, len(text),
                hashlib.sha256(text).digest(), 1))
            rows["document_text"].append(
                (document, zlib.compress(text, 1), b'{"line":%d}' % document))
            tally[corpus, 0, "documents"] += 1
            tally[corpus, 0, "bytes"] += len(text)
            tally[corpus, 0, "chunks"] += count

    def scores(
        self, rng: random.Random, chunk: int, piece: bytes, tokens: int, corpus: int,
        rows: list[tuple], tally: Counter,
    ) -> None:
        """Means are normal: the teacher's around 2.6 nats a token, the reference's 0.6 above."""
        luck = rng.random()
        teacher = max(0.05, rng.gauss(2.6, 0.5))
        means = ((self.teacher, teacher), (self.reference, max(0.05, teacher + rng.gauss(0.6, 0.3))))
        for model, mean in sorted(means):
            if luck < 0.002:
                rows.append((chunk, model, "too_short", *[None] * 9))
                outcome = "too_short"
            elif luck < 0.003:
                rows.append((chunk, model, "failed", *[None] * 6, "not finite",
                             None, None))
                outcome = "failed"
            else:
                n = tokens - 1
                nll = mean * n
                top = int(n * min(1.0, 1 / (1 + mean)))
                rows.append((chunk, model, "scored", n, len(piece), nll, nll * (mean + 1), top,
                             min(n, top + n // 3), None, nll * 0.9,
                             min(1.0, rng.expovariate(12))))
                outcome = "scored"
            tally[corpus, model, outcome] += 1
            tally[corpus, model, "done_tokens"] += tokens


MAKER: Maker


def begin_worker(*arguments: int) -> None:
    global MAKER
    MAKER = Maker(*arguments)


def make_batch(groups: range) -> tuple[dict[str, list[tuple]], Counter]:
    return MAKER.batch(groups)


def create(db: sqlite3.Connection) -> None:
    """The schema as refineryd makes it, GRDB's record of migrations included."""
    db.execute("CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
    for path in sorted(MIGRATIONS.glob("v*.sql")):
        db.executescript(path.read_text())
        db.execute("INSERT INTO grdb_migrations VALUES (?)", (path.stem,))
    for number, role in enumerate(("reference", "teacher"), 1):
        db.execute(
            "INSERT INTO model (id, fingerprint, path, architecture, parameters, tokenizer,"
            " tokenizer_digest, context_rule, max_context, created) VALUES (?, ?, ?, 'llama', 1000000, 'made up', 'made up', 'none',"
            " 2048, 0)", (number, f"{number:064x}", f"/nowhere/{role}"))
        db.execute("INSERT INTO model_role VALUES (?, ?, 1, 0)", (role, number))


def begin(db: sqlite3.Connection) -> tuple[int, int, int]:
    """The current models, and how many groups stand already; adds what all rows refer to."""
    if not db.execute("SELECT 1 FROM sqlite_schema").fetchone():
        create(db)
    roles = dict(db.execute("SELECT role, model FROM model_role WHERE current = 1"))
    if len(roles) < 2:
        fail("the store has no models", "let refineryd load both on it once, or name a new file")
    chunks = db.execute("SELECT count(*) FROM chunk").fetchone()[0]
    if chunks == 0:
        if db.execute("SELECT 1 FROM document").fetchone():
            fail("the store holds documents of others", "name a new file")
        db.executemany("INSERT INTO corpus VALUES (?, ?, 0, NULL)", enumerate(CORPORA, 1))
        db.executemany("INSERT INTO file VALUES (?, ?, ?)",
                       ((n, n, f"{name}.jsonl") for n, name in enumerate(CORPORA, 1)))
        db.executemany("INSERT INTO domain VALUES (?, ?)",
                       ((n, name.encode()) for n, name in enumerate(DOMAINS, 1)))
        db.execute("INSERT INTO chunker VALUES (1, 'made up')")
        db.execute("INSERT INTO job (id, kind, state, created, started, ended)"
                   " VALUES (1, 'import', 'succeeded', 0, 0, 0)")
    highest = db.execute("SELECT max(id) FROM chunk").fetchone()[0] or 0
    if chunks != highest or chunks % CHUNKS:
        fail("the store holds chunks of others", "name a new file")
    return roles["teacher"], roles["reference"], chunks // CHUNKS


def fill(db: sqlite3.Connection, wanted: int, seed: int, jobs: int) -> None:
    teacher, reference, first = begin(db)
    last = -(-wanted // CHUNKS)
    if first >= last:
        return
    indexes = [
        db.execute("SELECT name, sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
        for name in INDEXES]
    for name, _ in indexes:
        db.execute(f"DROP INDEX {name}")
    db.execute("BEGIN")
    statements = {
        table: f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * (names.count(',') + 1))})"
        for table, names in COLUMNS.items()}
    tally: Counter = Counter()
    batches = [range(g, min(g + GROUPS_A_BATCH, last))
               for g in range(first, last, GROUPS_A_BATCH)]
    started, done = time.monotonic(), first * CHUNKS
    with multiprocessing.Pool(jobs, begin_worker, (seed, teacher, reference)) as pool:
        for rows, counts in pool.imap(make_batch, batches):
            for table, statement in statements.items():
                db.executemany(statement, rows[table])
            tally.update(counts)
            done += len(rows["chunk"])
            print(f"\r{done:,} chunks", end="", file=sys.stderr)
    print("\nindexes", file=sys.stderr)
    for _, sql in indexes:
        db.execute(sql)
    db.executemany(
        "INSERT INTO counter (corpus, model, name, value) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (corpus, model, name) DO UPDATE SET value = value + excluded.value",
        ((*key, value) for key, value in sorted(tally.items()) if value))
    db.execute("COMMIT")
    print(f"{(last - first) * CHUNKS:,} chunks in {time.monotonic() - started:.0f} s",
          file=sys.stderr)


def check(db: sqlite3.Connection) -> None:
    """Counts anew what the counters say; fails where a row or a count is wrong."""
    c = "chunk c JOIN document d ON d.id = c.document"
    s = "score s JOIN chunk c ON c.id = s.chunk JOIN document d ON d.id = c.document"
    due = {}
    for sql in (
        "SELECT corpus, 0, 'documents', count(*) FROM document GROUP BY 1",
        "SELECT corpus, 0, 'bytes', sum(bytes) FROM document GROUP BY 1",
        f"SELECT d.corpus, 0, 'chunks', count(*) FROM {c} GROUP BY 1",
        f"SELECT d.corpus, 0, 'duplicates', count(c.duplicate_of) FROM {c} GROUP BY 1",
        f"SELECT d.corpus, 0, 'tokens', sum(c.tokens) FROM {c} GROUP BY 1",
        f"SELECT d.corpus, s.model, s.outcome, count(*) FROM {s} GROUP BY 1, 2, 3",
        f"SELECT d.corpus, s.model, 'done_tokens', sum(c.tokens) FROM {s} GROUP BY 1, 2",
    ):
        due.update({row[:3]: row[3] for row in db.execute(sql) if row[3]})
    kept = {row[:3]: row[3] for row in db.execute("SELECT corpus, model, name, value FROM counter")}
    broken = db.execute("SELECT count(*) FROM pragma_foreign_key_check").fetchone()[0]
    pending = db.execute(
        "SELECT count(*) FROM chunk c CROSS JOIN model_role r WHERE r.current = 1"
        " AND c.duplicate_of IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM score s WHERE s.chunk = c.id AND s.model = r.model)").fetchone()[0]
    differing = {key: (kept.get(key), due.get(key))
                 for key in due.keys() | kept.keys() if kept.get(key) != due.get(key)}
    document, text = db.execute(
        "SELECT document, deflated FROM document_text ORDER BY document DESC LIMIT 1").fetchone()
    text = zlib.decompress(text)
    for start, end, digest in db.execute(
            'SELECT start, "end", sha256 FROM chunk WHERE document = ?', (document,)):
        broken += hashlib.sha256(text[start:end]).digest() != digest
    if differing or broken or pending:
        fail(f"counters kept and due differ: {differing}; {broken} rows refer to nothing or do not "
             f"fit their text; {pending} scores are missing", "this script is wrong")
    print("check: counters, foreign keys and scores are consistent", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("--chunks", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    db = sqlite3.connect(options.store, isolation_level=None)
    # Nobody relies on a half-made store: no journal, no waiting for the disk.
    db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                     "PRAGMA cache_size = -262144")
    fill(db, options.chunks, options.seed, options.jobs)
    if options.check:
        check(db)
    db.execute("PRAGMA journal_mode = WAL")
    db.close()


if __name__ == "__main__":
    main()
