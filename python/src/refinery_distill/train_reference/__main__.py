"""Starts a training: `python -m refinery_distill.train_reference`."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

from .errors import TrainingError
from .options import CommandLine, read_command_line

if TYPE_CHECKING:
    import torch

    from .work_folder import WorkFolder


def main(arguments: list[str] | None = None) -> int:
    """Plans where nothing is planned, trains, writes; returns the exit status."""
    command = read_command_line(arguments)
    try:
        import torch  # noqa: F401
        import transformers  # noqa: F401
    except ImportError as error:
        print(f"error: {error}\nhint: pip install 'refinery-distill[train]'", file=sys.stderr)
        return 1
    try:
        return run(command)
    except (TrainingError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        if isinstance(error, TrainingError) and error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return 1


class Stop:
    """Becomes true with SIGTERM or SIGINT; a second signal ends the process at once."""

    def __init__(self) -> None:
        self.number = 0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._take)

    def _take(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        signal.signal(number, signal.SIG_DFL)

    def __call__(self) -> bool:
        """Whether a signal came."""
        return self.number != 0


def run(command: CommandLine) -> int:
    """Trains on the devices that there are."""
    import torch
    from torch import distributed

    from .stage import train
    from .trainer import Options
    from .work_folder import WorkFolder

    if command.threads:
        torch.set_num_threads(command.threads)
    device = choose_device(command.device)
    # torchrun says so.
    is_many = int(os.environ.get("WORLD_SIZE", "1")) > 1
    if is_many:
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    stop = Stop()
    work = WorkFolder(command.output)
    try:
        is_first = not is_many or distributed.get_rank() == 0
        if is_first:
            prepare(command, work)
        if is_many:
            distributed.barrier()
        plan = work.read_plan()
        if plan is None:
            raise TrainingError(f"nothing is planned in {work.path}")
        if command.plan_only:
            return 0
        record = train(work, plan, Options(
            device=device, dtype=getattr(torch, command.dtype),
            part_tokens=command.part_tokens or (8192 if device.type == "cuda" else 2048),
            checkpoint_seconds=command.checkpoint_seconds), stop)
    finally:
        work.unlock()
    if is_many:
        distributed.destroy_process_group()
    if record is None:
        print("interrupted; the same command goes on", file=sys.stderr)
        return 128 + (stop.number or signal.SIGTERM)
    if is_first:
        for warning in record["warnings"]:
            print(f"warning: {warning}", file=sys.stderr)
        print(f"{command.output}: held-out loss {record['held_out'][-1]['loss']:.4f}, 3-gram "
              f"{plan.trigram_loss:.4f}")
    return 0


def choose_device(name: str) -> torch.device:
    """The device of this process; with torchrun each rank has a GPU of its own."""
    import torch

    has_gpu = torch.cuda.is_available()
    if name == "cuda" and not has_gpu:
        raise TrainingError("torch sees no CUDA device")
    if name == "cpu" or not has_gpu:
        return torch.device("cpu")
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    torch.cuda.set_device(device)
    return device


def prepare(command: CommandLine, work: WorkFolder) -> None:
    """Makes the plan, or checks the one that is there against the command line."""
    from .documents import Corpus
    from .planning import make_plan

    if command.output.exists():
        raise TrainingError(f"{command.output} exists already",
                            "name another folder with --output, or delete that one")
    if not command.paths and not work.path.is_dir():
        raise TrainingError(
            f"nothing is planned in {work.path}",
            "give the corpus and --teacher, or let `refinectl train-reference` plan it")
    work.lock()
    plan = work.read_plan()
    if not command.paths or command.teacher is None:
        if plan is None:
            raise TrainingError(f"{work.path} holds no plan", "give the corpus and --teacher")
        return
    corpus = Corpus(command.paths, command.request.text_field, command.domain_field)
    if plan is not None:
        command.request.check(plan.request, work.path)
        change = corpus.changed(plan.value["corpus"]["files"])
        if change is not None:
            raise TrainingError(
                f"{work.path} holds a training on other files: {change}",
                "bring those files back to go on, or delete that folder to begin again")
        return
    try:
        make_plan(work, corpus, command.teacher, command.context, command.tokenizer_digest,
                  command.request, lambda line: print(line, file=sys.stderr, flush=True))
    except BaseException:
        work.discard()
        raise


if __name__ == "__main__":
    sys.exit(main())
