"""Random blocks of GGUF's quantised types, with scales that a quantiser could have written.

PyPI's `gguf` dequantises every type but quantises only the older ones, and random bytes are weights
as good as any: what matters is that every bit of a block takes part. Needs the judges' environment.
"""

from __future__ import annotations

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

# Where a block's scales lie, as halves: `d`, then the factor of the minima where there is one.
SCALES_AT = {
    "Q4_0": (0,), "Q4_1": (0, 2), "Q5_0": (0,), "Q5_1": (0, 2), "Q8_0": (0,),
    "Q2_K": (80, 82), "Q3_K": (108,), "Q4_K": (0, 2), "Q5_K": (0, 2), "Q6_K": (208,),
    "IQ4_NL": (0,), "IQ4_XS": (0,), "MXFP4": (),
}
# What the minima's factor is to `d` where a block's numbers are to lie about zero.
CENTRE = {"Q2_K": 1.5, "Q4_K": 7.5, "Q5_K": 15.5}


def random_blocks(kind: str, scales: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Blocks of random bytes, [blocks, bytes of one], with `scales` [blocks, scales of one]."""
    _, size = GGML_QUANT_SIZES[GGMLQuantizationType[kind]]
    data = rng.integers(0, 256, (len(scales), size), dtype=np.uint8)
    for column, at in enumerate(SCALES_AT[kind]):
        halves = np.ascontiguousarray(scales[:, column], dtype=np.float16)
        data[:, at : at + 2] = halves.view(np.uint8).reshape(-1, 2)
    return data


def centre(kind: str, data: np.ndarray, rng: np.random.Generator) -> None:
    """Gives each part of the blocks a minimum near its scale: so its numbers lie about zero."""
    if kind == "Q2_K":
        scales = data[:, :16] & 15
        data[:, :16] = scales | near(scales, 1, 15, rng) << 4
        return
    scales = rng.integers(0, 64, (len(data), 8), dtype=np.uint8)
    minima = near(scales, 4, 63, rng)
    # Six bits each: of the last four of both, the low four share bytes and the high two lie above
    # the first four.
    data[:, 4:8] = scales[:, :4] | scales[:, 4:] >> 4 << 6
    data[:, 8:12] = minima[:, :4] | minima[:, 4:] >> 4 << 6
    data[:, 12:16] = scales[:, 4:] & 15 | minima[:, 4:] << 4


def near(values: np.ndarray, by: int, most: int, rng: np.random.Generator) -> np.ndarray:
    """`values` with at most `by` added or taken away, from 0 to `most`."""
    steps = rng.integers(-by, by + 1, values.shape)
    return np.clip(values + steps, 0, most).astype(np.uint8)


def random_weights(
    kind: str, shape: tuple[int, int], deviation: float, rng: np.random.Generator,
    centred: bool = False,
) -> np.ndarray:
    """A matrix of one of the types that `gguf` cannot quantise, as bytes: about zero, and with
    about the standard deviation asked for; if `centred`, each part of a block is about zero too,
    as where a quantiser wrote it."""
    numbers, _ = GGML_QUANT_SIZES[GGMLQuantizationType[kind]]
    count = shape[0] * shape[1] // numbers
    scales = rng.uniform(0.5, 1, (count, 1)) * rng.choice([-1, 1], (count, 1))
    if kind in CENTRE:
        scales = np.concatenate([scales, CENTRE[kind] * scales], axis=1)
    seed = int(rng.integers(1 << 32))

    def blocks(factor: float) -> np.ndarray:
        rng = np.random.default_rng(seed)
        data = random_blocks(kind, factor * scales, rng)
        if centred and kind in CENTRE:
            centre(kind, data, rng)
        return data

    values = dequantize(blocks(1).reshape(1, -1), GGMLQuantizationType[kind])
    return blocks(deviation / float(values.std())).reshape(shape[0], -1)
