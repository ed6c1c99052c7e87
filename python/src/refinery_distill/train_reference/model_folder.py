"""Weights and configuration as the native trainer writes them (Model/ReferenceFolder.swift)."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .durable import write_durably
from .network import DEVIATION
from .shape import Shape


def write_model(
    folder: Path, shape: Shape, weights: Sequence[np.ndarray], bos_token: int | None
) -> None:
    """Writes model.safetensors, then config.json; `weights` are in the order of `Shape.tensors`."""
    write_durably(folder / "model.safetensors", [
        header(shape),
        *(np.ascontiguousarray(one, "<f4").reshape(-1).view(np.uint8).data for one in weights)])
    write_durably(folder / "config.json", [configuration(shape, bos_token)])


def header(shape: Shape) -> bytes:
    """The safetensors file's header and its length; spaces bring it to a multiple of 8 bytes."""
    entries: dict[str, object] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name, sizes in shape.tensors():
        end = offset + 4 * int(np.prod(sizes))
        entries[name] = {"dtype": "F32", "shape": list(sizes), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def configuration(shape: Shape, bos_token: int | None) -> bytes:
    """config.json of a Llama with tied embeddings."""
    return (json.dumps({
        "architectures": ["LlamaForCausalLM"], "attention_bias": False, "attention_dropout": 0.0,
        "bos_token_id": bos_token, "dtype": "float32", "eos_token_id": None,
        "head_dim": shape.headSize, "hidden_act": "silu", "hidden_size": shape.width,
        "initializer_range": DEVIATION, "intermediate_size": shape.feedForward,
        "max_position_embeddings": shape.context, "mlp_bias": False, "model_type": "llama",
        "num_attention_heads": shape.heads, "num_hidden_layers": shape.layers,
        "num_key_value_heads": shape.kvHeads, "rms_norm_eps": shape.normEpsilon,
        "rope_parameters": {"rope_theta": shape.ropeTheta, "rope_type": "default"},
        "tie_word_embeddings": True, "use_cache": True, "vocab_size": shape.vocabulary,
    }, indent=2) + "\n").encode()
