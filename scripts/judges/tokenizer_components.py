#!/usr/bin/env python3
"""Writes Tests/Fixtures/tokenizer/components.jsonl: small definitions, and the ids of tokenizers.

    tokenizer_components.py

Each line: {"name", "definition", "texts", "ids"}. A definition is a tokenizer.json; the ids are
what PyPI's tokenizers gives with it. Every pre-tokenizer, split behaviour and added-token flag that
refinery reads is in one of them.
"""

import argparse
import json
from pathlib import Path

from tokenizers import Tokenizer

import scripts_path  # noqa: F401
from refinery_scripts.paths import FIXTURES

TARGET = FIXTURES / "tokenizer/components.jsonl"

MARK = "\u2581"
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
          r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
REGEXES = [  # what a table does, then what takes backtracking
    r"\s+$", r"[^\S\n]+", r"[\w&&[^a-m\d]]+|\W", r"\p{Han}+|[\p{Lo}&&[^\p{Han}]]+", r"\p{Lu}?\p{Ll}*",
    r"[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
    r"\s{4}(?!\S)|\s{2}(?!\S)|\s", r"h.+?t|.", r"(?=[\p{L}])([^a-h])+|th", r"(?i:[sdmt]|ll)|[A-Z]+",
    r"\d{1,3}(?=(?:\d{3})*\b)", r"(?<=[a-e])t|(?<!\s)h", r"(?>t|th)e|\bc|a*+a|(?:h|ha)++t", r"(?:a|t?)+e",
]
TEXTS = [
    "", "the cat in the hat", "  the\n\n cat's 12345 hats!! ", "a-b--c -d", "x<a> <b>y <c>  <d> z",
    "<a><b><c><d>", "<a <ab> <abc>", "cat<d>cat <d> cat", "  <b>  <b>x\t<c>\n", "<s>the</s>",
    "DON'T don'\u017f 1234567", "é \u00e9t\u00e9 日本", "the<c> <b>the", "---", "    ", " \u2003\u180e x",
    "(the),[cat]. ", "ththth hathathat", "\r\n\r\n a", "hathat xhats hats hatsy", "<d>_<d>1<d>!<d>é<d>",
    "e\u0301te\u0301 <a>\u0338<d>\u0301 q\u0307\u0323 \u212b\u1f71\u0958\u2126 \u1100\u1161\u11a8 \uac00\u11a8 \uf900 \u09c7\u09be a\u0345\u0323\u07fd\u0323",
    "hats xhats hats_ <d>  \t x the  <d>\n  <d>_ ", "\U00010041\u0301 \U00011099\U000110ba \U000101fd\u0301"
    " \U0001d158\U0001d165\u0301 \U0001d15f",
]
MERGES = ["t h", "th e", "Ġ the", "c a", "ca t", "Ġ cat", "h a", "ha t", "Ġ Ġ", "ĠĠ ĠĠ", "1 2",
          "- -", "th th", "i n", "Ġ a", "Ã ©"]


def alphabet() -> list[str]:
    """GPT-2's characters for the 256 bytes, in the bytes' order."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = iter(range(0x100, 0x200))
    return [chr(byte) if byte in plain else chr(next(rest)) for byte in range(256)]


def definition(steps: list[dict], added: list[dict] = (), **model) -> dict:
    tokens = ["<s>", "</s>", *alphabet(), *(m.replace(" ", "") for m in MERGES), "hathat"]
    vocabulary = {token: place for place, token in enumerate(tokens)}
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": False}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [
            {**flags, "content": "<s>", "id": 0, "special": True},
            {**flags, "content": "</s>", "id": 1, "special": True},
            *({**flags, "id": len(tokens) + place, **token} for place, token in enumerate(added)),
        ],
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True,
                    "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "fuse_unk": False,
                  "continuing_subword_prefix": None, "end_of_word_suffix": None,
                  "byte_fallback": False, "ignore_merges": False, "vocab": vocabulary,
                  "merges": MERGES, **model},
    }


def byte_level(prefix: bool = False, regex: bool = True) -> dict:
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True,
            "use_regex": regex}


def split(pattern: dict, behavior: str, invert: bool = False) -> list[dict]:
    return [{"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert},
            byte_level(regex=False)]


def characters(normalizer: list[dict], steps: list[dict], added: list[dict] = (),
               missing: str = "", **model) -> dict:
    """A vocabulary of characters, with the bytes of those that have no token but `missing`."""
    merges = [["t", "h"], ["th", "e"], [MARK, "the"], ["c", "a"], ["ca", "t"], [MARK, "cat"],
              ["h", "a"], ["ha", "t"], [MARK, MARK], ["1", "2"], ["-", "-"], ["th", "th"], ["é", "t"],
              ["a", "▁"], ["日", "本"]]
    letters = sorted(set(MARK + " abcdehinst<>/'.,-_!?12345éDON日本x"))
    tokens = ["<unk>", "<s>", "</s>",
              *(t for t in (f"<0x{byte:02X}>" for byte in range(256)) if t not in missing.split()),
              *letters, *("".join(merge) for merge in merges), "hathat"]
    made = definition(steps, [], **{
        "byte_fallback": True, "unk_token": "<unk>", "fuse_unk": True,
        "vocab": {token: place for place, token in enumerate(tokens)}, "merges": merges, **model})
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": False}
    fresh = iter(range(len(tokens), 1 << 20))
    places = [tokens.index(token["content"]) if token["content"] in tokens else next(fresh)
              for token in added]
    made["added_tokens"] = [
        *({**flags, "content": token, "id": place, "special": True}
          for place, token in enumerate(tokens[:3])),
        *({**flags, "id": place, **token} for token, place in zip(added, places))]
    made["normalizer"] = {"type": "Sequence", "normalizers": normalizer} if normalizer else None
    made["pre_tokenizer"] = made["pre_tokenizer"] if steps else None
    made["decoder"] = None
    return made


def metaspace(scheme: str, split: bool = True) -> dict:
    return {"type": "Metaspace", "replacement": MARK, "prepend_scheme": scheme, "split": split}


def character_cases() -> dict[str, dict]:
    prepend = {"type": "Prepend", "prepend": MARK}
    replace = {"type": "Replace", "pattern": {"String": " "}, "content": MARK}
    fewer = {"type": "Replace", "pattern": {"String": "th"}, "content": "t"}
    digits = {"type": "Digits", "individual_digits": True}
    added = [{"content": "<a>"}, {"content": "<b>", "lstrip": True},
             {"content": "<c>", "rstrip": True}, {"content": "<d>", "single_word": True}]
    behind = [{"content": "<a>", "normalized": True}, {"content": "the", "normalized": True},
              {"content": "a b", "normalized": True}, {"content": "<b>"}]
    found = {
        "Llama": characters([prepend, replace], []),
        "Llama, added": characters([prepend, replace], [], added),
        "Llama, added behind": characters([prepend, replace], [], behind),
        "Gemma": characters([replace], [
            {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious",
             "invert": False}]),
        "no components": characters([], []),
        "NFC": characters([{"type": "NFC"}, replace], [], added),
        "replaced twice": characters([fewer, {**fewer, "content": ""}, prepend, replace], []),
        "Metaspace, digits": characters([], [digits, metaspace("first")], added),
        "Metaspace, digits, always": characters([], [digits, metaspace("always")], behind),
        "Metaspace, words": characters(
            [], [*split({"Regex": r"\w+|[^\w\s]+"}, "Isolated")[:1], metaspace("always", False)]),
        "whole words": characters([], [metaspace("always")], ignore_merges=True),
        "no bytes": characters([prepend, replace], [], byte_fallback=False),
        "no bytes, not fused": characters(
            [prepend, replace], [], byte_fallback=False, fuse_unk=False),
        "nothing for unknown": characters(
            [], [metaspace("first")], byte_fallback=False, unk_token=None),
        "some bytes": characters([prepend, replace], [], missing="<0x0A> <0xE2> <0xC3>"),
        "some bytes, not fused": characters(
            [prepend, replace], [], missing="<0x0A> <0xE2>", fuse_unk=False),
    }
    for scheme in ["always", "first", "never"]:
        for cuts in [True, False]:
            found[f"Metaspace, {scheme}, {cuts}"] = characters([], [metaspace(scheme, cuts)], added)
    return {f"characters: {name}": made for name, made in found.items()}


def cases() -> dict[str, dict]:
    words = {"Regex": r"\s?\p{L}+|\p{N}"}
    found = {
        "gpt2": definition([byte_level()]),
        "no regex": definition([byte_level(regex=False)]),
        "prefix space": definition([byte_level(prefix=True)]),
        "digits": definition([{"type": "Digits", "individual_digits": True}, byte_level()]),
        "digit runs": definition([{"type": "Digits", "individual_digits": False},
                                  byte_level(prefix=True)]),
        "llama3": definition(split({"Regex": LLAMA3}, "Isolated")),
        "llama3 inverted": definition(split({"Regex": LLAMA3}, "Removed", invert=True)),
        "whole words": definition([byte_level()], ignore_merges=True),
        "string": definition(split({"String": " "}, "MergedWithNext")),
        "empty matches": definition(split({"Regex": r"(?=[-c])|\d*"}, "Isolated")),
        "classes": definition(split({"Regex": r"[\p{Lu}\-x-z]+|[^\sa-m]|\P{L}{2}"}, "Isolated")),
    }
    for pattern in REGEXES:
        found[f"regex {pattern}"] = definition(split({"Regex": pattern}, "Isolated"))
    for behavior in ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]:
        found[behavior] = definition(split(words, behavior))
        found[f"{behavior} inverted"] = definition(split(words, behavior, invert=True))
    threes = {"type": "Split", "pattern": {"Regex": "[0-9][0-9][0-9]"}, "behavior": "Isolated",
              "invert": False}
    spaces = {"type": "Split", "pattern": {"String": "Ġ"}, "behavior": "MergedWithPrevious",
              "invert": False}
    accents = {"type": "Split", "pattern": {"Regex": "Ã|[^!-~]Ģ"}, "behavior": "Removed",
               "invert": False}
    runs = {"type": "Digits", "individual_digits": False}
    found["behind ByteLevel, digits"] = definition([byte_level(), runs, threes])
    found["behind ByteLevel, spaces"] = definition([byte_level(prefix=True), spaces])
    found["behind ByteLevel, removed"] = definition([runs, byte_level(regex=False), accents])
    added = {
        "plain": [{"content": c} for c in ["<a>", "<ab>", "<b>", "<c>", "<d>", "  "]],
        "strips": [{"content": "<a>"}, {"content": "<b>", "lstrip": True},
                   {"content": "<c>", "rstrip": True},
                   {"content": "<d>", "lstrip": True, "rstrip": True}],
        "single word": [{"content": "<d>", "single_word": True},
                        {"content": "hats", "single_word": True}],
        "normalized": [{"content": "<a>", "normalized": True}, {"content": "a><b"},
                       {"content": "hats", "normalized": True}],
        # White space that one strips holds the next.
        "overlapping": [{"content": "<d>", "lstrip": True, "rstrip": True}, {"content": " "},
                        {"content": "\n", "single_word": True}],
    }
    found["NFC"] = {**found["llama3"], "normalizer": {"type": "NFC"}}
    found["NFC, added"] = {**definition([byte_level()], added["strips"]),
                           "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}]}}
    for name, tokens in added.items():
        found[f"added, {name}"] = definition([byte_level()], tokens)
        found[f"added, {name}, prefix space"] = definition([byte_level(prefix=True)], tokens)
        found[f"added, {name}, whole words"] = definition(
            [byte_level()], tokens, ignore_merges=True)
    return {**found, **character_cases()}


def write_all(path: Path) -> None:
    lines = []
    for name, made in cases().items():
        judged = {**made, "added_tokens": [t for t in made["added_tokens"] if not t["special"]]}
        judge = Tokenizer.from_str(json.dumps(judged))
        ids = [judge.encode(text, add_special_tokens=False).ids for text in TEXTS]
        lines.append({"name": name, "definition": made, "texts": TEXTS, "ids": ids})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    write_all(TARGET)


if __name__ == "__main__":
    main()
