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
        digest = hashlib.sha256(
            b"refinery-slice-1" + struct.pack("<Q", self.seed) + text_sha256).digest()
        place = int.from_bytes(digest[:8], "big") * PLACES >> 64
        if place < self._held:
            return "held out"
        return "trained" if place < self._held + self._trained else "candidate"

    def value(self) -> dict[str, object]:
        """The slice as plan.json has it."""
        return {"held_out": self.held_out, "seed": self.seed, "share": self.share}
