#!/usr/bin/env python3
"""What `status`, `selections` and `export --top-k` cost on stores of millions of scored chunks.

    store_scale.py [--chunks 2500000,5000000,10000000] [--top-k 1000000] [--runs 3]
                   [--bin .build/release] [--folder .cache/scale] [--json PATH]

Makes one store in --folder (make_store.py; it stays there, so that the next run is quick) and
lets it grow through the sizes. On each, a real refineryd with the repository's reference model and
the quickstart's teacher serves `refinectl status --json`, `refinectl selections --json` and
`refinectl export`; times are those of the whole commands, CPU times the daemon's, memory the peak
of each process since its start (VmHWM: what its models map counts too). The fit says how the
export's time grows: 1 is linear. Fails where a target of the project is missed. Standard library
only.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The project's targets.
ANSWER_MS, PEAK_MB = 100, 300


def fail(message: str) -> None:
    print(f"store_scale: {message}", file=sys.stderr)
    sys.exit(1)


class Daemon:
    """A refineryd on the store, idle once `__init__` returns."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.refinectl = [binaries / "refinectl", "--socket", folder / "socket"]
        self.process = subprocess.Popen(
            [binaries / "refineryd", "--config", ROOT / "config/refineryd.toml",
             "--store", folder / "store.db", "--socket", folder / "socket",
             "--teacher", ROOT / ".cache/teacher.gguf", "--reference", ROOT / "models/reference"],
            stderr=open(folder / "refineryd.log", "w"))
        state = None
        while state != "idle":
            if self.process.poll() is not None:
                fail(f"refineryd ended; see {folder / 'refineryd.log'}")
            time.sleep(0.05)
            try:
                state = json.loads(self.call("status", "--json")[0])["state"]
            except subprocess.CalledProcessError:
                continue  # the socket does not answer yet

    def call(self, *arguments: object) -> tuple[bytes, float, float]:
        """What refinectl printed, its seconds, and its peak memory in MB."""
        started = time.monotonic()
        process = subprocess.Popen(
            [*self.refinectl, *map(str, arguments)], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        with process.stdout:
            output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise subprocess.CalledProcessError(process.returncode, process.args)
        return output, seconds, usage.ru_maxrss / 1024

    def peak(self) -> float:
        """Peak resident memory so far, MB."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(text.split("VmHWM:")[1].split()[0]) / 1024

    def cpu(self) -> float:
        """CPU seconds so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait() != 0:
            fail("refineryd did not end well")


def measure(options: argparse.Namespace, chunks: int) -> dict[str, float]:
    folder = options.folder
    if not (folder / "store.db").exists():
        Daemon(options.bin, folder).stop()  # makes the store and registers both models
    subprocess.run(
        [sys.executable, ROOT / "scripts/bench/make_store.py", folder / "store.db",
         "--chunks", str(chunks)], check=True)
    daemon = Daemon(options.bin, folder)
    row = {"chunks": chunks, "store_gb": (folder / "store.db").stat().st_size / 1e9,
           "start_mb": daemon.peak()}
    exports = []
    for _ in range(options.runs):
        before = daemon.cpu()
        _, seconds, client = daemon.call(
            "export", "--top-k", options.top_k, "--output", folder / "export.jsonl")
        exports.append((seconds, daemon.cpu() - before, client))
    row |= {"export_s": statistics.median(e[0] for e in exports),
            "export_cpu_s": statistics.median(e[1] for e in exports),
            "client_mb": max(e[2] for e in exports)}
    for command in ("status", "selections"):
        times = [daemon.call(command, "--json")[1] for _ in range(15)]
        row[f"{command}_ms"] = 1000 * statistics.median(times)
    row["daemon_mb"] = daemon.peak()
    daemon.stop()
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
    parser.add_argument("--bin", type=Path, default=ROOT / ".build/release")
    parser.add_argument("--folder", type=Path, default=ROOT / ".cache/scale")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    for needed in (options.bin / "refineryd", ROOT / ".cache/teacher.gguf"):
        if not needed.exists():
            fail(f"no {needed}\nhint: make build teacher")
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
