#!/usr/bin/env python3
"""Recomputes `nll_adapted` and `repetition` of some chunks from their tokens' ids and NLLs.

    check_adapted.py STORE REFINECTL TEACHER REFERENCE [--chunks 20]

Reads the longest scored chunks from the store (mode=ro), has `refinectl score --per-token` score
their texts with each model, applies the formulas of docs/selection.md and compares with what the
store holds. Exit code 0: equal within 1e-6; 1: not.
"""

import argparse
import json
import math
import sqlite3
import subprocess
import sys
import zlib
from collections import Counter
from urllib.parse import quote


def adapted(ids, nlls):
    """Σ −ln p, each p adapted by what followed the same 2 to 8 tokens before."""
    total, first = 0.0, len(ids) - len(nlls)
    for i in range(first, len(ids)):
        p = math.exp(-nlls[i - first])
        for k in range(2, 9):
            if i < k:
                break
            followers = Counter(
                ids[j] for j in range(k, i) if ids[j - k : j] == ids[i - k : i])
            c = followers.total()
            if c == 0:
                break
            p = (max(followers[ids[i]] - 0.5, 0) + 0.5 * len(followers) * p) / c
        total -= math.log(p)
    return total


def repetition(ids):
    windows = [tuple(ids[i : i + 8]) for i in range(len(ids) - 7)]
    return (len(windows) - len(set(windows))) / len(windows) if windows else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("store")
    parser.add_argument("refinectl")
    parser.add_argument("teacher")
    parser.add_argument("reference")
    parser.add_argument("--chunks", type=int, default=20)
    options = parser.parse_args()
    db = sqlite3.connect(f"file:{quote(options.store)}?mode=ro", uri=True)
    chunks = db.execute(
        'SELECT c.id, c.start, c."end", t.deflated FROM chunk c'
        " JOIN document_text t ON t.document = c.document"
        " WHERE EXISTS (SELECT 1 FROM score s WHERE s.chunk = c.id AND s.outcome = 'scored')"
        " ORDER BY c.tokens DESC, c.id LIMIT ?", (options.chunks,)).fetchall()
    lines = "".join(
        json.dumps({"id": str(chunk), "text": zlib.decompress(deflated)[start:end].decode()}) + "\n"
        for chunk, start, end, deflated in chunks)
    problems, adapting = [], 0
    for role, path in (("teacher", options.teacher), ("reference", options.reference)):
        output = subprocess.run(
            [options.refinectl, "score", path, "-", "--per-token"], input=lines.encode(),
            stdout=subprocess.PIPE, check=True).stdout
        for line in output.decode().splitlines():
            score = json.loads(line)
            ids, nlls = score["token_ids"], score["token_nll"]
            stored = db.execute(
                "SELECT s.nll_adapted, s.repetition, s.nll FROM score s"
                " JOIN model_role r ON r.model = s.model AND r.role = ? AND r.current = 1"
                " WHERE s.chunk = ?", (role, int(score["id"]))).fetchone()
            expected = adapted(ids, nlls)
            adapting += abs(expected - stored[2]) > 1e-3
            if not math.isclose(stored[0], expected, rel_tol=1e-6):
                problems.append(f"{role}, chunk {score['id']}: {stored[0]}, expected {expected}")
            if stored[1] != repetition(ids):
                problems.append(f"{role}, chunk {score['id']}: repetition {stored[1]}, "
                                f"expected {repetition(ids)}")
    for problem in problems[:10]:
        print(problem, file=sys.stderr)
    if problems or not chunks or not adapting:
        sys.exit("NOT equal" if problems else "nothing was adapted: no test")
    print(f"{len(chunks)} chunks by two models equal, {adapting} of them adapted")


if __name__ == "__main__":
    main()
