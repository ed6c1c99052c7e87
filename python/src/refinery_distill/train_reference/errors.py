"""What a training can be refused for."""

from __future__ import annotations


class TrainingError(Exception):
    """A sentence for a person, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        """What to do; empty where the message says it."""
