#!/usr/bin/env python3
"""What a teacher and a reference with different tokenizers say of chunks of text, in float64.

    pair.py CHUNKS [-o OUT]

CHUNKS is JSONL with `id`, `chunk` and `text`, such as `refinectl refine` writes; the models are
models/reference behind `<|endoftext|>` as the teacher and Tests/Fixtures/models/f32-bos behind its
BOS as the reference. Each chunk is tokenised by itself by each model's own tokenizer. Writes a line
a chunk with `id`, `chunk`, `text`, `tokens` (the teacher's), `bytes`, `teacher_nll`,
`reference_nll` and `score`, the difference a byte.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch

import scripts_path  # noqa: F401
from refinery_scripts import paths
from refinery_scripts.judge_models import (
    load_model, load_tokenizer, read_jsonl, sum_nll, token_nll, write_jsonl,
)

# A folder, and the context token in front of a text.
TEACHER = paths.REFERENCE, "<|endoftext|>"
REFERENCE = paths.FIXTURES / "models/f32-bos", "<|begin|>"
# Of the promise: 1e-4 nats a token of a chunk's mean.
MEAN_TOLERANCE = 1e-4


class Judge:
    def __init__(self, folder: Path, context: str):
        self.model = load_model(folder, torch.float64)
        self.tokenizer = load_tokenizer(folder)
        added = json.loads((folder / "tokenizer.json").read_text())["added_tokens"]
        self.context = next(t["id"] for t in added if t["content"] == context)

    def nll(self, text: str) -> tuple[int, float]:
        ids = self.tokenizer.encode(text, add_special_tokens=False).ids
        return len(ids), sum_nll(token_nll(self.model, ids, self.context))


def score_pair(chunks: list[dict]) -> list[dict]:
    teacher, reference = Judge(*TEACHER), Judge(*REFERENCE)
    rows = []
    for chunk in chunks:
        text, size = chunk["text"], len(chunk["text"].encode())
        (tokens, first), (_, second) = teacher.nll(text), reference.nll(text)
        rows.append({
            "id": chunk["id"], "chunk": chunk["chunk"], "text": text, "tokens": tokens,
            "bytes": size, "teacher_nll": round(first, 5), "reference_nll": round(second, 5),
            "score": round(second / size - first / size, 8),
        })
    return rows


def agree(rows: list[dict], expected: list[dict]) -> bool:
    """Whether both say the same of the same chunks, within the promise."""
    good = len(rows) == len(expected)
    for row, want in zip(rows, expected):
        good &= all(row[k] == want[k] for k in ("id", "chunk", "text", "tokens", "bytes"))
        for name in ("teacher_nll", "reference_nll"):
            good &= abs(row[name] - want[name]) <= MEAN_TOLERANCE * want["tokens"]
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chunks")
    parser.add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    write_jsonl(arguments.output, score_pair(read_jsonl(arguments.chunks)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
