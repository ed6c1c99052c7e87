#!/usr/bin/env python3
"""How fast the trainer is beside PyTorch, in turns in one run: forward, backward and AdamW step.

    training.py --tool PATH/training-judge [--threads 2] [--rounds 3] [--tokens 4096] [--only NAME]

One shape, batch and number of threads for both: the committed reference's shape, and one of 30
million weights. PyTorch runs transformers' LlamaForCausalLM in float32 on all sequences of the batch
at once, which have one length, and the fused torch.optim.AdamW. Of each the best step
counts, since other work on the machine only ever takes away. The share is of the multiply-add peak,
measured just before each step; of processor time where others use the machine too. Needs the judges' environment (torch, transformers).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

import scripts_path  # noqa: F401
from refinery_scripts.machine import describe
from refinery_scripts.training import Shape, adamw, judge, random_sequences, spec, write_tokens

SHAPES = {
    "reference": Shape(layers=4, width=96, heads=3, kv_heads=3, head_size=32, feed_forward=256,
                       vocabulary=49_152, context=2048),
    "30M": Shape(layers=6, width=384, heads=6, kv_heads=3, head_size=64, feed_forward=1024,
                 vocabulary=49_152, context=2048),
}
LENGTH = 512


class PyTorch:
    """One training in PyTorch, a step at a time."""

    def __init__(self, shape: Shape, sequences: list[np.ndarray]) -> None:
        self.model = shape.llama(torch.float32)
        self.ids = torch.from_numpy(np.stack(sequences).astype(np.int64))
        self.optimizer = adamw(self.model, 1e-3, fused=True)

    def step(self) -> float:
        """Tokens a second of one step."""
        began = time.perf_counter()
        self.optimizer.zero_grad(set_to_none=True)
        logits = self.model(input_ids=self.ids[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), self.ids[:, 1:].flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return self.ids[:, 1:].numel() / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=4096)
    parser.add_argument("--only", choices=SHAPES)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    print(json.dumps(describe() | {"torch": torch.__version__}))
    for name, shape in SHAPES.items():
        if arguments.only in (None, name):
            compare(name, shape, arguments)


def compare(name: str, shape: Shape, arguments: argparse.Namespace) -> None:
    count = arguments.tokens // LENGTH
    sequences = random_sequences(1, shape.vocabulary, [LENGTH + 1] * count)
    peer = PyTorch(shape, sequences)
    peer.step()
    ours: list[dict] = []
    theirs: list[float] = []
    with tempfile.TemporaryDirectory() as scratch:
        tokens = Path(scratch) / "tokens"
        write_tokens(tokens, shape.vocabulary, sequences)
        for _ in range(arguments.rounds):
            # The first step of a process meets cold memory.
            ours += judge(arguments.tool, "speed", spec(
                shape, tokens, arguments.threads, steps=3, batch_tokens=count * LENGTH))[1:]
            theirs += [peer.step(), peer.step()]
    best = max(ours, key=lambda line: line["tokens_per_second"])
    print(json.dumps({
        "shape": name, "parameters": sum(p.numel() for p in peer.model.parameters()),
        "threads": arguments.threads, "batch_tokens": count * LENGTH,
        "refinery_tokens_per_second": round(best["tokens_per_second"]),
        "torch_tokens_per_second": round(max(theirs)),
        "ratio": round(best["tokens_per_second"] / max(theirs), 2),
        "gflops": round(best["gflops"], 1),
        "peak_share": round(max(line["peak_share"] for line in ours), 3),
        "peak_share_of_cpu_time": round(max(line["peak_share_of_cpu_time"] for line in ours), 3),
        "peak_gflops": round(max(line["peak"] for line in ours), 1),
    }), flush=True)


if __name__ == "__main__":
    main()
