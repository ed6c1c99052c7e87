"""Texts out of Debian packages: pages of documentation and source files.

A package is downloaded and read, never installed. Needs apt-get and dpkg-deb.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
from html.parser import HTMLParser
from pathlib import Path

from refinery_scripts.failure import fail


def held_out(name: str, divisor: int) -> bool:
    """Whether models/reference never saw the file of this name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % divisor == 0


class PageBody(HTMLParser):
    """The body of a Sphinx page as text: no navigation, no table of contents, no anchors."""

    BLOCKS = {"p", "div", "section", "li", "dt", "dd", "pre", "tr", "table", "h1", "h2", "h3",
              "h4", "h5", "h6", "blockquote", "ul", "ol", "dl"}
    VOID = {"br", "img", "hr", "input", "meta", "link", "col", "wbr", "area", "source"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.stack: list[tuple[str, str]] = []  # tag and mode: outside, body, skip

    @property
    def mode(self) -> str:
        return self.stack[-1][1] if self.stack else "outside"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.VOID:
            if tag == "br" and self.mode == "body":
                self.parts.append("\n")
            return
        values = {name: value or "" for name, value in attrs}
        classes = values.get("class", "").split()
        mode = self.mode
        if mode == "outside" and values.get("role") == "main":
            mode = "body"
        elif mode == "body" and (
            tag in {"script", "style", "nav", "footer", "form"}
            or {"headerlink", "toctree-wrapper", "contents", "language-selection"} & set(classes)
        ):
            mode = "skip"
        self.stack.append((tag, mode))
        if tag in self.BLOCKS and mode == "body":
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if all(open_tag != tag for open_tag, _ in self.stack):
            return
        if tag in self.BLOCKS and self.mode == "body":
            self.parts.append("\n\n")
        while self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.mode == "body":
            self.parts.append(data)


def page_text(html: str) -> str:
    parser = PageBody()
    parser.feed(html)
    lines = "".join(parser.parts).splitlines()
    text = "\n".join(line.rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def is_prose(text: str) -> bool:
    """Sentences and not a list of names: a page of links or of constants is no documentation."""
    words = re.findall(r"[A-Za-z]+", text)
    sentences = len(re.findall(r"[a-z)][.:](?:\s|$)", text))
    return len(words) > 150 and sentences >= 8 and sum(map(str.isascii, text)) > 0.97 * len(text)


def download(package: str, cache: Path) -> Path:
    """The .deb that `package` stands for (linux-doc depends on linux-doc-6.1), kept in cache."""
    def apt(*arguments: str) -> str:
        done = subprocess.run(arguments, capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else ""

    name = package
    for line in apt("apt-cache", "depends", package).splitlines():
        wanted = line.replace("Depends:", "").strip()
        # The package itself is a shell around the one of the current version.
        if "Depends:" in line and re.fullmatch(package.replace("3", r"3(\.\d+)?", 1)
                                               + r"(-[\d.]+)?", wanted):
            name = wanted
            break
    ready = sorted(cache.glob(f"{name}_*.deb"))
    if ready:
        return ready[-1]
    print(f"downloading Debian's {name}", file=sys.stderr)
    subprocess.run(["apt-get", "download", "--quiet", name], cwd=cache, stdout=sys.stderr,
                   stderr=subprocess.DEVNULL)
    ready = sorted(cache.glob(f"{name}_*.deb"))
    if not ready:
        fail(f"apt-get could not download {name}", "run apt-get update, and "
             "check that Debian's packages can be reached")
    return ready[-1]


def files_of(deb: Path, suffix: str, divisor: int):
    """(path inside the package, bytes) of the files of that suffix that the reference never saw."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE) as p:
        with tarfile.open(fileobj=p.stdout, mode="r|") as archive:
            for member in archive:
                name = member.name.rsplit("/", 1)[-1]
                if not (member.isfile() and name.endswith(suffix) and held_out(name, divisor)):
                    continue
                if any(p in member.name for p in ("/translations/", "/test/", "/idlelib/")):
                    continue
                yield member.name.removeprefix("./"), archive.extractfile(member).read()
    if p.returncode != 0:
        fail(f"dpkg-deb could not read {deb}", "delete the file and run again")
