#!/usr/bin/env python3
"""transformers' RoPE frequencies and attention factors for scalings as config.json has them.

    rope_frequencies.py OUTPUT_FILE

Writes one line a scaling and sequence length: fields of config.json, `tokens`, `frequencies`,
`attention_factor`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from transformers import AutoConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

import scripts_path  # noqa: F401
from refinery_scripts.judge_models import write_jsonl

SHAPE = {"hidden_size": 64, "intermediate_size": 32, "num_hidden_layers": 1,
         "num_attention_heads": 2, "num_key_value_heads": 2, "vocab_size": 100,
         "max_position_embeddings": 4096}
YARN = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 1024}
PHI = {"model_type": "phi3", "original_max_position_embeddings": 512, "pad_token_id": None}


def factors(first: float, step: float, count: int) -> list[float]:
    return [round(first + step * n * n, 3) for n in range(count)]


def longrope(count: int, **more) -> dict:
    return {"rope_type": "longrope", "short_factor": factors(1.0, 0.01, count),
            "long_factor": factors(1.1, 0.9, count), "rope_theta": 10000.0} | more


CASES = [
    {"model_type": "llama", "rope_parameters": YARN | {"rope_theta": 10000.0}},
    # As transformers 4 wrote it; Qwen2.5's card has these numbers.
    {"model_type": "qwen2", "rope_theta": 1000000.0, "max_position_embeddings": 32768,
     "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}},
    {"model_type": "llama", "rope_parameters": YARN | {
        "rope_theta": 500000.0, "beta_fast": 20, "beta_slow": 2, "truncate": False}},
    {"model_type": "llama", "rope_parameters": YARN | {
        "rope_theta": 10000.0, "factor": 40.0, "mscale": 0.707, "mscale_all_dim": 1.3}},
    {"model_type": "qwen3", "head_dim": 48, "rope_parameters": YARN | {
        "rope_theta": 10000.0, "attention_factor": 1.7, "mscale": 1.0}},
    # Nothing between the bounds, and a context that is the model's own.
    {"model_type": "llama", "rope_parameters": {
        "rope_type": "yarn", "factor": 1.0, "rope_theta": 10000.0, "beta_fast": 4, "beta_slow": 4,
        "truncate": False}},
    {"model_type": "llama", "rope_parameters": {
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 256, "rope_theta": 500000.0}},
    PHI | {"rope_parameters": longrope(12, partial_rotary_factor=0.75)},
    PHI | {"rope_parameters": longrope(16, partial_rotary_factor=1.0, attention_factor=1.25)},
    {"model_type": "llama", "rope_parameters": longrope(
        16, factor=32.0, original_max_position_embeddings=512)},
    PHI | {"max_position_embeddings": 512, "rope_parameters": longrope(
        16, partial_rotary_factor=1.0)},
]


def write_all(path: Path) -> None:
    rows = []
    for case in CASES:
        fields = SHAPE | case
        config = AutoConfig.for_model(**fields)
        kind = config.rope_parameters["rope_type"]
        for tokens in (512, 513) if kind == "longrope" else (512,):
            values, factor = ROPE_INIT_FUNCTIONS[kind](config, "cpu", seq_len=tokens)
            rows.append({"config": fields, "tokens": tokens, "frequencies": values.tolist(),
                         "attention_factor": factor})
    write_jsonl(path, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    write_all(parser.parse_args().output)


if __name__ == "__main__":
    main()
