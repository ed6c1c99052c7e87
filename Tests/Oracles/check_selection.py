#!/usr/bin/env python3
"""Recomputes a selection from the raw columns of a store, by the formulas of docs/selection.md.

    check_selection.py STORE [--selection NAME …] [--decontaminate FILE …]

Independent of refinery: reads the store with sqlite3 (mode=ro), takes each rule from its
selection's row and recomputes filters, guards, duplicates, score, order, size and mix; all
selections unless named. Only while nothing was scored, replaced or deleted since. Rules that keep
benchmarks out need their files again. check_near_duplicates.py looks at near duplicates.
Exit code 0: the same ids in the same order; 1: not, with the first differences on stderr.
"""

import argparse
import functools
import hashlib
import json
import math
import sqlite3
import statistics
import struct
import sys
from collections import Counter, defaultdict
from fractions import Fraction
from urllib.parse import quote

import excluded_ids
import slice_documents
import words


def imported_columns(db):
    """Of each chunk the values of imported columns by name; of categories their names."""
    if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'column_value'").fetchone():
        return {}
    categories = {id: name.decode() for id, name in
                  db.execute("SELECT id, name FROM column_category")}
    values = defaultdict(dict)
    for chunk, name, kind, number in db.execute(
            "SELECT v.chunk, c.name, c.kind, v.value FROM column_value v"
            " JOIN imported_column c ON c.id = v.column"):
        values[chunk][name] = categories[number] if kind == "category" else number
    return values


def field_columns(db):
    """Of each document the values of its fields by column name, read from its line itself."""
    if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'field_value'").fetchone():
        return {}
    columns = {name: kind for name, kind in
               db.execute("SELECT name, kind FROM imported_column WHERE of_documents")}
    values = defaultdict(dict)
    for document, fields in db.execute(
            "SELECT document, fields FROM document_text WHERE fields IS NOT NULL"):
        for name, found in json.loads(fields).items():
            kind = columns.get(f"field.{name}")
            if isinstance(found, bool):
                found = float(found)
            if (kind == "number" and isinstance(found, (int, float))
                    or kind == "category" and isinstance(found, str)
                    and 1 <= len(found.encode()) <= 256):
                values[document][f"field.{name}"] = found
    return values


def whole(chunks, name):
    """A document's value: what its chunks share; of numbers that differ the mean by tokens."""
    values = [c["imported"].get(name) for c in chunks]
    if None in values:
        return None
    if len(set(values)) == 1:
        return values[0]
    if isinstance(values[0], str):
        return None
    return (sum(c["tokens"] * v for c, v in zip(chunks, values))
            / sum(c["tokens"] for c in chunks))


def expectations(db, selection):
    """By chunk the difference that the rule's prediction expects from the reference's summary."""
    prediction = selection["rule"].get("prediction")
    if prediction is None:
        return {}
    found = {}
    for chunk, summary, domain in db.execute(
            "SELECT s.chunk, s.summary, m.name FROM chunk_summary s JOIN chunk c ON c.id = s.chunk"
            " JOIN document d ON d.id = c.document LEFT JOIN domain m ON m.id = d.domain"
            " WHERE s.model = ?", (selection["reference"],)):
        # A version and the number of states stand before the numbers, in half precision.
        features = [number for number, in struct.iter_unpack("<e", summary[2:])]
        if len(features) != len(prediction["coefficients"]):
            sys.exit(f"the summary of chunk {chunk} has {len(features)} numbers")
        total = prediction["intercept"]
        for coefficient, feature in zip(prediction["coefficients"], features):
            total += coefficient * feature
        name = None if domain is None else domain.decode()
        found[chunk] = total + prediction["domains"].get(name, 0.0)
    return found


def read(db, selection):
    """Every scored chunk or document of the rule's scope, by chunk id, as dicts of raw sums."""
    teacher, reference, rule = selection["teacher"], selection["reference"], selection["rule"]
    scores, imported, fields = {}, imported_columns(db), field_columns(db)
    expected = expectations(db, selection)
    for chunk, model, outcome, *sums in db.execute(
            "SELECT chunk, model, outcome, tokens, bytes, nll, nll_adapted, repetition FROM score"
            " WHERE model IN (?, ?)", (teacher, reference)):
        scores[chunk, model] = (outcome, *sums)
    items, documents = [], {}
    for chunk, document, owner, sha256, corpus, domain, cut, text, *place in db.execute(
            "SELECT c.id, c.document, coalesce(c.duplicate_of, c.id), c.sha256, k.name, m.name,"
            " c.tokens, d.sha256, d.id, c.start, c.\"end\" FROM chunk c"
            " JOIN document d ON d.id = c.document JOIN corpus k ON k.id = d.corpus"
            " LEFT JOIN domain m ON m.id = d.domain"
            " WHERE c.retired = 0 ORDER BY c.id"):
        if rule["corpus"] not in (None, corpus):
            continue
        t, r = scores.get((owner, teacher)), scores.get((owner, reference))
        if t is None and r is not None and r[0] == "scored" and owner in expected:
            # Of a chunk that the teacher does not read the reference says what it can.
            t = ("scored", r[1] if selection["unit"] == "token" else cut, r[2], None, None, r[5])
        state = ("pending" if t is None or r is None else
                 "failed" if "failed" in (t[0], r[0]) else
                 "short" if "too_short" in (t[0], r[0]) else "scored")
        domain = "(none)" if domain is None else domain.decode()
        item = None
        if state == "scored":
            item = {"id": chunk, "text": sha256, "domain": domain, "tokens": t[1], "bytes": t[2],
                    "t": t[3], "r": r[3], "r_tokens": r[1], "adapted": r[4], "repetition": t[5],
                    "gain": (r[3] - t[3] if t[3] is not None else
                             expected[owner] * t[1 if selection["unit"] == "token" else 2]),
                    "place": place,
                    "imported": imported.get(owner, {}) | imported.get(chunk, {})
                    | fields.get(document, {})}
        if rule["unit"] == "chunk":
            items += [item] if item else []
            continue
        parts = documents.setdefault(document, {"states": set(), "chunks": [], "text": text})
        parts["states"].add(state)
        parts["chunks"] += [item] if item else []
    for document, parts in documents.items():
        chunks = parts["chunks"]
        if parts["states"] & {"pending", "failed"} or not chunks:
            continue
        item = dict(chunks[0], id=document, first=chunks[0]["id"], text=parts["text"],
                    place=(document, 0, None))
        item["imported"] = {name: whole(chunks, name) for name in chunks[0]["imported"]}
        for key in ("tokens", "bytes", "r", "r_tokens", "gain"):
            item[key] = sum(c[key] for c in chunks)
        item["t"] = (None if any(c["t"] is None for c in chunks)
                     else sum(c["t"] for c in chunks))
        item["adapted"] = (None if any(c["adapted"] is None for c in chunks)
                           else sum(c["adapted"] for c in chunks))
        windows = [max(0, c["tokens"] - 7) for c in chunks]
        item["repetition"] = (sum(w * c["repetition"] for w, c in zip(windows, chunks))
                              / sum(windows) if sum(windows) else 0.0)
        items.append(item)
    return sorted(items, key=lambda item: item.get("first", item["id"]))


def value(item, column, unit):
    t, r, tokens, size = item["t"], item["r"], item["tokens"], item["bytes"]
    count = tokens if unit == "token" else size
    own = {
        "difference": lambda: (r - t) / count,
        "expected_difference": lambda: item["gain"] / count,
        "adapted": lambda: (item["adapted"] - t) / count,
        "relative": lambda: 1 - t / r,
        "teacher_loss": lambda: t / tokens,
        "reference_loss": lambda: r / item["r_tokens"],
        "teacher_bits_per_byte": lambda: t / size / math.log(2),
        "reference_bits_per_byte": lambda: r / size / math.log(2),
        "teacher_perplexity": lambda: math.exp(t / tokens),
        "reference_perplexity": lambda: math.exp(r / item["r_tokens"]),
        "tokens": lambda: float(tokens),
        "bytes": lambda: float(size),
        "repetition": lambda: item["repetition"],
    }
    return own[column]() if column in own else item["imported"].get(column)


def candidates(items, rule, unit, quotes, excluded=(set(), set())):
    bounds = []
    for text in rule["where"]:
        column, ends = text.split("=", 1)
        if ".." not in ends:
            bounds.append((column, set(ends.split(",")), None))
            continue
        ordered = sorted(v for item in items if (v := value(item, column, unit)) is not None)

        def bound(end, otherwise):
            if not end:
                return otherwise
            if not end.startswith("q"):
                return float(end)
            return ordered[max(1, math.ceil(Fraction(end[1:]) * len(ordered))) - 1]

        low, high = ends.split("..", 1)
        bounds.append((column, bound(low, -math.inf), bound(high, math.inf)))
    guards, seen, found = rule["guards"], set(), []
    from_all = (rule["baseline"] or {}).get("from") == "all"

    def lets_through(item):
        for column, low, high in bounds:
            found = value(item, column, unit)
            if isinstance(low, set):
                if ("(none)" if found is None else found) not in low:
                    return False
            elif found is None or not low <= found <= high:
                return False
        return True

    for item in items:
        if item["place"][0] in excluded[0] or item["text"] in excluded[1]:
            continue
        if item["domain"] in rule["exclude_domains"]:
            continue
        if not lets_through(item):
            continue
        if not from_all:
            if guards["min_tokens"] is not None and item["tokens"] < guards["min_tokens"]:
                continue
            if (guards["max_repetition"] is not None
                    and item["repetition"] > guards["max_repetition"]):
                continue
            if guards.get("contamination") and quotes(item):
                continue
            if not rule["keep_duplicates"]:
                if item["text"] in seen:
                    continue
                seen.add(item["text"])
        found.append(item)
    return found


def length_bins(found):
    """The bin of each power of two: those under 200 candidates join the next shorter."""
    counts = Counter(item["tokens"].bit_length() for item in found)
    groups, waiting = [], []
    for power in sorted(counts, reverse=True):
        waiting.append(power)
        if sum(counts[p] for p in waiting) >= 200:
            groups.append(waiting)
            waiting = []
    if waiting and groups:
        groups[-1] = groups[-1] + waiting
    elif waiting:
        groups.append(waiting)
    return {power: number for number, group in enumerate(groups) for power in group}


def moments(values):
    mean = math.fsum(values) / len(values)
    return mean, math.sqrt(math.fsum((v - mean) ** 2 for v in values) / len(values))


def column_values(found, column, unit):
    if column != "at_length":
        return [value(item, column, unit) for item in found]
    bins, by_bin = length_bins(found), defaultdict(list)
    for item in found:
        by_bin[bins[item["tokens"].bit_length()]].append(value(item, "difference", unit))
    medians = {b: statistics.median(values) for b, values in by_bin.items()}
    return [value(item, "difference", unit) - medians[bins[item["tokens"].bit_length()]]
            for item in found]


def lot(label, seed, text):
    digest = hashlib.sha256(label + struct.pack("<Q", seed) + text).digest()
    return ((int.from_bytes(digest[:8], "big") >> 11) + 0.5) / 2**53


def ranked(found, rule, unit):
    terms = [term.split(":") for term in rule["score"].split(",")]
    if len(terms) == 1 and len(terms[0]) == 1:
        scores = column_values(found, terms[0][0], unit)
    else:
        scores = [0.0] * len(found)
        for column, weight in terms:
            values = column_values(found, column, unit)
            mean, deviation = moments(values)
            scores = [s + float(weight) * ((v - mean) / deviation if deviation else 0.0)
                      for s, v in zip(scores, values)]
    sign = -1 if rule["ascending"] else 1
    if rule["baseline"]:
        keys = [-lot(b"refinery-random-1", rule["baseline"]["seed"], item["text"])
                for item in found]
    elif rule["sample"]:
        mean, deviation = moments(scores)
        keys = []
        for item, score in zip(found, scores):
            x = sign * ((score - mean) / deviation if deviation else 0.0)
            u = lot(b"refinery-gumbel-1", rule["sample"]["seed"], item["text"])
            keys.append(x / rule["sample"]["temperature"] - math.log(-math.log(u)))
    else:
        keys = [sign * score for score in scores]
    rows = zip(keys, found, scores)
    return [(item, score) for _, item, score in
            sorted(rows, key=lambda row: (-row[0], row[1].get("first", row[1]["id"])))]


def prefix(items, budget, cost):
    taken, kept = 0, []
    for item in items:
        if taken + cost(item) > budget:
            break
        taken += cost(item)
        kept.append(item)
    return kept, taken


def keep(order, rule, like):
    (kind, size), = rule["size"].items()
    items = [item for item, _ in order]
    if kind == "min_score":
        return [item for item, score in order if score >= size]
    total = sum(item["tokens"] for item in items)
    cost = (lambda item: 1) if kind in ("top_k", "ratio") else (lambda item: item["tokens"])
    budget = {"top_k": lambda: size, "ratio": lambda: math.floor(Fraction(size) * len(items)),
              "token_budget": lambda: size, "like": lambda: sum(like.values()),
              "token_ratio": lambda: math.floor(Fraction(size) * total)}[kind]()
    if rule["mix"]:
        by = rule["mix"].get("by")

        def group_of(item):
            return item["imported"].get(by) or "(none)" if by else item["domain"]

        if rule["mix"]["parts"] is None:
            weights = Counter()
            for item in items:
                weights[group_of(item)] += item["tokens"]
        else:
            weights = {p["domain"]: Fraction(p["weight"]) for p in rule["mix"]["parts"]}
        budgets = {d: budget * w / Fraction(sum(weights.values())) for d, w in weights.items()}
    elif rule["match"]:
        group_of, budgets = group_by(rule["match"]), like
    else:
        return prefix(items, budget, cost)[0]
    queues, kept, taken = defaultdict(list), set(), {}
    for item in items:
        queues[group_of(item)].append(item)
    for group, part in budgets.items():
        head, taken[group] = prefix(queues[group], part, cost)
        kept.update(item["id"] for item in head)
        queues[group] = queues[group][len(head):]
    while rule["mix"] and rule["mix"]["spill"]:
        left = budget - sum(taken.values())
        open_groups = [g for g in budgets if queues[g]]
        shares = Fraction(sum(weights[g] for g in open_groups))
        more = 0
        for group in open_groups if shares else []:
            head, extra = prefix(queues[group], math.floor(left * weights[group] / shares), cost)
            kept.update(item["id"] for item in head)
            queues[group] = queues[group][len(head):]
            taken[group] += extra
            more += len(head)
        if not more:
            break
    return [item for item in items if item["id"] in kept]


def group_by(match):
    return lambda item: (item["domain"] if "domain" in match else None,
                         item["tokens"].bit_length() if "length" in match else None)


def recorded(db, selection):
    table = "selection_" + selection["rule"]["unit"]
    return db.execute(f"SELECT {selection['rule']['unit']}, score FROM {table}"
                      " WHERE selection = ? ORDER BY rank", (selection["id"],)).fetchall()


def check(db, selections, name, questions):
    selection = selections[name]
    rule, like = selection["rule"], {}
    items = read(db, selection)
    text = words.texts(db)

    @functools.cache
    def quotations(document):
        return words.quotations(text(document).decode(), questions)

    def quotes(item):
        document, start, end = item["place"]
        first = len(text(document)[:start].decode())
        last = len(text(document)[:end].decode())
        return any(a < last and b > first for a, b in quotations(document))

    if rule["guards"].get("contamination") and not questions:
        sys.exit(f"{name} keeps benchmarks out: name their files with --decontaminate")
    unit = selection["unit"]
    excluded = [
        ids | slices for ids, slices in zip(
            excluded_ids.exclusions(db, rule), slice_documents.exclusions(db, rule))]
    order = ranked(candidates(items, rule, unit, quotes, excluded), rule, unit)
    if "like" in rule["size"]:
        other = selections[rule["size"]["like"]]
        ids = {row[0] for row in recorded(db, other)}
        for item in read(db, dict(other, rule=dict(other["rule"], corpus=None))):
            if item["id"] in ids:
                group = group_by(rule["match"])(item)
                like[group] = like.get(group, 0) + item["tokens"]
    expected = keep(order, rule, like)
    scores = {item["id"]: score for item, score in order}
    found = recorded(db, selection)
    problems = []
    if [row[0] for row in found] != [item["id"] for item in expected]:
        problems.append(f"ids {[row[0] for row in found][:20]}, "
                        f"expected {[item['id'] for item in expected][:20]}")
    for row in found:
        if row[0] in scores and not math.isclose(row[1], scores[row[0]], rel_tol=1e-9,
                                                 abs_tol=1e-12):
            problems.append(f"score of {row[0]} is {row[1]}, expected {scores[row[0]]}")
    for problem in problems[:5]:
        print(f"{name}: {problem[:600]}", file=sys.stderr)
    if not problems:
        print(f"{name}: {len(found)} of {len(order)} candidates, the same")
    return not problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("store")
    parser.add_argument("--selection", action="append")
    parser.add_argument("--decontaminate", action="append", default=[])
    options = parser.parse_args()
    db = sqlite3.connect(f"file:{quote(options.store)}?mode=ro", uri=True)
    selections = {}
    for row in db.execute("SELECT id, name, rule, teacher, reference, unit FROM selection"):
        selections[row[1]] = dict(zip(("id", "name", "rule", "teacher", "reference", "unit"), row),
                                  rule=json.loads(row[2]))
    names = options.selection or list(selections)
    questions = words.questions(options.decontaminate)
    if not names or not all([check(db, selections, name, questions) for name in names]):
        sys.exit(1)


if __name__ == "__main__":
    main()
