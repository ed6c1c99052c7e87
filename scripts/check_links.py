#!/usr/bin/env python3
"""Whether every link between Markdown pages leads to a file and a heading that are there.

    check_links.py FOLDER

It reads README.md, CHANGELOG.md and every page under docs and Examples of the folder, and whatever
page they lead to. Links into the web are left alone. Standard library only.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from refinery_scripts.documents import broken_links


def pages(folder: Path) -> list[Path]:
    found = [folder / name for name in ("README.md", "CHANGELOG.md") if (folder / name).exists()]
    for part in ("docs", "Examples"):
        found += sorted((folder / part).rglob("*.md"))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    read, broken = pages(folder), 0
    for page in read:
        for line, target, problem in broken_links(page):
            print(f"{page.relative_to(folder)}:{line}: {target}: {problem}")
            broken += 1
    if not read:
        raise SystemExit(f"{folder} has no page")
    print(f"{len(read)} pages, {broken} broken links")
    raise SystemExit(1 if broken else 0)


if __name__ == "__main__":
    main()
