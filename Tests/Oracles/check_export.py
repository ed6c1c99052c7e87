#!/usr/bin/env python3
"""Recomputes a selection from the stored NLLs and compares it with an exported JSONL file.

    check_export.py STORE EXPORT [--selection NAME] [--order corpus|score] [--rows-only]

Independent of refinery: it reads the store with sqlite3 (mode=ro), so the daemon may be up or
stopped. It takes the rule from the selection's row and recomputes candidates, difference, order,
size and texts. It knows rules that order chunks by their difference; check_selection.py knows all.
The selection is the newest one unless named. The rule can be recomputed only while nothing was
scored, replaced or deleted since; --rows-only checks the rows without it.
Exit code 0: equal; 1: not equal, with the first differences on stderr.
"""

import argparse
import gzip
import hashlib
import json
import sqlite3
import subprocess
import sys
import zlib
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote


def read_lines(path):
    if path.endswith(".gz"):
        data = gzip.decompress(Path(path).read_bytes())
    elif path.endswith(".zst"):
        data = subprocess.run(["zstd", "-dcq", path], check=True, capture_output=True).stdout
    else:
        data = Path(path).read_bytes()
    if data and not data.endswith(b"\n"):
        sys.exit("the export does not end in a newline")
    return [json.loads(line) for line in data.split(b"\n")[:-1]]


def context(db, model):
    return db.execute(
        "SELECT tokenizer_digest, context_rule FROM model WHERE id = ?", (model,)).fetchone()


def candidates(db, rule, teacher, reference):
    """(score, chunk, tokens) of every candidate, and the unit of the scores."""
    corpus = None
    if rule["corpus"] is not None:
        (corpus,) = db.execute("SELECT id FROM corpus WHERE name = ?", (rule["corpus"],)).fetchone()
    scores = {}
    for chunk, model, *row in db.execute(
            "SELECT chunk, model, outcome, tokens, bytes, nll, repetition FROM score"
            " WHERE model IN (?, ?)", (teacher, reference)):
        scores[chunk, model] = row
    guards = rule.get("guards", {})  # a rule of version 1 had none
    least, most = guards.get("min_tokens"), guards.get("max_repetition")
    found, seen, pending = [], set(), 0
    for chunk, original, sha256 in db.execute(
            "SELECT c.id, c.duplicate_of, c.sha256 FROM chunk c JOIN document d ON d.id = c.document"
            " WHERE c.retired = 0 AND (?1 IS NULL OR d.corpus = ?1) ORDER BY c.id", (corpus,)):
        repeated = sha256 in seen
        seen.add(sha256)
        owner = chunk if original is None else original
        t, r = scores.get((owner, teacher)), scores.get((owner, reference))
        if t is None or r is None:
            pending += 1
        elif t[0] == r[0] == "scored" and (rule["keep_duplicates"] or not repeated):
            if least is not None and t[1] < least or most is not None and t[4] > most:
                continue
            found.append((chunk, t, r))
    if pending and not rule["partial"]:
        print(f"note: {pending} chunks are pending now", file=sys.stderr)
    per_token = (context(db, teacher) == context(db, reference)
                 and all(t[1] == r[1] for _, t, r in found))
    unit = 1 if per_token else 2
    return [((r[3] - t[3]) / t[unit], chunk, t[1]) for chunk, t, r in found], \
        "token" if per_token else "byte"


def keep(ranked, size):
    (kind, value), = size.items()
    if kind == "top_k":
        return ranked[:value]
    if kind == "ratio":
        ratio = Fraction(value)
        return ranked[:ratio.numerator * len(ranked) // ratio.denominator]
    if kind == "min_score":
        return [row for row in ranked if row[0] >= value]
    if kind == "token_budget":
        kept, total = [], 0
        for row in ranked:
            total += row[2]
            if total > value:
                break
            kept.append(row)
        return kept
    sys.exit(f"unknown size in the rule: {kind}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("store")
    arguments.add_argument("export")
    arguments.add_argument("--selection", help="name of the selection; the newest by default")
    arguments.add_argument("--order", choices=["corpus", "score"], default="corpus")
    arguments.add_argument("--rows-only", action="store_true",
                           help="do not recompute the rule: the corpus has changed since")
    options = arguments.parse_args()

    db = sqlite3.connect(f"file:{quote(options.store)}?mode=ro", uri=True)
    where = "WHERE name = ?" if options.selection else "ORDER BY id DESC LIMIT 1"
    row = db.execute(
        f"SELECT id, name, rule, teacher, reference, unit FROM selection {where}",
        (options.selection,) if options.selection else ()).fetchone()
    if row is None:
        sys.exit("no such selection")
    selection, name, rule, teacher, reference, unit = row
    rule = json.loads(rule)
    problems = []

    def check(what, found, expected):
        if found != expected:
            problems.append(f"{what}: found {found!r}, expected {expected!r}")

    recorded = db.execute(
        "SELECT score, chunk FROM selection_chunk WHERE selection = ? ORDER BY rank",
        (selection,)).fetchall()
    if not options.rows_only:
        ranked, expected_unit = candidates(db, rule, teacher, reference)
        check("unit", unit, expected_unit)
        ranked.sort(key=lambda r: (-r[0], r[1]))
        check("selected chunks", recorded, [(s, c) for s, c, _ in keep(ranked, rule["size"])])

    order = {chunk: rank for rank, (_, chunk) in enumerate(recorded, 1)}
    chunks = sorted(order) if options.order == "corpus" else sorted(order, key=order.get)
    lines = read_lines(options.export)
    check("rows of the export", len(lines), len(chunks))
    for number, (line, chunk) in enumerate(zip(lines, chunks), 1):
        key, ordinal, start, end, sha256, size, domain, deflated, owner = db.execute(
            'SELECT d.key, c.ordinal, c.start, c."end", c.sha256, d.bytes, m.name, t.deflated,'
            " coalesce(c.duplicate_of, c.id) FROM chunk c JOIN document d ON d.id = c.document"
            " JOIN document_text t ON t.document = d.id LEFT JOIN domain m ON m.id = d.domain"
            " WHERE c.id = ?", (chunk,)).fetchone()
        document = zlib.decompress(deflated)
        text = document[start:end]
        scores = {}
        for model in (teacher, reference):
            scores[model] = db.execute(
                "SELECT nll, tokens, bytes FROM score WHERE chunk = ? AND model = ?"
                " AND outcome = 'scored'", (owner, model)).fetchone()
        t, r = scores[teacher], scores[reference]
        place = f"line {number}"
        check(f"{place} length of the document", len(document), size)
        check(f"{place} hash of the text", hashlib.sha256(text).digest(), sha256)
        check(f"{place} id", line["id"], key.decode("utf-8", "replace"))
        check(f"{place} chunk", line["chunk"], ordinal)
        check(f"{place} text", line["text"].encode(), text)
        check(f"{place} domain", line["domain"],
              None if domain is None else domain.decode("utf-8", "replace"))
        check(f"{place} teacher_nll", line["teacher_nll"], t[0])
        check(f"{place} reference_nll", line["reference_nll"], r[0])
        check(f"{place} tokens", line["tokens"], t[1])
        check(f"{place} score", line["score"], (r[0] - t[0]) / t[1 if unit == "token" else 2])
        check(f"{place} rank", line["rank"], order[chunk])
        check(f"{place} start, end, final", (line["start"], line["end"], line["final"]),
              (start, end, end == size))
        if len(problems) > 10:
            break
    for problem in problems:
        print(problem[:500], file=sys.stderr)
    if problems:
        print(f"selection {name}: NOT equal", file=sys.stderr)
        sys.exit(1)
    print(f"selection {name}: {len(lines)} rows equal, rule {json.dumps(rule['size'])},"
          f" scores per {unit}")


if __name__ == "__main__":
    main()
