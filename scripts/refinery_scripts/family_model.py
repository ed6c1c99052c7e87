"""A model of a decoder family with random weights, as a Hugging Face folder.

Needs the judges' environment.
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

from refinery_scripts.small_tokenizer import VOCABULARY, tokenizer_json

SHAPE = dict(
    hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
    num_key_value_heads=2, head_dim=16, max_position_embeddings=1024, rms_norm_eps=1e-6,
    bos_token_id=0, eos_token_id=0, pad_token_id=None)
ROPE = {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}}


@dataclass
class Family:
    """A model to make: transformers' model type, what its configuration says, GGUF's word for it."""

    name: str
    model_type: str
    settings: dict = field(default_factory=dict)
    gguf: str | None = None  # general.architecture; None where GGUF has no such model
    shape: dict = field(default_factory=lambda: SHAPE | ROPE)
    old: dict | None = None  # replaces fields of config.json: transformers 4's spelling
    renames: tuple | None = None  # (pattern, replacement) of tensor names, as the hub's files have
    stacked: bool = False  # experts as transformers 5 has them; else as the hub's files
    seed: int = 0


def make(family: Family, numbers=np.float16):
    """The model, with weights that are `numbers` of NumPy's."""
    config = AutoConfig.for_model(
        family.model_type, **copy.deepcopy(
            {"vocab_size": VOCABULARY} | family.shape | family.settings))
    return fill(AutoModelForCausalLM.from_config(config), family, numbers)


def fill(model, family: Family, numbers=np.float16):
    """Gives the model the family's random weights."""
    rng = np.random.default_rng(family.seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            shape = tuple(parameter.shape)
            if name.endswith("bias"):
                value = rng.standard_normal(shape) * 0.5
            elif len(shape) == 1:
                # Gemma stores its norms less 1.
                value = rng.integers(32, 97, shape) / 64 - family.model_type.startswith("gemma")
            elif "embed" in name or "lm_head" in name or ".wte" in name:
                value = rng.standard_normal(shape) * 2.0 / shape[1] ** 0.5
            elif ".wpe" in name:
                value = rng.standard_normal(shape) * 0.3
            else:
                inputs = shape[0] if family.model_type == "gpt2" else shape[-1]
                value = rng.standard_normal(shape) * 1.5 / inputs ** 0.5
            parameter.copy_(torch.from_numpy(value.astype(numbers).astype(np.float32)))
    return model


def write_hf(family: Family, folder: Path, dtype=torch.float16) -> None:
    folder.mkdir(parents=True)
    model = make(family, np.float16 if dtype == torch.float16 else np.float32)
    config = model.config.to_diff_dict() | {
        "architectures": [type(model).__name__], "dtype": str(dtype).removeprefix("torch.")}
    if family.old:
        config |= {"torch_dtype": config.pop("dtype"), "transformers_version": "4.40.0"}
        config = {key: value for key, value in config.items() if key not in family.old}
        config |= {key: value for key, value in family.old.items() if value is not None}
    (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    content = tokenizer_json()
    (folder / "tokenizer.json").write_text(
        json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")
    write_weights(family, model, folder, dtype)


def write_weights(family: Family, model, folder: Path, dtype=torch.float16) -> None:
    tied = model.config.tie_word_embeddings
    state = {name: tensor.detach().to(dtype).contiguous()
             for name, tensor in model.state_dict().items()
             if not (tied and name == "lm_head.weight")}
    if family.renames:
        state = {re.sub(*family.renames, name): tensor for name, tensor in state.items()}
    if not family.stacked:
        state = split_experts(family, state)
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})


def split_experts(family: Family, state: dict) -> dict:
    """Experts one by one, as the hub's files have them and transformers 4 read them."""
    mixtral = family.model_type == "mixtral"
    gate, up, down = ("w1", "w3", "w2") if mixtral else ("gate_proj", "up_proj", "down_proj")
    out = {}
    for name, tensor in state.items():
        if mixtral:
            name = name.replace(".mlp.", ".block_sparse_moe.")
        place, _, matrix = name.rpartition(".experts.")
        for expert, weight in enumerate(tensor if place else []):
            parts = zip((gate, up), weight.chunk(2)) if matrix == "gate_up_proj" else [(down, weight)]
            out |= {f"{place}.experts.{expert}.{part}.weight": one.contiguous()
                    for part, one in parts}
        if not place:
            out[name] = tensor
    return out
