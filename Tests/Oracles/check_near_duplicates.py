#!/usr/bin/env python3
"""Recall and precision of the guard against near duplicates, by brute force.

    check_near_duplicates.py STORE WITHOUT WITH [--recall R]

WITHOUT and WITH name two selections of everything (--ratio 1 --no-guards --keep-duplicates), the
second with --near-duplicates S. Every pair of documents is compared by the exact Jaccard similarity
of their shingles (docs/selection.md); of each group of documents linked by a similarity of S the
one with the highest difference has to stay. Prints how many documents have to go, how many of
those went, and how many others. Exit code 1: recall below R (0.9), or another went.
"""

import argparse
import itertools
import json
import sqlite3
import sys
from collections import defaultdict
from urllib.parse import quote

import words


def shingles(text):
    listed = words.words(text)
    if 0 < len(listed) < 5:
        return {tuple(listed)}
    return {tuple(listed[i:i + 5]) for i in range(len(listed) - 4)}


def kept(db, name):
    return {row[0] for row in db.execute(
        "SELECT DISTINCT c.document FROM selection s JOIN selection_chunk k ON k.selection = s.id"
        " JOIN chunk c ON c.id = k.chunk WHERE s.name = ?", (name,))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("store", "without", "with_guard"):
        parser.add_argument(name)
    parser.add_argument("--recall", type=float, default=0.9)
    options = parser.parse_args()
    db = sqlite3.connect(f"file:{quote(options.store)}?mode=ro", uri=True)
    rule, teacher, reference, unit = db.execute(
        "SELECT rule, teacher, reference, unit FROM selection WHERE name = ?",
        (options.with_guard,)).fetchone()
    threshold = json.loads(rule)["guards"]["near_duplicates"]
    everything, left = kept(db, options.without), kept(db, options.with_guard)

    sums = defaultdict(lambda: [0.0, 0])
    for document, difference, count in db.execute(
            "SELECT c.document, r.nll - t.nll, t." + ("tokens" if unit == "token" else "bytes")
            + " FROM chunk c JOIN score t ON t.chunk = coalesce(c.duplicate_of, c.id)"
            " AND t.model = ? JOIN score r ON r.chunk = t.chunk AND r.model = ?"
            " WHERE c.retired = 0 AND t.outcome = 'scored' AND r.outcome = 'scored'",
            (teacher, reference)):
        sums[document][0] += difference
        sums[document][1] += count
    text = words.texts(db)
    sets = {d: shingles(text(d).decode()) for d in sorted(everything)}
    group = {d: d for d in sets}

    def root(d):
        while group[d] != d:
            d = group[d]
        return d

    pairs = 0
    for a, b in itertools.combinations(sets, 2):
        union = len(sets[a] | sets[b])
        if union and len(sets[a] & sets[b]) / union >= threshold:
            pairs += 1
            group[max(root(a), root(b))] = min(root(a), root(b))
    groups = defaultdict(list)
    for d in sets:
        groups[root(d)].append(d)
    due = set()
    for members in groups.values():
        best = max(members, key=lambda d: (sums[d][0] / sums[d][1], -d))
        due |= set(members) - {best}
    gone = everything - left
    found = len(gone & due)
    print(f"{len(sets)} documents, {pairs} pairs of {threshold} and more: {len(due)} have to go, "
          f"{found} went (recall {found / max(1, len(due)):.4f}), {len(gone - due)} others went")
    if not due or gone - due or found < options.recall * len(due):
        sys.exit(1)


if __name__ == "__main__":
    main()
