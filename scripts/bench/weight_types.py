#!/usr/bin/env python3
"""Tokens a second in every weight type, in turns: what `make bench-types` runs.

    weight_types.py --refinectl PATH [--rounds 5] [--tokens 8192] [--threads N] [--types F16,Q4_K]

Makes one model a type under .cache/bench/types, of the teacher's size and with its vocabulary, but
768 wide, since the K-quants' blocks are of 256 numbers and the teacher's rows of 576: all matrices
of that type, random blocks with scales that a quantiser could have written. Then `refinectl bench`
measures each in turns, and the medians are printed beside F16's. Every model does the same
operations, so what differs is how long its weights take to become Float32.

Needs an idle machine, 1.5 GB of disk, and on two cores some minutes a round.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter
from gguf.quants import quantize

import scripts_path  # noqa: F401
from refinery_scripts import machine
from refinery_scripts.paths import CACHE, TEACHER
from refinery_scripts.random_blocks import SCALES_AT, random_weights

TYPES = ("F16", "F32", "BF16", "Q8_0", "Q4_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL",
         "IQ4_XS", "MXFP4")
HIDDEN, FEED_FORWARD, LAYERS, HEADS, KV_HEADS, HEAD = 768, 2048, 16, 12, 4, 64


def shapes(vocabulary: int) -> dict[str, tuple[int, ...]]:
    """Every tensor, [outputs, inputs]."""
    queries, keys = HEADS * HEAD, KV_HEADS * HEAD
    found: dict[str, tuple[int, ...]] = {
        "token_embd": (vocabulary, HIDDEN), "output_norm": (HIDDEN,)}
    for layer in range(LAYERS):
        for name, shape in {
            "attn_norm": (HIDDEN,), "ffn_norm": (HIDDEN,), "attn_q": (queries, HIDDEN),
            "attn_k": (keys, HIDDEN), "attn_v": (keys, HIDDEN), "attn_output": (HIDDEN, queries),
            "ffn_gate": (FEED_FORWARD, HIDDEN), "ffn_up": (FEED_FORWARD, HIDDEN),
            "ffn_down": (HIDDEN, FEED_FORWARD),
        }.items():
            found[f"blk.{layer}.{name}"] = shape
    return found


def weights(kind: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    deviation = 1 / shape[-1] ** 0.5
    if kind in SCALES_AT:
        return random_weights(kind, shape, deviation, rng)
    values = (rng.standard_normal(shape) * deviation).astype(np.float32)
    return quantize(values, GGMLQuantizationType[kind])


def write(teacher: Path, kind: str, target: Path) -> None:
    reader = GGUFReader(str(teacher))
    partial = target.with_name(target.name + ".partial")
    writer = GGUFWriter(str(partial), "llama")
    for field in reader.fields.values():
        if field.name.startswith("tokenizer."):
            is_array = field.types[0] == GGUFValueType.ARRAY
            writer.add_key_value(field.name, field.contents(), field.types[0],
                                 sub_type=field.types[-1] if is_array else None)
    writer.add_context_length(8192)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    rng = np.random.default_rng(0)
    vocabulary = len(reader.fields["tokenizer.ggml.tokens"].data)
    for name, shape in shapes(vocabulary).items():
        if len(shape) == 1:
            writer.add_tensor(f"{name}.weight", np.ones(shape, dtype=np.float32))
        else:
            writer.add_tensor(f"{name}.weight", weights(kind, shape, rng),
                              raw_dtype=GGMLQuantizationType[kind])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(target)


def measure(refinectl: Path, model: Path, arguments) -> dict:
    command = [refinectl, "bench", model, "--tokens", str(arguments.tokens), "--json"]
    if arguments.threads:
        command += ["--threads", str(arguments.threads)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return json.loads(output.splitlines()[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--refinectl", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, default=TEACHER)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=8192)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--types", default=",".join(TYPES))
    arguments = parser.parse_args()
    kinds = arguments.types.split(",")
    if unknown := set(kinds) - set(TYPES):
        parser.error(f"unknown types {sorted(unknown)}; known are {', '.join(TYPES)}")
    folder = CACHE / "bench/types"
    folder.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        path = folder / f"{kind}.gguf"
        if not path.exists() or path.stat().st_mtime < Path(__file__).stat().st_mtime:
            write(arguments.teacher, kind, path)

    speeds: dict[str, list[float]] = {kind: [] for kind in kinds}
    shares: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(arguments.rounds):
        # Each round begins elsewhere, so that no type always follows the same one.
        for kind in kinds[number % len(kinds):] + kinds[:number % len(kinds)]:
            report = measure(arguments.refinectl, folder / f"{kind}.gguf", arguments)
            speeds[kind].append(report["tokens_per_second"])
            shares[kind].append(report["parts"].get("dequantising", 0))
        print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)

    print(json.dumps(machine.describe()))
    against = statistics.median(speeds[kinds[0]])
    print(f"| type | tokens/s, median of {arguments.rounds} | least to most | beside {kinds[0]} "
          "| time dequantising |")
    print("|---|---|---|---|---|")
    for kind in kinds:
        middle = statistics.median(speeds[kind])
        print(f"| {kind} | {middle:.0f} | {min(speeds[kind]):.0f} to {max(speeds[kind]):.0f} "
              f"| {middle / against:.3f} | {100 * statistics.median(shares[kind]):.1f} % |")


if __name__ == "__main__":
    main()
