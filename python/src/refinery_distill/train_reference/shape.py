"""The shape of a reference (Sources/ReferenceTraining/Model/ReferenceShape.swift)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .errors import TrainingError
from .fields import read_fields


@dataclass(frozen=True)
class Shape:
    """Llama's architecture with tied embeddings and no biases; the names are those of plan.json."""

    layers: int
    width: int
    heads: int
    kvHeads: int
    headSize: int
    feedForward: int
    vocabulary: int
    context: int
    ropeTheta: float = 10_000.0
    normEpsilon: float = 1e-5

    @classmethod
    def read(cls, value: Any) -> Shape:
        """The shape of a plan; raises TrainingError for one that cannot be."""
        shape = cls(**read_fields(cls, value, "shape"))
        shape.check()
        return shape

    @property
    def query_width(self) -> int:
        """Numbers of all queries of a token."""
        return self.heads * self.headSize

    @property
    def key_width(self) -> int:
        """Numbers of all keys of a token."""
        return self.kvHeads * self.headSize

    @property
    def layer_matrices(self) -> int:
        """Weights of one layer's matrices."""
        return self.width * (2 * self.query_width + 2 * self.key_width + 3 * self.feedForward)

    @property
    def body_parameters(self) -> int:
        """Trained numbers beside the embedding."""
        return self.layers * (self.layer_matrices + 2 * self.width) + self.width

    @property
    def parameters(self) -> int:
        """All trained numbers."""
        return self.body_parameters + self.vocabulary * self.width

    def operations(self, lengths: Iterable[int]) -> float:
        """Floating-point operations of forward and backward for sequences of these lengths."""
        matrices = float(self.vocabulary * self.width + self.layers * self.layer_matrices)
        return sum(
            6 * float(length) * matrices
            + float(self.layers * self.query_width) * 7 * float(length) * (length + 1.0)
            for length in lengths)

    def tensors(self) -> list[tuple[str, tuple[int, ...]]]:
        """Hugging Face's name and the sizes of every tensor, in the native trainer's order."""
        width, query, key, inner = self.width, self.query_width, self.key_width, self.feedForward
        found: list[tuple[str, tuple[int, ...]]] = [
            ("model.embed_tokens.weight", (self.vocabulary, width))]
        for layer in range(self.layers):
            found += [(f"model.layers.{layer}.{name}.weight", sizes) for name, sizes in (
                ("input_layernorm", (width,)),
                ("self_attn.q_proj", (query, width)), ("self_attn.k_proj", (key, width)),
                ("self_attn.v_proj", (key, width)), ("self_attn.o_proj", (width, query)),
                ("post_attention_layernorm", (width,)),
                ("mlp.gate_proj", (inner, width)), ("mlp.up_proj", (inner, width)),
                ("mlp.down_proj", (width, inner)))]
        return [*found, ("model.norm.weight", (width,))]

    def check(self) -> None:
        """Raises TrainingError for a shape that no model can have."""
        sizes = (
            ("layers", self.layers, 1, 1_000), ("width", self.width, 1, 65_536),
            ("heads", self.heads, 1, 1_024), ("KV heads", self.kvHeads, 1, 1_024),
            ("head size", self.headSize, 2, 1_024),
            ("feed-forward width", self.feedForward, 1, 1 << 20),
            ("vocabulary", self.vocabulary, 2, 1 << 24), ("context", self.context, 1, 1 << 20))
        for name, size, least, most in sizes:
            if not least <= size <= most:
                raise TrainingError(
                    f"the reference's {name} is {size}; it can be from {least} to {most}")
        if self.headSize % 2 or self.heads % self.kvHeads or self.width % self.heads:
            raise TrainingError(
                f"a reference of width {self.width}, {self.heads} heads of {self.headSize} and "
                f"{self.kvHeads} KV heads cannot be made")
