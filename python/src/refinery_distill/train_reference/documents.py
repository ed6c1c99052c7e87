"""Reads the documents of a corpus as the native importer does (Sources/Refinery/Import)."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from .errors import TrainingError

ENDINGS = tuple(kind + packed for kind in (".jsonl", ".ndjson", ".json")
                for packed in ("", ".gz", ".zst"))
ACCEPTED = ".jsonl, .ndjson or .json (also .gz; .zst where zstandard is installed), or .txt"
MOST_BYTES = 64 << 20
"""Bytes of a line or a text file, at most."""
# Unicode's White_Space.
WHITE_SPACE = "".join(map(chr, [
    *range(9, 14), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F,
    0x3000]))


@dataclass
class Tally:
    """What a pass read, under plan.json's names."""

    files: list[dict[str, Any]] = field(default_factory=list)
    documents: int = 0
    textBytes: int = 0
    rejected: int = 0


class Corpus:
    """The documents of some files, read from the first to the last as often as wanted."""

    def __init__(self, paths: list[str], text_field: str, domain_field: str = "domain") -> None:
        """Lists the files; raises TrainingError for what is missing or of an unknown ending."""
        self._files = [found for path in paths for found in listing(path)]
        self._fields = (text_field, domain_field)

    def changed(self, files: list[dict[str, Any]]) -> str | None:
        """The first file that is not there as it was, by name and size; None for none."""
        if len(files) != len(self._files):
            return f"{len(files)} files, now {len(self._files)}"
        for (path, name), file in zip(self._files, files):
            size = path.stat().st_size if path.exists() else -1
            if (name, size) != (file["name"], file["bytes"]):
                return f"{file['name']} with {file['bytes']} bytes, now {name} with {size}"
        return None

    def read(self, take: Callable[[bytes, bytes], None]) -> Tally:
        """Hands over every text with its SHA-256; returns what was read."""
        tally = Tally()
        for path, name in self._files:
            with open(path, "rb") as file:
                raw = HashingReader(file)
                for line, is_text in lines(path, raw):
                    text = line if is_text else read_text(line, *self._fields)
                    if text is None:
                        continue
                    if isinstance(text, Reject) or not usable(text):
                        tally.rejected += 1
                        continue
                    tally.documents += 1
                    tally.textBytes += len(text)
                    take(text, hashlib.sha256(text).digest())
                raw.read_rest()
            tally.files.append(
                {"name": name, "bytes": raw.count, "sha256": raw.digest.hexdigest()})
        return tally


class Reject:
    """A line that is no document."""


def listing(path: str) -> list[tuple[Path, str]]:
    """The files that a path stands for, each with the name under which it is known."""
    root = Path(path)
    if root.is_file():
        if not is_corpus(root.name):
            raise TrainingError(f"cannot read {path}: its ending says nothing of its format",
                                f"accepted are {ACCEPTED}, and folders of them")
        return [(root, path)]
    if not root.is_dir():
        raise TrainingError(f"there is no {path}")
    found = []
    for folder, folders, names in os.walk(root, followlinks=True):
        folders[:] = [name for name in folders
                      if not name.startswith(".")
                      and not name.endswith((".reference", ".training"))]
        for name in names:
            if not name.startswith(".") and is_corpus(name):
                whole = Path(folder) / name
                found.append((whole, whole.relative_to(root).as_posix()))
    if not found:
        raise TrainingError(f"there is no file to read in {path}", f"accepted are {ACCEPTED}")
    return sorted(found, key=lambda one: one[1].encode())


def is_corpus(name: str) -> bool:
    """Whether a file's ending is one that is read."""
    return name.endswith((*ENDINGS, ".txt")) and not name.endswith(".manifest.json")


class HashingReader(io.RawIOBase):
    """Bytes of a file, which are hashed as they are read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.count = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Reads into a buffer."""
        data = self._file.read(len(buffer))
        self.digest.update(data)
        self.count += len(data)
        buffer[:len(data)] = data
        return len(data)

    def read_rest(self) -> None:
        """Reads what a decompressor left."""
        while self.read(1 << 20):
            pass


def lines(path: Path, raw: HashingReader) -> Iterator[tuple[bytes, bool]]:
    """The lines of a file, or the whole text of a .txt, which the flag tells."""
    stream: IO[bytes] = io.BufferedReader(raw, 1 << 20)
    if path.name.endswith(".txt"):
        text = stream.read(MOST_BYTES + 1)
        if text.startswith(b"\xef\xbb\xbf"):
            text = text[3:]
        yield text, True
        return
    if path.name.endswith(".gz"):
        import gzip
        stream = cast(IO[bytes], gzip.GzipFile(fileobj=stream))
    elif path.name.endswith(".zst"):
        try:
            import zstandard
        except ImportError as error:
            raise TrainingError(
                f"{path} needs PyPI's zstandard", "pip install zstandard") from error
        stream = io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(
            stream, read_across_frames=True), 1 << 20)
    is_first = True
    try:
        for line in iter(stream.readline, b""):
            if is_first and line.startswith(b"\xef\xbb\xbf"):
                line = line[3:]
            is_first = False
            yield line.removesuffix(b"\n").removesuffix(b"\r"), False
    except (EOFError, OSError) as error:
        raise TrainingError(f"{path} is damaged: {error}", "copy it again") from error


def read_text(line: bytes, text_field: str, domain_field: str) -> bytes | Reject | None:
    """The text of a line; None for a blank line."""
    if len(line) > MOST_BYTES:
        return Reject()
    try:
        decoded = line.decode()
        if not decoded.strip(" \t\n\r"):
            return None
        value = json.loads(decoded, parse_constant=refuse)
        if not isinstance(value, dict):
            return Reject()
        found, domain = look_up(value, text_field), look_up(value, domain_field)
        if not isinstance(domain, (str, type(None))):
            return Reject()
        return found.encode() if isinstance(found, str) else Reject()
    except (ValueError, RecursionError):
        return Reject()


def refuse(word: str) -> None:
    """NaN and Infinity are no JSON."""
    raise ValueError(word)


def look_up(value: dict[str, Any], name: str) -> Any:
    """A field by its whole name, or else by its path of dots."""
    if name in value:
        return value[name]
    found: Any = value
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def usable(text: bytes) -> bool:
    """Whether a text is valid UTF-8, not too long, and more than white space."""
    try:
        return len(text) <= MOST_BYTES and bool(text.decode().strip(WHITE_SPACE))
    except UnicodeDecodeError:
        return False
