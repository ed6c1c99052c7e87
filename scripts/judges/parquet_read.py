#!/usr/bin/env python3
"""Compares what the target Parquet reads of files with what pyarrow reads of them.

    parquet_read.py --tool PATH/parquet-judge FILE...

A file that pyarrow refuses is printed with both answers, and is no difference. Exits 1 when a value
differs or a file is refused that pyarrow reads.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

import scripts_path  # noqa: F401
from refinery_scripts.parquet_values import rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", required=True)
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    equal = different = refused = 0
    for path in options.files:
        done = subprocess.run([options.tool, "dump", path], capture_output=True, timeout=300)
        found = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
        try:
            expected, reason = rows(path), ""
        except Exception as error:  # whatever pyarrow raises
            expected, reason = [], f"{type(error).__name__}: {error}".splitlines()[0][:110]
        if done.returncode not in (0, 1):
            different += 1
            print(f"CRASH {path}: {done.returncode} {done.stderr.decode()[-300:]}")
        elif reason:
            refused += 1
            ours = done.stderr.decode().splitlines()[:1] or [f"read, {len(found)} rows"]
            print(f"pyarrow refuses {path}\n    pyarrow: {reason}\n    ours:    {ours[0]}")
        elif done.returncode or (found != expected and any(expected)):
            different += 1
            where = next((i for i, (a, b) in enumerate(zip(found, expected)) if a != b), "end")
            print(f"DIFFERS {path}: {len(found)} rows, {len(expected)} expected, row {where}: "
                  f"{done.stderr.decode().strip()}")
            if where != "end":
                for ours, theirs in zip(found[where], expected[where]):
                    if ours != theirs:
                        print(f"    ours {ours!r:.100}, pyarrow's {theirs!r:.100}")
        else:
            equal += 1
    print(f"{equal} files equal, {different} different, {refused} that pyarrow refuses")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
