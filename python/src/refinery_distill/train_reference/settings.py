"""What decides a run beside shape and data (ReferenceTraining/Run/TrainingSettings.swift)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .errors import TrainingError
from .fields import read_fields


@dataclass(frozen=True)
class Settings:
    """Seed, steps, batch and rates; the names are those of plan.json."""

    seed: int
    steps: int
    batchTokens: int
    learningRate: float
    warmupSteps: int
    decaySteps: int
    weightDecay: float = 0.1
    beta1: float = 0.9
    beta2: float = 0.95
    epsilon: float = 1e-8
    clipNorm: float = 1.0

    @classmethod
    def read(cls, value: Any) -> Settings:
        """The settings of a plan; raises TrainingError for those that cannot be."""
        settings = cls(**read_fields(cls, value, "settings"))
        for name in ("steps", "batchTokens"):
            if getattr(settings, name) < 1:
                raise TrainingError(f"settings.{name} is {getattr(settings, name)}")
        for name in ("warmupSteps", "decaySteps"):
            if not 0 <= getattr(settings, name) <= settings.steps:
                raise TrainingError(f"settings.{name} is {getattr(settings, name)}")
        return settings

    def learning_rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0: up, constant, down in a line."""
        rise = (step + 1) / self.warmupSteps if self.warmupSteps > 0 else 1.0
        fall = (self.steps - step) / self.decaySteps if self.decaySteps > 0 else 1.0
        return self.learningRate * min(1.0, rise, fall)
