#!/usr/bin/env python3
"""How efficiently each family of decoders is scored, beside Llama: one run, in turns.

    families.py --refinectl PATH [--rounds 5] [--tokens 8192] [--threads 1]

Models of one shape with random 16-bit weights, as Hugging Face folders: GPT-2's are transposed and
GPT-NeoX's interleaved there. Efficiency is the share of the machine's multiply-add peak that useful
operations reach. Of each family, and of the peak, the best round counts, since other work on the
machine only ever takes away. Needs the judges' environment (torch, transformers).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts.machine import describe
from refinery_scripts.family_model import Family, write_hf

# The head takes as large a share as in a model of 135 million; the tokenizer is the small one.
SHAPE = dict(
    vocab_size=16_384, hidden_size=576, intermediate_size=1536, num_hidden_layers=6,
    num_attention_heads=9, num_key_value_heads=3, max_position_embeddings=1024,
    tie_word_embeddings=True, bos_token_id=0, eos_token_id=0, pad_token_id=None)
ROPE = {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}}
HEAD = {"head_dim": 64}
GPT_NEOX = {key: value for key, value in SHAPE.items() if key != "num_key_value_heads"}
GPT2 = dict(vocab_size=16_384, n_embd=576, n_inner=1536, n_layer=6, n_head=9, n_positions=1024,
            bos_token_id=0, eos_token_id=0)
WINDOW = {"sliding_window": 256}
FAMILIES = [
    Family("llama", "llama", shape=SHAPE | ROPE | HEAD),
    Family("qwen2", "qwen2", shape=SHAPE | ROPE),
    Family("qwen3", "qwen3", shape=SHAPE | ROPE | HEAD),
    Family("gpt2", "gpt2", shape=GPT2),
    Family("gpt_neox", "gpt_neox", {
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0,
                            "partial_rotary_factor": 0.25}}, shape=GPT_NEOX),
    Family("olmo2", "olmo2", shape=SHAPE | ROPE),
    Family("phi3", "phi3", WINDOW, shape=SHAPE | ROPE),
    Family("gemma2", "gemma2", WINDOW, shape=SHAPE | ROPE | HEAD),
    Family("gemma3", "gemma3_text", WINDOW, shape=SHAPE | HEAD),
    # Of the operations of experts, those of the chosen ones count.
    Family("mixtral", "mixtral", {"num_local_experts": 8, "num_experts_per_tok": 2},
           shape=SHAPE | ROPE | HEAD),
    Family("qwen3_moe", "qwen3_moe", {
        "num_experts": 32, "num_experts_per_tok": 8, "moe_intermediate_size": 192},
        shape=SHAPE | ROPE | HEAD),
    Family("olmoe", "olmoe", {
        "num_experts": 32, "num_experts_per_tok": 4, "intermediate_size": 384},
        shape=SHAPE | ROPE),
    Family("smollm3", "smollm3", shape=SHAPE | ROPE),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--refinectl", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=8192)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()

    print(json.dumps(describe()))
    with tempfile.TemporaryDirectory() as scratch:
        for family in FAMILIES:
            write_hf(family, Path(scratch) / family.name)
        best: dict[str, float] = {}
        peak = 0.0
        for _ in range(arguments.rounds):
            for family in FAMILIES:
                report = json.loads(subprocess.run(
                    [arguments.refinectl, "bench", Path(scratch) / family.name, "--json",
                     "--tokens", str(arguments.tokens), "--threads", str(arguments.threads)],
                    check=True, stdout=subprocess.PIPE).stdout)
                best[family.name] = max(best.get(family.name, 0), report["gflops"])
                peak = max(peak, report["peak_gflops"])
    print(f"peak: {peak:.1f} GFLOP/s")
    for name, rate in best.items():
        print(f"{name}: {rate:.1f} GFLOP/s, {rate / peak:.3f} of the peak, "
              f"{rate / best['llama']:.2f} of llama's")


if __name__ == "__main__":
    main()
