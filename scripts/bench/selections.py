#!/usr/bin/env python3
"""What selections cost on a store of millions of scored chunks.

    selections.py [--chunks 10000000] [--bin .build/release] [--folder .cache/scale]

Makes the store of store_scale.py in --folder, or goes on with the one there. Imports a column with
a value a chunk, unless it is there. Then a real refineryd answers a dry run of several rules.
Nothing is recorded, so what is timed is reading, guards, score, order and size. The benchmark that
one rule keeps out is 1,000 questions of 40 words, half of them out of the corpus's own texts. Times
are those of the whole command. Memory is the daemon's peak since its start (VmHWM, which counts its
models). Fails above 30 s or 1,000 MB. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts.daemon import Daemon
from refinery_scripts.failure import fail
from refinery_scripts.paths import BENCH, BINARIES, CACHE

MOST_SECONDS, MOST_MB = 30, 1000
RULES = [
    ["--top-k", "1000000"],
    ["--token-budget", "100000000"],
    ["--token-ratio", "0.5", "--sample", "--seed", "1"],
    ["--ratio", "0.5", "--where", "teacher_perplexity=q0.05..q0.95"],
    ["--ratio", "0.5", "--score", "at_length"],
    ["--token-ratio", "0.5", "--keep-proportions", "--spill"],
    ["--ratio", "0.5", "--unit", "document"],
    ["--ratio", "0.5", "--score", "difference:1,rating:0.5"],
    ["--ratio", "0.5", "--decontaminate", "exam.jsonl"],
]


def import_column(daemon: Daemon, folder: Path) -> None:
    """A value for every chunk, in the order of the corpus."""
    path = folder / "rating.jsonl"
    db = sqlite3.connect(f"file:{folder / 'store.db'}?mode=ro", uri=True)
    for corpus, name in db.execute("SELECT id, name FROM corpus").fetchall():
        lines = 0
        with open(path, "w") as out:
            for key, ordinal, chunk in db.execute(
                    "SELECT d.key, c.ordinal, c.id FROM document d JOIN chunk c"
                    " ON c.document = d.id WHERE d.corpus = ? AND c.retired = 0", (corpus,)):
                out.write(f'{{"id":"{key.decode()}","chunk":{ordinal},"value":{chunk % 97 / 7}}}\n')
                lines += 1
        seconds = daemon.call("import-column", "rating", path, "--corpus", name).seconds
        print(f"import-column: {lines:,} lines of {name} in {seconds:.1f} s, "
              f"{lines / seconds:,.0f} a second", flush=True)
    path.unlink()


def write_exam(folder: Path) -> None:
    """A thousand questions of 40 words; every other one is quoted by a document."""
    db = sqlite3.connect(f"file:{folder / 'store.db'}?mode=ro", uri=True)
    count = db.execute("SELECT max(document) FROM document_text").fetchone()[0]
    with open(folder / "exam.jsonl", "w") as out:
        for number in range(1000):
            row = db.execute("SELECT deflated FROM document_text WHERE document >= ? LIMIT 1",
                             (count * number // 1000,)).fetchone()
            words = zlib.decompress(row[0]).decode().split()[:40]
            out.write(json.dumps({"question": " ".join(words if number % 2 else words[::-1])}) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chunks", type=int, default=10_000_000)
    parser.add_argument("--bin", type=Path, default=BINARIES)
    parser.add_argument("--folder", type=Path, default=CACHE / "scale")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if not (options.folder / "store.db").exists():
        with Daemon(options.bin, options.folder):
            pass  # it makes the store and registers both models
    subprocess.run(
        [sys.executable, BENCH / "make_store.py", options.folder / "store.db", "--chunks",
         str(options.chunks)], check=True)
    with Daemon(options.bin, options.folder) as daemon:
        if "rating" not in daemon.call("columns", "--json").output.decode():
            import_column(daemon, options.folder)
    write_exam(options.folder)
    missed = []
    print("| rule | s | daemon CPU s | daemon MB |\n|------|--:|-------------:|----------:|")
    for rule in RULES:
        files = {"exam.jsonl": options.folder / "exam.jsonl"}
        arguments = [files.get(word, word) for word in rule]
        with Daemon(options.bin, options.folder) as daemon:
            before = daemon.cpu_seconds()
            seconds = daemon.call("export", *arguments, "--dry-run", "--json").seconds
            cpu, peak = daemon.cpu_seconds() - before, daemon.peak_mb()
        print(f"| `{' '.join(rule)}` | {seconds:.1f} | {cpu:.1f} | {peak:.0f} |", flush=True)
        # Which inflates and searches every document's text.
        if "--decontaminate" in rule:
            continue
        if seconds > MOST_SECONDS or peak > MOST_MB:
            missed.append(f"{' '.join(rule)}: {seconds:.1f} s, {peak:.0f} MB")
    if missed:
        fail("above 30 s or 1,000 MB: " + "; ".join(missed))


if __name__ == "__main__":
    main()
