#!/usr/bin/env python3
"""Small llama models with random weights in every file form we read, and their NLLs in float64.

    random_llama.py OUTPUT_FOLDER

Writes the models (.gguf files and Hugging Face folders), documents.jsonl and expected.jsonl: one
line a model and document with `model`, `id`, `context` (token id or null), `tokens`, `nll`,
`token_ids`, `token_nll`. Random weights prove the arithmetic as well as trained ones; they are
large enough that logits spread over several nats and attention matters. The same seed gives the
same bytes. The weights of a GGUF are judged as dequantised by PyPI's `gguf`.
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
from gguf.quants import quantize
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

import scripts_path  # noqa: F401
from refinery_scripts.family_gguf import permuted
from refinery_scripts.judge_models import (
    BLOCK_TENSORS, load_model, load_tokenizer, round_nll, sum_nll, token_nll, write_jsonl,
)
from refinery_scripts.random_blocks import random_weights
from refinery_scripts.small_tokenizer import BOS, VOCABULARY, add_tokenizer, tokenizer_json

DOCUMENTS = [
    {"id": "prose", "text": "The lazy dog reads the third part; the fox, who jumps over it, "
     "reads nothing at all. What is it worth to the author, in the end?\n"},
    {"id": "code", "text": "def difference(a: float, b: float) -> float:\n"
     "    \"\"\"Higher is better.\"\"\"\n    return (b - a) / 1024\n\n\n"
     "for n in range(10):\n\tif n % 2:\n        print(n, difference(n, 2 * n))\n"},
    {"id": "scripts", "text": "Grüße, 世界! مرحبا नमस्ते 🙂👩‍💻 e\u0301 5\u00bd x² 12345 it's WE'LL\r\n\x00."},
    {"id": "specials", "text": "<|begin|> is text here, and so is <|begin|><|begin|> this."},
    {"id": "one", "text": "a"},
    {"id": "long", "text": " ".join(
        f"{n} of the {7 * n % 101} parts: the {'quick brown slow lazy'.split()[n % 4]} "
        f"{'fox dog author reader'.split()[n // 4 % 4]} reads it." for n in range(16))},
]


@dataclass
class Spec:
    """One model file: its form, its types and its shape."""

    name: str
    kind: str = "F32"               # type of the matrices in the file
    head_kind: str | None = None    # type of the LM head, if another
    kinds: dict = field(default_factory=dict)  # types of other tensors by GGUF's short name
    hidden: int = 32
    layers: int = 1
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 8
    intermediate: int = 64
    tied: bool = True
    eps: float = 1e-5
    theta: float = 10000.0
    scaling: dict = field(default_factory=dict)  # transformers' rope parameters, less theta
    spelling: str = "new"           # of config.json: new (rope_parameters, dtype) or old
    shards: int = 1                 # files that hold the tensors
    documents: tuple | None = None  # ids of the documents to judge by, if not all
    digits: bool = False            # smollm's pre-tokenizer: every digit by itself
    adds_bos: bool = False
    seed: int = 0

    @property
    def file(self) -> str:
        """What the model is opened by: for a split GGUF its first part, which has no tensors."""
        if self.shards == 1 or not self.name.endswith(".gguf"):
            return self.name
        return f"{self.name.removesuffix('.gguf')}-00001-of-{self.shards + 1:05}.gguf"


def wide(name: str, kind: str, narrow: str, seed: int, **kinds: str) -> Spec:
    """A model as wide as a block of 256; where inputs are fewer, llama.cpp falls back to `narrow`.

    The embedding, most of the file, is in the smallest type.
    """
    kinds = {"token_embd": "Q2_K", "attn_output": narrow, "ffn_down": narrow} | kinds
    return Spec(name, kind, kinds=kinds, hidden=256, heads=2, kv_heads=1, head_dim=16,
                intermediate=32, documents=SOME, seed=seed)


# Enough where only the weights' type is new.
SOME = ("prose", "scripts")
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 64}
# `pair` is one model twice: GGUF and Hugging Face must give the same numbers.
GGUF_MODELS = [
    Spec("f32.gguf", "F32"),
    Spec("pair.gguf", "F16", tied=False, layers=2, kv_heads=1, eps=1e-6, theta=500000.0, seed=1),
    Spec("bf16-mha.gguf", "BF16", tied=False, kv_heads=4, digits=True, seed=2),
    Spec("q8_0-bos.gguf", "Q8_0", layers=2, adds_bos=True, seed=3),
    Spec("q4_0.gguf", "Q4_0", head_kind="Q8_0", tied=False, layers=2, head_dim=16, seed=4),
    Spec("q4_1.gguf", "Q4_1", layers=2, digits=True, seed=5),
    Spec("llama3-rope.gguf", "F16", scaling=LLAMA3, theta=500000.0, seed=6),
    Spec("linear-rope.gguf", "F16", scaling={"rope_type": "linear", "factor": 4.0}, seed=7),
    Spec("q5_0.gguf", "Q5_0", head_kind="Q8_0", tied=False, documents=SOME, seed=11),
    Spec("q5_1.gguf", "Q5_1", documents=SOME, seed=12),
    Spec("iq4_nl.gguf", "IQ4_NL", documents=SOME, seed=13),
    Spec("mxfp4.gguf", "MXFP4", documents=SOME, seed=14),
    wide("q2_k.gguf", "Q2_K", "Q4_0", seed=15),
    # Files in the wild mix types: Q3_K_M and Q4_K_M give the values more bits.
    wide("q3_k.gguf", "Q3_K", "IQ4_NL", seed=16, attn_v="Q5_K"),
    wide("q4_k.gguf", "Q4_K", "Q5_0", seed=17, attn_v="Q6_K"),
    wide("q5_k.gguf", "Q5_K", "Q5_1", seed=18, attn_v="Q6_K"),
    wide("q6_k.gguf", "Q6_K", "Q8_0", seed=19),
    wide("iq4_xs.gguf", "IQ4_XS", "IQ4_NL", seed=20, attn_v="Q5_K"),
    Spec("split.gguf", "Q8_0", layers=2, tied=False, shards=2, documents=SOME, seed=21),
]
HF_MODELS = [
    Spec("pair", "F16", tied=False, layers=2, kv_heads=1, eps=1e-6, theta=500000.0, seed=1,
         spelling="old", shards=3),
    Spec("bf16", "BF16", digits=True, head_dim=16, seed=8),
    Spec("f32-bos", "F32", spelling="old", adds_bos=True, seed=9),
    Spec("llama3-rope", "F16", scaling=LLAMA3, theta=500000.0, seed=6),
    Spec("linear-rope", "BF16", scaling={"rope_type": "linear", "factor": 4.0}, spelling="old",
         seed=10),
]
# Types that `gguf` only dequantises: their weights are random bytes.
UNQUANTISABLE = ("Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS")
DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def make_model(spec: Spec) -> LlamaForCausalLM:
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=spec.hidden, intermediate_size=spec.intermediate,
        num_hidden_layers=spec.layers, num_attention_heads=spec.heads,
        num_key_value_heads=spec.kv_heads, head_dim=spec.head_dim, rms_norm_eps=spec.eps,
        max_position_embeddings=1024, tie_word_embeddings=spec.tied, bos_token_id=0,
        eos_token_id=0, pad_token_id=None,
        rope_parameters={"rope_type": "default", "rope_theta": spec.theta} | spec.scaling)
    model = LlamaForCausalLM(config)
    rng = np.random.default_rng(spec.seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            shape = tuple(parameter.shape)
            if len(shape) == 1:
                # 64ths are exact in every type, so that GGUF (which keeps norms in F32) and
                # safetensors in F16 or BF16 hold the same model.
                value = rng.integers(32, 97, shape) / 64
            elif "embed" in name or "lm_head" in name:
                value = rng.standard_normal(shape) * 2.0 / spec.hidden**0.5
            else:
                value = rng.standard_normal(shape) * 1.5 / shape[1] ** 0.5
            parameter.copy_(torch.from_numpy(value.astype(np.float32)))
    return model


def old_spelling(config: dict) -> dict:
    rope = config.pop("rope_parameters")
    config["rope_theta"] = rope.pop("rope_theta")
    kind = rope.pop("rope_type")
    config["rope_scaling"] = None if kind == "default" else {"type": kind} | rope
    config["torch_dtype"] = config.pop("dtype")
    config["transformers_version"] = "4.40.0"
    return config


def write_hf(spec: Spec, folder: Path) -> None:
    folder.mkdir(parents=True)
    model = make_model(spec)
    config = model.config.to_dict()
    keep = ("bos_token_id", "eos_token_id", "head_dim", "hidden_act", "hidden_size",
            "attention_bias", "mlp_bias", "intermediate_size", "max_position_embeddings",
            "model_type", "num_attention_heads", "num_hidden_layers", "num_key_value_heads",
            "rms_norm_eps", "rope_parameters", "tie_word_embeddings", "vocab_size",
            "transformers_version")
    config = {key: config[key] for key in keep}
    config["architectures"] = ["LlamaForCausalLM"]
    config["dtype"] = str(DTYPES[spec.kind]).removeprefix("torch.")
    if spec.spelling == "old":
        config = old_spelling(config)
    (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    content = tokenizer_json(spec.digits, spec.adds_bos)
    (folder / "tokenizer.json").write_text(
        json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")
    tokenizer_config = {"bos_token": BOS, "eos_token": BOS, "add_bos_token": spec.adds_bos}
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer_config) + "\n")
    state = {name: tensor.detach().to(DTYPES[spec.kind]).contiguous()
             for name, tensor in model.state_dict().items()
             if not (spec.tied and name == "lm_head.weight")}
    if spec.shards == 1:
        save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
        return
    names = sorted(state)
    places, total = {}, 0
    for shard in range(spec.shards):
        mine = names[shard :: spec.shards]
        file = f"model-{shard + 1:05}-of-{spec.shards:05}.safetensors"
        save_file({n: state[n] for n in mine}, folder / file, metadata={"format": "pt"})
        places |= {n: file for n in mine}
        total += sum(state[n].numel() * state[n].element_size() for n in mine)
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(places.items()))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")


def llama3_divisors(spec: Spec) -> np.ndarray:
    """rope_freqs.weight as llama.cpp's converter writes it: what each frequency is divided by."""
    scaling, half = spec.scaling, spec.head_dim // 2
    old = scaling["original_max_position_embeddings"]
    divisors = []
    for i in range(half):
        wavelength = 2 * np.pi * spec.theta ** (2 * i / spec.head_dim)
        low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
        if wavelength < old / high:
            divisors.append(1.0)
        elif wavelength > old / low:
            divisors.append(scaling["factor"])
        else:
            smooth = (old / wavelength - low) / (high - low)
            divisors.append(1 / ((1 - smooth) / scaling["factor"] + smooth))
    return np.array(divisors, dtype=np.float32)


def write_gguf(spec: Spec, path: Path) -> None:
    model = make_model(spec)
    rng = np.random.default_rng(spec.seed)
    tensors = 2 + 9 * spec.layers + (not spec.tied)
    writer = gguf.GGUFWriter(
        str(path), "llama", small_first_shard=spec.shards > 1,
        split_max_tensors=-(-tensors // spec.shards) if spec.shards > 1 else 0)
    writer.add_name(spec.name)
    writer.add_context_length(1024)
    writer.add_embedding_length(spec.hidden)
    writer.add_block_count(spec.layers)
    writer.add_feed_forward_length(spec.intermediate)
    writer.add_head_count(spec.heads)
    writer.add_head_count_kv(spec.kv_heads)
    writer.add_layer_norm_rms_eps(spec.eps)
    writer.add_rope_freq_base(spec.theta)
    writer.add_rope_dimension_count(spec.head_dim)
    writer.add_vocab_size(VOCABULARY)
    if spec.head_dim * spec.heads != spec.hidden:
        writer.add_key_length(spec.head_dim)
        writer.add_value_length(spec.head_dim)
    if spec.scaling.get("rope_type") == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(spec.scaling["factor"])
    add_tokenizer(writer, spec.digits, spec.adds_bos)

    def add(name: str, weight: torch.Tensor, kind: str) -> None:
        array = weight.detach().numpy().astype(np.float32)
        kind = spec.kinds.get(name.split(".")[-2], kind)
        if array.ndim == 1 or kind == "F32":
            writer.add_tensor(name, array)
            return
        quantised = gguf.GGMLQuantizationType[kind]
        if kind == "F16":
            data = array.astype(np.float16)
        elif kind in UNQUANTISABLE:
            data = random_weights(kind, array.shape, float(array.std()), rng)
        else:
            data = quantize(array, quantised)
        writer.add_tensor(name, data, raw_dtype=quantised)

    state = model.state_dict()
    if spec.scaling.get("rope_type") == "llama3":
        writer.add_tensor("rope_freqs.weight", llama3_divisors(spec))
    add("token_embd.weight", state["model.embed_tokens.weight"], spec.kind)
    for layer in range(spec.layers):
        for gguf_name, hf_name in BLOCK_TENSORS.items():
            weight = state[f"model.layers.{layer}.{hf_name}.weight"]
            if gguf_name in ("attn_q", "attn_k"):
                heads = spec.heads if gguf_name == "attn_q" else spec.kv_heads
                weight = torch.from_numpy(permuted(weight.numpy(), heads).copy())
            add(f"blk.{layer}.{gguf_name}.weight", weight, spec.kind)
    add("output_norm.weight", state["model.norm.weight"], spec.kind)
    if not spec.tied:
        add("output.weight", state["lm_head.weight"], spec.head_kind or spec.kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def expected(spec: Spec, path: Path, scratch: Path) -> list[dict]:
    scratch.write_text(json.dumps(tokenizer_json(spec.digits, spec.adds_bos)))
    tokenizer = load_tokenizer(scratch)
    model = load_model(path, torch.float64)
    read, meant = model.config.rope_parameters, spec.scaling | {"rope_theta": spec.theta}
    if spec.spelling == "old" and any(read.get(key) != meant[key] for key in meant):
        raise SystemExit(f"{path}: transformers read {read}, meant {meant}")
    context = 0 if spec.adds_bos else None
    rows = []
    for document in DOCUMENTS:
        if spec.documents and document["id"] not in spec.documents:
            continue
        ids = tokenizer.encode(document["text"], add_special_tokens=False).ids
        values = token_nll(model, ids, context)
        rows.append({"model": path.name, "id": document["id"], "context": context,
                     "tokens": len(values), "nll": round(sum_nll(values), 4),
                     "token_ids": ids, "token_nll": round_nll(values)})
    return rows


def write_all(folder: Path) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    scratch = folder / "scratch.json"
    rows = []
    for spec in GGUF_MODELS:
        write_gguf(spec, folder / spec.name)
        rows += expected(spec, folder / spec.file, scratch)
    for spec in HF_MODELS:
        write_hf(spec, folder / spec.name)
        rows += expected(spec, folder / spec.name, scratch)
    scratch.unlink()
    write_jsonl(folder / "documents.jsonl", DOCUMENTS)
    write_jsonl(folder / "expected.jsonl", rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    write_all(parser.parse_args().folder)


if __name__ == "__main__":
    main()
