"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Union

Bytes = Union[bytes, bytearray, memoryview]


def write_durably(path: Path, parts: Iterable[Bytes]) -> None:
    """Writes a file under a temporary name, brings it to the disk, and gives it its name.

    Where that fails, the file of that name is as it was.
    """
    partial = path.with_name(path.name + ".part")
    try:
        with open(partial, "wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Brings a folder's names to the disk; some network file systems cannot."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)
