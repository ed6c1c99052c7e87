"""Where a text may be cut, and how good that is (Sources/Refinery/Chunking/Boundary.swift)."""

from __future__ import annotations

from collections.abc import Iterator

PARAGRAPH, SENTENCE, LINE, SPACE = range(4)
"""Ranks, the best first."""
MARGIN = 64
"""Bytes around a range that are looked at, to know how the range begins and ends."""

# White space where a text may be cut: all but the kinds that forbid a break.
SPACES = frozenset([
    *range(0x09, 0x0E), 0x20, 0x85, 0x1680, *range(0x2000, 0x2007), 0x2008, 0x2009, 0x200A, 0x2028,
    0x2029, 0x205F, 0x3000])
CLOSERS = frozenset(map(ord, "\"')]}»’”」』）"))
ENDS = frozenset([0x2E, 0x21, 0x3F, 0x2026, 0x061F, 0x06D4, 0x0964, 0x0965])
WIDE_ENDS = frozenset([0x3002, 0xFF01, 0xFF1F])


def best_boundary(text: bytes, low: int, high: int, mark: int) -> int | None:
    """The best boundary from `low` to `high`, of equals the nearest to `mark`; None for none."""
    best: list[int | None] = [None] * 4
    for rank, offset in boundaries(text, low, high):
        if not low <= offset <= high or not 0 < offset < len(text):
            continue
        old = best[rank]
        if old is None or abs(old - mark) > abs(offset - mark):
            best[rank] = offset
    return next((offset for offset in best if offset is not None), None)


def boundaries(text: bytes, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Ranks and offsets of the boundaries around a range, in order."""
    start = max(0, low - MARGIN)
    while 0 < start < len(text) and text[start] & 0xC0 == 0x80:
        start += 1
    end = min(len(text), high + MARGIN)
    line_ends = line_start = 0
    in_space = ends = ends_wide = False
    for offset, after, scalar in scalars(text, start, end):
        if scalar in SPACES:
            in_space = True
            if scalar in (0x0A, 0x2028, 0x2029):
                line_ends += 2 if scalar == 0x2029 else 1
                line_start = after
            continue
        is_closer = scalar in CLOSERS
        found: tuple[int, int] | None = None
        if not in_space:
            if ends_wide and not is_closer:
                found = (SENTENCE, offset)
        elif line_ends >= 2:
            found = (PARAGRAPH, line_start)
        else:
            place = line_start if line_ends == 1 else offset
            found = (SENTENCE if ends else LINE if line_ends == 1 else SPACE, place)
        in_space, line_ends = False, 0
        if scalar in ENDS:
            ends = True
        elif scalar in WIDE_ENDS:
            ends = ends_wide = True
        elif not (is_closer and found is None):
            ends = ends_wide = False
        if found is not None:
            yield found


def scalars(text: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Offset, offset behind, and value of each scalar that begins in a range of UTF-8."""
    at = start
    while at < end:
        first = text[at]
        length = 1 if first < 0x80 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
        scalar = first if length == 1 else first & (0x7F >> length)
        after = min(at + length, len(text))
        for byte in text[at + 1:after]:
            scalar = scalar << 6 | byte & 0x3F
        yield at, after, scalar
        at = after
