"""What is decided before the first step: plan.json, as both trainers write and read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import TrainingError
from .settings import Settings
from .shape import Shape

LARGEST_SPARED = 0.2
"""The largest share of a corpus that selections leave out."""


@dataclass(frozen=True)
class Plan:
    """A plan: the JSON object of Sources/Refinery/Training/ReferencePlan.swift, and its parts."""

    value: dict[str, Any]
    shape: Shape
    settings: Settings

    @classmethod
    def of(cls, value: Any) -> Plan:
        """Checks a plan; raises TrainingError for one that cannot be."""
        if not isinstance(value, dict):
            raise TrainingError("the plan is no object")
        for name in ("request", "tokenizer", "corpus", "slice", "training", "heldOut",
                     "trigramLoss", "epochs", "shape", "settings"):
            if name not in value:
                raise TrainingError(f"the plan has no {name}")
        return cls(value, Shape.read(value["shape"]), Settings.read(value["settings"]))

    @classmethod
    def read(cls, path: Path) -> Plan | None:
        """The plan in a file; None where there is none."""
        try:
            return cls.of(json.loads(path.read_bytes()))
        except FileNotFoundError:
            return None
        except (ValueError, TrainingError) as error:
            raise TrainingError(
                f"cannot read {path}: {error}", f"delete {path.parent} and begin again") from error

    @property
    def request(self) -> dict[str, Any]:
        """What the user asked for."""
        return dict(self.value["request"])

    @property
    def context_token(self) -> int | None:
        """The token in front of every sequence; None for none."""
        token = self.value.get("contextToken")
        return None if token is None else int(token)

    @property
    def trigram_loss(self) -> float:
        """The held-out loss of the slice's 3-gram, nats a token."""
        return float(self.value["trigramLoss"])

    @property
    def evaluation_steps(self) -> int:
        """Steps from one evaluation to the next."""
        return max(1, self.settings.steps // 20)

    def warnings(self) -> list[str]:
        """What is noteworthy of it, each with what to do, in the native trainer's words."""
        found = []
        tokens = int(self.value["training"]["tokens"])
        ratio = tokens * float(self.value["epochs"]) / max(1, self.shape.body_parameters)
        if ratio < 20:
            found.append(
                f"training sees {int(ratio)} tokens for each parameter beside the embedding; 20 are"
                " usual: give more text, a larger --share, or a smaller model")
        wanted = self.request.get("tokens")
        if wanted is not None and tokens < 0.8 * wanted:
            found.append(f"{wanted} tokens were asked for, and the slice has {tokens}: it takes at "
                         "most half of the corpus")
        share = self.value["slice"]["share"]
        if float(share) > LARGEST_SPARED:
            found.append(
                f"the slice is {share} of the corpus, more than a fifth, so selections choose from "
                "it, too: its chunks' differences are too low by what the reference remembers")
        documents = int(self.value["heldOut"]["documents"])
        if documents < 50:
            found.append(f"only {documents} documents are held out, so the held-out loss is rough: "
                         "give more text, or a larger --held-out")
        return found


def to_json(value: Any) -> bytes:
    """A value as indented JSON with sorted keys and a newline at the end."""
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
