#!/usr/bin/env python3
"""Writes Tests/Fixtures/tokenizer/ids.jsonl: what PyPI's tokenizers makes of texts of our own.

    tokenizer_ids.py

The judge reads models/reference/tokenizer.json without its special tokens, so that control tokens
spelled out in a text are ordinary text (design: text is data). One line a text:
{"text": …, "ids": […]}, or {"repeat": unit, "count": n, "tokens": …, "fnv1a": …} for long
ones, the digest being the 64-bit FNV-1a of the ids, one id a step, as a decimal string.
"""

import argparse
import json
import random
from pathlib import Path

from tokenizers import Tokenizer

import scripts_path  # noqa: F401
from refinery_scripts.paths import FIXTURES, REFERENCE

TARGET = FIXTURES / "tokenizer/ids.jsonl"

TEXTS = [
    "", " ", "\n", "\0", "a", "Hello, world!", "I'll say we've 'twas don't DON'T it's",
    "The quick brown fox jumps over the lazy dog.", "tabs\tand\r\nlines\r\n\r\n  end  ",
    "    indented = code(0x1F, 3.14159)\n\t\treturn [1,2,3]\n", "1234567890 ٣٤٥ ²½Ⅷ 1.000,50",
    "naïve café — “quotes” … ﬁ ligature", "e\u0301 is not \u00e9, and Å is not \u212b",
    "日本語のテキスト、中文文本。한국어", "привет мир Ελληνικά עברית العربية",
    "👩‍👩‍👧‍👦 🇩🇪 ❤️ 👍🏽", "<|endoftext|> and <|im_start|>user are text here",
    "a\0b\0\0c", "white\u00a0\u1680\u180e\u2003\u2028\u3000\u0085space \u200b\ufeff",
    "controls \x01\x04\x1d\x7f\x80", "planes \U00011f04 \U0001e4d0 \U00011de3 \U00040000 \U0010ffff",
    "ส\u0e31\u0e14 हिन्दी தமிழ்", "x" * 100, " " * 70 + "y", "=" * 65 + "\n" + "-" * 33,
    "https://example.org/a?b=c&d=%20#e", "{\"key\": [null, true, -1.5e-3]}\n",
]
LONG = [("a", 1_000_000), ("abcdefghijklmnop", 62_500), (" ", 1_000_000), ("0", 100_000),
        ("é", 200_000), ("x \n", 50_000)]


def random_texts(count: int, seed: int) -> list[str]:
    """Random scalars: of all planes, of Latin, of spaces, and pieces of words."""
    rng = random.Random(seed)
    pools = [
        lambda: chr(rng.choice([rng.randrange(0xD800), rng.randrange(0xE000, 0x110000)])),
        lambda: chr(rng.randrange(0x250)),
        lambda: rng.choice(" \t\n\r\x0b\x0c\x1c\0\u0085\u00a0\u180e\u2028\u3000"),
        lambda: rng.choice(["the", " of", "'s", "'ll", "123", "  ", "\r\n", "Ġ", "tion", "."]),
    ]
    return ["".join(rng.choice(pools)() for _ in range(rng.randrange(1, 60)))
            for _ in range(count)]


def fnv1a(ids: list[int]) -> int:
    """64-bit FNV-1a with a whole id in a byte's place."""
    value = 14695981039346656037
    for token in ids:
        value = (value ^ token) * 1099511628211 % 2**64
    return value


def write_all(path: Path) -> None:
    definition = json.loads((REFERENCE / "tokenizer.json").read_text("utf-8"))
    definition["added_tokens"] = [t for t in definition["added_tokens"] if not t["special"]]
    judge = Tokenizer.from_str(json.dumps(definition))

    def ids(text: str) -> list[int]:
        return judge.encode(text, add_special_tokens=False).ids

    lines = [{"text": text, "ids": ids(text)} for text in TEXTS + random_texts(60, 20250101)]
    for unit, count in LONG:
        found = ids(unit * count)
        lines.append(
            {"repeat": unit, "count": count, "tokens": len(found), "fnv1a": str(fnv1a(found))})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    write_all(TARGET)


if __name__ == "__main__":
    main()
