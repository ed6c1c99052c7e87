#!/usr/bin/env python3
"""Makes a corpus of what Debian packages hold, as it lies there: 266 MB, 99 M tokens.

    make_debian_corpus.py [--cache DIR] [--seed 1] [--megabytes N] --output corpus.jsonl

A document is a file of one of 181 packages of Debian 12, decoded as UTF-8: manuals in HTML, man and
info pages, READMEs, changelogs, licences, source code in many languages, message catalogues, search
indexes, minified scripts, fortunes, books of the Bible, word lists. Nothing is cleaned, and nothing
is planted. A row has `id` (package/path), `domain` (what the file is, by its name and place) and
`text`. Files are left out whole, never cut: those that are not UTF-8, that hold NUL, that are empty
or longer than 2 MB, and those of whose name no rule says what they are. The manifest beside the
output (corpus.jsonl.manifest.json) counts them, and names the packages, versions and SHA-256s.

Documents come in the order of the SHA-256 of seed and id, so that the start of the file is a fair
slice of it; --megabytes N ends it at N MB of text. The same packages and seed give the same bytes.
Packages are downloaded into the cache with apt-get; nothing is installed and no root is needed.
Standard library only; needs apt-get and dpkg-deb.
"""

from __future__ import annotations

import argparse
import errno
import json
import sys
from pathlib import Path

from refinery_scripts import debian_corpus
from refinery_scripts.debian_packages import PACKAGES, fetch, require_tools
from refinery_scripts.failure import fail
from refinery_scripts.paths import CACHE


def build(cache: Path, output: Path, seed: int, megabytes: float | None) -> None:
    require_tools()
    cache.mkdir(parents=True, exist_ok=True)
    output.parent.mkdir(parents=True, exist_ok=True)
    debs = fetch(PACKAGES, cache)
    spool_path = output.with_name(output.name + ".spool")
    try:
        spool = debian_corpus.Spool(spool_path, seed)
        skipped = debian_corpus.collect(PACKAGES, debs, spool)
        places = debian_corpus.until(sorted(spool.places), megabytes)
        digest = debian_corpus.write(output, spool, places)
    finally:
        spool_path.unlink(missing_ok=True)

    made = debian_corpus.manifest(PACKAGES, debs, places, skipped, seed=seed, megabytes=megabytes,
                                  sha256=digest)
    beside = output.with_name(output.name + ".manifest.json")
    partial = beside.with_name(beside.name + ".partial")
    partial.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(beside)

    print(debian_corpus.table(places))
    print("left out: " + ", ".join(f"{number:,} {reason}"
                                   for reason, number in made["skipped"].items()))
    print(f"SHA-256: {digest}")
    for fault in debian_corpus.lopsided(places):
        print(f"warning: {fault}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=CACHE / "debian",
                        help="folder of the downloaded packages (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the order (%(default)s)")
    parser.add_argument("--megabytes", type=float, help="end after so many MB of text")
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.megabytes is not None and not arguments.megabytes > 0:
        parser.error("--megabytes must be above 0")
    try:
        build(arguments.cache, arguments.output, arguments.seed, arguments.megabytes)
    except OSError as error:
        where = error.filename or arguments.output.parent
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        fail(f"{where}: {error.strerror or error}",
             "free 1 GB of disk, or name a folder on another one with --output" if full else None)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
