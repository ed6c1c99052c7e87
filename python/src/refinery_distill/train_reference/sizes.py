"""The sizes that a reference may have (Sources/Refinery/Training/ReferenceSizes.swift)."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from .batch_order import count_steps
from .errors import TrainingError
from .settings import Settings
from .shape import Shape
from .token_file import TokenSequences

LEAST_TOKENS = 2_000_000
TOKENS_PER_PARAMETER = 20
ENOUGH_TOKENS = 8_000_000
TEACHER_SHARE = 0.1
LADDER = ((2, 64), (3, 64), (3, 96), (4, 96), (4, 128), (5, 160), (6, 192), (6, 256), (8, 320),
          (8, 384), (10, 448), (12, 512), (12, 640), (14, 768), (16, 896), (18, 1024), (20, 1280))
"""Layers and width, from the smallest to the largest."""


def make_shape(layers: int, width: int, vocabulary: int, context: int) -> Shape:
    """A shape of so many layers and numbers a token; raises TrainingError for odd sizes."""
    if width % 32 or not 32 <= width <= 8192 or not 1 <= layers <= 200:
        raise TrainingError(
            f"a reference of {layers} layers and width {width} cannot be made",
            "layers are 1 to 200, the width is a multiple of 32, up to 8192")
    head = 64 if width % 64 == 0 and width >= 256 else 32
    return Shape(
        layers=layers, width=width, heads=width // head, kvHeads=width // head, headSize=head,
        feedForward=(width * 8 // 3 + 31) // 32 * 32, vocabulary=vocabulary, context=context)


def automatic(
    tokens: int, teacher_operations: float, length: int, vocabulary: int, context: int
) -> Shape:
    """The largest shape that has its tokens and is small beside the teacher."""
    for layers, width in reversed(LADDER):
        shape = make_shape(layers, width, vocabulary, context)
        forward = shape.operations([length]) / 3 / length
        if (shape.body_parameters * TOKENS_PER_PARAMETER <= tokens
                and forward <= teacher_operations * TEACHER_SHARE):
            return shape
    return make_shape(*LADDER[0], vocabulary, context)


def count_epochs(tokens: int, named: int | None) -> int:
    """Passes over a slice: of a small one up to four, until 8,000,000 tokens are seen."""
    if named is not None:
        return named
    return min(4, max(1, (ENOUGH_TOKENS + tokens - 1) // max(1, tokens)))


def make_settings(
    shape: Shape, training: TokenSequences, seed: int, epochs: int
) -> Settings:
    """The optimiser's settings for a slice."""
    tokens = training.predicted_count * epochs
    batch = max(2048, shape.context)
    while batch < 65_536 and batch * 4000 < tokens:
        batch *= 2
    steps = count_steps(seed, batch, training.predicted, epochs)
    return Settings(
        seed=seed, steps=steps, batchTokens=batch,
        learningRate=0.004 * math.sqrt(96 / max(96, shape.width)),
        warmupSteps=min(200, steps // 20), decaySteps=steps // 4)


def teacher_operations(folder: Path, vocabulary: int, tokens: int) -> float:
    """Operations a token of the teacher's forward pass, from its config.json.

    As Transformer.operations counts them, for dense models with a gated feed-forward. Raises
    TrainingError for others, whose shape must be named.
    """
    hint = "name the shape with --layers and --width"
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_bytes())
        hidden, layers = int(config["hidden_size"]), int(config["num_hidden_layers"])
        heads, inner = int(config["num_attention_heads"]), int(config["intermediate_size"])
        kv_heads = int(config.get("num_key_value_heads") or heads)
        size = int(config.get("head_dim") or hidden // heads)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"{folder}/config.json does not say the teacher's sizes: {error!r}",
                            hint) from error
    if config.get("num_experts") or config.get("num_local_experts"):
        raise TrainingError("the teacher is a mixture of experts", hint)
    queries = float(heads * size)
    projections = hidden * (2 * queries + 2.0 * kv_heads * size)
    attention = 2 * queries * (tokens + 1)
    total = (tokens * layers * (2 * projections + attention + 2 * 3.0 * hidden * inner)
             + max(0, tokens - 1) * 2.0 * hidden * vocabulary)
    return total / tokens
