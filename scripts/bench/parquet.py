#!/usr/bin/env python3
"""How fast the target Parquet reads and writes beside pyarrow, in one run, one thread each.

    parquet.py --tool PATH/parquet-judge [--source shared/corpus/sample.jsonl] [--megabytes 400]

Reading: the text column of a zstd file that pyarrow wrote, every value copied once, beside the
faster of pyarrow's read_table and iter_batches. Writing: id, text, domain, tokens and score from
memory to a file, zstd level 3 and level 1, beside pyarrow's write_table of the same rows at the same
level. Medians of rounds in turns. Exits 1 when reading is below 0.8 or writing below 0.5 of
pyarrow's rate. Files lie in --folder, best a folder in memory.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

READ_RATIO, WRITE_RATIO = 0.8, 0.5


def table(source: Path, size: int) -> pa.Table:
    """Texts of the source by lot, until they have `size` bytes."""
    documents = [json.loads(line) for line in source.open()]
    rng = random.Random(24)
    rows, total = [], 0
    while total < size:
        rows.append(rng.choice(documents))
        total += len(rows[-1]["text"].encode())
    return pa.table({
        "id": [f"{number}-{row['id']}" for number, row in enumerate(rows)],
        "text": [row["text"] for row in rows],
        "domain": [row.get("domain") for row in rows],
        "tokens": [len(row["text"]) // 4 for row in rows],
        "score": [rng.random() for _ in rows],
    })


def timed(body) -> float:
    start = time.perf_counter()
    body()
    return time.perf_counter() - start


def tool(*arguments: object) -> float:
    done = subprocess.run([str(a) for a in arguments], check=True, capture_output=True, text=True)
    return float(done.stdout.split()[0])


def batches(path: Path) -> None:
    for _ in pq.ParquetFile(path).iter_batches(columns=["text"], use_threads=False):
        pass


def line(what: str, ours: list[float], theirs: list[float], size: float, least: float) -> bool:
    ratio = statistics.median(theirs) / statistics.median(ours)
    print(f"{what}: {size / statistics.median(ours):.0f} MB/s (rounds {size / max(ours):.0f} to "
          f"{size / min(ours):.0f}), pyarrow {size / statistics.median(theirs):.0f} "
          f"({size / max(theirs):.0f} to {size / min(theirs):.0f}): {ratio:.2f} times its rate")
    return ratio >= least


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    root = Path(__file__).resolve().parents[2]
    parser.add_argument("--tool", required=True)
    parser.add_argument("--source", type=Path, default=root.parent / "shared/corpus/sample.jsonl")
    parser.add_argument("--megabytes", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path("/dev/shm/parquet-bench"))
    options = parser.parse_args()
    pa.set_cpu_count(1)
    options.folder.mkdir(parents=True, exist_ok=True)
    source, ours_path, theirs_path = (options.folder / f"{name}.parquet"
                                      for name in ("source", "ours", "theirs"))
    rows = table(options.source, options.megabytes * 1_000_000)
    pq.write_table(rows, source, compression="zstd")
    texts = rows["text"].nbytes / 1e6
    print(f"{rows.num_rows:,} rows, {texts:.0f} MB of text, {source.stat().st_size / 1e6:.0f} MB "
          f"of zstd; medians of {options.rounds} rounds in turns, pyarrow {pa.__version__}")

    ours, whole, batched = [], [], []
    for _ in range(options.rounds):
        ours.append(tool(options.tool, "bench-read", source, "text"))
        whole.append(timed(lambda: pq.read_table(source, columns=["text"], use_threads=False)))
        batched.append(timed(lambda: batches(source)))
    theirs = min(whole, batched, key=statistics.median)
    met = [line("reading text", ours, theirs, texts, READ_RATIO)]

    for level in (3, 1):
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours.append(tool(options.tool, "copy", source, ours_path, level))
            theirs.append(timed(lambda: pq.write_table(
                rows, theirs_path, compression="zstd", compression_level=level)))
        met.append(line(f"writing, level {level}", ours, theirs, rows.nbytes / 1e6, WRITE_RATIO))
        print(f"    {ours_path.stat().st_size / 1e6:.1f} MB, pyarrow's "
              f"{theirs_path.stat().st_size / 1e6:.1f} MB")

    # What we wrote is read at the rate of pyarrow's own file of the same rows, or faster.
    own, other = [], []
    for _ in range(options.rounds):
        own.append(timed(lambda: pq.read_table(ours_path, use_threads=False)))
        other.append(timed(lambda: pq.read_table(theirs_path, use_threads=False)))
    line("pyarrow reads our file", own, other, rows.nbytes / 1e6, 0)
    for path in (source, ours_path, theirs_path):
        path.unlink()
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
