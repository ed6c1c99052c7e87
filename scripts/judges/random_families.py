#!/usr/bin/env python3
"""A small model of each decoder family with random weights, in both file forms, and its NLLs.

    random_families.py OUTPUT_FOLDER

Each family with every feature on that sets it apart: a window shorter than the text, biases, norms
of heads, grouped queries, tied and untied heads. Weights are 16-bit floats, so the folder
(safetensors, config.json as transformers writes it) and NAME.gguf hold the same model;
expected.jsonl has transformers' float64 NLLs for both. Texts and tokenizer are random_llama.py's.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import gguf
import numpy as np
import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

import random_llama
from judge_models import (
    BLOCK_TENSORS, load_model, load_tokenizer, round_nll, sum_nll, token_nll, write_jsonl,
)

HEAD_NORMS = {"attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm"}
SHAPE = dict(
    hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
    num_key_value_heads=2, head_dim=16, max_position_embeddings=1024, rms_norm_eps=1e-6,
    bos_token_id=0, eos_token_id=0, pad_token_id=None)


@dataclass
class Family:
    """A model to make: transformers' model type, what its configuration says, GGUF's word for it."""

    name: str
    model_type: str
    settings: dict = field(default_factory=dict)
    gguf: str | None = None  # general.architecture; None where GGUF has no such model
    seed: int = 0


FAMILIES = [
    Family("mistral", "mistral", {"sliding_window": 24, "tie_word_embeddings": False}, seed=20),
    Family("qwen2", "qwen2", {"tie_word_embeddings": True}, gguf="qwen2", seed=21),
    Family("qwen2-window", "qwen2", {"tie_word_embeddings": False, "use_sliding_window": True,
                                     "sliding_window": 19, "max_window_layers": 1}, seed=22),
    Family("qwen3", "qwen3", {"tie_word_embeddings": True}, gguf="qwen3", seed=23),
]


def make(family: Family):
    shape = dict(SHAPE)
    if family.model_type == "qwen2":  # its head size is the hidden size by the heads
        del shape["head_dim"]
    config = AutoConfig.for_model(
        family.model_type, vocab_size=random_llama.VOCABULARY,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, **shape,
        **family.settings)
    model = AutoModelForCausalLM.from_config(config)
    rng = np.random.default_rng(family.seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            shape = tuple(parameter.shape)
            if name.endswith("bias"):
                value = rng.standard_normal(shape) * 0.5
            elif len(shape) == 1:
                value = rng.integers(32, 97, shape) / 64
            elif "embed" in name or "lm_head" in name:
                value = rng.standard_normal(shape) * 2.0 / shape[1] ** 0.5
            else:
                value = rng.standard_normal(shape) * 1.5 / shape[1] ** 0.5
            parameter.copy_(torch.from_numpy(value.astype(np.float16).astype(np.float32)))
    return model


def write_hf(family: Family, folder: Path) -> None:
    folder.mkdir(parents=True)
    model = make(family)
    config = model.config.to_diff_dict() | {
        "architectures": [type(model).__name__], "dtype": "float16"}
    (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    content = random_llama.tokenizer_json(random_llama.Spec(family.name))
    (folder / "tokenizer.json").write_text(
        json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")
    tied = model.config.tie_word_embeddings
    state = {name: tensor.detach().to(torch.float16).contiguous()
             for name, tensor in model.state_dict().items()
             if not (tied and name == "lm_head.weight")}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})


def write_gguf(family: Family, path: Path) -> None:
    model = make(family)
    config, state = model.config, model.state_dict()
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    writer = gguf.GGUFWriter(str(path), family.gguf)
    writer.add_name(family.name)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head_dim)
    writer.add_value_length(head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10000.0)
    random_llama.add_tokenizer(writer, random_llama.Spec(family.name))

    def add(name: str, source: str) -> None:
        array = state[source].detach().numpy()
        writer.add_tensor(name, array if array.ndim == 1 else array.astype(np.float16))

    add("token_embd.weight", "model.embed_tokens.weight")
    for layer in range(config.num_hidden_layers):
        for gguf_name, hf_name in (BLOCK_TENSORS | HEAD_NORMS).items():
            for part in ("weight", "bias"):
                source = f"model.layers.{layer}.{hf_name}.{part}"
                if source in state:
                    add(f"blk.{layer}.{gguf_name}.{part}", source)
    add("output_norm.weight", "model.norm.weight")
    if not config.tie_word_embeddings:
        add("output.weight", "lm_head.weight")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_all(folder: Path) -> None:
    torch.set_num_threads(1)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    rows = []
    for family in FAMILIES:
        write_hf(family, folder / family.name)
        names = [family.name]
        if family.gguf:
            write_gguf(family, folder / f"{family.name}.gguf")
            names.append(f"{family.name}.gguf")
        model = load_model(folder / family.name, torch.float64)
        tokenizer = load_tokenizer(folder / family.name)
        for document in random_llama.DOCUMENTS:
            ids = tokenizer.encode(document["text"], add_special_tokens=False).ids
            values = token_nll(model, ids)
            rows += [{"model": name, "id": document["id"], "tokens": len(values),
                      "nll": round(sum_nll(values), 4), "token_ids": ids,
                      "token_nll": round_nll(values)} for name in names]
    write_jsonl(folder / "expected.jsonl", rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    write_all(parser.parse_args().folder)


if __name__ == "__main__":
    main()
