#!/usr/bin/env python3
"""Compares token ids with llama.cpp's on vocabularies in GGUF files without weights.

    tokenizer_llama_cpp.py VOCABULARY.gguf [--refinectl PATH] [--pre NAME… | --all] [--text FILE.jsonl…]

With --pre (or --all: every name of tokenizer_pre.py) a copy of the file is made for each name, with
`tokenizer.ggml.pre` changed to it. Beside the texts of tokenizer_pre.py, whose scalars of all planes
are left out, since llama.cpp's own tables of Unicode are of another version, --text adds others.
Prints for each name how many texts differ, and shows two. llama.cpp rewrites some patterns for
its own regex engine, so a difference is to be looked at, not proof of an error.
"""

from __future__ import annotations

import argparse
import json
import struct
import subprocess
import tempfile
from pathlib import Path

import scripts_path  # noqa: F401
import tokenizer_pre
from refinery_scripts import judge_llama_cpp
from refinery_scripts.paths import REFINECTL
from tokenizer_ids import TEXTS



def with_pre(data: bytes, name: str) -> bytes:
    """The file with another `tokenizer.ggml.pre`; without tensors nothing else has to move."""
    key = b"tokenizer.ggml.pre"
    at = data.index(struct.pack("<Q", len(key)) + key + struct.pack("<I", 8)) + 8 + len(key) + 4
    (length,) = struct.unpack_from("<Q", data, at)
    value = name.encode()
    return data[:at] + struct.pack("<Q", len(value)) + value + data[at + 8 + length:]


def ours(refinectl: str, path: Path, texts: list[str]) -> list[list[int]] | str:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        for place, text in enumerate(texts):
            print(json.dumps({"id": str(place), "text": text}), file=file)
        file.flush()
        done = subprocess.run([refinectl, "tokenize", str(path), file.name], capture_output=True,
                              text=True, check=False)
    if done.returncode:
        return done.stderr.strip()
    return [json.loads(line)["token_ids"] for line in done.stdout.splitlines()]


def compare(refinectl: str, path: Path, name: str, texts: list[str]) -> None:
    try:
        judge = judge_llama_cpp.load(path, vocabulary_only=True)
    except ValueError:
        print(f"{name}: llama.cpp cannot load it")
        return
    expected = [judge_llama_cpp.token_ids(judge, text) for text in texts]
    judge.close()
    found = ours(refinectl, path, texts)
    if isinstance(found, str):
        print(f"{name}: refused: {found}")
        return
    differing = [place for place in range(len(texts)) if found[place] != expected[place]]
    print(f"{name}: {len(differing)} of {len(texts)} texts differ", flush=True)
    for place in differing[:2]:
        pairs = list(zip(found[place], expected[place]))
        first = next((i for i, (a, b) in enumerate(pairs) if a != b), len(pairs))
        print(f"    {texts[place][:100]!r} from id {first} on: {found[place][first:first + 6]}, "
              f"llama.cpp {expected[place][first:first + 6]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vocabulary", type=Path)
    parser.add_argument("--refinectl", default=str(REFINECTL))
    parser.add_argument("--pre", nargs="*", default=[])
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--text", nargs="*", default=[])
    arguments = parser.parse_args()

    texts = [text for text in TEXTS + tokenizer_pre.MORE if text]
    for path in arguments.text:
        texts += [json.loads(line)["text"] for line in Path(path).read_text("utf-8").splitlines()]
    names = list(arguments.pre)
    if arguments.all:
        names += [name for group in tokenizer_pre.FAMILIES for name in group.split()]
    if not names:
        compare(arguments.refinectl, arguments.vocabulary, arguments.vocabulary.stem, texts)
    data = arguments.vocabulary.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            path = Path(folder, "vocabulary.gguf")
            path.write_bytes(with_pre(data, name))
            compare(arguments.refinectl, path, name, texts)


if __name__ == "__main__":
    main()
