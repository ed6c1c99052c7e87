"""Markdown pages: their links, and the headings that links lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^()\s]+)\)")
PICTURE = re.compile(r"!\[([^\[\]]*)\]\(([^()\s]+)\)")
HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*$")


def prose_lines(text: str) -> Iterator[tuple[int, str]]:
    """Line number and text of each line that is no code, neither fenced nor indented."""
    is_fenced = False
    for number, line in enumerate(text.split("\n"), start=1):
        if line.lstrip().startswith("```"):
            is_fenced = not is_fenced
        elif not is_fenced and not line.startswith("    "):
            yield number, line


def anchors(text: str) -> set[str]:
    """What `#…` may name in a page, as GitHub makes it of headings."""
    found: dict[str, int] = {}
    names: set[str] = set()
    for _, line in prose_lines(text):
        heading = HEADING.fullmatch(line)
        if not heading:
            continue
        words = LINK.sub(r"\1", heading.group(1)).lower()
        name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        count = found.get(name, 0)
        found[name] = count + 1
        names.add(f"{name}-{count}" if count else name)
    return names


def is_relative(target: str) -> bool:
    """Whether a link leads to a file beside its page, and not into the web."""
    return not re.match(r"[a-z][a-z0-9+.-]*:", target)


def broken_links(page: Path) -> Iterator[tuple[int, str, str]]:
    """Line, target and what is wrong of each link of a page that leads nowhere."""
    text = page.read_text(encoding="utf-8")
    for number, line in prose_lines(text):
        for _, target in LINK.findall(line) + PICTURE.findall(line):
            if not is_relative(target):
                continue
            path, _, anchor = unquote(target).partition("#")
            file = page.parent / path if path else page
            if not file.exists():
                yield number, target, "there is no such file"
            elif anchor and file.suffix == ".md":
                if anchor not in anchors(file.read_text(encoding="utf-8")):
                    yield number, target, "there is no such heading"
