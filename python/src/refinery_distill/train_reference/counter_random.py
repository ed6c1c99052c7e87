"""The native trainer's random numbers (Sources/ReferenceTraining/Model/CounterRandom.swift)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from ..permutation import GAMMA, MASK, mix


class CounterRandom:
    """Number `index` of a stream is a function of seed, stream and index alone."""

    def __init__(self, seed: int, stream: int) -> None:
        self._key = mix(mix(seed + GAMMA) ^ mix(stream * GAMMA + 1))

    def bits(self, index: int) -> int:
        """Number `index` of the stream: 64 random bits."""
        return mix(self._key + (index + 1) * GAMMA & MASK)

    def below(self, bound: int, index: int) -> int:
        """A whole number below `bound`."""
        return self.bits(index) * bound >> 64

    def permutation(self, count: int) -> list[int]:
        """The numbers 0 to `count` − 1 in an order of this stream (Durstenfeld 1964)."""
        drawn = self.many_bits(0, count).tolist()
        order = list(range(count))
        for index in range(count - 1, -1, -1):
            other = drawn[index] * (index + 1) >> 64
            order[index], order[other] = order[other], order[index]
        return order

    def many_bits(self, first: int, count: int) -> npt.NDArray[np.uint64]:
        """The numbers from `first` on."""
        index = np.arange(first + 1, first + 1 + count, dtype=np.uint64)
        with np.errstate(over="ignore"):
            value = index * np.uint64(GAMMA) + np.uint64(self._key)
            value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
            value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
        return value ^ (value >> np.uint64(31))

    def normal(self, first: int, count: int) -> npt.NDArray[np.float64]:
        """Numbers of the normal distribution, those of the places from `first` on.

        Box and Muller 1958; place i takes the numbers 2 i and 2 i + 1.
        """
        unit = (self.many_bits(2 * first, 2 * count) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        radius, angle = 1 - unit[0::2], unit[1::2]
        return np.sqrt(-2 * np.log(radius)) * np.cos(2 * math.pi * angle)
