#!/usr/bin/env python3
"""Compares the ids of a tokenizer.json that refinery wrote for a GGUF with those of three judges.

    tokenizer_written.py GGUF… [--writer PATH] [--refinectl PATH] [--pre NAME] [--megabytes 1]
                         [--text FILE.jsonl…]

`tokenizer-writer` (Tests/TokenizerWriter) writes the tokenizer of each GGUF into a folder. PyPI's
tokenizers reads it from there. Its ids must equal:

- those of `GGUF.out` for the texts of `GGUF.inp`, where there are such files (llama.cpp's own tests)
  and no --pre;
- those of `refinectl tokenize GGUF`, and of `refinectl tokenize FOLDER`, for those texts, for the
  texts of tokenizer_ids.py, for those of --text, and for random mixed text;
- those of llama.cpp for all of them but the random ones, since its tables of Unicode are older. How
  many texts differ is printed, with the first one.

transformers' AutoTokenizer must put BOS in front where llama.cpp does. As everywhere, control
tokens that a text spells out stay text. Exits 1 where ids differ from those of `GGUF.out` or of
refinery, or where BOS does.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts import judge_llama_cpp
from refinery_scripts.paths import BINARIES, REFINECTL
from tokenizer_ids import TEXTS
from tokenizer_llama_cpp import with_pre
from tokenizer_mixed import document, tokenizers_judge, words

SEPARATOR = "\n__ggml_vocab_test__\n"


@dataclass
class Options:
    """The programs that are judged, and on what."""

    writer: str
    refinectl: str
    pre: str | None = None
    megabytes: float = 1
    texts: list[str] = field(default_factory=list)


def expectations(path: Path) -> list[tuple[str, list[int]]]:
    """The texts and ids of llama.cpp's own tests of a vocabulary."""
    source = Path(f"{path}.inp")
    if not source.exists():
        return []
    texts = source.read_bytes().decode().split(SEPARATOR)
    lines = Path(f"{path}.out").read_text("utf-8").split("\n")
    return [(text, [int(n) for n in line.split()]) for text, line in zip(texts, lines)]


def ours(command: list[str], texts: list[str]) -> list[list[int]]:
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for place, text in enumerate(texts):
            print(json.dumps({"id": str(place), "text": text}), file=file)
        file.flush()
        lines = subprocess.run([*command, file.name], check=True, capture_output=True).stdout
    return [json.loads(line)["token_ids"] for line in lines.splitlines()]


def compare(what: str, texts: list[str], found: list[list[int]],
            expected: list[list[int]]) -> bool:
    """Prints how many ids are equal, or the first text whose ids differ."""
    differing = [place for place in range(len(texts)) if found[place] != expected[place]]
    if not differing and len(found) == len(expected):
        print(f"    {what}: {len(texts)} texts, {sum(map(len, found))} ids, all equal", flush=True)
        return True
    print(f"    {what}: {len(differing)} of {len(texts)} texts differ", flush=True)
    for place in differing[:1]:
        pairs = list(zip(found[place], expected[place]))
        at = next((i for i, (a, b) in enumerate(pairs) if a != b), len(pairs))
        print(f"        {texts[place][:100]!r} from id {at} on: {found[place][at:at + 6]}, "
              f"expected {expected[place][at:at + 6]}")
    return False


def puts_bos(folder: Path, judge) -> bool:
    """Whether transformers puts in front what llama.cpp puts there."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    found = tokenizer("Hello")["input_ids"]
    expected = judge.tokenize(b"Hello", add_bos=True, special=False)
    print(f"    transformers, {type(tokenizer).__name__}: 'Hello' is {found}", flush=True)
    if found != expected:
        print(f"        llama.cpp: {expected}")
    return found == expected


def judge(path: Path, folder: Path, options: Options, more: list[str], mixed: list[str]) -> bool:
    pre = [options.pre] if options.pre else []
    subprocess.run([options.writer, path, folder, *pre], check=True)
    written = tokenizers_judge(json.loads((folder / "tokenizer.json").read_text("utf-8")))
    tests = expectations(path)
    texts = [text for text, _ in tests] + more
    print(path.name, *pre)
    good = True
    if tests and not pre:
        own = [text for text, _ in tests]
        good = compare("llama.cpp's tests", own, written(own), [ids for _, ids in tests])
    everything = texts + mixed
    found = written(everything)
    command = [options.refinectl, "tokenize"]
    named = ["--pre", options.pre] if options.pre else []
    good &= compare("refinery, GGUF", everything, found,
                    ours([*command, str(path), *named], everything))
    good &= compare("refinery, folder", everything, found, ours([*command, str(folder)], everything))
    if options.pre:
        # llama.cpp has no option for it; what the file names is replaced, if it names one.
        if b"tokenizer.ggml.pre" not in (data := path.read_bytes()):
            return good
        path = folder / "named.gguf"
        path.write_bytes(with_pre(data, options.pre))
    vocabulary = judge_llama_cpp.load(path, vocabulary_only=True)
    compare("llama.cpp", texts, found[:len(texts)],
            [judge_llama_cpp.token_ids(vocabulary, text) if text else [] for text in texts])
    return good & puts_bos(folder, vocabulary)


def judge_all(vocabularies: list[Path], options: Options) -> bool:
    more = list(TEXTS)
    for path in options.texts:
        more += [json.loads(line)["text"] for line in Path(path).read_text("utf-8").splitlines()]
    rng, vocabulary, mixed, size = random.Random(1), words(), [], 0
    while size < options.megabytes * 1e6:
        mixed.append(document(rng, vocabulary))
        size += len(mixed[-1].encode())
    good = True
    for path in vocabularies:
        with tempfile.TemporaryDirectory() as folder:
            good &= judge(path, Path(folder), options, more, mixed)
    return good


def check(teacher: Path, refinectl: Path) -> bool:
    """The teacher's, with the writer that was built beside `refinectl`."""
    return judge_all([teacher], Options(str(refinectl.parent / "tokenizer-writer"), str(refinectl)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vocabularies", nargs="+", type=Path)
    parser.add_argument("--writer", default=str(BINARIES / "tokenizer-writer"))
    parser.add_argument("--refinectl", default=str(REFINECTL))
    parser.add_argument("--pre")
    parser.add_argument("--megabytes", type=float, default=1)
    parser.add_argument("--text", nargs="*", default=[])
    arguments = parser.parse_args()

    options = Options(arguments.writer, arguments.refinectl, arguments.pre, arguments.megabytes,
                      arguments.text)
    return 0 if judge_all(arguments.vocabularies, options) else 1


if __name__ == "__main__":
    sys.exit(main())
