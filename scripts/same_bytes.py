#!/usr/bin/env python3
"""Says whether two versions of refinery give the same bytes for the same store and rules.

    same_bytes.py --before BIN --after BIN [--store STORE] [--corpus FILE] [--keep FOLDER]

BIN is a folder with refineryd and refinectl. Without --store the version before scores the corpus
(.cache/quickstart/corpus.jsonl of `make quickstart`, with its two models) into a new store and
imports a column of numbers and one of categories. Each version then gets a copy of that store and
a daemon of its own. Every kind of rule of docs/selection.md is selected, exported in every order
and explained; scores, selections and reports are read. Times, job numbers and paths of the copy are
masked, every other byte must be the same. Exits 1 with the names of the outputs that differ.
Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEACHER = ROOT / ".cache/teacher.gguf"
REFERENCE = ROOT / "models/reference"

# A name, then what follows `refinectl export`.
RULES = [
    ("top-k", "--top-k 20"),
    ("ratio", "--ratio 0.5"),
    ("token-budget", "--token-budget 5000"),
    ("token-ratio", "--token-ratio 0.3"),
    ("min-score", "--min-score 0.5"),
    ("corpus", "--ratio 0.5 --corpus default"),
    ("documents", "--ratio 0.5 --unit document"),
    ("domains", "--ratio 0.5 --exclude-domain noise --exclude-domain boilerplate"),
    ("where", "--ratio 0.5 --where tokens=64.. --where teacher_perplexity=..q0.9"),
    ("where-quantiles", "--top-k 30 --where difference=q0.1..q0.99 --where bytes=100..100000"),
    ("no-guards", "--ratio 0.5 --no-guards"),
    ("guards", "--ratio 0.5 --min-tokens 50 --max-repetition 0.2"),
    ("keep-duplicates", "--ratio 0.9 --keep-duplicates"),
    ("near-duplicates", "--ratio 0.9 --near-duplicates 0.7"),
    ("near-duplicates-documents", "--ratio 0.9 --near-duplicates 0.8 --unit document"),
    ("decontaminate", "--ratio 0.9 --decontaminate {benchmark}"),
    ("all-guards", "--ratio 0.9 --near-duplicates 0.8 --decontaminate {benchmark}"
                   " --exclude-domain noise --where tokens=16.."),
    ("adapted", "--ratio 0.5 --score adapted"),
    ("at-length", "--ratio 0.5 --score at_length"),
    ("sum", "--ratio 0.5 --score difference:1,relative:0.5,mates:0.25"),
    ("perplexity", "--ratio 0.5 --score teacher_perplexity --ascending"),
    ("ascending", "--ratio 0.25 --ascending"),
    ("sample", "--ratio 0.5 --sample --temperature 0.5 --seed 7"),
    ("sample-ascending", "--ratio 0.5 --sample --seed 3 --ascending"),
    ("baseline", "--ratio 0.5 --baseline random --seed 5"),
    ("baseline-all", "--ratio 0.5 --baseline random --from all --seed 5"),
    ("mix", "--ratio 0.5 --mix {first}=0.5,{second}=0.5"),
    ("mix-spill", "--token-ratio 0.5 --mix {first}=0.9,{second}=0.1 --spill"),
    ("keep-proportions", "--ratio 0.5 --keep-proportions"),
    ("mix-by", "--ratio 0.5 --mix news=0.3,code=0.7 --mix-by topic"),
    ("keep-proportions-by", "--ratio 0.5 --keep-proportions --mix-by topic"),
    ("imported", "--ratio 0.5 --score mates --where mates=.."),
    ("imported-where", "--ratio 0.5 --where mates=0.2..0.8"),
    ("imported-quantile", "--ratio 0.5 --where mates=q0.25.."),
    ("imported-documents", "--ratio 0.5 --unit document --score difference --where mates=0.1.."),
    ("like", "--like ratio --baseline random --seed 9"),
    ("like-matched", "--like ratio --match domain --match length --baseline random --seed 9"),
]


def fail(message: str) -> None:
    print(f"same_bytes: {message}", file=sys.stderr)
    sys.exit(1)


class Daemon:
    """A refineryd on a store of its own."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.folder = folder
        self.refinectl = binaries / "refinectl"
        (folder / "refineryd.toml").write_text('socket_group = ""\n')
        self.process = subprocess.Popen(
            [binaries / "refineryd", "--config", folder / "refineryd.toml",
             "--store", folder / "store.db", "--socket", folder / "socket",
             "--teacher", TEACHER, "--reference", REFERENCE],
            stderr=open(folder / "refineryd.log", "ab"))
        end = time.monotonic() + 120
        while True:
            if self.process.poll() is not None or time.monotonic() > end:
                fail(f"refineryd did not start; see {folder / 'refineryd.log'}")
            time.sleep(0.05)
            done = self.run("status", "--json", quiet=True)
            if done.returncode == 0 and json.loads(done.stdout)["state"] == "idle":
                return

    def run(self, *arguments: object, quiet: bool = False) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [self.refinectl, *map(str, arguments)], cwd=self.folder, capture_output=True,
            env=os.environ | {"REFINERY_SOCKET": str(self.folder / "socket")})
        if done.returncode != 0 and not quiet:
            print(f"refinectl {' '.join(map(str, arguments))}: {done.stderr.decode()}",
                  file=sys.stderr)
        return done

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait() != 0:
            fail(f"refineryd did not end well; see {self.folder / 'refineryd.log'}")


def make_store(binaries: Path, folder: Path, corpus: Path) -> None:
    daemon = Daemon(binaries, folder)
    if daemon.run("enqueue", corpus, "--wait").returncode != 0:
        fail("the corpus cannot be scored")
    rows = [json.loads(line) for line in daemon.run("scores").stdout.splitlines()]
    with open(folder / "mates.jsonl", "w") as mates, open(folder / "topic.jsonl", "w") as topic:
        for place, row in enumerate(rows):
            key = {"id": row["id"], "chunk": row["chunk"]}
            if place % 7:
                mates.write(json.dumps(key | {"value": place % 101 / 100}) + "\n")
            if place % 5:
                value = ["news", "code", "law"][place % 3]
                topic.write(json.dumps(key | {"value": value}) + "\n")
    for name in ("mates", "topic"):
        if daemon.run("import-column", name, folder / f"{name}.jsonl").returncode != 0:
            fail(f"column {name} cannot be imported")
    daemon.stop()


def masked(output: bytes, folder: Path) -> bytes:
    output = output.replace(str(folder).encode(), b"FOLDER")
    return re.sub(rb'"(created|started|ended|job)"( ?: ?)\d+', rb'"\1"\g<2>0', output)


def outputs(binaries: Path, store: Path, folder: Path) -> dict[str, bytes]:
    """Everything that a version prints or writes, by name."""
    for path in store.iterdir():
        if path.name in ("store.db", "mates.jsonl", "topic.jsonl"):
            shutil.copy(path, folder)
    daemon = Daemon(binaries, folder)
    found: dict[str, bytes] = {}

    def take(name: str, *arguments: object) -> bytes:
        done = daemon.run(*arguments, quiet=True)
        found[name] = (masked(done.stdout, folder) + b"\n-- " + masked(done.stderr, folder)
                       + f"\n-- exit {done.returncode}".encode())
        return done.stdout

    rows = [json.loads(line) for line in take("scores.jsonl", "scores").splitlines()]
    take("scores.csv", "scores", "--format", "csv")
    take("scores.documents", "scores", "--unit", "document")
    take("scores.where", "scores", "--where", "tokens=100..")
    domains = sorted({row["domain"] for row in rows if row["domain"]})
    texts = [json.loads(line)["text"] for line in Path(CORPUS[0]).read_text().splitlines()]
    with open(folder / "benchmark.jsonl", "w") as benchmark:
        for text in texts[::40]:
            words = text.split()
            benchmark.write(json.dumps({"question": " ".join(words[3:40])}) + "\n")
    names = {"benchmark": folder / "benchmark.jsonl", "first": domains[0], "second": domains[1]}
    ids = [row["chunk_id"] for row in rows][::37]
    for name, rule in RULES:
        output = folder / f"{name}.jsonl"
        arguments = rule.format(**names).split()
        take(f"{name}.preview", "export", *arguments, "--dry-run", "--json")
        take(f"{name}.export", "export", *arguments, "--name", name, "--output", output)
        if not output.exists():
            continue
        found[f"{name}.rows"] = output.read_bytes()
        manifest = folder / f"{name}.jsonl.manifest.json"
        found[f"{name}.manifest"] = masked(manifest.read_bytes(), folder)
        take(f"{name}.selection", "selections", name, "--json")
        for chunk in ids[::6]:
            take(f"{name}.explain.{chunk}", "explain", chunk, "--selection", name, "--json")
        take(f"{name}.report", "report", "--selection", name, "--plain", "--output",
             folder / f"{name}.html")
        if (folder / f"{name}.html").exists():
            found[f"{name}.html"] = (folder / f"{name}.html").read_bytes()
    for order in ("corpus", "score", "shuffle"):
        for extra in ([], ["--merge-adjacent"], ["--keep-fields"]):
            if order != "corpus" and "--merge-adjacent" in extra:
                continue  # refused
            name = f"order.{order}{''.join(extra)}"
            take(name, "export", "--ratio", "0.5", "--name", name, "--order", order, *extra,
                 "--output", "-")
    for chunk in ids:
        take(f"explain.{chunk}", "explain", chunk, "--json")
    take("diff", "selections", "diff", "ratio", "sample", "--json")
    for command in ("selections", "columns", "corpora", "models", "rejects", "jobs", "status"):
        take(command, command, "--json")
    take("columns.topic", "columns", "topic", "--json")
    daemon.stop()
    return found


CORPUS: list[Path] = []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", type=Path, required=True)
    parser.add_argument("--after", type=Path, required=True)
    parser.add_argument("--store", type=Path, help="a folder that --keep left")
    parser.add_argument("--corpus", type=Path, default=ROOT / ".cache/quickstart/corpus.jsonl")
    parser.add_argument("--keep", type=Path, help="where the store and both outputs stay")
    options = parser.parse_args()
    CORPUS.append(options.corpus)
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        store = options.store or folder / "store"
        if not store.exists():
            store.mkdir()
            make_store(options.before.resolve(), store, options.corpus)
        versions = []
        for version, binaries in (("before", options.before), ("after", options.after)):
            place = folder / version
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            versions.append(outputs(binaries.resolve(), store, place))
        before, after = versions
        different = [name for name in before.keys() | after.keys()
                     if before.get(name) != after.get(name)]
        if options.keep:
            for version, all_of_it in zip(("before", "after"), versions):
                target = folder / f"{version}.outputs"
                shutil.rmtree(target, ignore_errors=True)
                target.mkdir()
                for name in all_of_it:
                    (target / name).write_bytes(all_of_it[name])
    failed = [name for name in before if before[name].endswith(b"-- exit 64")]
    if failed:
        fail("usage errors: " + ", ".join(sorted(failed)))
    print(f"{len(before)} outputs of {len(RULES)} rules, "
          f"{sum(map(len, before.values())):,} bytes: {len(different)} differ")
    for name in sorted(different):
        print(f"  {name}")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
