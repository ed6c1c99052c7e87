"""A refinery store, opened for reading alone."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

BUSY_SECONDS = 30.0
"""How long a read waits for a lock, which a writer holds for moments only."""


class StoreError(Exception):
    """A store or a selection that cannot be read."""


class Store:
    """Connections to one store: one for each process and thread.

    Every connection has `mode=ro`, so nothing is ever written. A process that was forked does not
    use the connections of its parent.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = str(Path(path).absolute())
        """Where the store is."""
        self._connections: dict[tuple[int, int], sqlite3.Connection] = {}

    def __getstate__(self) -> str:
        return self.path

    def __setstate__(self, path: str) -> None:
        self.path = path
        self._connections = {}

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection of this process and thread.

        Raises StoreError where there is no store.
        """
        key = (os.getpid(), threading.get_ident())
        found = self._connections.get(key)
        if found is None:
            found = self._open()
            self._connections[key] = found
        return found

    def _open(self) -> sqlite3.Connection:
        if not os.path.exists(self.path):
            raise StoreError(f"there is no store {self.path}")
        try:
            connection = sqlite3.connect(
                f"file:{quote(self.path)}?mode=ro", uri=True, timeout=BUSY_SECONDS,
                isolation_level=None)
            tables = {name for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'")}
        except sqlite3.Error as error:
            raise StoreError(f"cannot read {self.path}: {error}") from error
        if not {"selection", "selection_chunk", "chunk", "document_text"} <= tables:
            raise StoreError(f"{self.path} is no store of refinery")
        return connection

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A connection on which all reads see one state of the store; for a short time only."""
        connection = self.connection
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("COMMIT")

    def close(self) -> None:
        """Closes the connection of this process and thread, if there is one."""
        found = self._connections.pop((os.getpid(), threading.get_ident()), None)
        if found is not None:
            found.close()
