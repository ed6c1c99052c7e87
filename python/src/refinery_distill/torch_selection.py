"""A selection's rows for PyTorch's DataLoader."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.utils.data import IterableDataset, get_worker_info

from .permutation import Permutation
from .row import Row
from .selection import Order, Selection

STATE_VERSION = 1


def as_sample(row: Row) -> dict[str, Any]:
    """What a DataLoader's own collation takes: None has no place in a batch."""
    return {
        "text": row.text, "id": row.id, "chunk": -1 if row.chunk is None else row.chunk,
        "domain": row.domain or "", "score": row.score, "tokens": row.tokens}


class TorchSelection(IterableDataset[Any]):
    """The rows of a selection, shuffled, divided among ranks and workers, and resumable.

        rows = TorchSelection("store.db", "better-half", seed=1, batch_size=8)
        loader = DataLoader(rows, batch_size=8, num_workers=2)
        for epoch in range(2):
            rows.set_epoch(epoch)
            for batch in loader: train(batch["text"])

    Rank r of R takes the rows r, r + R, r + 2 R, … of the epoch's order. Its workers take blocks
    of `batch_size` rows in turn. If that is the DataLoader's batch size, too, batches arrive in the
    epoch's order whatever the number of workers. Any other batch size gives every row once, too.
    """

    def __init__(
        self, store: str | os.PathLike[str], name: str | None = None, *, seed: int = 0,
        shuffle: bool = True, order: Order = "corpus", batch_size: int = 1, even: bool = False,
        rank: int | None = None, ranks: int | None = None,
        transform: Callable[[Row], Any] | None = None, keep_fields: bool = False,
    ) -> None:
        """Opens a selection of a store.

        `even` gives every rank the same number of rows, and leaves out the few that remain.
        `rank` and `ranks` are those of torch.distributed where they are not given. `transform`
        makes a sample of a row; the default is a dict of text, id, chunk, domain, score and tokens.
        """
        super().__init__()
        if batch_size < 1:
            raise ValueError(f"batch_size is {batch_size}; it must be above zero")
        if (rank is None) != (ranks is None):
            raise ValueError("give both rank and ranks, or neither")
        if rank is not None and ranks is not None and not 0 <= rank < ranks:
            raise ValueError(f"rank {rank} of {ranks} ranks")
        self._selection = Selection(store, name, order=order, keep_fields=keep_fields)
        self._seed, self._shuffle, self._batch_size, self._even = seed, shuffle, batch_size, even
        self._rank, self._ranks = rank, ranks
        self._transform = transform or as_sample
        # Epoch, the place where this pass begins, and rows of a rank that were seen since then. It
        # is shared, so that workers that live on see a new epoch.
        self._begin = torch.zeros(3, dtype=torch.int64).share_memory_()
        self._seen = 0
        self._taken = 0
        self._skip = (0, 0)

    def __getstate__(self) -> dict[str, Any]:
        # A worker that is spawned knows nothing of torch.distributed.
        rank, ranks = self._place()
        return self.__dict__ | {"_rank": rank, "_ranks": ranks}

    @property
    def selection(self) -> Selection:
        """The selection itself."""
        return self._selection

    def set_epoch(self, epoch: int) -> None:
        """Begins an epoch at its first row; each has an order of its own."""
        if epoch < 0:
            raise ValueError(f"epoch is {epoch}")
        if epoch == self._begin[0]:
            # The epoch of a state that was loaded goes on.
            return
        self._begin.copy_(torch.tensor([epoch, 0, 0]))
        self._seen = 0

    def _place(self) -> tuple[int, int]:
        """This process's rank, and how many ranks there are."""
        if self._rank is not None and self._ranks is not None:
            return self._rank, self._ranks
        distributed = torch.distributed
        if distributed.is_available() and distributed.is_initialized():
            return distributed.get_rank(), distributed.get_world_size()
        return int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))

    def _rows_of_rank(self, first: int) -> int:
        """Rows that this rank has from a place of the epoch's order on."""
        rank, ranks = self._place()
        left = max(0, len(self._selection) - first)
        return left // ranks if self._even else (left - rank + ranks - 1) // ranks

    def __len__(self) -> int:
        """Rows that this rank has left in the epoch as it was begun or loaded."""
        _, first, seen = self._begin.tolist()
        return max(0, self._rows_of_rank(first) - seen)

    def __iter__(self) -> Iterator[Any]:
        """The rows of this rank and worker, from where the epoch was begun or loaded."""
        epoch, first, seen = self._begin.tolist()
        rank, ranks = self._place()
        worker = get_worker_info()
        number, workers = (0, 1) if worker is None else (worker.id, worker.num_workers)
        rows = self._rows_of_rank(first)
        order = Permutation(len(self._selection), self._seed, epoch) if self._shuffle else None
        skip, of_workers = self._skip
        if skip and of_workers != workers:
            raise ValueError(f"the state is of {of_workers} workers, here there are {workers}")
        self._seen, self._taken, self._skip = seen, 0, (0, 0)
        # Blocks count from the row that comes next, so that a run that goes on begins with a batch.
        for block in range(seen + number * self._batch_size, rows, workers * self._batch_size):
            for row in range(block, min(block + self._batch_size, rows)):
                self._taken += 1
                if self._taken <= skip:
                    continue
                place = first + row * ranks + rank
                sample = self._transform(self._selection[order[place] if order else place])
                self._seen = row + 1
                yield sample

    def state_dict(self, rows: int | None = None) -> dict[str, Any]:
        """Where the epoch is; every rank has the same.

        `rows` is how many rows this rank has taken from the DataLoader since the epoch was begun or
        loaded. It must be given where the DataLoader has workers, which read ahead. Without it the
        rows count that this object has handed out itself.
        """
        epoch, first, seen = self._begin.tolist()
        worker = get_worker_info()
        if rows is not None:
            seen += rows
        elif worker is None:
            seen = self._seen
        # A loader that keeps the state of each worker, as torchdata's does, asks in the worker.
        taken, workers = (0, 0) if worker is None else (self._taken, worker.num_workers)
        return {
            "version": STATE_VERSION, "selection": self._selection.name,
            "rows": len(self._selection), "seed": self._seed, "shuffle": self._shuffle,
            "epoch": epoch, "ranks": self._place()[1], "first": first, "seen": seen,
            "taken": taken, "workers": workers}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on where a state says, with as many ranks or others.

        Raises ValueError for the state of another selection, seed or order.
        """
        mine = {"version": STATE_VERSION, "selection": self._selection.name,
                "rows": len(self._selection), "seed": self._seed, "shuffle": self._shuffle}
        for name, value in mine.items():
            if state.get(name) != value:
                raise ValueError(f"the state has {name} {state.get(name)!r}, here it is {value!r}")
        first, seen, ranks = int(state["first"]), int(state["seen"]), int(state["ranks"])
        if ranks != self._place()[1]:
            first, seen = first + seen * ranks, 0
        self._begin.copy_(torch.tensor([int(state["epoch"]), first, seen]))
        self._seen, self._taken = seen, 0
        self._skip = (int(state["taken"]), int(state["workers"]))
