"""What is known of a prompt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PromptScores:
    """What is known of a prompt's ids behind the first."""

    logprobs: list[float]
    """ln p of each id behind the first, nats."""
    ranks: list[int]
    """How many logits are at least that of the id: 1 is the best."""
