"""The documents of Debian packages in the order of a lottery, and what is written of them."""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from refinery_scripts.debian_files import Skipped, documents
from refinery_scripts.debian_packages import Package, fields

# A mixture is fair enough where no kind has more than this share of the bytes, and where there are
# at least so many kinds.
LARGEST_SHARE = 0.25
FEWEST_KINDS = 14


class Place(NamedTuple):
    """A document in the spool. Places sort by `lot`, which is never the same twice."""

    lot: bytes
    start: int
    length: int
    package: str
    kind: str
    size: int


def lot(seed: int, name: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{name}".encode()).digest()


def drawn(name: str, one_in: int) -> bool:
    """Whether a file is among the one in so many that is taken. The seed has no say in it."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % one_in == 0


class Spool:
    """Rows on disk in the order of packages, with their places, since all of them together may be
    larger than memory."""

    def __init__(self, path: Path, seed: int) -> None:
        self.file = open(path, "w+b")
        self.seed = seed
        self.places: list[Place] = []
        self.end = 0

    def add(self, package: str, name: str, kind: str, text: str) -> None:
        row = json.dumps({"id": name, "domain": kind, "text": text}, ensure_ascii=False)
        line = row.encode() + b"\n"
        self.file.write(line)
        self.places.append(Place(lot(self.seed, name), self.end, len(line), package, kind,
                                 len(text.encode())))
        self.end += len(line)

    def lines(self, places: list[Place]) -> Iterator[bytes]:
        for place in places:
            self.file.seek(place.start)
            yield self.file.read(place.length)


def until(places: list[Place], megabytes: float | None) -> list[Place]:
    """The first places that hold so many megabytes of text together; the last may exceed them."""
    if megabytes is None:
        return places
    taken, left = [], megabytes * 1e6
    for place in places:
        if left <= 0:
            break
        taken.append(place)
        left -= place.size
    return taken


def collect(packages: list[Package], debs: dict[str, Path], spool: Spool) -> Skipped:
    """Every document of the packages into the spool."""
    skipped = Skipped()
    for number, (package, one_in) in enumerate(packages, 1):
        first = len(spool.places)
        for name, kind, text in documents(package, debs[package],
                                          lambda name: drawn(name, one_in), skipped):
            spool.add(package, name, kind, text)
        mine = spool.places[first:]
        print(f"reading {number} of {len(packages)}: {package}, {len(mine)} documents, "
              f"{sum(place.size for place in mine) / 1e6:.1f} MB", file=sys.stderr, flush=True)
    return skipped


def write(output: Path, spool: Spool, places: list[Place]) -> str:
    """The rows of the places, under a temporary name first; their SHA-256."""
    digest = hashlib.sha256()
    partial = output.with_name(output.name + ".partial")
    try:
        with open(partial, "wb") as out:
            for line in spool.lines(places):
                digest.update(line)
                out.write(line)
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    return digest.hexdigest()


def count(places: list[Place], field: str) -> dict[str, dict[str, int]]:
    """Documents and bytes of text by kind or by package, in the order of names."""
    numbers: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for place in places:
        numbers[getattr(place, field)] += 1
        sizes[getattr(place, field)] += place.size
    return {name: {"documents": numbers[name], "bytes": sizes[name]} for name in sorted(numbers)}


def sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest(packages: list[Package], debs: dict[str, Path], places: list[Place], skipped: Skipped,
             **more: object) -> dict:
    """What the corpus is made of. It names no time and no folder: the same again is the same."""
    counts = count(places, "package")
    rows = []
    for package in packages:
        version, architecture = fields(debs[package.name])
        rows.append({"package": package.name, "version": version, "architecture": architecture,
                     "sha256": sha256(debs[package.name]), "one_in": package.one_in,
                     **counts.get(package.name, {"documents": 0, "bytes": 0})})
    return more | {
        "documents": len(places),
        "bytes": sum(place.size for place in places),
        "domains": count(places, "kind"),
        "skipped": dict(sorted(skipped.counts.items())),
        "skipped_files": {reason: sorted(names) for reason, names in sorted(skipped.files.items())},
        "skipped_endings": dict(sorted(skipped.endings.items(), key=lambda item: (-item[1], item))),
        "packages": rows,
    }


def table(places: list[Place]) -> str:
    """Documents, megabytes and share of every kind, the largest first, as Markdown."""
    total = sum(place.size for place in places)
    kinds = sorted(count(places, "kind").items(), key=lambda item: (-item[1]["bytes"], item[0]))
    lines = ["| domain | documents | MB | share |", "|---|---|---|---|"]
    lines += [f"| {kind} | {n['documents']:,} | {n['bytes'] / 1e6:.1f} "
              f"| {n['bytes'] / total:.1%} |" for kind, n in kinds]
    lines.append(f"| all | {len(places):,} | {total / 1e6:.1f} | 100.0% |")
    return "\n".join(lines)


def lopsided(places: list[Place]) -> list[str]:
    """What is wrong with the mixture, if anything."""
    kinds = count(places, "kind")
    total = sum(n["bytes"] for n in kinds.values())
    found = [f"{kind} has {n['bytes'] / total:.0%} of the bytes" for kind, n in kinds.items()
             if n["bytes"] > LARGEST_SHARE * total]
    if len(kinds) < FEWEST_KINDS:
        found.append(f"there are {len(kinds)} domains only")
    return found
