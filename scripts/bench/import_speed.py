#!/usr/bin/env python3
"""How fast plain JSONL comes into the store, against sqlite3's own bulk insert of the same rows.

    import_speed.py [--source FILE.jsonl] [--megabytes 300] [--rounds 5] [--bin .build/release]
                    [--folder .cache/import]

Cuts the texts of --source (default: ../shared/corpus/sample.jsonl) anew into documents of 1 to
12 kB that all differ. Then two take turns. `refinectl enqueue` imports them into a new store;
refineryd is paused, so that nothing is cut or scored meanwhile. Python's sqlite3 inserts the very
rows that this made (documents and deflated texts), ready in memory, into an empty store with the
same schema, WAL and synchronous=FULL, in one transaction. Prints medians and which limit is met:
100 MB/s, or 1.5 times the bare insert's time. Fails where neither is. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sqlite3
import statistics
import sys
import time
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts.daemon import Daemon
from refinery_scripts.failure import fail, require
from refinery_scripts.paths import BINARIES, CACHE, MIGRATIONS, ROOT, TEACHER

# The project's targets.
RATE_MB, RATIO = 100, 1.5
TABLES = ("document", "document_text")


def make_corpus(source: Path, path: Path, size: int) -> int:
    """Writes a corpus of `size` bytes; how many documents it has."""
    rng = random.Random(1)
    texts = [json.loads(line)["text"] for line in source.open()]
    whole = "\n".join(texts)
    written = count = 0
    with path.open("w") as out:
        while written < size:
            start = rng.randrange(len(whole))
            start = whole.find("\n", start) + 1
            text = f"{count}. {whole[start : start + rng.randint(1000, 12000)]}"
            line = json.dumps({"id": f"doc-{count}", "text": text, "domain": f"d{count % 7}",
                               "source": "bench"}, ensure_ascii=False)
            written += out.write(line + "\n")
            count += 1
    return count


def enqueue(binaries: Path, folder: Path, corpus: Path, documents: int) -> float:
    """Seconds of the whole command, into a new store."""
    for old in folder.glob("store.db*"):
        old.unlink()
    with Daemon(binaries, folder) as daemon:
        daemon.call("pause")
        answer = daemon.call("enqueue", corpus, "--json")
    added = json.loads(answer.output)["added"]
    if added != documents:
        fail(f"{added} of {documents} documents arrived")
    return answer.seconds


def bare_insert(folder: Path) -> float:
    """Seconds that sqlite3 takes for the rows of the store."""
    store = sqlite3.connect(f"file:{folder / 'store.db'}?mode=ro", uri=True)
    rows = {table: store.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
    others = {table: store.execute(f"SELECT * FROM {table}").fetchall()
              for table in ("corpus", "file", "domain", "job")}
    store.close()
    path = folder / "bare.db"
    for old in folder.glob("bare.db*"):
        old.unlink()
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
    for migration in sorted(MIGRATIONS.glob("v*.sql")):
        db.executescript(migration.read_text())

    def insert(table: str, rows: list[tuple]) -> None:
        marks = ", ".join("?" * len(rows[0]))
        db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

    for table, found in others.items():
        insert(table, found)
    started = time.monotonic()
    db.execute("BEGIN")
    for table in TABLES:
        insert(table, rows[table])
    db.execute("COMMIT")
    seconds = time.monotonic() - started
    db.close()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path,
                        default=ROOT.parent / "shared/corpus/sample.jsonl")
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bin", type=Path, default=BINARIES)
    parser.add_argument("--folder", type=Path, default=CACHE / "import")
    options = parser.parse_args()
    require(options.bin / "refineryd", TEACHER, options.source,
            hint="make build teacher; --source names any JSONL of texts")
    shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True)
    corpus = options.folder / "corpus.jsonl"
    documents = make_corpus(options.source, corpus, options.megabytes * 1_000_000)
    size = corpus.stat().st_size / 1e6
    imports, bare = [], []
    for _ in range(options.rounds):
        imports.append(enqueue(options.bin, options.folder, corpus, documents))
        bare.append(bare_insert(options.folder))
        print(f"import {imports[-1]:.2f} s, bare insert {bare[-1]:.2f} s", file=sys.stderr)
    stored = (options.folder / "bare.db").stat().st_size / 1e6
    shutil.rmtree(options.folder)
    ours, theirs = statistics.median(imports), statistics.median(bare)
    rate, ratio = size / ours, ours / theirs
    print(f"{documents:,} documents, {size:.0f} MB of JSONL, {stored:.0f} MB stored; medians of "
          f"{options.rounds} rounds in turns")
    print(f"import: {ours:.2f} s, {rate:.0f} MB/s (rounds {size / max(imports):.0f} to "
          f"{size / min(imports):.0f})")
    print(f"bare insert of the same rows: {theirs:.2f} s; import takes {ratio:.2f} times as long")
    met = [name for name, holds in ((f"{RATE_MB} MB/s", rate >= RATE_MB),
                                    (f"{RATIO} times the bare insert", ratio <= RATIO)) if holds]
    if not met:
        fail(f"missed: neither {RATE_MB} MB/s nor {RATIO} times the bare insert")
    print(f"met: {' and '.join(met)}")


if __name__ == "__main__":
    main()
