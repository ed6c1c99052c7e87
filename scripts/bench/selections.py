#!/usr/bin/env python3
"""What selections cost on a store of millions of scored chunks.

    selections.py [--chunks 10000000] [--bin .build/release] [--folder .cache/scale]

Makes the store of store-scale.py in --folder, or goes on with the one there, and asks a real
refineryd for a dry run of several rules: nothing is recorded, so what is timed is reading, guards,
score, order and size. Times are those of the whole command, memory is the daemon's peak since its
start (VmHWM: its models included). Fails above 30 s or 1,000 MB. Standard library only.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPEC = importlib.util.spec_from_file_location("store_scale", HERE / "store-scale.py")
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
]


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
        [sys.executable, HERE / "make-store.py", options.folder / "store.db", "--chunks",
         str(options.chunks)], check=True)
    missed = []
    print("| rule | s | daemon CPU s | daemon MB |\n|------|--:|-------------:|----------:|")
    for rule in RULES:
        daemon = SCALE.Daemon(options.bin, options.folder)
        before = daemon.cpu()
        _, seconds, _ = daemon.call("export", *rule, "--dry-run", "--json")
        cpu, peak = daemon.cpu() - before, daemon.peak()
        daemon.stop()
        print(f"| `{' '.join(rule)}` | {seconds:.1f} | {cpu:.1f} | {peak:.0f} |", flush=True)
        if seconds > MOST_SECONDS or peak > MOST_MB:
            missed.append(f"{' '.join(rule)}: {seconds:.1f} s, {peak:.0f} MB")
    if missed:
        SCALE.fail("above 30 s or 1,000 MB: " + "; ".join(missed))


if __name__ == "__main__":
    main()
