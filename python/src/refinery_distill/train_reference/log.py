"""The losses of a training, kept over a restart, and the record that follows from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .. import __version__
from .durable import write_durably
from .plan import Plan


class TrainingLog:
    """A line of JSON for each step and each evaluation, as the native trainer writes them."""

    def __init__(self, path: Path | None, step: int) -> None:
        """Reads the losses up to a step; those behind it are trained again.

        Without a path nothing is kept: so does every rank but the first.
        """
        self._path = path
        self._lines: list[dict[str, Any]] = []
        if path is None:
            return
        if path.exists():
            for line in path.read_bytes().splitlines():
                try:
                    value = json.loads(line)
                except ValueError:
                    continue
                if isinstance(value, dict) and value.get("step", step + 1) <= step:
                    self._lines.append(value)
        write_durably(path, [b"".join(map(line_of, self._lines))])

    def add_step(self, step: int, loss: float, tokens: int) -> None:
        """Takes the loss of a step."""
        self._add({"step": step, "loss": loss, "tokens": tokens})

    def add_evaluation(self, step: int, loss: float) -> None:
        """Takes a held-out loss."""
        self._add({"step": step, "heldOut": loss})

    def has_evaluation(self, step: int) -> bool:
        """Whether the held-out loss after so many steps is known."""
        return any(line["step"] == step and "heldOut" in line for line in self._lines)

    def _add(self, line: dict[str, Any]) -> None:
        self._lines.append(line)
        if self._path is not None:
            with open(self._path, "ab") as file:
                file.write(line_of(line))

    def record(self, plan: Plan, trainer: dict[str, Any]) -> dict[str, Any]:
        """What training.json says of a training that ended (Training/ReferenceRecord.swift).

        `trainer` is beside what the native trainer writes: what trained it.
        """
        steps = [line for line in self._lines if "loss" in line]
        last = steps[-max(1, len(steps) // 50):]
        held_out = [{"step": line["step"], "loss": line["heldOut"]}
                    for line in self._lines if "heldOut" in line]
        return {
            "version": __version__, "plan": plan.value, "slice": plan.value["slice"],
            "tokens": sum(line["tokens"] for line in steps),
            "loss": sum(line["loss"] for line in last) / max(1, len(last)),
            "held_out": held_out, "trainer": trainer,
            "warnings": plan.warnings() + gates(plan, held_out)}


def line_of(value: dict[str, Any]) -> bytes:
    """A line of the log."""
    return json.dumps(value, sort_keys=True).encode() + b"\n"


def gates(plan: Plan, held_out: list[dict[str, Any]]) -> list[str]:
    """What the losses say against the model, in the native trainer's words."""
    found = []
    if held_out and held_out[-1]["loss"] >= plan.trigram_loss:
        found.append(
            f"the held-out loss is {held_out[-1]['loss']:.3f} nats, no better than a 3-gram's "
            f"{plan.trigram_loss:.3f}: do not use this model; give more text")
    # Before the learning rate falls, whose effect is no sign of more to learn.
    end = plan.settings.steps - plan.settings.decaySteps
    constant = [one for one in held_out if one["step"] <= end]
    before = [one for one in constant if one["step"] <= constant[-1]["step"] * 4 // 5]
    if before and before[-1]["loss"] - constant[-1]["loss"] > 0.1:
        found.append(
            f"the held-out loss still fell by {before[-1]['loss'] - constant[-1]['loss']:.2f} nats "
            "in the last fifth before the learning rate fell: it is trained too little; give more "
            "text or a larger --share")
    return found
