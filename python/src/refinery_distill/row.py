"""One row of a selection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """A chunk that a selection keeps, or a document of a selection of documents.

    It has the names and the meaning of a line of `refinectl export`.
    """

    id: str
    """The document's id in its corpus."""
    chunk: int | None
    """The chunk's place in its document, from 0; None in a selection of documents."""
    text: str
    """The text."""
    domain: str | None
    """The document's domain; None where it has none."""
    score: float
    """What it was chosen by."""
    teacher_nll: float | None
    """Sum of −ln p over its tokens by the teacher, nats; None where it did not read all of it."""
    reference_nll: float
    """Sum of −ln p over its tokens by the reference, nats."""
    tokens: int
    """Tokens that the teacher scored, or would score."""
    rank: int
    """Its place by score, from 1."""
    start: int
    """Where it begins in the document's text, in bytes."""
    end: int
    """Where it ends there."""
    final: bool
    """Whether the document ends with it."""
    fields: dict[str, Any] | None = None
    """The document's other fields, where they were asked for and are there."""

    @property
    def ordinal(self) -> int | None:
        """The chunk's place in its document, under the store's name for it."""
        return self.chunk
