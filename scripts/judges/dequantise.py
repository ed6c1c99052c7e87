#!/usr/bin/env python3
"""Random blocks of every tensor type we read, and their values as PyPI's `gguf` dequantises them.

    dequantise.py OUTPUT.jsonl

One line a type: `type`, `block` (values a block), `bytes` (hex), `values` (shortest decimals that
round-trip Float32: parse as Float and compare for equality). The scales cover negative, zero and
subnormal halves and MXFP4's exponents at both ends; not infinities or NaN, which no quantiser
writes.
"""

from __future__ import annotations

import argparse

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

import scripts_path  # noqa: F401
from refinery_scripts.judge_models import write_jsonl
from refinery_scripts.random_blocks import SCALES_AT, random_blocks

# Blocks a type.
TYPES = {
    "F16": 64, "BF16": 64, "Q8_0": 5, "Q4_0": 5, "Q4_1": 5, "Q5_0": 5, "Q5_1": 5, "Q2_K": 4,
    "Q3_K": 4, "Q4_K": 4, "Q5_K": 4, "Q6_K": 4, "IQ4_NL": 5, "IQ4_XS": 4, "MXFP4": 8,
}
# 0 and 1 give subnormal numbers, 252 the greatest that are finite.
EXPONENTS = [0, 1, 2, 3, 120, 127, 251, 252]
SCALES = np.array([0.5, -1.25, 0.0, 6e-8, 65504.0, -0.0078125, 3e-5, 2.0], dtype=np.float16)


def random_half_bits(rng: np.random.Generator, count: int) -> np.ndarray:
    """Finite halves of every exponent, subnormals and both zeros among them."""
    bits = rng.integers(0, 1 << 16, count, dtype=np.uint16)
    bits[(bits & 0x7C00) == 0x7C00] &= 0x83FF
    bits[:4] = [0x0000, 0x8000, 0x0001, 0x7BFF]
    return bits


def blocks(kind: str, rng: np.random.Generator) -> np.ndarray:
    count = TYPES[kind]
    if kind == "F16":
        return random_half_bits(rng, count).view(np.uint8)
    if kind == "BF16":
        bits = rng.integers(0, 1 << 16, count, dtype=np.uint16)
        bits[(bits & 0x7F80) == 0x7F80] &= 0x807F
        return bits.view(np.uint8)
    scales = np.resize(SCALES, (count, len(SCALES_AT[kind])))
    data = random_blocks(kind, scales, rng)
    if kind == "MXFP4":
        data[:, 0] = EXPONENTS
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
