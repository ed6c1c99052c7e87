#!/usr/bin/env python3
"""llama.cpp beside transformers on every family's GGUF: prints the greatest difference a token.

    llama_cpp_families.py [FAMILIES_FOLDER]

A second opinion on layouts and metadata, no judge of exactness: llama.cpp rounds keys, values and
activations to 16 bits, has GELU from a table, takes GPT-NeoX's GELU for the tanh approximation and
leaves out Phi-3's window.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts import judge_llama_cpp
from refinery_scripts.judge_models import read_jsonl
from refinery_scripts.paths import FIXTURES

UNJUDGED = {
    "phi3-window.gguf",  # whose window, which llama.cpp leaves out, is shorter than the texts
    "phi3-longrope.gguf",  # it goes by the context that it has memory for, not by the text's length
    "qwen3-yarn.gguf",  # whose yarn_attn_factor it leaves out
    "mixtral.gguf", "olmoe.gguf",  # its rounding sends a few tokens to other experts
}
TOLERANCE = 0.05


def differences(folder: Path) -> dict[str, tuple[float, float]]:
    """The greatest differences of a token and of a mean, by file."""
    expected = read_jsonl(folder / "expected.jsonl")
    found = {}
    for path in sorted(folder.glob("*.gguf")):
        model = judge_llama_cpp.load(path)
        token, mean = 0.0, 0.0
        for row in expected:
            if row["model"] != path.name or len(row["token_ids"]) < 2:
                continue
            values = judge_llama_cpp.token_nll(model, row["token_ids"])
            off = [a - b for a, b in zip(values, row["token_nll"])]
            token, mean = max(token, *map(abs, off)), max(mean, abs(sum(off)) / len(off))
        model.close()
        found[path.name] = (token, mean)
    return found


def check(folder: Path) -> bool:
    """Prints the differences; whether those that are judged are within the tolerance."""
    good = True
    for name, (token, mean) in differences(folder).items():
        within = name in UNJUDGED or token <= TOLERANCE
        good &= within
        print(f"{name} in llama.cpp: at most {token:.4f} nats a token, {mean:.5f} a mean: "
              f"{'not judged' if name in UNJUDGED else 'ok' if within else 'DIFFERS'}")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=FIXTURES / "families")
    return 0 if check(parser.parse_args().folder) else 1


if __name__ == "__main__":
    sys.exit(main())
