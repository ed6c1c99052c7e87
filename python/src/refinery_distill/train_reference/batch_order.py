"""Which sequences each step takes (Sources/ReferenceTraining/Data/BatchOrder.swift)."""

from __future__ import annotations

from collections.abc import Sequence

from .counter_random import CounterRandom


class BatchOrder:
    """A function of seed, lengths and step alone.

    Every epoch goes through all sequences in an order of its own. A batch takes the next sequences
    as long as their predicted tokens fit. It may reach into the next epoch.
    """

    def __init__(self, seed: int, batch_tokens: int, lengths: Sequence[int]) -> None:
        """`lengths` are the predicted tokens of each sequence, none above `batch_tokens`."""
        self._seed = seed
        self._batch_tokens = batch_tokens
        self._lengths = lengths
        self._epoch = 0
        self._place = 0
        self._shuffle()

    def _shuffle(self) -> None:
        self._order = CounterRandom(self._seed, 1 << 63 | self._epoch).permutation(
            len(self._lengths))

    def next(self) -> list[int]:
        """The sequences of the next step."""
        batch: list[int] = []
        room = self._batch_tokens
        while True:
            if self._place == len(self._order):
                self._epoch += 1
                self._place = 0
                self._shuffle()
            sequence = self._order[self._place]
            if self._lengths[sequence] > room:
                return batch
            batch.append(sequence)
            room -= self._lengths[sequence]
            self._place += 1


def count_steps(seed: int, batch_tokens: int, lengths: Sequence[int], epochs: int) -> int:
    """Steps after which every sequence was learned from so many times."""
    order = BatchOrder(seed, batch_tokens, lengths)
    steps = sequences = 0
    while sequences < epochs * len(lengths):
        sequences += len(order.next())
        steps += 1
    return steps
