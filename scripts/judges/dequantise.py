#!/usr/bin/env python3
"""Random blocks of every tensor type we read, and their values as PyPI's `gguf` dequantises them.

    dequantise.py OUTPUT.jsonl

One line a type: `type`, `block` (values a block), `bytes` (hex), `values` (shortest decimals that
round-trip Float32: parse as Float and compare for equality). The scales cover negative, zero and
subnormal halves; not infinities or NaN, which no quantiser writes.
"""

from __future__ import annotations

import argparse

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

from judge_models import write_jsonl

# Blocks a type, and how many halves stand at a quantised block's start.
TYPES = {"F16": (64, 0), "BF16": (64, 0), "Q8_0": (5, 1), "Q4_0": (5, 1), "Q4_1": (5, 2)}
SCALES = np.array([0.5, -1.25, 0.0, 6e-8, 65504.0, -0.0078125, 3e-5, 2.0], dtype=np.float16)


def random_half_bits(rng: np.random.Generator, count: int) -> np.ndarray:
    """Finite halves of every exponent, subnormals and both zeros among them."""
    bits = rng.integers(0, 1 << 16, count, dtype=np.uint16)
    bits[(bits & 0x7C00) == 0x7C00] &= 0x83FF
    bits[:4] = [0x0000, 0x8000, 0x0001, 0x7BFF]
    return bits


def blocks(kind: str, rng: np.random.Generator) -> np.ndarray:
    count, halves = TYPES[kind]
    if kind == "F16":
        return random_half_bits(rng, count).view(np.uint8)
    if kind == "BF16":
        bits = rng.integers(0, 1 << 16, count, dtype=np.uint16)
        bits[(bits & 0x7F80) == 0x7F80] &= 0x807F
        return bits.view(np.uint8)
    _, size = GGML_QUANT_SIZES[GGMLQuantizationType[kind]]
    data = rng.integers(0, 256, (count, size), dtype=np.uint8)
    for block in range(count):
        for half in range(halves):
            scale = SCALES[(block * halves + half) % len(SCALES)]
            data[block, 2 * half : 2 * half + 2] = np.frombuffer(scale.tobytes(), np.uint8)
    return data.reshape(-1)


def write_all(path) -> None:
    rng = np.random.default_rng(7)
    rows = []
    for kind in TYPES:
        data = blocks(kind, rng)
        quantised = GGMLQuantizationType[kind]
        size = GGML_QUANT_SIZES[quantised]
        values = dequantize(data.reshape(1, -1), quantised).reshape(-1).astype(np.float32)
        assert np.isfinite(values).all()
        rows.append({"type": kind, "block": size[0], "bytes": data.tobytes().hex(),
                     "values": [float(f"{v:.9g}") for v in values]})
    write_jsonl(path, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output")
    write_all(parser.parse_args().output)


if __name__ == "__main__":
    main()
