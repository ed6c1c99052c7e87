#!/usr/bin/env python3
"""Checks a report's page against the store and, with a browser, as it is rendered.

    check_report.py STORE PAGE SELECTION [--browser chromium]

The numbers in the page's tables equal what SQL finds in the store; the page holds only elements and
attributes that a report needs, no script, link or address of a network; it is under 2 MB. With a
browser the same is asked of the document that it makes of the page, its title must not have
changed, and screenshots must be light and dark. So that "no script ran" can fail, the browser is
first shown the page with its text unescaped and its policy removed, and there the title must have
changed: the corpus has to hold a text with <script>document.title='ran'</script>.
"""

import argparse
import html
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
import zlib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

ELEMENTS = set("html head meta title style body main h1 h2 h3 p b i dl dt dd ul li table thead tbody"
               " tr th td svg path rect text desc pre details summary span div code figure"
               " figcaption".split())
ATTRIBUTES = set("lang charset name content http-equiv class role viewbox width height x y d scope"
                 " text-anchor open aria-label tabindex style".split())


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.elements, self.attributes, self.styles = set(), set(), set()
        self.rows, self.title = [], ""
        self.inside = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.styles |= {value for name, value in attrs if name == "style"}
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside in ("td", "th") and self.rows:
            self.rows[-1][-1] += data
        if self.inside == "title" and "body" not in self.elements:
            self.title += data


def numbers(db, name):
    """The rows that the page must have, from the raw tables."""
    selection, teacher, reference = db.execute(
        "SELECT id, teacher, reference FROM selection WHERE name = ?", (name,)).fetchone()
    kept = db.execute(
        "SELECT m.name, s.tokens FROM selection_chunk k JOIN chunk c ON c.id = k.chunk"
        " JOIN document d ON d.id = c.document LEFT JOIN domain m ON m.id = d.domain"
        " JOIN score s ON s.chunk = coalesce(c.duplicate_of, c.id) AND s.model = ?"
        " WHERE k.selection = ?", (teacher, selection)).fetchall()
    chunks, = db.execute("SELECT count(*) FROM chunk WHERE retired = 0").fetchone()
    candidates = db.execute(
        "SELECT candidates FROM selection WHERE id = ?", (selection,)).fetchone()[0]
    rows = {"candidates": [candidates], "kept": [len(kept), sum(row[1] for row in kept)]}
    verdict = f"Kept {len(kept):,} of {chunks:,} chunk"
    domains = {}
    for domain, tokens in kept:
        key = "(none)" if domain is None else domain.decode()
        domains[key] = domains.get(key, 0) + tokens
    removals = json.loads(db.execute(
        "SELECT summary FROM selection WHERE id = ?", (selection,)).fetchone()[0])["removals"]
    return rows, verdict, domains, removals


def check(text, store, name):
    page, problems = Page(text), []
    if page.elements - ELEMENTS:
        problems.append(f"elements {sorted(page.elements - ELEMENTS)}")
    if page.attributes - ATTRIBUTES:
        problems.append(f"attributes {sorted(page.attributes - ATTRIBUTES)}")
    if not (page.title.startswith(f"Selection {name} of ")
            and page.title.endswith(" – refinery report")):
        problems.append(f"the title is {page.title!r}")
    if len(text.encode()) >= 2 << 20:
        problems.append("2 MB and more")
    db = sqlite3.connect(f"file:{quote(store)}?mode=ro", uri=True)
    rows, verdict, domains, removals = numbers(db, name)
    if verdict not in text:
        problems.append(f"no sentence {verdict!r}")
    if any(not re.fullmatch(r"width:[0-9.]+%", style) for style in page.styles):
        problems.append(f"styles {sorted(page.styles)}")
    for label, values in rows.items():
        wanted = [label] + [f"{v:,}" for v in values]
        if not any(row[:len(wanted)] == wanted for row in page.rows):
            problems.append(f"no row {wanted}")
    for domain, tokens in domains.items():
        if not any(row[0] == domain and len(row) > 4 and row[4] == f"{tokens:,}"
                   for row in page.rows if row):
            problems.append(f"no row of domain {domain!r} with {tokens} tokens kept")
    for removal in removals:
        wanted = [f"{removal['items']:,}", f"{removal['tokens']:,}"]
        if removal["items"] and not any(
                row[1:3] == wanted and row[0].startswith("− ") for row in page.rows):
            problems.append(f"no row of {removal}")
    return problems


def browse(browser, path, *options):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        result = subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=400,300",
             "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}", *options,
             path.as_uri()], capture_output=True, timeout=300, check=True)
        return result.stdout.decode()


def first_pixel(png):
    """Red, green and blue of the pixel at the top left: no filter of PNG changes that one."""
    at, data = 8, b""
    while at < len(png):
        size = int.from_bytes(png[at:at + 4], "big")
        if png[at + 4:at + 8] == b"IDAT":
            data += png[at + 8:at + 8 + size]
        at += 12 + size
    return tuple(zlib.decompress(data)[1:4])


def render(browser, page, store, name):
    text = page.read_text()
    with tempfile.TemporaryDirectory() as folder:
        open_page = Path(folder) / "open.html"
        open_page.write_text(html.unescape(
            re.sub(r"<meta http-equiv[^>]*>", "", text, flags=re.IGNORECASE)))
        if "<title>ran" not in browse(browser, open_page, "--dump-dom"):
            return ["the page without escapes runs no script either: the check proves nothing"]
        problems = check(browse(browser, page, "--dump-dom"), store, name)
        pixels = []
        for scheme in (1, 0):
            picture = Path(folder) / f"{scheme}.png"
            browse(browser, page, f"--screenshot={picture}",
                   f"--blink-settings=preferredColorScheme={scheme}")
            pixels.append(first_pixel(picture.read_bytes()))
        if not (min(pixels[0]) > 200 and max(pixels[1]) < 80):
            problems.append(f"light and dark are {pixels}")
    return [f"in the browser: {problem}" for problem in problems]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("store", "page", "selection"):
        parser.add_argument(name)
    parser.add_argument("--browser")
    options = parser.parse_args()
    page = Path(options.page).resolve()
    text = page.read_text()
    problems = check(text, options.store, options.selection)
    if re.search(r"(?:src|href|url|@import)\s*[=(]", text.split("<body")[0]):
        problems.append("the head names something outside the page")
    if options.browser:
        problems += render(options.browser, page, options.store, options.selection)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        sys.exit(1)
    print("the page says what the store holds" + (", in the browser too" if options.browser else ""))


if __name__ == "__main__":
    main()
