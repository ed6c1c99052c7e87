"""One training: steps over token sequences, evaluations and checkpoints."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import distributed

from .batch_order import BatchOrder
from .checkpoint import identity, read_checkpoint, write_checkpoint
from .errors import TrainingError
from .losses import Ids, parts, sum_loss
from .network import initialise, make_network, parameters
from .settings import Settings
from .shape import Shape
from .token_file import TokenSequences


@dataclass(frozen=True)
class Step:
    """One step of the optimiser."""

    step: int
    """Steps done, this one included."""
    loss: float
    """Mean of −ln p over the batch before the update, nats."""
    tokens: int
    """Predicted tokens of the batch."""
    seconds: float
    """How long it took."""


@dataclass(frozen=True)
class Options:
    """What does not decide the weights, but for the dtype and the last bits of their sums."""

    device: torch.device
    dtype: torch.dtype = torch.float32
    """What matrices are multiplied in; weights and moments are float32."""
    part_tokens: int = 8192
    """Padded tokens of one forward pass."""
    checkpoint: Path | None = None
    checkpoint_seconds: float = 60.0


class Trainer:
    """A run at its first step, or where its checkpoint left it.

    With torch.distributed every rank makes one, and each takes its share of every batch.
    """

    def __init__(
        self, shape: Shape, settings: Settings, training: TokenSequences, options: Options
    ) -> None:
        """Raises TrainingError for data that cannot be, and a checkpoint of another run."""
        check_data(training, shape, settings)
        self.shape, self.settings = shape, settings
        self.step = 0
        """Steps done."""
        self._training, self._options = training, options
        self._rank, self._ranks = (
            (distributed.get_rank(), distributed.get_world_size())
            if distributed.is_initialized() else (0, 1))
        self.network = make_network(shape, options.device)
        self._tensors = [tensor for _, tensor in parameters(self.network, shape)]
        self._optimizer = torch.optim.AdamW(
            [{"params": [one for one in self._tensors if one.dim() == 2],
              "weight_decay": settings.weightDecay},
             {"params": [one for one in self._tensors if one.dim() == 1], "weight_decay": 0.0}],
            lr=settings.learningRate, betas=(settings.beta1, settings.beta2),
            eps=settings.epsilon, fused=options.device.type == "cuda")
        self._order = BatchOrder(settings.seed, settings.batchTokens, training.predicted)
        self._identity = identity(
            shape, settings, training.digest, str(options.dtype).removeprefix("torch."))
        self._written = time.monotonic()
        self._cost = 0.0
        found = (None if options.checkpoint is None
                 else read_checkpoint(options.checkpoint, self._identity))
        if found is None:
            initialise(self.network, shape, settings.seed)
        else:
            self._restore(*found)

    @torch.no_grad()
    def _restore(self, step: int, numbers: np.ndarray) -> None:
        offset = 0
        places: list[list[torch.Tensor]] = [[], [], []]
        for group in places:
            for tensor in self._tensors:
                flat = torch.from_numpy(numbers[offset:offset + tensor.numel()].copy())
                group.append(flat.view(tensor.shape).to(tensor.device))
                offset += tensor.numel()
        for tensor, weights, first, second in zip(self._tensors, *places, strict=True):
            tensor.copy_(weights)
            self._optimizer.state[tensor] = {
                "step": torch.tensor(float(step), device=(
                    tensor.device if self._options.device.type == "cuda" else "cpu")),
                "exp_avg": first, "exp_avg_sq": second}
        self.step = step
        for _ in range(step):
            self._order.next()

    def run(
        self, until: int | None = None, told: Callable[[Step], None] = lambda step: None,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Does the steps that are left, or those up to `until`; False where it was stopped.

        A run that is stopped writes a checkpoint first. Raises TrainingError where the loss is no
        number any more.
        """
        last = min(self.settings.steps, until or self.settings.steps)
        while self.step < last:
            if self._agree(is_stopped()):
                self.write_checkpoint()
                return False
            told(self._advance())
            if time.monotonic() - self._written >= max(
                    self._options.checkpoint_seconds, 10 * self._cost):
                self.write_checkpoint()
        return True

    def _agree(self, stops: bool) -> bool:
        """Whether any rank wants to stop: all do so behind the same step."""
        if self._ranks == 1:
            return stops
        flag = torch.tensor(int(stops), device=self._options.device)
        distributed.all_reduce(flag)
        return bool(flag)

    def _advance(self) -> Step:
        began = time.monotonic()
        batch = [self._training[index] for index in self._order.next()]
        tokens = sum(map(len, batch)) - len(batch)
        for group in self._optimizer.param_groups:
            group["lr"] = self.settings.learning_rate(self.step)
        self._optimizer.zero_grad(set_to_none=False)
        total = torch.zeros((), dtype=torch.float64, device=self._options.device)
        for part in self._mine(batch):
            loss = sum_loss(self.network, part, self._options.device, self._options.dtype)
            (loss / tokens).backward()
            total += loss.detach()
        self._add_up(total)
        norm = torch.nn.utils.clip_grad_norm_(self._tensors, self.settings.clipNorm)
        mean = float(total) / tokens
        if not math.isfinite(mean) or not math.isfinite(float(norm)):
            raise TrainingError(
                f"the loss of step {self.step + 1} is no number: training has diverged",
                "take a lower learning rate or a longer warm-up")
        self._optimizer.step()
        self.step += 1
        return Step(self.step, mean, tokens, time.monotonic() - began)

    def _mine(self, batch: Sequence[Ids]) -> list[list[Ids]]:
        """The parts of a batch that this rank takes."""
        share = max(1, self.settings.batchTokens // self._ranks)
        return parts(batch, min(self._options.part_tokens, share))[self._rank::self._ranks]

    def _add_up(self, total: torch.Tensor) -> None:
        """Adds up the loss and the gradients of all ranks."""
        for tensor in self._tensors:
            if tensor.grad is None:
                tensor.grad = torch.zeros_like(tensor)
        if self._ranks == 1:
            return
        distributed.all_reduce(total)
        for tensor in self._tensors:
            distributed.all_reduce(tensor.grad)

    @torch.no_grad()
    def evaluate(self, data: TokenSequences) -> float:
        """The mean of −ln p over the predicted tokens of some data, nats."""
        total = torch.zeros((), dtype=torch.float64, device=self._options.device)
        every = parts([data[index] for index in range(len(data))], self._options.part_tokens)
        for part in every[self._rank::self._ranks]:
            total += sum_loss(self.network, part, self._options.device, self._options.dtype)
        if self._ranks > 1:
            distributed.all_reduce(total)
        return float(total) / data.predicted_count

    def write_checkpoint(self) -> None:
        """Writes the state, where there is a path for it and the rank is the first."""
        path = self._options.checkpoint
        if path is None or self.step == 0:
            return
        began = time.monotonic()
        if self._rank == 0:
            states = [self._optimizer.state[tensor] for tensor in self._tensors]
            kept = [*(tensor.detach() for tensor in self._tensors),
                    *(state["exp_avg"] for state in states),
                    *(state["exp_avg_sq"] for state in states)]
            try:
                write_checkpoint(
                    path, self._identity, self.step, [tensor.cpu().numpy() for tensor in kept])
            except OSError as error:
                raise TrainingError(f"cannot write {path}: {error}", "make room on its disk; the "
                                    "same command goes on") from error
        self._written = time.monotonic()
        self._cost = self._written - began

    def weights(self) -> list[np.ndarray]:
        """Every tensor in float32, in the order of `Shape.tensors`."""
        return [tensor.detach().cpu().numpy() for tensor in self._tensors]


def check_data(data: TokenSequences, shape: Shape, settings: Settings) -> None:
    """Raises TrainingError for sequences that the shape or a batch has no room for."""
    if data.vocabulary > shape.vocabulary:
        raise TrainingError(f"{data.path} has ids of a vocabulary of {data.vocabulary}, the "
                            f"reference's has {shape.vocabulary}")
    if data.longest > shape.context or data.longest - 1 > settings.batchTokens:
        raise TrainingError(f"{data.path} has a sequence of {data.longest} ids, more than the "
                            f"context of {shape.context} or a batch of {settings.batchTokens}")
