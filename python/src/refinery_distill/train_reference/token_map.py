"""Where the tokens of a document end (Sources/Refinery/Chunking/TokenMap.swift)."""

from __future__ import annotations

from bisect import bisect_right

from .teacher_tokenizer import TeacherTokenizer

SEGMENT = 4 << 20
"""Bytes that are tokenised at once, at most."""


class TokenMap:
    """The end of each token of a text, in bytes."""

    def __init__(self, text: bytes, tokenizer: TeacherTokenizer) -> None:
        self.ends: list[int] = []
        """End offsets, ascending; the last is the text's length."""
        self.segments = 0
        """In how many segments the text was tokenised; one makes the tokens exact."""
        start = 0
        while start < len(text):
            end = segment_end(text, start)
            self.ends += [start + one for one in tokenizer.ends(text[start:end])]
            start = end
            self.segments += 1

    def __len__(self) -> int:
        """How many tokens the document has."""
        return len(self.ends)

    def index(self, offset: int) -> int:
        """How many tokens end at or before a byte."""
        return bisect_right(self.ends, offset)

    def byte(self, tokens: int) -> int:
        """Where the first tokens end."""
        return 0 if tokens <= 0 else self.ends[min(tokens, len(self.ends)) - 1]


def segment_end(text: bytes, start: int) -> int:
    """Where a segment ends: behind its last line, else at a scalar."""
    if len(text) - start <= SEGMENT:
        return len(text)
    end = start + SEGMENT
    newline = text.rfind(b"\n", start + SEGMENT // 2, end)
    if newline >= 0:
        return newline + 1
    while end > start + 1 and text[end] & 0xC0 == 0x80:
        end -= 1
    return end
