"""The folder in which a training works, beside its output: the one of the native trainer."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from .durable import sync_folder, write_durably
from .errors import TrainingError
from .plan import Plan, to_json

TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "tokenizer_config.json",
                   "special_tokens_map.json", "added_tokens.json")
"""The files of a Hugging Face folder that say how its tokenizer works."""


class WorkFolder:
    """`OUTPUT.training`: plan, slice as tokens, tokenizer, checkpoint, losses.

    A training that `refinectl train-reference` planned lies there, too, and is gone on with from
    its first step. Checkpoints and losses of the two trainers have names of their own.
    """

    def __init__(self, output: Path) -> None:
        self.output = output
        self.path = output.with_name(output.name + ".training")
        self.training = self.path / "slice.tokens"
        self.held_out = self.path / "held-out.tokens"
        self.tokenizer = self.path / "tokenizer"
        self.checkpoint = self.path / "checkpoint-torch"
        self.log = self.path / "losses-torch.jsonl"
        self._plan = self.path / "plan.json"
        self._lock = -1

    def lock(self) -> None:
        """Makes the folder where it is not there, and keeps other processes out."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(
                self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise TrainingError(f"cannot make the folder {self.path}: {error}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise TrainingError(
                f"another process trains in {self.path}",
                "wait for it, or name another folder with --output") from error

    def unlock(self) -> None:
        """Lets other processes in."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def read_plan(self) -> Plan | None:
        """The plan of a training that was begun here; None for none."""
        return Plan.read(self._plan)

    def write_plan(self, plan: Plan) -> None:
        """Writes the plan, whole or not at all."""
        write_durably(self._plan, [to_json(plan.value)])

    def copy_tokenizer(self, folder: Path) -> None:
        """Keeps the tokenizer of a teacher's folder."""
        self.tokenizer.mkdir(exist_ok=True)
        copy_tokenizer(folder, self.tokenizer)

    def discard(self) -> None:
        """Deletes a folder that holds no plan: there is nothing to go on from."""
        if not self._plan.exists():
            shutil.rmtree(self.path, ignore_errors=True)

    def finish(self, fill: Callable[[Path], None]) -> None:
        """Fills a folder, gives it the output's name, and deletes this one."""
        partial = self.path / "model"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        fill(partial)
        copy_tokenizer(self.tokenizer, partial)
        sync_folder(partial)
        if self.output.exists():
            raise TrainingError(f"{self.output} is there by now", f"the model is in {partial}")
        os.rename(partial, self.output)
        sync_folder(self.output.parent)
        # Without its plan the folder is no training that could go on.
        self._plan.unlink()
        shutil.rmtree(self.path, ignore_errors=True)


def copy_tokenizer(source: Path, target: Path) -> None:
    """Copies the files of a tokenizer; raises TrainingError where there are none."""
    found = [name for name in TOKENIZER_FILES if (source / name).is_file()]
    if not found:
        raise TrainingError(f"{source} has no tokenizer: none of {', '.join(TOKENIZER_FILES)}")
    for name in found:
        write_durably(target / name, [(source / name).read_bytes()])
