#!/usr/bin/env python3
"""Prints the tables of UnicodeCategories.swift, which `compare.py` checks.

    unicode_categories.py

They say what PyPI's tokenizers (Oniguruma; `Digits` is Rust's) takes each scalar for. Run it again
when the judge's version changes.
"""

import argparse
import itertools
import textwrap
from pathlib import Path

from tokenizers import Regex
from tokenizers.pre_tokenizers import Digits, Split

SCALARS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
CATEGORIES = ("Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf "
              "Co Cn").split()
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def judged(pattern: str) -> set[int]:
    """The scalars that tokenizers matches: those that a Removed split drops."""
    split = Split(Regex(pattern), "removed")
    found: set[int] = set()
    for start in range(0, len(SCALARS), 2000):
        block = SCALARS[start:start + 2000]
        kept: set[int] = set()
        for _, (first, end) in split.pre_tokenize_str("".join(map(chr, block))):
            kept.update(range(first, end))
        found.update(c for place, c in enumerate(block) if place not in kept)
    return found


def judged_digits() -> set[int]:
    """The scalars that `Digits` isolates when they stand between letters."""
    found: set[int] = set()
    for start in range(0, len(SCALARS), 2000):
        block = SCALARS[start:start + 2000]
        for _, (first, end) in Digits(True).pre_tokenize_str("a".join(map(chr, block))):
            if end - first == 1 and first % 2 == 0 and block[first // 2] != ord("a"):
                found.add(block[first // 2])
    return found


def ranges(scalars: set[int]) -> str:
    """`A-B C`, hexadecimal."""
    runs: list[list[int]] = []
    for scalar in sorted(scalars):
        if runs and runs[-1][1] == scalar - 1:
            runs[-1][1] = scalar
        else:
            runs.append([scalar, scalar])
    return " ".join(f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in runs)


def tables() -> dict[str, str]:
    """The tables by name, as UnicodeCategories.swift has them but for line ends."""
    category: dict[int, str] = {}
    for name in CATEGORIES:
        for scalar in judged(rf"\p{{{name}}}"):
            assert scalar not in category, f"{scalar:X} is {category[scalar]} and {name}"
            category[scalar] = name
    assert len(category) == len(SCALARS), f"{len(SCALARS) - len(category)} without a category"
    for name in "LMNPSZC":
        assert judged(rf"\p{{{name}}}") == {c for c, n in category.items() if n[0] == name}, name
    assert judged(r"\d") == {c for c, n in category.items() if n == "Nd"}
    numbers = {c for c, name in category.items() if name[0] == "N"}
    words = {c for c, n in category.items() if n[0] in "LM" or n in ("Nd", "Nl", "Pc")}
    digits, word = judged_digits(), judged(r"\w")
    assert numbers <= digits and words <= word
    # One letter a run, its length behind it where that is not 1. Surrogates are no scalars.
    runs = ""
    names = (category.get(place, "Cn") for place in range(0x110000))
    for name, group in itertools.groupby(names):
        length = sum(1 for _ in group)
        runs += LETTERS[CATEGORIES.index(name)] + (str(length) if length > 1 else "")
    return {"runs": runs, "digits, beyond N": ranges(digits - numbers),
            "word, beyond L, M, Nd, Nl and Pc": ranges(word - words),
            "white space": ranges(judged(r"\s")), "Han": ranges(judged(r"\p{Han}"))}


def differing(path: Path) -> list[str]:
    """The names of the tables that the Swift file at `path` has not."""
    text = "".join(path.read_text("utf-8").split())
    return [name for name, table in tables().items() if "".join(table.split()) not in text]


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    for title, table in tables().items():
        width = 92 if title == "runs" else 88
        print(f"{title}:", *(textwrap.wrap(table, width, break_on_hyphens=False)), sep="\n")


if __name__ == "__main__":
    main()
