#!/usr/bin/env python3
"""llama.cpp beside transformers on every family's GGUF: prints the greatest difference a token.

    llama_cpp_families.py [FAMILIES_FOLDER]

A second opinion on layouts and metadata, no judge of exactness: llama.cpp rounds keys, values and
activations to 16 bits, has GELU from a table, takes GPT-NeoX's GELU for the tanh approximation and
leaves out Phi-3's window.
"""

from __future__ import annotations

import sys
from pathlib import Path

import judge_llama_cpp
from judge_models import read_jsonl

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "Tests" / "Fixtures" / "families"
    expected = read_jsonl(folder / "expected.jsonl")
    for path in sorted(folder.glob("*.gguf")):
        model = judge_llama_cpp.load(path)
        token, mean = 0.0, 0.0
        for row in expected:
            if row["model"] != path.name or len(row["token_ids"]) < 2:
                continue
            values = judge_llama_cpp.token_nll(model, row["token_ids"])
            differences = [a - b for a, b in zip(values, row["token_nll"])]
            token = max(token, *map(abs, differences))
            mean = max(mean, abs(sum(differences)) / len(differences))
        model.close()
        print(f"{path.name}: at most {token:.4f} nats a token, {mean:.5f} a mean")


if __name__ == "__main__":
    main()
