"""The file of token sequences: Sources/ReferenceTraining/Data/TokenSequencesFormat.swift says how.

A header of 64 bytes (`RFNTOKS1`, vocabulary, sequences, ids, SHA-256 of the rest), the ids in four
bytes each, zero up to a multiple of eight, and where each sequence ends, in eight bytes each.
"""

from __future__ import annotations

import hashlib
import os
import struct
from array import array
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from .durable import sync_folder
from .errors import TrainingError

MAGIC = b"RFNTOKS1"
HEADER = 64


class TokenSequences:
    """Sequences of token ids in a memory-mapped file, checked once, when it is opened."""

    def __init__(self, path: Path) -> None:
        """Opens the file and checks all of it; raises TrainingError that names what is wrong."""
        self.path = path
        try:
            data: npt.NDArray[np.uint8] = np.memmap(path, np.uint8, "r")
        except (OSError, ValueError) as error:
            raise TrainingError(f"cannot read {path}: {error}") from error
        if len(data) < HEADER or data[:8].tobytes() != MAGIC:
            raise TrainingError(f"{path} is no file of token sequences: RFNTOKS1 does not begin it")
        self.vocabulary, count, tokens = struct.unpack("<QQQ", data[8:32].tobytes())
        ends = HEADER + 4 * tokens + tokens % 2 * 4
        if len(data) != ends + 8 * count or count == 0:
            raise TrainingError(
                f"{path}: {count} sequences of {tokens} ids do not make {len(data)} bytes",
                "the file looks truncated; write it again")
        digest = hashlib.sha256()
        for start in range(HEADER, len(data), 8 << 20):
            digest.update(data[start:start + (8 << 20)].tobytes())
        digest.update(data[:32].tobytes())
        if digest.digest() != data[32:HEADER].tobytes():
            raise TrainingError(f"{path}: its checksum is of other bytes", "write the file again")
        self.digest = digest.hexdigest()
        """SHA-256 of the content."""
        self._ids = data[HEADER:HEADER + 4 * tokens].view("<u4")
        self._ends = np.concatenate([[0], data[ends:].view("<u8").astype(np.int64)])
        lengths = np.diff(self._ends)
        if lengths.min() < 2 or self._ends[-1] != tokens:
            raise TrainingError(f"{path}: a sequence has at least two ids, and all have {tokens}")
        if int(self._ids.max()) >= self.vocabulary:
            raise TrainingError(f"{path}: an id is outside of its vocabulary of {self.vocabulary}")
        self.predicted = (lengths - 1).tolist()
        """Predicted tokens of each sequence: all but its first."""

    def __len__(self) -> int:
        """How many sequences there are."""
        return len(self._ends) - 1

    def __getitem__(self, index: int) -> npt.NDArray[np.uint32]:
        """The ids of a sequence."""
        return self._ids[self._ends[index]:self._ends[index + 1]]

    @property
    def longest(self) -> int:
        """Ids of the longest sequence."""
        return max(self.predicted) + 1

    @property
    def predicted_count(self) -> int:
        """Predicted tokens of all sequences."""
        return sum(self.predicted)


class TokenSequencesWriter:
    """Writes the file, sequence by sequence, in memory of eight bytes a sequence."""

    def __init__(self, path: Path, vocabulary: int) -> None:
        self._path = path
        self._vocabulary = vocabulary
        self._partial = path.with_name(path.name + ".part")
        self._file: BinaryIO = open(self._partial, "wb")
        self._file.write(bytes(HEADER))
        self._digest = hashlib.sha256()
        self._ends = array("Q")
        self._tokens = 0

    def append(self, ids: list[int]) -> None:
        """Adds a sequence of at least two ids."""
        self._write(np.array(ids, "<u4").tobytes())
        self._tokens += len(ids)
        self._ends.append(self._tokens)

    def _write(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)

    def finish(self) -> None:
        """Completes the file and gives it its name."""
        self._write(bytes(self._tokens % 2 * 4))
        self._write(np.array(self._ends, "<u8").tobytes())
        header = MAGIC + struct.pack("<QQQ", self._vocabulary, len(self._ends), self._tokens)
        self._digest.update(header)
        self._file.seek(0)
        self._file.write(header + self._digest.digest())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._partial, self._path)
        sync_folder(self._path.parent)
