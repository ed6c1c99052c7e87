"""Models as the judges see them: Hugging Face transformers in float64 or float32 on a CPU.

A GGUF is dequantised by PyPI's `gguf` and put into a transformers model tensor by tensor, so that
the arithmetic is transformers' own. Its token ids are NOT taken from
`AutoTokenizer(gguf_file=...)`, which ignores `tokenizer.ggml.pre` and gives other ids. Needs the
judges' environment.
"""

from __future__ import annotations

import json
import math
import os
import re
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM
from transformers.utils import logging

logging.disable_progress_bar()

# The tensors of a block, GGUF name to transformers name.
BLOCK_TENSORS = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def unpermute(weight: np.ndarray, heads: int) -> np.ndarray:
    """Undoes llama.cpp's reordering of q and k rows: pairs (2i, 2i+1) back to (i, i + half)."""
    rows = weight.shape[0] // heads
    return (
        weight.reshape(heads, rows // 2, 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)
    )


def gguf_field(reader, name: str, default=None):
    field = reader.fields.get(name)
    return default if field is None else field.contents()


def gguf_parts(path: Path) -> list[Path]:
    """Every file of a GGUF model that is opened by its first."""
    split = re.fullmatch(r"(.*)-00001-of-(\d{5})\.gguf", path.name)
    if split is None:
        return [path]
    prefix, count = split.groups()
    return [path.with_name(f"{prefix}-{n + 1:05}-of-{count}.gguf") for n in range(int(count))]


def load_gguf(path: str | Path) -> LlamaForCausalLM:
    """A GGUF of the llama architecture as a float32 transformers model."""
    from gguf import GGUFReader
    from gguf.quants import dequantize

    readers = [GGUFReader(str(part)) for part in gguf_parts(Path(path))]
    reader = readers[0]
    get = lambda name, default=None: gguf_field(reader, "llama." + name, default)
    architecture = gguf_field(reader, "general.architecture")
    if architecture != "llama":
        raise SystemExit(f"{path}: architecture {architecture!r}, expected 'llama'")

    tensors = {
        t.name: np.array(dequantize(t.data, t.tensor_type), dtype=np.float32)
        for part in readers for t in part.tensors
    }
    heads = get("attention.head_count")
    kv_heads = get("attention.head_count_kv", heads)
    hidden = get("embedding_length")
    head_dim = get("attention.key_length", hidden // heads)
    rope = {"rope_type": "default", "rope_theta": get("rope.freq_base", 10000.0)}
    if get("rope.scaling.type", "none") == "linear":
        rope |= {"rope_type": "linear", "factor": get("rope.scaling.factor")}
    config = LlamaConfig(
        vocab_size=tensors["token_embd.weight"].shape[0],
        hidden_size=hidden,
        intermediate_size=get("feed_forward_length"),
        num_hidden_layers=get("block_count"),
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        head_dim=head_dim,
        rms_norm_eps=get("attention.layer_norm_rms_epsilon"),
        max_position_embeddings=get("context_length"),
        rope_parameters=rope,
        tie_word_embeddings="output.weight" not in tensors,
        attn_implementation="eager",
    )
    state = {
        "model.embed_tokens.weight": tensors["token_embd.weight"],
        "model.norm.weight": tensors["output_norm.weight"],
        "lm_head.weight": tensors.get("output.weight", tensors["token_embd.weight"]),
    }
    for layer in range(config.num_hidden_layers):
        for gguf_name, hf_name in BLOCK_TENSORS.items():
            weight = tensors[f"blk.{layer}.{gguf_name}.weight"]
            if gguf_name == "attn_q":
                weight = unpermute(weight, heads)
            elif gguf_name == "attn_k":
                weight = unpermute(weight, kv_heads)
            state[f"model.layers.{layer}.{hf_name}.weight"] = weight
    model = LlamaForCausalLM(config)
    model.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in state.items()})
    if "rope_freqs.weight" in tensors:  # llama 3's scaling, stored as one divisor a frequency
        divisors = torch.from_numpy(tensors["rope_freqs.weight"])
        model.model.rotary_emb.inv_freq = model.model.rotary_emb.inv_freq / divisors
    return model.eval()


def load_model(path: str | Path, dtype: torch.dtype = torch.float64):
    """A .gguf file or a Hugging Face folder as a transformers model of `dtype`."""
    path = Path(path)
    if path.suffix == ".gguf":
        model = load_gguf(path)
    else:
        model = AutoModelForCausalLM.from_pretrained(
            path, config=AutoConfig.from_pretrained(path), dtype=torch.float32,
            # Grouped products, the default for experts, know no float64.
            attn_implementation="eager", experts_implementation="eager",
        )
    return model.to(dtype).eval()


def load_tokenizer(path: str | Path) -> Tokenizer:
    """A tokenizer.json, or the folder that holds it, with its special tokens read as plain text.

    The special added tokens are left out of the added vocabulary, so that text which spells them
    is split like any other text; their ids stay in the model's vocabulary.
    """
    path = Path(path)
    if path.is_dir():
        path = path / "tokenizer.json"
    content = json.loads(path.read_text())
    content["added_tokens"] = [t for t in content.get("added_tokens", []) if not t["special"]]
    content["post_processor"] = None
    return Tokenizer.from_str(json.dumps(content))


@torch.no_grad()
def token_nll(model, token_ids: list[int], context: int | None = None) -> list[float]:
    """−log p in nats of every token but the first, or of all of them behind a context token."""
    ids = ([] if context is None else [context]) + list(token_ids)
    if len(ids) < 2:
        return []
    logits = model(torch.tensor([ids])).logits[0, :-1].to(torch.float64)
    target = logits.gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
    return (logits.logsumexp(1) - target).tolist()


def round_nll(values: list[float]) -> list[float]:
    """Five decimals: 400 times finer than the tolerance of a token."""
    return [round(v, 5) for v in values]


def sum_nll(values: list[float]) -> float:
    return math.fsum(values)


def read_jsonl(path: str | Path) -> list[dict]:
    with open(path, encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def write_jsonl(path: str | Path, rows: list[dict]) -> None:
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        for row in rows:
            out.write(json.dumps(row) + "\n")
