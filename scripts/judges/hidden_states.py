#!/usr/bin/env python3
"""Writes Tests/Fixtures/hidden_states.json: last hidden states by transformers, in float64.

    hidden_states.py [--write]

The states are those of models/reference after its final norm, a row for each token but the last,
over a fixed sequence of token ids. Without --write they are compared with the committed ones.
"""

from __future__ import annotations

import argparse
import json
import sys

import torch

import scripts_path  # noqa: F401
from refinery_scripts.judge_models import load_model
from refinery_scripts.paths import FIXTURES, REFERENCE

PATH = FIXTURES / "hidden_states.json"
IDS = [(7919 * index * index + 31 * index) % 49152 for index in range(1, 36)]


@torch.no_grad()
def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    model = load_model(REFERENCE, torch.float64)
    states = model.model(torch.tensor([IDS])).last_hidden_state[0, :-1]
    rows = [[round(value, 5) for value in row] for row in states.tolist()]
    if arguments.write:
        PATH.write_text(json.dumps({"ids": IDS, "states": rows}) + "\n")
        return 0
    committed = json.loads(PATH.read_text())
    worst = max(abs(a - b) for x, y in zip(rows, committed["states"]) for a, b in zip(x, y))
    print(f"hidden_states.py: {len(rows)} rows, the committed ones differ by at most {worst:.1e}")
    return 0 if committed["ids"] == IDS and worst <= 2e-5 else 1


if __name__ == "__main__":
    sys.exit(main())
