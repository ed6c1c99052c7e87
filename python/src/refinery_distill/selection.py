"""A selection in a store: its rows in order."""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from array import array
from collections.abc import Iterator, Sequence
from typing import Any, Literal, overload

from .row import Row
from .store import Store, StoreError

Order = Literal["corpus", "score"]


class Selection(Sequence[Row]):
    """The rows that a selection keeps, read from the store as they are asked for.

        selection = Selection("/var/lib/refinery/refinery.db", "better-half")
        len(selection), selection.tokens
        for row in selection: print(row.id, row.score, row.text)
        selection[0], selection[-1], selection[100:200]

    The order is that of the corpus, as `refinectl export` writes it, or that of the scores, the
    best first. A selection never changes. So it can be read while a daemon writes to the store.
    Each row is a short read of its own, which holds up no writer. Memory is 16 bytes a row.
    """

    def __init__(
        self, store: str | os.PathLike[str], name: str | None = None, *, order: Order = "corpus",
        keep_fields: bool = False,
    ) -> None:
        """Opens a selection of a store; without a name the newest.

        `keep_fields` has each row carry the document's other fields. Raises StoreError where there
        is no such store or selection.
        """
        if order not in ("corpus", "score"):
            raise ValueError(f"order is {order!r}; it can be 'corpus' or 'score'")
        self._store = Store(store)
        self._keep_fields = keep_fields
        self._text: tuple[int, bytes] = (-1, b"")
        with self._store.snapshot() as db:
            self._read_head(db, name)
            self._read_places(db, order)

    def _read_head(self, db: sqlite3.Connection, name: str | None) -> None:
        where = "ORDER BY id DESC LIMIT 1" if name is None else "WHERE name = ?"
        found = db.execute(
            f"SELECT id, name, rule, teacher, reference, unit, tokens FROM selection {where}",
            () if name is None else (name,)).fetchone()
        if found is None:
            every = db.execute("SELECT name FROM selection ORDER BY id")
            names = ", ".join(one for (one,) in every)
            raise StoreError(
                f"{self._store.path} has no selection {name or ''}: it has {names or 'none'}")
        self._id: int = found[0]
        self._name: str = found[1]
        self._rule: dict[str, Any] = json.loads(found[2])
        self._teacher: int = found[3]
        self._reference: int = found[4]
        self._unit: str = found[5]
        self._tokens: int = found[6]

    def _read_places(self, db: sqlite3.Connection, order: Order) -> None:
        """Reads which chunks or documents are kept, and their ranks."""
        self._is_by_document = self._has_documents(db)
        kind = "document" if self._is_by_document else "chunk"
        self._ids, self._ranks = array("q"), array("q")
        for one, rank in db.execute(
                f"SELECT {kind}, rank FROM selection_{kind} WHERE selection = ? "
                f"ORDER BY {kind if order == 'corpus' else 'rank'}", (self._id,)):
            self._ids.append(one)
            self._ranks.append(rank)

    def _has_documents(self, db: sqlite3.Connection) -> bool:
        # Stores of the first versions have no such table.
        table = db.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'selection_document'").fetchone()
        return table is not None and db.execute(
            "SELECT 1 FROM selection_document WHERE selection = ? LIMIT 1", (self._id,)
        ).fetchone() is not None

    @staticmethod
    def names(store: str | os.PathLike[str]) -> list[str]:
        """The names of a store's selections, the oldest first."""
        opened = Store(store)
        try:
            return [name for (name,) in opened.connection.execute(
                "SELECT name FROM selection ORDER BY id")]
        finally:
            opened.close()

    @property
    def name(self) -> str:
        """The selection's name."""
        return self._name

    @property
    def rule(self) -> dict[str, Any]:
        """The rule that made it, as docs/schema.md describes it."""
        return self._rule

    @property
    def unit(self) -> str:
        """What scores are divided by: `token` or `byte`."""
        return self._unit

    @property
    def tokens(self) -> int:
        """Teacher-scored tokens of all rows."""
        return self._tokens

    @property
    def is_by_document(self) -> bool:
        """Whether rows are documents; otherwise they are chunks."""
        return self._is_by_document

    def __len__(self) -> int:
        """How many rows it keeps."""
        return len(self._ids)

    def __iter__(self) -> Iterator[Row]:
        """Every row in order."""
        return (self._row(place) for place in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        """The row at a place from 0, or the rows of a slice."""
        if isinstance(index, slice):
            return [self._row(place) for place in range(*index.indices(len(self)))]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(f"row {index} of {len(self)}")
        return self._row(place)

    def count_domains(self) -> dict[str | None, int]:
        """How many rows each domain has; the key of rows without a domain is None."""
        kind = "document" if self._is_by_document else "chunk"
        join = "" if self._is_by_document else "JOIN chunk c ON c.id = k.chunk"
        document = "k.document" if self._is_by_document else "c.document"
        return {
            None if name is None else name.decode("utf-8", "replace"): count
            for name, count in self._store.connection.execute(
                f"SELECT m.name, count(*) FROM selection_{kind} k {join} "
                f"JOIN document d ON d.id = {document} LEFT JOIN domain m ON m.id = d.domain "
                "WHERE k.selection = ? GROUP BY d.domain ORDER BY m.name", (self._id,))}

    def close(self) -> None:
        """Closes the connection; the next read opens another."""
        self._store.close()

    def _row(self, place: int) -> Row:
        db = self._store.connection
        kept, rank = self._ids[place], self._ranks[place]
        kind, match = ("document", "document") if self._is_by_document else ("chunk", "id")
        # A teacher that reads a share has no scores of the other chunks; their tokens are those of a
        # reference with the same tokens, else the chunker's.
        unread = "r.tokens" if self._unit == "token" else "c.tokens"
        found = db.execute(
            f"""
            SELECT k.score, CASE WHEN count(t.nll) = count(*) THEN sum(t.nll) END, sum(r.nll),
                sum(coalesce(t.tokens, {unread})), c.document, c.ordinal, c.start,
                c."end", d.key, m.name, d.bytes
            FROM selection_{kind} k CROSS JOIN chunk c ON c.{match} = k.{kind}
            CROSS JOIN score r ON r.chunk = coalesce(c.duplicate_of, c.id) AND r.model = ?
            CROSS JOIN document d ON d.id = c.document LEFT JOIN domain m ON m.id = d.domain
            LEFT JOIN score t ON t.chunk = coalesce(c.duplicate_of, c.id) AND t.model = ?
            WHERE k.selection = ? AND k.rank = ? AND r.nll >= 0
                AND (t.nll >= 0 OR t.outcome IS NULL)
            """, (self._reference, self._teacher, self._id, rank)).fetchone()
        if found is None or found[4] is None:
            raise StoreError(
                f"the selection {self._name} was deleted, or {self._store.path} is damaged: "
                f"{kind} {kept} is not there")
        score, teacher, reference, tokens, document, ordinal, start, end, key, domain, size = found
        if self._is_by_document:
            ordinal, start, end = None, 0, size
        text = self._document(db, document)
        return Row(
            id=key.decode("utf-8", "replace"), chunk=ordinal, text=text[start:end].decode(),
            domain=None if domain is None else domain.decode("utf-8", "replace"), score=score,
            teacher_nll=teacher, reference_nll=reference, tokens=tokens, rank=rank, start=start,
            end=end, final=end == size,
            fields=self._fields(db, document) if self._keep_fields else None)

    def _document(self, db: sqlite3.Connection, document: int) -> bytes:
        """A document's text; neighbours of one document inflate it once."""
        known, text = self._text
        if known != document:
            (deflated,) = db.execute(
                "SELECT deflated FROM document_text WHERE document = ?", (document,)).fetchone()
            text = zlib.decompress(deflated)
            self._text = (document, text)
        return text

    @staticmethod
    def _fields(db: sqlite3.Connection, document: int) -> dict[str, Any] | None:
        (fields,) = db.execute(
            "SELECT fields FROM document_text WHERE document = ?", (document,)).fetchone()
        return None if fields is None else json.loads(fields)
