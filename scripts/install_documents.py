#!/usr/bin/env python3
"""Copies the documentation, so that every link of the copy works.

    install_documents.py FOLDER

README.md, CHANGELOG.md, docs and Examples keep their places under FOLDER. A link of theirs to
something else of the repository becomes its words alone. Standard library only.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from urllib.parse import unquote

from refinery_scripts.documents import LINK, is_relative
from refinery_scripts.paths import ROOT

PARTS = ("README.md", "CHANGELOG.md", "docs", "Examples")


def files() -> list[Path]:
    found: list[Path] = []
    for part in PARTS:
        path = ROOT / part
        found += [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return [file for file in found if "__pycache__" not in file.parts]


def is_copied(target: Path) -> bool:
    try:
        return target.resolve().relative_to(ROOT).parts[0] in PARTS
    except ValueError:
        return False


def with_working_links(page: Path) -> str:
    def link(found) -> str:
        words, target = found.groups()
        path = unquote(target).partition("#")[0]
        if not is_relative(target) or not path or is_copied(page.parent / path):
            return found.group(0)
        return words
    return LINK.sub(link, page.read_text(encoding="utf-8"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    for file in files():
        copy = folder / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".md":
            copy.write_text(with_working_links(file), encoding="utf-8")
            copy.chmod(0o644)
        else:
            shutil.copyfile(file, copy)
            copy.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)


if __name__ == "__main__":
    main()
