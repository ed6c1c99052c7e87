#!/usr/bin/env python3
"""The benchmark's texts: pages of documentation, each cut to an exact number of tokens.

    texts.py FOLDER --tokenizer DIR --cache DIR NAME=COUNTxLENGTH…

Writes FOLDER/NAME.jsonl, COUNT lines {"id", "text", "token_ids"} of LENGTH tokens each, for every
NAME. The pages are those of Debian's linux-doc and python3-doc that make_quickstart_corpus.py takes
good text from. Each page is used once, so no two texts are alike. A text is kept only if it gives
its tokens again and has 3.5 to 4 bytes a token, as English documentation has. `refinectl score`
hands text to its threads by the byte. Texts of that density make that an even share of the tokens,
so no thread waits for another at the end. The same packages give the same texts. Prints the
packages used. Needs the judges' environment.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import scripts_path  # noqa: F401
from refinery_scripts.debian_texts import download, files_of, is_prose, page_text
from refinery_scripts.failure import fail
from refinery_scripts.judge_models import load_tokenizer

DENSITY = (3.5, 4.0)  # UTF-8 bytes a token
PACKAGES = ("linux-doc", "python3-doc")
# Starts of a page that are tried before the page is given up.
STARTS = 24


def cut(text: str, length: int, tokenizer) -> tuple[str, list[int]] | None:
    """A piece of `text` that starts at a paragraph and has `length` tokens, or None."""
    start = 0
    for _ in range(STARTS):
        if len(text) - start < DENSITY[0] * length:
            return None
        some = text[start : start + int(DENSITY[1] * length)]
        ids = tokenizer.encode(some, add_special_tokens=False).ids[:length]
        piece = tokenizer.decode(ids, skip_special_tokens=False)
        again = tokenizer.encode(piece, add_special_tokens=False).ids
        density = len(piece.encode()) / length
        if len(ids) == length and again == ids and DENSITY[0] <= density <= DENSITY[1]:
            return piece, ids
        start = text.find("\n\n", start + 1) + 2
        if start < 2:
            return None
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("sets", nargs="+", metavar="NAME=COUNTxLENGTH")
    arguments = parser.parse_args()
    wanted = []
    for item in arguments.sets:
        name, shape = item.split("=")
        count, length = map(int, shape.split("x"))
        wanted.append((length, name, count))

    tokenizer = load_tokenizer(arguments.tokenizer)
    debs = arguments.cache / "debs"
    debs.mkdir(parents=True, exist_ok=True)
    packages = [download(package, debs) for package in PACKAGES]
    pages = sorted((path, content) for package in packages
                   for path, content in files_of(package, ".html", 4))
    random.Random(1).shuffle(pages)
    texts = []
    for path, content in pages:
        text = page_text(content.decode("utf-8", "replace"))
        if is_prose(text):
            texts.append((path.split("/html/")[-1], text))

    arguments.folder.mkdir(parents=True, exist_ok=True)
    # Long texts first: any page holds a short one.
    for length, name, count in sorted(wanted, reverse=True):
        rows, left = [], []
        for place, (path, text) in enumerate(texts):
            if len(rows) == count:
                left += texts[place:]
                break
            found = cut(text, length, tokenizer)
            if found is None:
                left.append((path, text))
            else:
                rows.append({"id": path, "text": found[0], "token_ids": found[1]})
        if len(rows) < count:
            fail(f"{count} texts of {length} tokens wanted, {len(rows)} found",
                 f"{' and '.join(p.name for p in packages)} hold fewer pages than usual")
        texts = left
        with open(arguments.folder / f"{name}.jsonl", "w", encoding="utf-8", newline="\n") as out:
            for row in rows:
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(json.dumps([package.name.removesuffix(".deb") for package in packages]))


if __name__ == "__main__":
    main()
