"""The model that is trained: transformers' LlamaForCausalLM."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from .counter_random import CounterRandom
from .shape import Shape

DEVIATION = 0.02
"""Deviation of the first weights of a matrix."""
BLOCK = 1 << 22
"""Weights that are drawn at once."""


def make_network(shape: Shape, device: torch.device) -> nn.Module:
    """A model of a shape in float32, whose weights are not set."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=shape.vocabulary, hidden_size=shape.width,
        intermediate_size=shape.feedForward, num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads, num_key_value_heads=shape.kvHeads,
        head_dim=shape.headSize, max_position_embeddings=shape.context,
        rms_norm_eps=shape.normEpsilon,
        rope_parameters={"rope_type": "default", "rope_theta": shape.ropeTheta},
        tie_word_embeddings=True, bos_token_id=None, eos_token_id=None,
        attn_implementation="sdpa", use_cache=False)
    return LlamaForCausalLM(config).to(torch.float32).to(device).train()


def parameters(network: nn.Module, shape: Shape) -> list[tuple[str, nn.Parameter]]:
    """Every trained tensor, in the order of `Shape.tensors`."""
    named = dict(network.named_parameters())
    found = [(name, named.pop(name)) for name, _ in shape.tensors()]
    if named:
        raise AssertionError(f"tensors that no reference has: {', '.join(named)}")
    return found


@torch.no_grad()
def initialise(network: nn.Module, shape: Shape, seed: int) -> None:
    """The first weights of a seed, those of the native trainer but for a float32's last bit.

    Norms are 1. Matrices are normal with deviation 0.02; those that write to the residual stream
    are scaled by 1 / √(2 · layers).
    """
    residual = DEVIATION / (2 * shape.layers) ** 0.5
    for stream, (name, tensor) in enumerate(parameters(network, shape)):
        if tensor.dim() == 1:
            tensor.fill_(1)
            continue
        scale = residual if name.endswith(("o_proj.weight", "down_proj.weight")) else DEVIATION
        random = CounterRandom(seed, stream)
        flat = tensor.view(-1)
        for first in range(0, flat.numel(), BLOCK):
            count = min(BLOCK, flat.numel() - first)
            drawn = (random.normal(first, count) * scale).astype(np.float32)
            flat[first:first + count] = torch.from_numpy(drawn)
