#!/usr/bin/env python3
"""Memory that a corpus file of 10 GB takes on its way into the store, on either side of the socket.

    large_file.py [--gigabytes 10] [--format jsonl.zst|parquet] [--bin .build/release]
                  [--folder .cache/large]

Writes a file of that size, of random text that hardly compresses (documents of 8 kB, some of 1 MB),
and enqueues it. The daemon is paused, so that nothing is cut or scored meanwhile. Prints rate and
peak resident memory of refinectl and refineryd, and fails where one has 300 MB or more, or documents
are missing. It needs about 2.5 times the size on the disk; Parquet needs pyarrow, JSONL the zstd
command.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts.daemon import Daemon
from refinery_scripts.failure import fail, require
from refinery_scripts.paths import BINARIES, CACHE, TEACHER

MOST_MB = 300


def documents(rng: random.Random) -> Iterator[tuple[str, str, float]]:
    number = 0
    while True:
        size = 750_000 if number % 2000 == 7 else 6_000
        yield f"doc-{number}", base64.b64encode(rng.randbytes(size)).decode(), number % 101 / 100
        number += 1


def write_jsonl(path: Path, size: int) -> int:
    """Writes lines until the compressed file has the size; how many documents it has."""
    count = 0
    with path.open("wb") as out:
        zstd = subprocess.Popen(["zstd", "-1", "-q", "-c"], stdin=subprocess.PIPE, stdout=out)
        for name, text, quality in documents(random.Random(1)):
            zstd.stdin.write(
                f'{{"id": "{name}", "text": "{text}", "quality": {quality}}}\n'.encode())
            count += 1
            if count % 1000 == 0 and path.stat().st_size >= size:
                break
        zstd.stdin.close()
        if zstd.wait() != 0:
            fail("zstd failed")
    return count


def write_parquet(path: Path, size: int) -> int:
    """Writes row groups until the file has the size; how many documents it has."""
    import pyarrow
    import pyarrow.parquet

    schema = pyarrow.schema([("id", pyarrow.string()), ("text", pyarrow.string()),
                             ("quality", pyarrow.float64())])
    count = 0
    found = documents(random.Random(1))
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while path.stat().st_size < size:
            rows = [next(found) for _ in range(5000)]
            writer.write_table(pyarrow.table(
                [[row[column] for row in rows] for column in range(3)], schema=schema))
            count += len(rows)
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=10)
    parser.add_argument("--format", choices=["jsonl.zst", "parquet"], default="jsonl.zst")
    parser.add_argument("--bin", type=Path, default=BINARIES)
    parser.add_argument("--folder", type=Path, default=CACHE / "large")
    options = parser.parse_args()
    require(options.bin / "refineryd", TEACHER, hint="make build teacher")
    shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True)
    try:
        corpus = options.folder / f"corpus.{options.format}"
        write = write_parquet if options.format == "parquet" else write_jsonl
        count = write(corpus, int(options.gigabytes * 1e9))
        size = corpus.stat().st_size
        with Daemon(options.bin, options.folder) as daemon:
            daemon.call("pause")
            before = daemon.peak_mb()
            answer = daemon.call("enqueue", corpus, "--keep", "quality", "--json")
            after = daemon.peak_mb()
    finally:
        shutil.rmtree(options.folder)
    summary = json.loads(answer.output)
    print(f"{size / 1e9:.1f} GB of {options.format}, {summary['bytes'] / 1e9:.1f} GB of JSONL, "
          f"{count:,} documents, {os.cpu_count()} cores")
    print(f"{answer.seconds:.0f} s, {size / 1e6 / answer.seconds:.0f} MB/s of the file, "
          f"{summary['bytes'] / 1e6 / answer.seconds:.0f} MB/s of JSONL")
    print(f"peak resident memory: refinectl {answer.peak_mb:.0f} MB, refineryd {after:.0f} MB "
          f"(before: {before:.0f} MB)")
    if summary["added"] != count or summary["fields"]["quality"]["values"] != count:
        fail(f"{summary['added']} of {count} documents arrived")
    if max(answer.peak_mb, after) >= MOST_MB:
        fail(f"{MOST_MB} MB or more")


if __name__ == "__main__":
    main()
