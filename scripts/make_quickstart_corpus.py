#!/usr/bin/env python3
"""Makes the quickstart's corpus: about 60,000 teacher tokens of documentation, code and junk.

    make_quickstart_corpus.py [--cache DIR] [--tokens 60000] [--seed 1] --output corpus.jsonl

Good text comes out of Debian packages (linux-doc, python3-doc, libpython3-stdlib: 53 MB to
download, nothing is installed and no root is needed), and only from files that models/reference
never saw: HTML pages whose file name's SHA-256 begins with a 32-bit big-endian number divisible
by 4, Python files where it is divisible by 8. Bad text is generated: base64, shuffled words, a
navigation line over and over; and some good documents come twice. The same packages and seed
give the same bytes. Standard library only.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import itertools
import json
import random
import re
import subprocess
import sys
import tarfile
from html.parser import HTMLParser
from pathlib import Path

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


def fail(message: str, hint: str) -> None:
    print(f"make_quickstart_corpus: {message}\nhint: {hint}", file=sys.stderr)
    sys.exit(1)


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
    root = Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=root / ".cache")
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
