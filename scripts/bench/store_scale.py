#!/usr/bin/env python3
"""What `status`, `selections` and `export --top-k` cost on stores of millions of scored chunks.

    store_scale.py [--chunks 2500000,5000000,10000000] [--top-k 1000000] [--runs 3]
                   [--bin .build/release] [--folder .cache/scale] [--json PATH]

make_store.py makes one store in --folder and lets it grow through the sizes. The store stays there,
so that the next run is quick. At each size a real refineryd with the repository's reference model
and the quickstart's teacher serves `refinectl status --json`, `refinectl selections --json` and
`refinectl export`. Times are those of the whole commands, CPU times are the daemon's. Memory is the
peak of each process since its start (VmHWM, which counts what its models map). The fit says how the
export's time grows: 1 is linear. Fails where a target of the project is missed. Standard library
only.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts.daemon import Daemon
from refinery_scripts.failure import fail, require
from refinery_scripts.paths import BENCH, BINARIES, CACHE, TEACHER

# The project's targets.
ANSWER_MS, PEAK_MB = 100, 300


def measure(options: argparse.Namespace, chunks: int) -> dict[str, float]:
    folder = options.folder
    if not (folder / "store.db").exists():
        with Daemon(options.bin, folder):
            pass  # it makes the store and registers both models
    subprocess.run(
        [sys.executable, BENCH / "make_store.py", folder / "store.db", "--chunks", str(chunks)],
        check=True)
    with Daemon(options.bin, folder) as daemon:
        row = {"chunks": chunks, "store_gb": (folder / "store.db").stat().st_size / 1e9,
               "start_mb": daemon.peak_mb()}
        exports, cpu = [], []
        for _ in range(options.runs):
            before = daemon.cpu_seconds()
            exports.append(daemon.call(
                "export", "--top-k", options.top_k, "--output", folder / "export.jsonl"))
            cpu.append(daemon.cpu_seconds() - before)
        row |= {"export_s": statistics.median(export.seconds for export in exports),
                "export_cpu_s": statistics.median(cpu),
                "client_mb": max(export.peak_mb for export in exports)}
        for command in ("status", "selections"):
            times = [daemon.call(command, "--json").seconds for _ in range(15)]
            row[f"{command}_ms"] = 1000 * statistics.median(times)
        row["daemon_mb"] = daemon.peak_mb()
    return row


def exponent(rows: list[dict[str, float]], key: str) -> float:
    """The slope of log(key) over log(chunks), by least squares."""
    x = [math.log(row["chunks"]) for row in rows]
    y = [math.log(row[key]) for row in rows]
    return statistics.linear_regression(x, y).slope


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chunks", default="2500000,5000000,10000000")
    parser.add_argument("--top-k", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--bin", type=Path, default=BINARIES)
    parser.add_argument("--folder", type=Path, default=CACHE / "scale")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    require(options.bin / "refineryd", TEACHER, hint="make build teacher")
    sizes = sorted(map(int, options.chunks.split(",")))
    options.folder.mkdir(parents=True, exist_ok=True)
    made = options.folder / "chunks"
    # A store only grows: where the last run left a larger one than this run begins with, anew.
    if not made.exists() or int(made.read_text()) > sizes[0]:
        shutil.rmtree(options.folder)
        options.folder.mkdir()
    rows = []
    for chunks in sizes:
        made.write_text(str(chunks))
        rows.append(measure(options, chunks))
        print(f"{chunks:,} chunks: export in {rows[-1]['export_s']:.1f} s", file=sys.stderr)
    print(f"--top-k {options.top_k:,}, medians of {options.runs} exports and 15 answers\n")
    print("|     chunks | store GB | status ms | selections ms | export s | daemon CPU s |"
          " daemon MB (at start) | refinectl MB |")
    print("|-----------:|---------:|----------:|--------------:|---------:|-------------:|"
          "---------------------:|-------------:|")
    for row in rows:
        print(f"| {row['chunks']:10,} | {row['store_gb']:8.2f} | {row['status_ms']:9.0f} |"
              f" {row['selections_ms']:13.0f} | {row['export_s']:8.1f} |"
              f" {row['export_cpu_s']:12.1f} | {row['daemon_mb']:12.0f} ({row['start_mb']:5.0f}) |"
              f" {row['client_mb']:12.0f} |")
    if len(rows) > 1:
        print(f"\nexport grows with chunks^{exponent(rows, 'export_s'):.2f} in time,"
              f" ^{exponent(rows, 'export_cpu_s'):.2f} in the daemon's CPU time (1: linear)")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")
    missed = [f"{name} {row[key]:.0f} (at most {limit}) at {row['chunks']:,} chunks"
              for row in rows
              for name, key, limit in (("status ms", "status_ms", ANSWER_MS),
                                       ("selections ms", "selections_ms", ANSWER_MS),
                                       ("daemon MB", "daemon_mb", PEAK_MB),
                                       ("refinectl MB", "client_mb", PEAK_MB))
              if row[key] >= limit]
    if missed:
        fail("missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
