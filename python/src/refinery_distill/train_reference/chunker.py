"""Cuts documents as scoring does (Sources/Refinery/Chunking/DocumentCut.swift, step by step)."""

from __future__ import annotations

from typing import NamedTuple

from .boundary import best_boundary
from .teacher_tokenizer import TeacherTokenizer
from .token_map import TokenMap

ATTEMPTS = 4
"""How many boundaries are tried for one cut."""


class Piece(NamedTuple):
    """A piece of a document."""

    start: int
    end: int
    tokens: int
    """Its tokens, tokenised by itself."""


def cut(text: bytes, tokenizer: TeacherTokenizer, max_tokens: int) -> list[Piece]:
    """The pieces of a text in order; none if it is empty."""
    if not text:
        return []
    cutting = DocumentCut(text, TokenMap(text, tokenizer), tokenizer, max_tokens)
    count = -(-len(cutting.map) // max_tokens)
    return cutting.strict(count) or cutting.strict(count + 1) or cutting.adaptive(count + 1)


class DocumentCut:
    """The search for one document's cuts."""

    def __init__(
        self, text: bytes, map: TokenMap, tokenizer: TeacherTokenizer, max_tokens: int
    ) -> None:
        self.text, self.map, self._tokenizer, self._max = text, map, tokenizer, max_tokens
        self._min = (max_tokens + 3) // 4

    def strict(self, count: int) -> list[Piece] | None:
        """Exactly so many pieces, all of the right size; None if that was not found."""
        if count <= 1:
            whole = (Piece(0, len(self.text), len(self.map)) if self.map.segments == 1
                     else self._piece(0, len(self.text)))
            return [whole] if whole.tokens <= self._max else None
        pieces: list[Piece] = []
        start = 0
        for left in range(count, 1, -1):
            piece = self._next(start, left)
            if piece is None:
                return None
            pieces.append(piece)
            start = piece.end
        if start >= len(self.text):
            return None
        last = self._piece(start, len(self.text))
        return [*pieces, last] if self._min <= last.tokens <= self._max else None

    def adaptive(self, count: int) -> list[Piece]:
        """About so many pieces, more where needed."""
        pieces: list[Piece] = []
        start, left = 0, count + 1
        while start < len(self.text):
            rest = len(self.map) - self.map.index(start)
            left = max(left - 1, -(-rest // self._max), 1)
            if left == 1:
                last = self._piece(start, len(self.text))
                if last.tokens <= self._max:
                    pieces.append(last)
                    break
                left = 2
            piece = self._next(start, left) or self._largest(start, left)
            pieces.append(piece)
            start = piece.end
        return self._mend_end(pieces)

    def _next(self, start: int, left: int) -> Piece | None:
        """The next of `left` pieces; None if no boundary gives one of the right size."""
        first = self.map.index(start)
        rest = len(self.map) - first
        share = rest // left
        # Within an eighth of the mark; this piece and those to come within their bounds.
        lowest = max(share - share // 8, rest - (left - 1) * self._max, self._min, 1)
        highest = min(share + share // 8, rest - (left - 1) * self._min, self._max)
        if lowest > highest:
            return None
        low = max(self.map.byte(first + lowest), start + 1)
        high = min(self.map.byte(first + highest), len(self.text) - 1)
        mark = self.map.byte(first + share)
        for _ in range(ATTEMPTS):
            end = self._boundary(low, high, mark) if low <= high else None
            if end is None:
                return None
            piece = self._piece(start, end)
            if piece.tokens > self._max:
                high = end - 1
            elif piece.tokens < self._min:
                low = end + 1
            else:
                return piece
        return None

    def _boundary(self, low: int, high: int, mark: int) -> int | None:
        """The best boundary, or else the end of the token nearest to the mark."""
        found = best_boundary(self.text, low, high, mark)
        if found is not None:
            return found
        centre = self.map.index(mark)
        reach = max(centre - self.map.index(low - 1), self.map.index(high) - centre, 0)
        for distance in range(reach + 1):
            for index in (centre - distance, centre + distance):
                if not 0 < index <= len(self.map):
                    continue
                end = self.map.byte(index)
                if low <= end <= high and self._is_scalar(end):
                    return end
        return None

    def _largest(self, start: int, left: int) -> Piece:
        """A piece as large as fits, found by halving: at token ends, then at any scalar."""
        first = self.map.index(start)
        tokens = max(min((len(self.map) - first) // left, self._max), 1)
        while tokens > 0:
            end = self.map.byte(first + tokens)
            while end > start and not self._is_scalar(end):
                end -= 1
            if end > start:
                piece = self._piece(start, end)
                if piece.tokens <= self._max:
                    return piece
            tokens //= 2
        end = self.map.byte(first + 1)
        while True:
            end = start + (end - start) // 2
            while end > start and not self._is_scalar(end):
                end -= 1
            if end == start:
                end += 1
            while not self._is_scalar(end):
                end += 1
            piece = self._piece(start, end)
            if piece.tokens <= self._max or end - start <= 4:
                return piece

    def _mend_end(self, pieces: list[Piece]) -> list[Piece]:
        """Joins a last piece that is too small to the one before, or shares the two evenly."""
        if len(pieces) <= 1 or pieces[-1].tokens >= self._min:
            return pieces
        start = pieces[-2].start
        joined = self._piece(start, len(self.text))
        if joined.tokens <= self._max:
            return [*pieces[:-2], joined]
        piece = self._next(start, 2)
        if piece is None:
            return pieces
        end = self._piece(piece.end, len(self.text))
        return ([*pieces[:-2], piece, end] if self._min <= end.tokens <= self._max else pieces)

    def _is_scalar(self, offset: int) -> bool:
        return offset >= len(self.text) or self.text[offset] & 0xC0 != 0x80

    def _piece(self, start: int, end: int) -> Piece:
        return Piece(start, end, len(self._tokenizer.encode(self.text[start:end])))
