#!/usr/bin/env python3
"""Compares refinery's ids with PyPI's tokenizers where added tokens, `ignore_merges` and NFC meet.

    added_tokens.py --refinectl PATH [--rounds 60] [--seed 1]

Each round makes a tokenizer.json of random added tokens with random flags and 200 random texts.
Then every scalar beyond U+FFFF is normalised, alone and in front of marks. Exits 1 on a difference.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("RUST_BACKTRACE", "0")

from tokenizers import Tokenizer

from tokenizer_components import byte_level, characters, definition

CONTENTS = ["<a>", "<b>", "<ab>", "a", "hats", "hat", "the", " ", "  ", "\n", "é", "x y", "<c> ",
            " <d>", "th", "_", "日本", "cat"]
PARTS = [*CONTENTS, " ", "\t", "   ", "s", "y", "1", "-", ".", "\u0301", "e", "\u2003", "日", "Ġ",
         "hathat", "<", ">", "\u200d", "²"]
MARKS = ["\u0300", "\u0301", "\u0323", "\u0338", "\u0345", "\u3099", "\u309a", "\u05b4",
         "\U000110ba", "\U00011127", "\U0001133e", "\U00011357", "\U000114ba", "\U000114b0",
         "\U000114bd", "\U000115af", "\U0001d165", "\U0001d16e"]


def judged(judge: Tokenizer, text: str) -> list[int] | None:
    """The judge's ids; None where it panics.

    It does where white space that one token strips holds another one, in some orders.
    """
    try:
        return judge.encode(text, add_special_tokens=False).ids
    except BaseException as error:  # pyo3's PanicException is no Exception
        if type(error).__name__ != "PanicException":
            raise
        return None


def ids(refinectl: Path, made: dict, texts: list[str]) -> tuple[list, list]:
    """refinery's ids and the judge's: control tokens spelled out in a text stay text."""
    plain = {**made, "added_tokens": [t for t in made["added_tokens"] if not t["special"]]}
    judge = Tokenizer.from_str(json.dumps(plain))
    theirs = [judged(judge, text) for text in texts]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tokenizer.json").write_text(json.dumps(made))
        lines = "".join(json.dumps({"id": str(place), "text": text}) + "\n"
                        for place, text in enumerate(texts))
        (Path(folder) / "texts.jsonl").write_text(lines)
        found = subprocess.run(
            [refinectl, "tokenize", folder, Path(folder) / "texts.jsonl"], check=True,
            capture_output=True).stdout
    return [json.loads(line)["token_ids"] for line in found.splitlines()], theirs


def tokens(rng: random.Random, known: dict) -> list[dict]:
    added = [{"content": content, "single_word": rng.random() < 0.4,
              "lstrip": rng.random() < 0.4, "rstrip": rng.random() < 0.4,
              "normalized": rng.random() < 0.3}
             for content in rng.sample(CONTENTS, rng.randint(1, 5))]
    # Contents that the model has too keep their ids.
    fresh = max(known.values()) + 1
    for token in added:
        token["id"] = known.get(token["content"], fresh)
        fresh += token["content"] not in known
    return added


def check_added(refinectl: Path, rounds: int, seed: int) -> bool:
    rng, wrong, texts_seen, panics = random.Random(seed), 0, 0, 0
    for turn in range(rounds):
        in_characters = turn % 3 == 2
        steps = [] if in_characters else [byte_level(prefix=rng.random() < 0.2)]
        make = characters if in_characters else definition
        arguments = ([], steps) if in_characters else (steps,)
        added = tokens(rng, make(*arguments)["model"]["vocab"])
        made = make(*arguments, added, ignore_merges=rng.random() < 0.5)
        texts = ["".join(rng.choices(PARTS, k=rng.randint(1, 9))) for _ in range(200)]
        ours, theirs = ids(refinectl, made, texts)
        for text, mine, judge in zip(texts, ours, theirs, strict=True):
            texts_seen += judge is not None
            panics += judge is None
            if judge is not None and mine != judge:
                wrong += 1
                if wrong <= 5:
                    flags = [{k: v for k, v in t.items() if v is not False} for t in added]
                    print(f"round {turn}: {text!r} {mine} expected {judge} with {flags} "
                          f"ignore_merges {made['model']['ignore_merges']}")
    print(f"added tokens: {rounds} tokenizers, {texts_seen} texts ({panics} made the judge panic), "
          f"{wrong} differ: {'DIFFER' if wrong else 'ok'}")
    return not wrong


def check_nfc(refinectl: Path) -> bool:
    made = {**definition([byte_level(regex=False)]), "normalizer": {"type": "NFC"}}
    # Letters, and marks behind marks, which change places.
    scalars = [chr(value) for value in range(0x10000, 0x30000)]
    texts = ["|".join(scalar + mark for mark in ["", *MARKS]) for scalar in scalars]
    ours, theirs = ids(refinectl, made, texts)
    wrong = [scalar for scalar, mine, judge in zip(scalars, ours, theirs, strict=True)
             if mine != judge]
    names = " ".join(f"U+{ord(scalar):X}" for scalar in wrong[:20])
    print(f"NFC beyond U+FFFF: {len(wrong)} scalars differ: {'DIFFER ' + names if wrong else 'ok'}")
    return not wrong


def check(refinectl: Path, rounds: int = 60, seed: int = 1) -> bool:
    added = check_added(refinectl, rounds, seed)
    return check_nfc(refinectl) and added


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--refinectl", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    good = check(arguments.refinectl.resolve(), arguments.rounds, arguments.seed)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
