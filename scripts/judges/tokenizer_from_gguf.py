#!/usr/bin/env python3
"""Writes a tokenizer.json for the SentencePiece vocabulary of a GGUF, as transformers would.

    tokenizer_from_gguf.py VOCABULARY.gguf FOLDER [--form llama|metaspace|words|gemma]

The forms are those in which families have it: `llama` (a normaliser of Prepend and Replace),
`metaspace` (the newer one: Metaspace at the beginning, without cutting), `words` (Metaspace
everywhere, cutting), `gemma` (Replace, and a Split that no longer finds anything).
"""

import argparse
import json
from pathlib import Path

import gguf

MARK = "\u2581"


def merges_of(scores: dict[str, float], ids: dict[str, int]) -> list[list[str]]:
    """As `generate_merges` of transformers' convert_slow_tokenizer.py."""
    merges = []
    for piece, score in scores.items():
        found = [(piece[:at], piece[at:], score) for at in range(1, len(piece))
                 if piece[:at] in ids and piece[at:] in ids]
        merges += sorted(found, key=lambda merge: (ids[merge[0]], ids[merge[1]]))
    merges.sort(key=lambda merge: (merge[2], len(merge[0]), len(merge[1])), reverse=True)
    return [[left, right] for left, right, _ in merges]


def components(form: str) -> tuple[dict | None, dict | None]:
    """The normaliser and the pre-tokenizer."""
    replace = {"type": "Replace", "pattern": {"String": " "}, "content": MARK}
    if form == "llama":
        prepend = {"type": "Prepend", "prepend": MARK}
        return {"type": "Sequence", "normalizers": [prepend, replace]}, None
    if form == "gemma":
        return replace, {"type": "Split", "pattern": {"String": " "},
                         "behavior": "MergedWithPrevious", "invert": False}
    return None, {"type": "Metaspace", "replacement": MARK, "split": form == "words",
                  "prepend_scheme": "always" if form == "words" else "first"}


def definition(path: Path, form: str) -> dict:
    fields = gguf.GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    scores = fields["tokenizer.ggml.scores"].contents()
    types = fields["tokenizer.ggml.token_type"].contents()
    ids = {token: place for place, token in enumerate(tokens)}
    normal = {t: s for t, s, kind in zip(tokens, scores, types) if kind == 1}
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    normalizer, pre_tokenizer = components(form)
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{**flags, "id": place, "content": token, "special": types[place] != 4}
                         for place, token in enumerate(tokens) if types[place] in (2, 3, 4)],
        "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": None,
        "decoder": None,
        "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "fuse_unk": True,
                  "continuing_subword_prefix": None, "end_of_word_suffix": None,
                  "byte_fallback": True, "ignore_merges": False, "vocab": ids,
                  "merges": merges_of(normal, ids)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vocabulary", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--form", choices=["llama", "metaspace", "words", "gemma"],
                        default="llama")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    (arguments.folder / "tokenizer.json").write_text(
        json.dumps(definition(arguments.vocabulary, arguments.form), ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
