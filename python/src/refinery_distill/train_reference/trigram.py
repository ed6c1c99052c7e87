"""A 3-gram model, which any model that learned something must beat (TrigramModel.swift)."""

from __future__ import annotations

import math
from collections import Counter

from .token_file import TokenSequences

DISCOUNT = 0.75
MOST_TOKENS = 5_000_000
"""Tokens that are counted, about."""


class Trigrams:
    """Absolute discounting, interpolated down to the uniform distribution."""

    def __init__(self, sequences: TokenSequences) -> None:
        self._vocabulary = sequences.vocabulary
        self._grams: tuple[Counter[tuple[int, ...]], ...] = (Counter(), Counter(), Counter())
        left = MOST_TOKENS
        for index in range(len(sequences)):
            if left <= 0:
                break
            ids = sequences[index].tolist()
            left -= len(ids)
            self._grams[0].update((one,) for one in ids[1:])
            self._grams[1].update(zip(ids, ids[1:]))
            self._grams[2].update(zip(ids, ids[1:], ids[2:]))
        self._totals: tuple[Counter[tuple[int, ...]], ...] = (Counter(), Counter(), Counter())
        self._kinds: tuple[Counter[tuple[int, ...]], ...] = (Counter(), Counter(), Counter())
        for grams, totals, kinds in zip(self._grams, self._totals, self._kinds):
            for gram, count in grams.items():
                totals[gram[:-1]] += count
                kinds[gram[:-1]] += 1

    def loss(self, sequences: TokenSequences) -> float:
        """Mean of −ln p over the predicted tokens, nats."""
        total = 0.0
        for index in range(len(sequences)):
            ids = tuple(sequences[index].tolist())
            for place in range(1, len(ids)):
                total -= math.log(self._probability(ids[max(0, place - 2):place + 1]))
        return total / max(1, sequences.predicted_count)

    def _probability(self, gram: tuple[int, ...]) -> float:
        """p of the last id behind the others."""
        p = 1 / self._vocabulary
        for order in range(len(gram)):
            part = gram[len(gram) - 1 - order:]
            total = self._totals[order][part[:-1]]
            if total == 0:
                continue
            count, kinds = self._grams[order][part], self._kinds[order][part[:-1]]
            p = max(count - DISCOUNT, 0) / total + DISCOUNT * kinds / total * p
        return p
