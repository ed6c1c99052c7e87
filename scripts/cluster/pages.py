#!/usr/bin/env python3
"""Prints the beginnings of this project's own pages as a corpus of JSONL, for a short trial.

    pages.py [COUNT [CHARACTERS]]

COUNT documents (24) of at most CHARACTERS (1500) each: README.md and docs/*.md, then the same pages further
on.
"""

import itertools
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main() -> int:
    count, size = (int(word) for word in (sys.argv[1:] + ["24", "1500"][len(sys.argv) - 1:]))
    pages = [path.read_text(encoding="utf-8")
             for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]]
    places = range(max(map(len, pages)) // size + 1)
    parts = (page[size * place:size * (place + 1)] for place in places for page in pages)
    for number, text in enumerate(itertools.islice(filter(None, parts), count)):
        print(json.dumps({"id": f"page-{number}", "text": text}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
