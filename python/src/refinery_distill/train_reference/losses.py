"""The sum of −ln p of sequences, in parts that fit the device."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

IGNORED = -100
"""What stands where nothing is predicted."""

Ids = npt.NDArray[np.uint32]


def parts(sequences: Sequence[Ids], most: int) -> list[list[Ids]]:
    """Sequences of nearly one length, in parts of `most` padded tokens at most."""
    found: list[list[Ids]] = []
    width = 0
    for ids in sorted(sequences, key=len, reverse=True):
        if not found or (len(found[-1]) + 1) * width > most:
            found.append([])
            width = len(ids) - 1
        found[-1].append(ids)
    return found


def padded(part: Sequence[Ids], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and targets [sequences, positions]; behind a sequence nothing is predicted.

    Padding stands on the right, where no position of the sequence sees it.
    """
    longest = max(map(len, part)) - 1
    inputs = np.zeros((len(part), longest), np.int64)
    targets = np.full((len(part), longest), IGNORED, np.int64)
    for row, ids in enumerate(part):
        inputs[row, :len(ids) - 1] = ids[:-1]
        targets[row, :len(ids) - 1] = ids[1:]
    return torch.from_numpy(inputs).to(device), torch.from_numpy(targets).to(device)


def sum_loss(
    network: nn.Module, part: Sequence[Ids], device: torch.device, dtype: torch.dtype
) -> torch.Tensor:
    """The sum of −ln p over the predicted tokens; the softmax is in float32."""
    inputs, targets = padded(part, device)
    with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
        logits = network(input_ids=inputs).logits
    return nn.functional.cross_entropy(
        logits.flatten(0, 1).float(), targets.flatten(), ignore_index=IGNORED, reduction="sum")
