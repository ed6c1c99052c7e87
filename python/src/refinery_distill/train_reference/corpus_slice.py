"""Which documents train, and which are held out (docs/method.md, "The slice")."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import Literal

from .decimal_fraction import floor_times
from .errors import TrainingError

PLACES = 10**17
Part = Literal["held out", "trained", "candidate"]


def place_of(text_sha256: bytes, seed: int) -> int:
    """⌊10¹⁷ · h / 2⁶⁴⌋, where h is drawn from the text's SHA-256."""
    digest = hashlib.sha256(
        b"refinery-slice-1" + struct.pack("<Q", seed) + text_sha256).digest()
    return int.from_bytes(digest[:8], "big") * PLACES >> 64


def millionth_of(text_sha256: bytes, seed: int) -> int:
    """The millionth in which a text's place lies: 0 to 999,999."""
    return place_of(text_sha256, seed) // (PLACES // 1_000_000)


@dataclass(frozen=True)
class CorpusSlice:
    """A slice: a document's part is told by the SHA-256 of its text."""

    seed: int
    held_out: str
    """The share that is held out, as a decimal number."""
    share: str
    """The share that trains."""

    def __post_init__(self) -> None:
        if self._held + self._trained > PLACES:
            raise TrainingError(
                f"a slice of {self.held_out} held out and {self.share} trained is more than 1")

    @property
    def _held(self) -> int:
        return floor_times(self.held_out, PLACES)

    @property
    def _trained(self) -> int:
        return floor_times(self.share, PLACES)

    def part(self, text_sha256: bytes) -> Part:
        """What a document is to the reference."""
        place = place_of(text_sha256, self.seed)
        if place < self._held:
            return "held out"
        return "trained" if place < self._held + self._trained else "candidate"

    def value(self) -> dict[str, object]:
        """The slice as plan.json has it."""
        return {"held_out": self.held_out, "seed": self.seed, "share": self.share}
