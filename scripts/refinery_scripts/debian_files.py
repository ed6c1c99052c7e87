"""The files of a Debian package as documents: read as they are, decoded as UTF-8, never cleaned.

A package is read as a stream out of dpkg-deb. Nothing is installed, unpacked or run. Symbolic and
hard links are passed over: the file that they lead to is read where it lies.
"""

from __future__ import annotations

import io
import lzma
import subprocess
import tarfile
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from refinery_scripts.debian_kinds import WHOLE, ending_of, kind_of
from refinery_scripts.failure import fail

# The longest document in bytes. Longer files are left out whole, never cut.
LONGEST = 2_000_000

# Reasons why a file is no document. The names of files of the first four are kept.
NOT_UTF8 = "not UTF-8"
NUL = "holds NUL"
TOO_LONG = f"longer than {LONGEST} bytes"
DAMAGED = "damaged"
EMPTY = "empty"
NO_RULE = "no rule for the name"
NAMED = (NOT_UTF8, NUL, TOO_LONG, DAMAGED)


class Skipped:
    """Files that are no documents: how many by reason, and which."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.files: dict[str, list[str]] = defaultdict(list)
        self.endings: Counter[str] = Counter()

    def add(self, reason: str, name: str) -> None:
        self.counts[reason] += 1
        if reason in NAMED:
            self.files[reason].append(name)
        elif reason == NO_RULE:
            self.endings[ending_of(name) or "(none)"] += 1


class Unusable(Exception):
    """A file is no document; the message is the reason."""


def text_of(content: bytes) -> str:
    """The content as text, byte for byte."""
    if len(content) > LONGEST:
        raise Unusable(TOO_LONG)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise Unusable(NOT_UTF8) from None
    if "\0" in text:
        raise Unusable(NUL)
    if not text.strip():
        raise Unusable(EMPTY)
    return text


def inflate(content: bytes) -> bytes:
    """The content of a .gz, at most one byte more than the longest document."""
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        return stream.decompress(content, LONGEST + 1)
    except zlib.error:
        raise Unusable(DAMAGED) from None


def catalogue(content: bytes) -> bytes:
    """A compiled message catalogue (.mo) in the words of a .po file, in its own order."""
    order = "little" if content[:4] == b"\xde\x12\x04\x95" else "big"

    def number(at: int) -> int:
        return int.from_bytes(content[at : at + 4], order)

    def string(table: int, place: int) -> bytes:
        length, start = number(table + 8 * place), number(table + 8 * place + 4)
        if start + length > len(content):
            raise Unusable(DAMAGED)
        return content[start : start + length]

    def quoted(words: bytes) -> bytes:
        for letter, written in ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n"), (b"\t", b"\\t")):
            words = words.replace(letter, written)
        return b'"' + words + b'"'

    if len(content) < 28 or number(0) != 0x950412DE or number(8) * 16 > len(content):
        raise Unusable(DAMAGED)
    entries = []
    for place in range(number(8)):
        source, target = string(number(12), place), string(number(16), place)
        context, found, message = source.rpartition(b"\x04")
        lines = [b"msgctxt " + quoted(context)] if found else []
        one, *many = message.split(b"\0")
        lines.append(b"msgid " + quoted(one))
        lines += [b"msgid_plural " + quoted(words) for words in many]
        forms = target.split(b"\0")
        lines += [(b"msgstr[%d] " % n if many else b"msgstr ") + quoted(words)
                  for n, words in enumerate(forms)]
        entries.append(b"\n".join(lines) + b"\n")
    return b"\n".join(entries)


# A SWORD module holds the books of a Bible. Its file is always read, and books are drawn from it.
BOOKS = ".bzz"
GAP_OF_BOOKS = 1024


def sword_books(content: bytes) -> Iterator[bytes]:
    """The books of a SWORD module (.bzz): zlib streams, with a kilobyte of nothing behind each."""
    while content:
        stream = zlib.decompressobj()
        try:
            yield stream.decompress(content)
        except zlib.error:
            raise Unusable(DAMAGED) from None
        content = stream.unused_data[GAP_OF_BOOKS:]


def documents_of(path: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of the documents in a file; most files are one."""
    name = path.lower()
    if name.endswith(".gz"):
        content = inflate(content)
        name = name.removesuffix(".gz")
    if name.endswith(".mo"):
        yield path, catalogue(content)
    elif name.endswith(BOOKS):
        for number, book in enumerate(sword_books(content), 1):
            yield f"{path}!{number}", book
    else:
        yield path, content


Read = Callable[[], bytes]


def entries(deb: Path) -> Iterator[tuple[str, int, Read]]:
    """(path, size, how to read it) of a package's files, and of archives of sources in it."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as unpacking:
        try:
            with tarfile.open(fileobj=unpacking.stdout, mode="r|") as archive:
                for path, size, read in tar_entries(archive):
                    if path.startswith("usr/src/") and path.endswith((".tar.xz", ".tar.gz")):
                        with tarfile.open(fileobj=io.BytesIO(read()), mode="r:*") as inner:
                            yield from within(path, tar_entries(inner))
                    elif path.endswith("/src.zip"):
                        with zipfile.ZipFile(io.BytesIO(read())) as inner:
                            yield from within(path, zip_entries(inner))
                    else:
                        yield path, size, read
        except (tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error,
                EOFError) as error:
            unpacking.kill()
            fail(f"{deb} cannot be read: {error}", "delete the file and run again")
        why = unpacking.stderr.read().decode(errors="replace").strip()
    if unpacking.returncode != 0:
        fail(f"dpkg-deb could not read {deb}: {why}", "delete the file and run again")


def within(archive: str, files: Iterator[tuple[str, int, Read]]) -> Iterator[tuple[str, int, Read]]:
    for path, size, read in files:
        yield f"{archive}!{path}", size, read


def tar_entries(archive: tarfile.TarFile) -> Iterator[tuple[str, int, Read]]:
    for member in archive:
        if member.isreg():
            yield (member.name.removeprefix("./"), member.size,
                   lambda member=member: archive.extractfile(member).read())


def zip_entries(archive: zipfile.ZipFile) -> Iterator[tuple[str, int, Read]]:
    for member in archive.infolist():
        if not member.is_dir():
            yield member.filename, member.file_size, lambda member=member: archive.read(member)


def documents(package: str, deb: Path, wanted: Callable[[str], bool],
              skipped: Skipped) -> Iterator[tuple[str, str, str]]:
    """(id, kind, text) of a package's documents in its order: whole kinds, and what is wanted."""
    for path, size, read in entries(deb):
        name = f"{package}/{path}"
        kind = kind_of(path)
        module = path.endswith(BOOKS)
        # A name in another encoding than UTF-8 cannot be an id.
        if any("\ud800" <= letter <= "\udfff" for letter in name):
            skipped.add(NOT_UTF8, ascii(name))
        elif kind is None:
            skipped.add(NO_RULE, name)
        elif not (kind in WHOLE or module or wanted(name)):
            continue
        elif size > LONGEST and not module:
            skipped.add(TOO_LONG, name)
        else:
            try:
                parts = list(documents_of(name, read()))
            except Unusable as reason:
                skipped.add(str(reason), name)
                continue
            for part, content in parts:
                if module and not wanted(part):
                    continue
                try:
                    yield part, kind, text_of(content)
                except Unusable as reason:
                    skipped.add(str(reason), part)
