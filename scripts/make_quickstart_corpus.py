#!/usr/bin/env python3
"""Makes the quickstart's corpus: about 60,000 teacher tokens of documentation, code and junk.

    make_quickstart_corpus.py [--cache DIR] [--tokens 60000] [--seed 1] --output corpus.jsonl

Good text comes out of Debian packages (linux-doc, python3-doc, libpython3-stdlib: 53 MB to
download; nothing is installed and no root is needed). Only files that models/reference never saw
are taken: HTML pages whose file name's SHA-256 begins with a 32-bit big-endian number divisible by
4, Python files where it is divisible by 8. Bad text is generated: base64, shuffled words, a
navigation line over and over. Some good documents come twice. The same packages and seed give the
same bytes. Standard library only.
"""

from __future__ import annotations

import argparse
import base64
import itertools
import json
import random
import sys
from pathlib import Path

from refinery_scripts.debian_texts import download, files_of, is_prose, page_text
from refinery_scripts.paths import CACHE

# Share of the corpus by tokens, and UTF-8 bytes a SmolLM2 token (measured on such texts).
DOMAINS = {
    "kernel-docs": (0.25, 3.6),
    "python-docs": (0.25, 3.7),
    "python-code": (0.18, 3.7),
    "noise": (0.14, 1.7),
    "boilerplate": (0.08, 4.4),
    "duplicate": (0.10, 3.7),
}
# A document is the start of a page, up to a paragraph's end: long enough to judge, short enough
# that 60,000 tokens are some hundred of them.
SHORTEST, LONGEST = 1500, 3000

NAVIGATION = [
    "Home", "About", "Contact", "Privacy policy", "Terms of service", "Log in", "Sign up",
    "Subscribe to our newsletter", "Help", "Search", "Blog", "Careers",
]


def cut(text: str) -> str | None:
    """The text up to a paragraph's (or line's) end between SHORTEST and LONGEST characters."""
    if len(text) < SHORTEST:
        return None
    if len(text) <= LONGEST:
        return text
    for separator in ("\n\n", "\n"):
        end = text.rfind(separator, SHORTEST, LONGEST)
        if end > 0:
            return text[:end]
    return None


def page(content: bytes) -> str | None:
    text = cut(page_text(content.decode("utf-8", "replace")))
    return text if text and is_prose(text) else None


def source_file(content: bytes) -> str | None:
    text = cut(content.decode("utf-8", "replace"))
    return text if text and "def " in text else None


def documents_of(files: list[tuple[str, bytes]], read, rng: random.Random):
    """(name, text) of the usable files in random order, read as they are asked for."""
    files.sort()
    rng.shuffle(files)
    for name, content in files:
        text = read(content)
        if text:
            yield name, text


def fill(documents, tokens: float, bytes_per_token: float) -> list[tuple[str, str]]:
    """Documents until they hold about so many tokens."""
    taken, left = [], tokens * bytes_per_token
    for name, text in documents:
        taken.append((name, text))
        left -= len(text.encode())
        if left <= 0:
            break
    return taken


def noise(source: str, rng: random.Random):
    """Base64 and shuffled words in turn, without end."""
    words = source.split()
    number = 0
    while True:
        if number % 2 == 0:
            text = base64.encodebytes(rng.randbytes(rng.randint(600, 900))).decode()
            yield f"base64-{number}", text
        else:
            start = rng.randrange(max(1, len(words) - 500))
            some = words[start : start + rng.randint(250, 450)]
            rng.shuffle(some)
            yield f"shuffled-{number}", " ".join(some)
        number += 1


def boilerplate(rng: random.Random):
    """A navigation line over and over, without end."""
    number = 0
    while True:
        line = " | ".join(NAVIGATION[: rng.randint(6, 8)])
        yield f"{number}", "\n".join([line] * rng.randint(16, 32)) + f"\nPage {number + 1}\n"
        number += 1


def build(cache: Path, tokens: int, seed: int) -> list[dict]:
    rng = random.Random(seed)
    share = {domain: (part * tokens, density) for domain, (part, density) in DOMAINS.items()}
    good = {
        "kernel-docs": (page, files_of(download("linux-doc", cache), ".html", 4)),
        "python-docs": (page, files_of(download("python3-doc", cache), ".html", 4)),
        "python-code": (source_file, files_of(download("libpython3-stdlib", cache), ".py", 8)),
    }
    sources = {domain: documents_of([(path.split("/html/")[-1].removeprefix("usr/lib/"), content)
                                     for path, content in files], read, rng)
               for domain, (read, files) in good.items()}
    texts = {domain: fill(source, *share[domain]) for domain, source in sources.items()}
    # Words to shuffle come from pages that are not in the corpus.
    unused = [text for domain in ("kernel-docs", "python-docs")
              for _, text in itertools.islice(sources[domain], 30)]
    texts["noise"] = fill(noise(" ".join(unused), rng), *share["noise"])
    texts["boilerplate"] = fill(boilerplate(rng), *share["boilerplate"])

    documents = [
        {"id": f"{domain}/{name}", "text": text, "domain": domain}
        for domain, items in texts.items() for name, text in items
    ]
    originals = [d for d in documents if d["domain"] in good]
    chosen = rng.sample(originals, len(originals))
    copies = fill(((d["id"], d["text"]) for d in chosen), *share["duplicate"])
    domains = {d["id"]: d["domain"] for d in originals}
    documents += [
        {"id": f"duplicate/{name}", "text": text, "domain": domains[name]}
        for name, text in copies
    ]
    rng.shuffle(documents)
    return documents


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--tokens", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()

    debs = arguments.cache / "debs"
    debs.mkdir(parents=True, exist_ok=True)
    documents = build(debs, arguments.tokens, arguments.seed)
    partial = arguments.output.with_name(arguments.output.name + ".partial")
    with open(partial, "w", encoding="utf-8", newline="\n") as out:
        for document in documents:
            out.write(json.dumps(document, ensure_ascii=False) + "\n")
    partial.replace(arguments.output)

    print(f"{'domain':<14}{'documents':>10}{'of them twice':>15}{'bytes':>10}{'tokens, about':>15}")
    for domain in list(DOMAINS)[:-1]:
        mine = [d for d in documents if d["domain"] == domain]
        twice = sum(d["id"].startswith("duplicate/") for d in mine)
        size = sum(len(d["text"].encode()) for d in mine)
        print(f"{domain:<14}{len(mine):>10}{twice:>15}{size:>10}{size / DOMAINS[domain][1]:>15.0f}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
