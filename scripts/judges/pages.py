#!/usr/bin/env python3
"""The report and the live page as Chromium shows them, judged by axe-core and by what a person must be able to do.

    pages.py [--bin .build/release] [--output FOLDER] [--store STORE --selection NAME] [--pictures]

Needs Debian's package chromium, and Playwright and axe-core from PyPI (requirements-pages.txt). refineryd
scores pages of this project with the quickstart's models; its live page is looked at while it scores, goes
through a restart of the daemon, and again when all is scored, and so is the report of a selection, or of
one in STORE. Each page is shown 1280 and 360 pixels wide, light and dark. Exits 1 where axe-core finds a
violation, a page is wider than the screen, a text is smaller than 12 pixels, the browser's console says an
error, or a report says nothing without scripts. The pictures lie in FOLDER; with --pictures, those that
docs/pictures shows are replaced.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import scripts_path  # noqa: F401
from refinery_scripts.daemon import Daemon
from refinery_scripts.failure import fail, require
from refinery_scripts.paths import BINARIES, CONFIG, ROOT, TEACHER

from monitoring import free_port

PICTURES = ROOT / "docs/pictures"
WIDTHS = (1280, 360)
SCHEMES = ("light", "dark")
# Pixels, of any text that is shown.
SMALLEST_TEXT = 12
# Seconds, for what a page is to show.
LONGEST_WAIT = 60
SHOWS_HALF = "document.getElementById('selections').innerText.includes('half')"
# How often a screen reader is given something to say within nine seconds, in which four reports come.
SPOKEN = """() => new Promise((done) => {
    let times = 0;
    new MutationObserver(() => times++).observe(document.getElementById("spoken"),
        { childList: true, characterData: true, subtree: true });
    setTimeout(() => done(times), 9000);
})"""
# The smallest text that is shown, as its size and its words.
SMALLEST = """() => {
    let found = [1000, ""];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement;
        if (!node.textContent.trim() || !parent.checkVisibility()) continue;
        if (parent.closest("script, style, title, desc")) continue;
        const box = document.createRange();
        box.selectNodeContents(node);
        const size = parseFloat(getComputedStyle(parent).fontSize);
        // Within a chart, text shrinks with the chart.
        const chart = parent.closest("svg");
        const scale = chart && chart.viewBox.baseVal.width
            ? chart.getBoundingClientRect().width / chart.viewBox.baseVal.width : 1;
        if (box.getClientRects().length && size * scale < found[0])
            found = [size * scale, node.textContent.trim().slice(0, 40)];
    }
    return found;
}"""


class Looks:
    """Looks at pages, and gathers what is wrong with them."""

    def __init__(self, browser: Browser, output: Path) -> None:
        self.browser = browser
        self.output = output
        self.axe = Axe()
        self.wrong: list[str] = []

    @contextlib.contextmanager
    def page(self, address: str, width: int, scheme: str, **options: object) -> Iterator[Page]:
        """A page that was loaded, in a window of its own."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        page = context.new_page()
        page.on("console", lambda message: message.type == "error" and self.wrong.append(
            f"{address}: the console says: {message.text}"))
        page.on("pageerror", lambda error: self.wrong.append(f"{address}: {error}"))
        page.goto(address)
        yield page
        context.close()

    def look(self, name: str, address: str, ready: str) -> None:
        """Looks at a page in every width and scheme, once `ready` is true on it."""
        for width in WIDTHS:
            for scheme in SCHEMES:
                with self.page(address, width, scheme) as page:
                    self.wait(page, ready)
                    self.judge(page, f"{name}-{width}-{scheme}", width)

    @staticmethod
    def wait(page: Page, ready: str) -> None:
        """Waits until an expression is true: the page's policy forbids what wait_for_function does."""
        end = time.monotonic() + LONGEST_WAIT
        while not page.evaluate(ready):
            if time.monotonic() > end:
                fail(f"{page.url}: after {LONGEST_WAIT} s this is not true: {ready}")
            page.wait_for_timeout(200)

    def judge(self, page: Page, name: str, width: int) -> None:
        before = len(self.wrong)
        wide = page.evaluate("document.scrollingElement.scrollWidth")
        if wide > width:
            self.wrong.append(f"{name}: {wide} pixels wide on a screen of {width}")
        size, words = page.evaluate(SMALLEST)
        if size < SMALLEST_TEXT:
            self.wrong.append(f"{name}: {words!r} is {size:.1f} pixels high")
        for violation in self.axe.run(page).response["violations"]:
            for node in violation["nodes"]:
                self.wrong.append(f"{name}: {violation['id']}: {node['html'][:120]}")
        page.screenshot(path=self.output / f"{name}.png", full_page=True)
        print(f"{name}: smallest text {size:.1f} px, {wide} px wide, "
              f"{len(self.wrong) - before} things wrong", flush=True)


def look_at_report(looks: Looks, path: Path) -> None:
    address = path.resolve().as_uri()
    looks.look("report", address, "document.querySelector('h1')")
    with looks.page(address, 1280, "light", java_script_enabled=False) as page:
        words = page.inner_text("body")
    if "kept" not in words.lower():
        looks.wrong.append("report: without scripts it does not say what was kept")
    print(f"report: {len(words)} characters without scripts, {path.stat().st_size} bytes")


def look_at_daemon(looks: Looks, options: argparse.Namespace, folder: Path) -> Path:
    """Looks at the live page of a daemon that scores, and makes a report of what it scored."""
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    config = folder / "refineryd.toml"
    config.write_text(CONFIG.read_text().replace('http = ""', f'http = "127.0.0.1:{port}"', 1))
    corpus = folder / "corpus.jsonl"
    with open(corpus, "w") as file:
        subprocess.run([sys.executable, ROOT / "scripts/cluster/pages.py", str(options.documents)],
                       stdout=file, check=True)
    with Daemon(options.bin, folder, config) as daemon:
        daemon.call("enqueue", corpus)
        looks.look("live-scoring", address,
                   "/[1-9]\\d* %/.test(document.getElementById('corpora').innerText)")
        # One that stays open while the daemon restarts.
        page = looks.browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.goto(address)
        page.wait_for_selector("h1")
        # What is said when the page opens, and once more where all is scored meanwhile.
        times = page.evaluate(SPOKEN)
        if times > 2:
            looks.wrong.append(f"live: a screen reader is told something {times} times in 9 s")
    with Daemon(options.bin, folder, config, until_idle=False) as daemon:
        daemon.call("enqueue", corpus, "--wait")
        daemon.call("export", "--token-ratio", "0.5", "--name", "half", "--output",
                    folder / "half.jsonl")
        looks.wait(page, SHOWS_HALF)
        print("live: a page that was open before a restart shows the selection made after it")
        looks.look("live", address, SHOWS_HALF)
        daemon.call("report", "--selection", "half", "--output", folder / "report.html")
    return folder / "report.html"


def replace_pictures(output: Path) -> None:
    """Small pictures for docs, of what was looked at."""
    for name, source, height in (("report", "report-1280-light", 2000),
                                 ("report-phone", "report-360-dark", 1600),
                                 ("live", "live-scoring-1280-light", 900),
                                 ("live-phone", "live-scoring-360-dark", 900)):
        with Image.open(output / f"{source}.png") as picture:
            part = picture.convert("RGB").crop((0, 0, picture.width, min(height, picture.height)))
            # Of fewer colours, or chosen by how often they occur, a legend loses its own.
            small = part.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
            small.save(PICTURES / f"{name}.png", optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, default=BINARIES)
    parser.add_argument("--browser", default="chromium")
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--output", type=Path, default=ROOT / ".cache/page-pictures")
    parser.add_argument("--store", type=Path)
    parser.add_argument("--selection")
    parser.add_argument("--pictures", action="store_true")
    options = parser.parse_args()
    require(options.bin / "refineryd", hint="run make build")
    require(TEACHER, hint="run make teacher")
    browser_path = shutil.which(options.browser)
    if browser_path is None:
        fail(f"no {options.browser}", "apt-get install --no-install-recommends chromium")
    options.output.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        looks = Looks(browser, options.output)
        report = look_at_daemon(looks, options, Path(folder))
        if options.store:
            report = Path(folder) / "other.html"
            subprocess.run([options.bin / "refinectl", "report", "--store", options.store,
                            "--selection", options.selection, "--output", report], check=True)
        look_at_report(looks, report)
        browser.close()
    if looks.wrong:
        fail("\n".join(dict.fromkeys(looks.wrong)))
    if options.pictures:
        replace_pictures(options.output)


if __name__ == "__main__":
    main()
