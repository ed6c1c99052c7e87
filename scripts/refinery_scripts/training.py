"""The trainer beside PyTorch: shapes, token files, and the hidden tool `training-judge`."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM


@dataclass(frozen=True)
class Shape:
    """A reference's sizes, under the names of training-judge."""

    layers: int
    width: int
    heads: int
    kv_heads: int
    head_size: int
    feed_forward: int
    vocabulary: int
    context: int

    def llama(self, dtype: torch.dtype, seed: int = 0) -> LlamaForCausalLM:
        """A model of this shape with random weights."""
        torch.manual_seed(seed)
        config = LlamaConfig(
            vocab_size=self.vocabulary, hidden_size=self.width,
            intermediate_size=self.feed_forward, num_hidden_layers=self.layers,
            num_attention_heads=self.heads, num_key_value_heads=self.kv_heads,
            head_dim=self.head_size, max_position_embeddings=self.context, rms_norm_eps=1e-5,
            rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
            tie_word_embeddings=True, bos_token_id=0, eos_token_id=0,
            attn_implementation="sdpa")
        return LlamaForCausalLM(config).to(dtype)


def parameters(model: LlamaForCausalLM) -> list[tuple[str, torch.nn.Parameter]]:
    """Every trained tensor in the order of the trainer's layout."""
    named = dict(model.named_parameters())
    order = ["model.embed_tokens.weight"]
    for layer in range(model.config.num_hidden_layers):
        order += [f"model.layers.{layer}.{name}.weight" for name in (
            "input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj",
            "self_attn.o_proj", "post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj",
            "mlp.down_proj")]
    order.append("model.norm.weight")
    assert set(order) == set(named)
    return [(name, named[name]) for name in order]


def write_weights(model: LlamaForCausalLM, path: Path) -> None:
    with open(path, "wb") as file:
        for _, tensor in parameters(model):
            file.write(tensor.detach().to(torch.float32).numpy().tobytes())


def read_tensors(model: LlamaForCausalLM, path: Path) -> dict[str, np.ndarray]:
    """Numbers as training-judge writes them, by the tensor's name."""
    flat = np.fromfile(path, np.float32)
    tensors, offset = {}, 0
    for name, tensor in parameters(model):
        tensors[name] = flat[offset:offset + tensor.numel()].reshape(tensor.shape)
        offset += tensor.numel()
    assert offset == len(flat)
    return tensors


def write_tokens(path: Path, vocabulary: int, sequences: list[np.ndarray]) -> None:
    """The file of token sequences, as Sources/ReferenceTraining/Data documents it."""
    ids = np.concatenate(sequences).astype("<u4")
    ends = np.cumsum([len(sequence) for sequence in sequences]).astype("<u8")
    body = ids.tobytes() + bytes(len(ids) % 2 * 4) + ends.tobytes()
    header = b"RFNTOKS1" + struct.pack("<QQQ", vocabulary, len(sequences), len(ids))
    path.write_bytes(header + hashlib.sha256(body + header).digest() + body)


def random_sequences(seed: int, vocabulary: int, lengths: list[int]) -> list[np.ndarray]:
    """Ids that are drawn by Zipf's law, so that there is something to learn."""
    random = np.random.default_rng(seed)
    weights = 1 / np.arange(1, vocabulary + 1)
    return [random.choice(vocabulary, size=length, p=weights / weights.sum())
            for length in lengths]


def judge(tool: Path, command: str, spec: dict) -> list[dict]:
    """Runs training-judge and returns what it printed."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(spec, file)
        file.flush()
        output = subprocess.run(
            [tool, command, file.name], check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in output.splitlines()]


def spec(shape: Shape, tokens: Path, threads: int, *, steps: int = 1, batch_tokens: int = 1,
         learning_rate: float = 1e-3, warmup_steps: int = 0, decay_steps: int = 0,
         **paths: Path) -> dict:
    return {
        "shape": asdict(shape), "tokens": str(tokens), "threads": threads,
        "settings": {"seed": 7, "steps": steps, "batch_tokens": batch_tokens,
                     "learning_rate": learning_rate, "warmup_steps": warmup_steps,
                     "decay_steps": decay_steps},
        **{name: str(path) for name, path in paths.items()},
    }


def sum_loss(model: LlamaForCausalLM, sequences: list[np.ndarray]) -> torch.Tensor:
    """The sum of -ln p of every token but each sequence's first, a sequence at a time."""
    total = torch.zeros((), dtype=model.dtype)
    for sequence in sequences:
        ids = torch.from_numpy(sequence.astype(np.int64))[None]
        logits = model(input_ids=ids[:, :-1]).logits[0]
        total = total + torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum")
    return total


def adamw(model: LlamaForCausalLM, learning_rate: float, fused: bool = False) -> torch.optim.AdamW:
    """The trainer's optimiser: decay of matrices alone."""
    tensors = [tensor for _, tensor in parameters(model)]
    return torch.optim.AdamW(
        [{"params": [tensor for tensor in tensors if tensor.dim() == 2], "weight_decay": 0.1},
         {"params": [tensor for tensor in tensors if tensor.dim() == 1], "weight_decay": 0.0}],
        lr=learning_rate, betas=(0.9, 0.95), eps=1e-8, fused=fused)
