#!/usr/bin/env python3
"""A small model of each decoder family with random weights, in both file forms, and its NLLs.

    random_families.py OUTPUT_FOLDER

Each family with every feature on that sets it apart: a window shorter than the text, biases, norms
of heads, grouped queries, tied and untied heads, dense layers among mixtures of experts. Weights
are 16-bit floats, so the folder (safetensors, config.json as transformers writes it) and NAME.gguf
hold the same model; expected.jsonl has transformers' float64 NLLs for both. Texts and tokenizer are
random_llama.py's.

A token whose last expert is hardly more probable than the next one may be sent elsewhere in float32
than in float64: seeds that have one are refused.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch

import scripts_path  # noqa: F401
from random_llama import DOCUMENTS
from refinery_scripts import family_gguf
from refinery_scripts.family_model import ROPE, SHAPE, Family, make, write_hf
from refinery_scripts.judge_models import (
    load_model, load_tokenizer, round_nll, sum_nll, token_nll, write_jsonl,
)

NO_HEAD_DIM = {key: value for key, value in SHAPE.items() if key != "head_dim"}
GPT2_SHAPE = dict(n_embd=32, n_inner=64, n_layer=3, n_head=4, n_positions=512, bos_token_id=0,
                  eos_token_id=0)
GPT_NEOX_SHAPE = dict(
    hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=2,
    max_position_embeddings=1024, bos_token_id=0, eos_token_id=0)
GEMMA2 = dict(sliding_window=24, final_logit_softcapping=5.0, attn_logit_softcapping=2.0)
GEMMA3 = dict(
    sliding_window=19, query_pre_attn_scalar=16,
    rope_parameters={
        "full_attention": {"rope_type": "linear", "factor": 4.0, "rope_theta": 20000.0},
        "sliding_attention": {"rope_type": "default", "rope_theta": 5000.0}})


FAMILIES = [
    Family("mistral", "mistral", {"sliding_window": 24, "tie_word_embeddings": False}, seed=20),
    Family("qwen2", "qwen2", {"tie_word_embeddings": True}, gguf="qwen2",
           shape=NO_HEAD_DIM | ROPE, seed=21),
    Family("qwen2-window", "qwen2", {"tie_word_embeddings": False, "use_sliding_window": True,
                                     "sliding_window": 19, "max_window_layers": 1},
           shape=NO_HEAD_DIM | ROPE, seed=22),
    Family("qwen3", "qwen3", {"tie_word_embeddings": True}, gguf="qwen3", seed=23),
    Family("gpt2", "gpt2", {"tie_word_embeddings": True}, gguf="gpt2", shape=GPT2_SHAPE,
           # As openai-community's: named as in the model without its head.
           renames=(r"^transformer\.", ""), seed=24),
    Family("gpt2-erf", "gpt2", {"tie_word_embeddings": False, "activation_function": "gelu"},
           shape=GPT2_SHAPE, seed=25),
    # Half of each head rotates; side by side, or one after the other with other GELUs.
    Family("gpt_neox", "gpt_neox", {
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0,
                            "partial_rotary_factor": 0.5}},
        gguf="gptneox", shape=GPT_NEOX_SHAPE,
        old={"rope_parameters": None, "rotary_emb_base": 10000, "rotary_pct": 0.5},
        renames=("^lm_head", "embed_out"), seed=26),
    Family("gpt_neox-sequential", "gpt_neox", {
        "rope_parameters": {"rope_type": "default", "rope_theta": 5000.0,
                            "partial_rotary_factor": 0.25},
        "use_parallel_residual": False, "hidden_act": "gelu_fast"}, shape=GPT_NEOX_SHAPE, seed=27),
    Family("olmo2", "olmo2", {"tie_word_embeddings": False}, gguf="olmo2",
           shape=NO_HEAD_DIM | ROPE, seed=28),
    Family("phi3", "phi3", {
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0,
                            "partial_rotary_factor": 0.75},
        "tie_word_embeddings": False}, gguf="phi3", shape=NO_HEAD_DIM, seed=29),
    Family("phi3-window", "phi3", {"sliding_window": 24, "tie_word_embeddings": True},
           gguf="phi3", shape=NO_HEAD_DIM | ROPE,
           old={"rope_parameters": None, "rope_theta": 10000.0, "rope_scaling": None,
                "attention_bias": False}, seed=30),
    # Caps low enough to bite. GGUF has no query_pre_attn_scalar: it is the head size there.
    Family("gemma2", "gemma2", GEMMA2 | {"query_pre_attn_scalar": 16}, gguf="gemma2", seed=31),
    Family("gemma2-old", "gemma2", GEMMA2 | {
        "query_pre_attn_scalar": 24, "attn_logit_softcapping": None,
        "tie_word_embeddings": False},
        old={"rope_parameters": None, "layer_types": None, "rope_theta": 10000.0,
             "hidden_act": "gelu_pytorch_tanh", "cache_implementation": "hybrid"}, seed=32),
    # As many layers as it takes for one to see everything.
    Family("gemma3", "gemma3_text", GEMMA3 | {
        "num_hidden_layers": 7, "num_key_value_heads": 1, "intermediate_size": 32}, gguf="gemma3",
        seed=33),
    Family("gemma3-old", "gemma3_text", GEMMA3 | {
        "sliding_window_pattern": 2, "query_pre_attn_scalar": 24, "final_logit_softcapping": 5.0,
        "tie_word_embeddings": False},
        old={"rope_parameters": None, "layer_types": None, "_sliding_window_pattern": None,
             "sliding_window_pattern": 2, "rope_theta": 20000.0, "rope_local_base_freq": 5000.0,
             "rope_scaling": {"rope_type": "linear", "factor": 4.0}}, seed=34),
    Family("mixtral", "mixtral", {
        "tie_word_embeddings": False, "num_local_experts": 5, "num_experts_per_tok": 2,
        "intermediate_size": 24}, gguf="llama", seed=24),
    Family("qwen3moe", "qwen3_moe", {
        "tie_word_embeddings": True, "num_experts": 6, "num_experts_per_tok": 3,
        "moe_intermediate_size": 24, "norm_topk_prob": True}, gguf="qwen3moe", seed=31),
    # llama.cpp knows no dense layers in it, and always makes weights sum to 1.
    Family("qwen3moe-dense", "qwen3_moe", {
        "tie_word_embeddings": False, "num_experts": 6, "num_experts_per_tok": 2,
        "moe_intermediate_size": 24, "norm_topk_prob": False, "mlp_only_layers": [1],
        "attention_bias": True, "use_sliding_window": True, "sliding_window": 21}, seed=26),
    Family("olmoe", "olmoe", {
        "tie_word_embeddings": False, "num_experts": 6, "num_experts_per_tok": 3,
        "intermediate_size": 24, "num_key_value_heads": 4}, gguf="olmoe",
        shape=NO_HEAD_DIM | ROPE, stacked=True, seed=54),
    # Texts shorter and longer than the original context.
    Family("llama-yarn", "llama", {
        "tie_word_embeddings": False,
        "rope_parameters": {"rope_type": "yarn", "factor": 16.0, "rope_theta": 10000.0,
                            "original_max_position_embeddings": 64}}, gguf="llama", seed=40,
        old={"rope_parameters": None, "rope_theta": 10000.0, "rope_scaling": {
            "type": "yarn", "factor": 16.0, "original_max_position_embeddings": 64}}),
    Family("qwen3-yarn", "qwen3", {
        "tie_word_embeddings": True,
        "rope_parameters": {"rope_type": "yarn", "factor": 8.0, "rope_theta": 10000.0,
                            "original_max_position_embeddings": 128, "beta_fast": 16.0,
                            "beta_slow": 2.0, "attention_factor": 1.5}}, gguf="qwen3", seed=41),
    Family("phi3-longrope", "phi3", {
        "tie_word_embeddings": True, "original_max_position_embeddings": 64,
        "rope_parameters": {"rope_type": "longrope", "rope_theta": 10000.0,
                            "partial_rotary_factor": 0.75, "short_factor": [1.0, 1.1, 1.5],
                            "long_factor": [1.2, 4.0, 16.0]}}, gguf="phi3", shape=NO_HEAD_DIM,
        old={"rope_parameters": None, "rope_theta": 10000.0, "partial_rotary_factor": 0.75,
             "rope_scaling": {"type": "longrope", "short_factor": [1.0, 1.1, 1.5],
                              "long_factor": [1.2, 4.0, 16.0]}}, seed=42),
    # As many layers as it takes for one not to rotate.
    Family("smollm3", "smollm3", {
        "tie_word_embeddings": True, "num_hidden_layers": 5, "intermediate_size": 32},
        gguf="smollm3", shape=NO_HEAD_DIM | ROPE, seed=43),
    Family("smollm3-window", "smollm3", {
        "tie_word_embeddings": False, "no_rope_layers": [0, 1, 0], "use_sliding_window": True,
        "sliding_window": 23}, shape=NO_HEAD_DIM | ROPE, seed=44),
]
# The least difference between the probabilities of a token's last expert and of the next.
ROUTING_MARGIN = 2e-5


def routing_margin(model, ids: list[int]) -> float:
    """The least difference between the probabilities of a token's last expert and of the next."""
    least = [1.0]

    def watch(module, inputs, outputs):
        top = outputs[0].softmax(-1).topk(module.top_k + 1).values
        least.append(float((top[:, -2] - top[:, -1]).min()))

    hooks = [module.register_forward_hook(watch) for module in model.modules()
             if type(module).__name__.endswith("TopKRouter")]
    with torch.no_grad():
        model(torch.tensor([ids]))
    for hook in hooks:
        hook.remove()
    return min(least)


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
            # llama.cpp looks for Phi-3's control tokens where the name has "phi3" in it.
            family_gguf.write(
                make(family), family.gguf, family.name.replace("phi3", "phi 3"),
                folder / f"{family.name}.gguf")
            names.append(f"{family.name}.gguf")
        model = load_model(folder / family.name, torch.float64)
        tokenizer = load_tokenizer(folder / family.name)
        for document in DOCUMENTS:
            ids = tokenizer.encode(document["text"], add_special_tokens=False).ids
            if (margin := routing_margin(model, ids)) < ROUTING_MARGIN:
                raise SystemExit(f"{family.name}: a margin of {margin:.1e} between experts in "
                                 f"\"{document['id']}\"; change the seed")
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
