"""An order of the numbers 0 to n − 1 that takes no memory."""

from __future__ import annotations

GAMMA = 0x9E37_79B9_7F4A_7C15
MASK = (1 << 64) - 1
ROUNDS = 6


def mix(value: int) -> int:
    """SplitMix64's finaliser (Steele, Lea and Flood 2014, figure 17)."""
    value &= MASK
    value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9 & MASK
    value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB & MASK
    return value ^ (value >> 31)


class Permutation:
    """The numbers 0 to `count` − 1 in an order that a seed and an epoch decide.

    A Feistel network of six rounds permutes the next power of four, and a number that falls outside
    is sent through again until it falls inside (Black and Rogaway 2002, "cycle-walking"). So any
    place can be had without those before it: a run that goes on needs no list.
    """

    def __init__(self, count: int, seed: int, epoch: int) -> None:
        self._count = count
        self._half = max(1, (max(1, count - 1).bit_length() + 1) // 2)
        self._low = (1 << self._half) - 1
        key = mix(mix(seed + GAMMA) ^ mix(epoch * GAMMA + 1))
        self._keys = [mix(key + (number + 1) * GAMMA) for number in range(ROUNDS)]

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: int) -> int:
        """The number at a place from 0."""
        if not 0 <= place < self._count:
            raise IndexError(f"place {place} of {self._count}")
        while True:
            place = self._through(place)
            if place < self._count:
                return place

    def _through(self, value: int) -> int:
        left, right = value >> self._half, value & self._low
        for key in self._keys:
            left, right = right, left ^ (mix(key ^ right) & self._low)
        return left << self._half | right
