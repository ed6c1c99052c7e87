#!/usr/bin/env python3
"""What selections cost on a store of millions of scored chunks.

    selections.py [--chunks 10000000] [--bin .build/release] [--folder .cache/scale]

Makes the store of store_scale.py in --folder, or goes on with the one there, imports a column with
a value a chunk (unless it is there), and asks a real refineryd for a dry run of several rules:
nothing is recorded, so what is timed is reading, guards, score, order and size. The benchmark that
is kept out is 1,000 questions of 40 words, half of them out of the corpus's own texts. Times are those of the whole command, memory is the daemon's peak since its
start (VmHWM: its models included). Fails above 30 s or 1,000 MB. Standard library only.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPEC = importlib.util.spec_from_file_location("store_scale", HERE / "store_scale.py")
SCALE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(SCALE)

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


def import_column(daemon: SCALE.Daemon, folder: Path) -> None:
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
        _, seconds, _ = daemon.call("import-column", "rating", path, "--corpus", name)
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
    parser.add_argument("--bin", type=Path, default=SCALE.ROOT / ".build/release")
    parser.add_argument("--folder", type=Path, default=SCALE.ROOT / ".cache/scale")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if not (options.folder / "store.db").exists():
        SCALE.Daemon(options.bin, options.folder).stop()  # registers both models
    subprocess.run(
        [sys.executable, HERE / "make_store.py", options.folder / "store.db", "--chunks",
         str(options.chunks)], check=True)
    daemon = SCALE.Daemon(options.bin, options.folder)
    if "rating" not in daemon.call("columns", "--json")[0].decode():
        import_column(daemon, options.folder)
    daemon.stop()
    write_exam(options.folder)
    missed = []
    print("| rule | s | daemon CPU s | daemon MB |\n|------|--:|-------------:|----------:|")
    for rule in RULES:
        daemon = SCALE.Daemon(options.bin, options.folder)
        before = daemon.cpu()
        files = {"exam.jsonl": options.folder / "exam.jsonl"}
        arguments = [files.get(word, word) for word in rule]
        _, seconds, _ = daemon.call("export", *arguments, "--dry-run", "--json")
        cpu, peak = daemon.cpu() - before, daemon.peak()
        daemon.stop()
        print(f"| `{' '.join(rule)}` | {seconds:.1f} | {cpu:.1f} | {peak:.0f} |", flush=True)
        # Which inflates and searches every document's text.
        if "--decontaminate" in rule:
            continue
        if seconds > MOST_SECONDS or peak > MOST_MB:
            missed.append(f"{' '.join(rule)}: {seconds:.1f} s, {peak:.0f} MB")
    if missed:
        SCALE.fail("above 30 s or 1,000 MB: " + "; ".join(missed))


if __name__ == "__main__":
    main()
