#!/usr/bin/env python3
"""MB a second of `refinectl tokenize` and of PyPI's tokenizers on English and on code, in turns.

    tokenizer.py [MODEL] [--refinectl PATH] [--tokenizer tokenizer.json] [--megabytes 20]
                 [--rounds 5] [--english PATH…] [--code PATH…] [--json]

Both run on one thread. refinery's time is that of the whole command on a JSONL file: start,
loading the vocabulary, parsing JSON, printing ids. The peer's is `encode_batch` without padding
on strings that are in memory, and taking the lists of ids; loading is not counted. `alone` takes
the command's time on an empty file and without ids printed (`--count`) off ours, which is nearer
to what the peer is timed for, but still parses JSON.

Without paths the texts are what this machine has: documentation for English, Python's library and
C headers for code, each distinct, cut at lines into documents of 2 to 8 kB. A path is a text file
or a .jsonl with a "text" field. All ids are compared; a difference is an error.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import html
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

# Set before tokenizers is imported: its thread pool reads them once.
os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from tokenizers import Tokenizer, __version__ as version  # noqa: E402

import scripts_path  # noqa: E402, F401
from refinery_scripts.paths import REFERENCE, REFINECTL  # noqa: E402

PYTHON = [*Path(sys.base_prefix).glob("lib/python3*"), Path("/usr/lib/python3")]
ENGLISH = [  # (folder, names), the better English first
    (Path("/usr/share/doc/python3-doc"), "*.html"), (Path("/usr/share/doc"), "*.html"),
    (Path("/usr/share/doc"), "*.md"), (Path("/usr/share/doc"), "*.rst*"),
    (Path("/usr/share/doc"), "*.txt*"), (Path("/usr/share/doc"), "README*"),
    (Path("/usr/share/vim"), "*.txt"), (Path("/usr/share/common-licenses"), "*"),
    (Path("/usr/share/doc"), "NEWS*"), (Path("/usr/share/doc"), "copyright"),
    (Path("/usr/share/doc"), "changelog*"),
]
CODE = [*((folder, "*.py") for folder in PYTHON), (Path("/usr/include"), "*.h"),
        (Path("/usr/share/perl"), "*.p[lm]")]
BATCH = 1000


def installed(places: list[tuple[Path, str]]) -> Iterator[str]:
    """The texts of files in `places`, each file once."""
    seen: set[Path] = set()
    for folder, names in places:
        for path in sorted(folder.rglob(names)):
            if path in seen or path.is_symlink() or not path.is_file():
                continue
            seen.add(path)
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            try:
                text = data.decode("utf-8")
            except UnicodeDecodeError:
                continue
            if path.suffix == ".html":
                text = re.sub(r"(?s)<(script|style|head).*?</\1>|<[^>]*>", "", text)
                text = re.sub(r"\n\s*\n\s*", "\n\n", html.unescape(text))
            yield text


def named(paths: list[str]) -> Iterator[str]:
    """The texts of files that the user names."""
    for path in paths:
        text = Path(path).read_text("utf-8")
        if path.endswith(".jsonl"):
            yield from (json.loads(line)["text"] for line in text.splitlines() if line.strip())
        else:
            yield text


def is_prose(text: str) -> bool:
    """Whether small letters and spaces make up four fifths: no lists of hashes or versions."""
    return sum(letter == " " or "a" <= letter <= "z" for letter in text) > len(text) * 0.8


def documents(texts: Iterator[str], wanted: int, accepts=lambda text: True) -> list[str]:
    """`wanted` bytes of distinct documents of 2 to 8 kB that `accepts` takes, cut at lines."""
    found, seen, size = [], set(), 0
    for text in texts:
        lines, held = [], 0
        for line in itertools.chain(text.splitlines(keepends=True), [""]):
            if lines and (not line or held + len(line) > 6000):
                document = "".join(lines)[:8000]
                digest = hashlib.sha256(document.encode()).digest()
                if len(document) >= 2000 and digest not in seen and accepts(document):
                    seen.add(digest)
                    found.append(document)
                    size += len(document.encode())
                    if size >= wanted:
                        return found
                lines, held = [], 0
            lines.append(line)
            held += len(line)
    return found


def ours(command: list[str]) -> tuple[float, bytes]:
    start = time.perf_counter()
    output = subprocess.run(command, check=True, capture_output=True).stdout
    return time.perf_counter() - start, output


def theirs(judge: Tokenizer, texts: list[str]) -> tuple[float, list[list[int]]]:
    start, ids = time.perf_counter(), []
    for first in range(0, len(texts), BATCH):
        batch = judge.encode_batch(texts[first:first + BATCH], add_special_tokens=False)
        ids.extend(encoding.ids for encoding in batch)
    return time.perf_counter() - start, ids


def check(name: str, output: bytes, expected: list[list[int]]) -> int:
    """Compares all ids and returns how many there are."""
    lines = output.splitlines()
    assert len(lines) == len(expected), f"{name}: {len(lines)} lines for {len(expected)} texts"
    for place, (line, ids) in enumerate(zip(lines, expected)):
        if json.loads(line)["token_ids"] != ids:
            raise SystemExit(f"{name}: the ids of document {place} differ")
    return sum(map(len, expected))


def measure(arguments, judge: Tokenizer, name: str, texts: list[str], folder: str) -> dict:
    """One corpus: rounds in turns, all ids compared."""
    size = sum(len(text.encode()) for text in texts)
    path, empty = Path(folder, f"{name}.jsonl"), Path(folder, "empty.jsonl")
    path.write_text("".join(
        json.dumps({"id": str(place), "text": text}, ensure_ascii=False) + "\n"
        for place, text in enumerate(texts)))
    empty.write_text("")
    base = [arguments.refinectl, "tokenize", arguments.model, "--threads", "1"]
    times: dict[str, list[float]] = {"refinectl": [], "alone": [], "tokenizers": []}
    tokens = 0
    for _ in range(arguments.rounds):
        seconds, output = ours([*base, str(path)])
        times["refinectl"].append(seconds)
        counting = ours([*base, "--count", str(path)])[0] - ours([*base, str(empty)])[0]
        times["alone"].append(counting)
        seconds, expected = theirs(judge, texts)
        times["tokenizers"].append(seconds)
        tokens = check(name, output, expected)
    rates = {key: size / 1e6 / statistics.median(found) for key, found in times.items()}
    return {"corpus": name, "documents": len(texts), "bytes": size, "tokens": tokens,
            **{f"{key}_mb_per_second": round(rate, 2) for key, rate in rates.items()},
            "ratio": round(rates["refinectl"] / rates["tokenizers"], 2),
            "ratio_alone": round(rates["alone"] / rates["tokenizers"], 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default=str(REFERENCE))
    parser.add_argument("--refinectl", default=str(REFINECTL))
    parser.add_argument("--tokenizer", default=str(REFERENCE / "tokenizer.json"))
    parser.add_argument("--megabytes", type=float, default=20, help="of each kind of text")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--english", nargs="+", help="text or .jsonl files in place of the default")
    parser.add_argument("--code", nargs="+", help="the same for code")
    parser.add_argument("--json", action="store_true", help="one JSON object a corpus")
    arguments = parser.parse_args()

    # Control tokens spelled out in a text are text to refinery.
    definition = json.loads(Path(arguments.tokenizer).read_text("utf-8"))
    definition["added_tokens"] = [t for t in definition["added_tokens"] if not t["special"]]
    judge = Tokenizer.from_str(json.dumps(definition))
    wanted = int(arguments.megabytes * 1e6)
    english = (documents(named(arguments.english), wanted) if arguments.english
               else documents(installed(ENGLISH), wanted, is_prose))
    code = documents(named(arguments.code) if arguments.code else installed(CODE), wanted)
    both = [text for pair in itertools.zip_longest(english, code) for text in pair if text]
    with tempfile.TemporaryDirectory() as folder:
        for name, texts in [("english", english), ("code", code), ("both", both)]:
            result = measure(arguments, judge, name, texts, folder)
            if arguments.json:
                print(json.dumps(result), flush=True)
                continue
            print(f"{name}: {result['documents']} documents, {result['bytes'] / 1e6:.1f} MB, "
                  f"{result['tokens']} tokens, all ids equal; medians of {arguments.rounds}: "
                  f"refinectl {result['refinectl_mb_per_second']} MB/s "
                  f"({result['alone_mb_per_second']} without start and printing), tokenizers "
                  f"{version} {result['tokenizers_mb_per_second']} MB/s; ratio {result['ratio']} "
                  f"({result['ratio_alone']})", flush=True)


if __name__ == "__main__":
    main()
