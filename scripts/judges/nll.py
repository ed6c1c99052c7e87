#!/usr/bin/env python3
"""Per-token NLL of a model on JSONL documents, as Hugging Face transformers computes it.

    nll.py MODEL DOCUMENTS --tokenizer DIR [--context ID] [--float32] [--against EXPECTED] [-o OUT]

Prints what `refinectl score MODEL DOCUMENTS --per-token` should print, in float64. With --float32
the arithmetic is float32 (to see how much of a difference is rounding), with --against the largest
differences from an earlier output are printed and the exit code tells whether they are within the
promise (2e-3 a token, 1e-4 a mean, every token id equal).
"""

from __future__ import annotations

import argparse
import json
import sys

import torch

import scripts_path  # noqa: F401
from refinery_scripts.judge_models import (
    load_model, load_tokenizer, read_jsonl, round_nll, sum_nll, token_nll, write_jsonl,
)

TOKEN_TOLERANCE = 2e-3
MEAN_TOLERANCE = 1e-4


def score(model, tokenizer, documents: list[dict], context: int | None) -> list[dict]:
    rows = []
    for document in documents:
        ids = tokenizer.encode(document["text"], add_special_tokens=False).ids
        values = token_nll(model, ids, context)
        rows.append({
            "id": document["id"],
            "tokens": len(values),
            "bytes": scored_bytes(tokenizer, document["text"], ids, context),
            "nll": round(sum_nll(values), 4),
            "token_ids": ids,
            "token_nll": round_nll(values),
        })
        print(f"{document['id']}: {len(values)} tokens", file=sys.stderr)
    return rows


def scored_bytes(tokenizer, text: str, ids: list[int], context: int | None) -> int:
    """UTF-8 bytes that the scored tokens cover: all of them, less the first token's without BOS."""
    total = len(text.encode())
    if context is not None or not ids:
        return total
    # Byte-level BPE: every character of a token's spelling stands for one byte, and an added
    # token that is not special is spelled as itself; in these fixtures that is ASCII.
    return total - len(tokenizer.id_to_token(ids[0]))


def differences(rows: list[dict], expected: list[dict]) -> tuple[float, float, int]:
    """The largest difference of a token and of a mean, and how many documents' ids differ."""
    by_id = {row["id"]: row for row in expected}
    worst_token = worst_mean = 0.0
    other_ids = 0
    for row in rows:
        want = by_id[row["id"]]
        if row["token_ids"] != want["token_ids"] or row["tokens"] != want["tokens"]:
            other_ids += 1
            print(f"{row['id']}: other token ids", file=sys.stderr)
            continue
        if row["tokens"]:
            worst_token = max(
                worst_token, *(abs(a - b) for a, b in zip(row["token_nll"], want["token_nll"])))
            worst_mean = max(worst_mean, abs(row["nll"] - want["nll"]) / row["tokens"])
    return worst_token, worst_mean, other_ids


def within(rows: list[dict], expected: list[dict], label: str) -> bool:
    worst_token, worst_mean, other_ids = differences(rows, expected)
    good = worst_token <= TOKEN_TOLERANCE and worst_mean <= MEAN_TOLERANCE and other_ids == 0
    print(f"{label}: {len(rows)} documents, {sum(r['tokens'] for r in rows)} tokens, "
          f"max token difference {worst_token:.2e}, max mean difference {worst_mean:.2e}, "
          f"{other_ids} with other ids: {'ok' if good else 'DIFFERS'}")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("documents")
    parser.add_argument("--tokenizer", required=True, help="tokenizer.json or its folder")
    parser.add_argument("--context", type=int, help="id of a context token in front of the text")
    parser.add_argument("--float32", action="store_true")
    parser.add_argument("--limit", type=int, help="only the first N documents")
    parser.add_argument("--against", help="an earlier output, or refinectl's")
    parser.add_argument("-o", "--output")
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    dtype = torch.float32 if arguments.float32 else torch.float64
    documents = read_jsonl(arguments.documents)[: arguments.limit]
    rows = score(
        load_model(arguments.model, dtype), load_tokenizer(arguments.tokenizer), documents,
        arguments.context)
    if arguments.output:
        write_jsonl(arguments.output, rows)
    elif not arguments.against:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
    if arguments.against:
        return 0 if within(rows, read_jsonl(arguments.against), arguments.model) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
