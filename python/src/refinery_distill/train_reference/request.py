"""What a user asks of a training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .errors import TrainingError


@dataclass(frozen=True)
class Request:
    """The options that decide the slice and the model; None for what is not named."""

    seed: int = 0
    text_field: str = "text"
    held_out: str | None = None
    share: str | None = None
    tokens: int | None = None
    epochs: int | None = None
    max_tokens: int = 1024
    layers: int | None = None
    width: int | None = None
    anyway: bool = False

    def value(self) -> dict[str, Any]:
        """The request as plan.json has it: what is not named has no key."""
        named = {
            "seed": self.seed, "textField": self.text_field, "heldOut": self.held_out,
            "share": self.share, "tokens": self.tokens, "epochs": self.epochs,
            "maxTokens": self.max_tokens, "layers": self.layers, "width": self.width,
            "anyway": self.anyway}
        return {name: value for name, value in named.items() if value is not None}

    def check(self, before: dict[str, Any], folder: object) -> None:
        """Refuses to go on with what was begun by other options."""
        now = self.value()
        options = {
            "textField": "--text-field", "heldOut": "--held-out", "maxTokens": "--max-tokens"}
        for name in ("textField", "seed", "heldOut", "share", "tokens", "epochs", "maxTokens",
                     "layers", "width"):
            if before.get(name) != now.get(name):
                raise TrainingError(
                    f"{folder} holds a training that was begun with "
                    f"{options.get(name, '--' + name)} {before.get(name, 'none')}, not "
                    f"{now.get(name, 'none')}",
                    "give the same options to go on, or delete that folder to begin again")
