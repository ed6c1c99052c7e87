"""The LM head of any model, applied to blocks of rows.

The logits of a batch are tokens times vocabulary, which no GPU has room for. So the body of the
model runs once, and its head runs on a few rows at a time. The head's arithmetic (scaling,
soft-capping, norms in front of it) differs between families and is written in each model's own
`forward`. That `forward` is what runs here, both times. Only the body inside it is exchanged: once
it hands on one row, and then it hands out the block of rows that is asked for.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn


class HeadError(Exception):
    """A model whose head cannot be applied apart from its body."""


class SplitModel:
    """A causal language model whose body and head run apart."""

    def __init__(self, model: nn.Module, body: nn.Module) -> None:
        self._model = model
        self._original = body.forward
        self._body = body
        self._output: Any = None
        self._rows: torch.Tensor | None = None
        self._is_capturing = False
        self._arguments = accepted(model, {"use_cache": False, "return_dict": True})
        self._takes_mask = bool(accepted(model, {"attention_mask": None}))
        body.forward = self._forward

    def restore(self) -> None:
        """Gives the model its own body back."""
        self._body.forward = self._original

    def hidden(self, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """What the body gives for a batch: [prompts, positions, width]."""
        extra = {"attention_mask": mask} if mask is not None and self._takes_mask else {}
        self._is_capturing = True
        self._output = None
        try:
            self._model(input_ids=ids, **extra, **self._arguments)
        finally:
            self._is_capturing = False
        if self._output is None:
            raise HeadError("the model does not call this body")
        return first_tensor(self._output)

    def logits(self, rows: torch.Tensor) -> torch.Tensor:
        """What the head gives for rows of hidden states [rows, width]: [rows, vocabulary]."""
        if self._output is None:
            raise HeadError("the body has not run")
        self._rows = rows[None]
        try:
            ids = torch.zeros((1, rows.shape[0]), dtype=torch.long, device=rows.device)
            logits = first_logits(self._model(input_ids=ids, **self._arguments))
        finally:
            self._rows = None
        if logits.shape[:2] != (1, rows.shape[0]):
            raise HeadError(f"the head gives {tuple(logits.shape)} for {rows.shape[0]} rows")
        return logits[0]

    def release(self) -> None:
        """Lets go of the last batch's hidden states."""
        self._output = None

    def _forward(self, *arguments: Any, **keywords: Any) -> Any:
        if self._rows is not None:
            return with_tensor(self._output, self._rows)
        output = self._original(*arguments, **keywords)
        if not self._is_capturing:
            return output
        self._output = output
        # The head has to do no more than one row of each prompt.
        return with_tensor(output, first_tensor(output)[:, :1])


def accepted(model: nn.Module, keywords: dict[str, Any]) -> dict[str, Any]:
    """Those of the keywords that the model's `forward` names."""
    names = inspect.signature(model.forward).parameters
    return {name: value for name, value in keywords.items() if name in names}


def first_tensor(output: Any) -> torch.Tensor:
    """The hidden states in what a body returned."""
    tensor = output if isinstance(output, torch.Tensor) else output[0]
    if not isinstance(tensor, torch.Tensor) or tensor.dim() != 3:
        raise HeadError("the body returns no hidden states of three dimensions")
    return tensor


def first_logits(output: Any) -> torch.Tensor:
    """The logits in what a model returned."""
    logits = getattr(output, "logits", None)
    return output[0] if logits is None else logits


def with_tensor(output: Any, tensor: torch.Tensor) -> Any:
    """What a body returned, with other hidden states in it."""
    if isinstance(output, torch.Tensor):
        return tensor
    if isinstance(output, tuple):
        return (tensor, *output[1:])
    changed = copy.copy(output)
    changed[next(iter(output.keys()))] = tensor
    return changed


def bodies(model: nn.Module) -> Iterator[nn.Module]:
    """The modules that may be the body, the most likely first."""
    base = getattr(model, "base_model", model)
    if base is not model:
        yield base
        for name in ("decoder", "language_model", "text_model", "model"):
            inner = getattr(base, name, None)
            if isinstance(inner, nn.Module):
                yield inner


@torch.inference_mode()
def split(model: nn.Module, ids: list[int], tolerance: float) -> SplitModel | None:
    """The model in two parts; None where its head cannot be applied apart.

    It is tried on a few ids: the logits of the parts must equal those of the whole within
    `tolerance` times their largest.
    """
    device = next(model.parameters()).device
    probe = torch.tensor([ids], device=device)
    arguments = accepted(model, {"use_cache": False, "return_dict": True})
    whole = first_logits(model(input_ids=probe, **arguments))[0].float()
    for body in bodies(model):
        parts = SplitModel(model, body)
        try:
            hidden = parts.hidden(probe, None)[0]
            half = len(ids) // 2
            found = torch.cat([parts.logits(hidden[:half]), parts.logits(hidden[half:])]).float()
            far = (found - whole).abs().max()
            if found.shape == whole.shape and far <= tolerance * whole.abs().max():
                parts.release()
                return parts
        except (HeadError, RuntimeError, TypeError, KeyError, IndexError, AttributeError):
            pass
        parts.restore()
    return None
