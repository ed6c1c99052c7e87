#!/usr/bin/env python3
"""Exports: rows as JSONL, and token ids for nanoGPT beside PyPI's tokenizers writing the same.

    trainer_formats.py --refinectl PATH [--megabytes 64] [--model FOLDER] [--tokenizer FOLDER]
        [--rounds 3] [--format nanogpt]

Makes a store of this repository's own sources and pages, over and over under other ids: exact copies
are not scored again. In turns, refinectl exports the selection as token ids (the whole command: a
daemon of its own is started, the rule applied, rows read, tokenised and written), and Python reads
the same rows from JSONL, encodes them by encode_batch in batches of 1,000 on every core, and writes
uint16 (start and imports not counted). Both files are compared. Prints MB of text a second, by the
clock and by processor time of daemon and client together, and the ratios. Exits 1 when files differ,
the ratio of processor time is below 3, or JSONL comes at less than 100 MB a second of it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parents[2]
LEAST = 3.0
LEAST_JSONL_MB = 100.0


def corpus(path: Path, size: int) -> None:
    texts = [file.read_text() for folder, ending in [("Sources", "*.swift"), ("docs", "*.md"),
                                                     ("scripts", "*.py")]
             for file in sorted((ROOT / folder).rglob(ending))]
    texts = [text for text in texts if len(text) > 500]
    written, number = 0, 0
    with path.open("w") as lines:
        while written < size:
            text = texts[number % len(texts)]
            lines.write(json.dumps({"id": f"{number}", "text": text}) + "\n")
            written += len(text.encode())
            number += 1


def spent(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def encode(rows: Path, tokenizer: Path, end: int, output: Path) -> None:
    encoder = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))
    encoder.encode_special_tokens = True
    batch: list[dict] = []

    def flush(file) -> None:
        encodings = encoder.encode_batch_fast([row["text"] for row in batch],
                                              add_special_tokens=False)
        ids = []
        for row, encoding in zip(batch, encodings):
            ids += encoding.ids
            if row["final"]:
                ids.append(end)
        file.write(numpy.array(ids, dtype=numpy.uint16).tobytes())
        batch.clear()

    with rows.open() as lines, output.open("wb") as file:
        for line in lines:
            batch.append(json.loads(line))
            if len(batch) == 1000:
                flush(file)
        flush(file)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--refinectl", required=True)
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--model", type=Path, default=ROOT / "models/reference")
    parser.add_argument("--tokenizer", type=Path, default=ROOT / "models/reference")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, rows = folder / "store.db", folder / "rows.jsonl"
        corpus(folder / "corpus.jsonl", arguments.megabytes << 20)
        keep = ["--ratio", "1", "--no-guards", "--keep-duplicates"]
        subprocess.run(
            [arguments.refinectl, "refine", folder / "corpus.jsonl", "--teacher", arguments.model,
             "--reference", arguments.model, "--store", store, *keep, "--output", rows],
            check=True, capture_output=True)
        size = sum(len(json.loads(line)["text"].encode()) for line in rows.open()) / 1e6
        config = json.loads((arguments.tokenizer / "tokenizer_config.json").read_text())
        end = Tokenizer.from_file(str(arguments.tokenizer / "tokenizer.json")).token_to_id(
            config["eos_token"])
        times: dict[str, list[tuple[float, float]]] = {"refinectl": [], "tokenizers": [], "jsonl": []}
        for _ in range(arguments.rounds):
            clock, used = time.perf_counter(), spent(resource.RUSAGE_CHILDREN)
            subprocess.run(
                [arguments.refinectl, "export", "--store", store, *keep, "--output",
                 folder / "again.jsonl"], check=True, capture_output=True)
            times["jsonl"].append((time.perf_counter() - clock,
                                   spent(resource.RUSAGE_CHILDREN) - used))
            clock, used = time.perf_counter(), spent(resource.RUSAGE_CHILDREN)
            subprocess.run(
                [arguments.refinectl, "export", "--store", store, *keep, "--format", "nanogpt",
                 "--tokenizer", arguments.tokenizer, "--output", folder / "ours.bin"],
                check=True, capture_output=True)
            times["refinectl"].append((time.perf_counter() - clock,
                                       spent(resource.RUSAGE_CHILDREN) - used))
            clock, used = time.perf_counter(), spent(resource.RUSAGE_SELF)
            encode(rows, arguments.tokenizer, end, folder / "theirs.bin")
            times["tokenizers"].append((time.perf_counter() - clock,
                                        spent(resource.RUSAGE_SELF) - used))
        same = (folder / "ours.bin").read_bytes() == (folder / "theirs.bin").read_bytes()
        lines = (folder / "again.jsonl").stat().st_size / 1e6
        sizes = {"jsonl": lines, "refinectl": size, "tokenizers": size}
        rates = {who: [sizes[who] / statistics.median(of[kind] for of in runs) for kind in range(2)]
                 for who, runs in times.items()}
        names = {"jsonl": "refinectl, JSONL", "refinectl": "refinectl, nanoGPT",
                 "tokenizers": "tokenizers, nanoGPT"}
        for who, (clock, used) in rates.items():
            print(f"{names[who]}: {clock:.1f} MB/s by the clock, {used:.1f} MB/s of processor time")
        ratios = [rates["refinectl"][kind] / rates["tokenizers"][kind] for kind in range(2)]
        print(f"{size:.0f} MB of text, {os.cpu_count()} cores; ratio {ratios[0]:.2f} by the clock, "
              f"{ratios[1]:.2f} by processor time; files {'equal' if same else 'DIFFER'}")
        sys.exit(not same or ratios[1] < LEAST or rates["jsonl"][1] < LEAST_JSONL_MB)


if __name__ == "__main__":
    main()
