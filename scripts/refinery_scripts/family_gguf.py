"""Writes a transformers model of any family as the GGUF that llama.cpp's converter makes.

Needs the judges' environment.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType

from refinery_scripts.judge_models import BLOCK_TENSORS
from refinery_scripts.small_tokenizer import add_tokenizer

# Hugging Face's names to GGUF's, of what a layer may have.
LLAMA = {theirs: name for name, theirs in BLOCK_TENSORS.items()} | {
    "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm"}
LLAMA_AFTER = {"post_attention_layernorm": "post_attention_norm",
               "post_feedforward_layernorm": "post_ffw_norm"}
GEMMA = LLAMA | LLAMA_AFTER | {"pre_feedforward_layernorm": "ffn_norm"}
LAYERS = {
    "olmo2": LLAMA | LLAMA_AFTER,
    "phi3": LLAMA | {"self_attn.qkv_proj": "attn_qkv", "mlp.gate_up_proj": "ffn_up"},
    "gemma2": GEMMA,
    "gemma3": GEMMA,
    "gpt2": {
        "ln_1": "attn_norm", "ln_2": "ffn_norm", "attn.c_attn": "attn_qkv",
        "attn.c_proj": "attn_output", "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down"},
    "gptneox": {
        "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
        "attention.query_key_value": "attn_qkv", "attention.dense": "attn_output",
        "mlp.dense_h_to_4h": "ffn_up", "mlp.dense_4h_to_h": "ffn_down"},
}
# Hugging Face's name of the layers, and its names to GGUF's outside of them.
OUTSIDE = {
    "gpt2": ("transformer.h", {"transformer.wte": "token_embd", "transformer.wpe": "position_embd",
                               "transformer.ln_f": "output_norm"}),
    "gptneox": ("gpt_neox.layers", {"gpt_neox.embed_in": "token_embd",
                                    "gpt_neox.final_layer_norm": "output_norm",
                                    "lm_head": "output"}),
}
LLAMA_OUTSIDE = ("model.layers", {"model.embed_tokens": "token_embd", "model.norm": "output_norm",
                                  "lm_head": "output"})


def add_sizes(writer: gguf.GGUFWriter, architecture: str, config) -> None:
    heads, hidden = config.num_attention_heads, config.hidden_size
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(hidden)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_head_count(heads)
    if architecture == "gpt2":
        writer.add_feed_forward_length(config.n_inner)
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
        return
    writer.add_feed_forward_length(config.intermediate_size)
    if architecture == "gptneox":
        part = config.rope_parameters["partial_rotary_factor"]
        writer.add_rope_dimension_count(int(hidden // heads * part))
        writer.add_parallel_residual(config.use_parallel_residual)
        writer.add_layer_norm_eps(config.layer_norm_eps)
        return
    head_dim = getattr(config, "head_dim", None) or hidden // heads
    rope = config.rope_parameters
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    if architecture == "phi3":
        writer.add_rope_scaling_orig_ctx_len(config.original_max_position_embeddings)
        writer.add_rope_dimension_count(
            int(rope.get("partial_rotary_factor", 1.0) * hidden) // heads)
        writer.add_rope_freq_base(rope["rope_theta"])
        writer.add_sliding_window(config.sliding_window or 0)
        if rope["rope_type"] == "longrope":
            context, original = config.max_position_embeddings, config.original_max_position_embeddings
            writer.add_rope_scaling_attn_factors(
                math.sqrt(1 + math.log(context / original) / math.log(original)))
        return
    if experts := getattr(config, "num_local_experts", getattr(config, "num_experts", None)):
        writer.add_expert_count(experts)
        writer.add_expert_used_count(config.num_experts_per_tok)
        if width := getattr(config, "moe_intermediate_size", None):
            writer.add_expert_feed_forward_length(width)
    writer.add_key_length(head_dim)
    writer.add_value_length(head_dim)
    if architecture in ("gemma2", "gemma3"):
        writer.add_sliding_window(config.sliding_window)
        if config.final_logit_softcapping:
            writer.add_final_logit_softcapping(config.final_logit_softcapping)
    if architecture == "gemma2":  # whose converter writes no base: it is 10000 in every model
        writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
    elif architecture == "gemma3":
        whole = rope["full_attention"]
        writer.add_rope_freq_base(whole["rope_theta"])
        writer.add_rope_freq_base_swa(rope["sliding_attention"]["rope_theta"])
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(whole["factor"])
    else:
        writer.add_rope_freq_base(rope["rope_theta"])
        if rope["rope_type"] == "yarn":
            writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
            writer.add_rope_scaling_factor(rope["factor"])
            writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
            for name, add in (("attention_factor", writer.add_rope_scaling_yarn_attn_factor),
                              ("beta_fast", writer.add_rope_scaling_yarn_beta_fast),
                              ("beta_slow", writer.add_rope_scaling_yarn_beta_slow)):
                if name in rope:
                    add(rope[name])


def permuted(array: np.ndarray, heads: int) -> np.ndarray:
    """llama.cpp's order of query and key rows where RoPE pairs neighbours: (2i, 2i + 1)."""
    rows = array.shape[0] // heads
    return array.reshape(heads, 2, rows // 2, *array.shape[1:]).swapaxes(1, 2).reshape(array.shape)


def experts(state: dict, layer: int) -> dict[str, np.ndarray]:
    """The tensors of a layer's experts, if it has them: each of all experts in one."""
    mlp = f"model.layers.{layer}.mlp"
    if f"{mlp}.experts.gate_up_proj" not in state:
        return {}
    gate, up = np.split(state[f"{mlp}.experts.gate_up_proj"], 2, axis=1)
    found = {"ffn_gate_inp": state[f"{mlp}.gate.weight"], "ffn_gate_exps": gate,
             "ffn_up_exps": up, "ffn_down_exps": state[f"{mlp}.experts.down_proj"]}
    return {f"blk.{layer}.{name}.weight": array for name, array in found.items()}


def converted(architecture: str, config, name: str, array: np.ndarray) -> np.ndarray:
    if architecture == "gpt2" and array.ndim == 2 and name.startswith("blk."):
        return array.T  # Conv1D
    if architecture == "gptneox" and name.endswith("attn_qkv"):  # was head by head
        heads = config.num_attention_heads
        parts = array.reshape(heads, 3, -1, *array.shape[1:])
        return np.concatenate([parts[:, i].reshape(-1, *array.shape[1:]) for i in range(3)])
    if architecture in ("llama", "smollm3") and name.endswith(("attn_q", "attn_k")):
        q = name.endswith("attn_q")
        return permuted(array, config.num_attention_heads if q else config.num_key_value_heads)
    if architecture.startswith("gemma") and name.endswith("norm"):
        return array + 1
    return array


def halves(array: np.ndarray) -> tuple[np.ndarray, GGMLQuantizationType]:
    return array.astype(np.float16), GGMLQuantizationType.F16


def parameters(model) -> dict[str, np.ndarray]:
    """The model's own numbers, by name; a tied head is not named."""
    return {name: parameter.detach().numpy() for name, parameter in model.named_parameters()}


def tensors(architecture: str, config, state: dict) -> Iterator[tuple[str, np.ndarray]]:
    """The tensors of the file, with the numbers that `state` has for the model's parameters."""
    prefix, outside = OUTSIDE.get(architecture, LLAMA_OUTSIDE)
    names = [name for name in outside.items() if name[1].endswith("embd")]
    names += [(f"{prefix}.{layer}.{source}", f"blk.{layer}.{name}")
              for layer in range(config.num_hidden_layers)
              for source, name in LAYERS.get(architecture, LLAMA).items()]
    names += [name for name in outside.items() if name[1].startswith("output")]
    for source, name in names:
        for part in ("weight", "bias"):
            if f"{source}.{part}" in state:
                array = converted(architecture, config, name, state[f"{source}.{part}"])
                yield f"{name}.{part}", np.ascontiguousarray(array)
    for layer in range(config.num_hidden_layers):
        for name, array in experts(state, layer).items():
            yield name, np.ascontiguousarray(array)


def write(model, architecture: str, title: str, path: Path, encode=halves) -> None:
    """Writes `model` to `path`; `encode` makes a matrix the bytes of a type, and names it."""
    config = model.config
    writer = gguf.GGUFWriter(str(path), architecture)
    writer.add_name(title)
    add_sizes(writer, architecture, config)
    add_tokenizer(writer)
    for name, array in tensors(architecture, config, parameters(model)):
        if array.ndim == 1:
            writer.add_tensor(name, array)
        else:
            data, kind = encode(array)
            writer.add_tensor(name, data, raw_dtype=kind)
    if architecture == "phi3" and config.rope_parameters["rope_type"] == "longrope":
        for name in ("short", "long"):
            factors = np.array(config.rope_parameters[f"{name}_factor"], dtype=np.float32)
            writer.add_tensor(f"rope_factors_{name}.weight", factors)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
