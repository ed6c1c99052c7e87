"""A training from its plan to its folder."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import distributed

from .. import __version__
from .durable import write_durably
from .log import TrainingLog
from .model_folder import write_model
from .plan import Plan, to_json
from .token_file import TokenSequences
from .trainer import Options, Step, Trainer
from .work_folder import WorkFolder


def train(
    work: WorkFolder, plan: Plan, options: Options, is_stopped: Callable[[], bool],
    say: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True),
) -> dict[str, Any] | None:
    """Trains what is planned and writes the output; None where it was stopped.

    Returns what training.json says. With torch.distributed every rank calls it, and the first one
    writes. Raises TrainingError for tokens and checkpoints that are damaged.
    """
    is_first = not distributed.is_initialized() or distributed.get_rank() == 0
    training, held_out = TokenSequences(work.training), TokenSequences(work.held_out)
    trainer = Trainer(plan.shape, plan.settings, training, replace(
        options, checkpoint=work.checkpoint))
    log = TrainingLog(work.log if is_first else None, trainer.step)
    say = say if is_first else lambda line: None
    steps, often = plan.settings.steps, plan.evaluation_steps
    say(f"training {plan.shape.layers} layers of width {plan.shape.width} "
        f"({plan.shape.parameters:,} parameters), {steps} steps, from step {trainer.step}")

    def told(step: Step) -> None:
        log.add_step(step.step, step.loss, step.tokens)
        if step.step == 1 or step.step % max(1, steps // 100) == 0:
            say(f"step {step.step} of {steps}: loss {step.loss:.4f}, "
                f"{step.tokens / max(step.seconds, 1e-9):,.0f} tokens/s")

    def evaluate() -> None:
        loss = trainer.evaluate(held_out)
        log.add_evaluation(trainer.step, loss)
        say(f"step {trainer.step} of {steps}: held-out loss {loss:.4f}, "
            f"3-gram {plan.trigram_loss:.4f}")

    # A run that was stopped while it evaluated has still to do that.
    if agree((trainer.step > 0 and trainer.step % often == 0 or trainer.step == steps)
             and not log.has_evaluation(trainer.step)):
        evaluate()
    while trainer.step < steps:
        end = min(steps, (trainer.step // often + 1) * often)
        if not trainer.run(until=end, told=told, is_stopped=is_stopped):
            return None
        evaluate()
    trainer.write_checkpoint()
    record = log.record(plan, {
        "name": "refinery-distill", "version": __version__, "torch": str(torch.__version__),
        "dtype": str(options.dtype).removeprefix("torch."), "device": describe(options.device),
        "ranks": distributed.get_world_size() if distributed.is_initialized() else 1})
    if is_first:
        def fill(folder: Path) -> None:
            write_model(folder, plan.shape, trainer.weights(), plan.context_token)
            write_durably(folder / "training.json", [to_json(record)])

        work.finish(fill)
    return record


def agree(flag: bool) -> bool:
    """What the first rank says: only it has the log."""
    if not distributed.is_initialized():
        return flag
    found = [flag]
    distributed.broadcast_object_list(found)
    return found[0]


def describe(device: torch.device) -> str:
    """The device's name."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
