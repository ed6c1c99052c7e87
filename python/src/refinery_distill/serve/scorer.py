"""Log-probs and ranks of token ids under a model, in batches."""

from __future__ import annotations

import torch
from torch import nn

from .head import SplitModel, accepted, first_logits, split
from .scores import PromptScores


class Scorer:
    """A model that scores prompts; it belongs to one thread at a time."""

    def __init__(self, model: nn.Module, vocabulary: int, block_numbers: int | None = None) -> None:
        """Takes a model that is loaded and in evaluation mode.

        `vocabulary` bounds the ids. A block of logits has `block_numbers` numbers at most.
        """
        self._model = model
        self.vocabulary = vocabulary
        """Ids are below it."""
        weight = next(model.parameters())
        self.device = weight.device
        """Where the model is."""
        # On a CPU a block stays in the cache.
        numbers = block_numbers or (1 << 27 if weight.is_cuda else 1 << 22)
        self._block_rows = max(1, numbers // max(1, vocabulary))
        ids = [(7 * place + 1) % vocabulary for place in range(8)]
        self._parts: SplitModel | None = split(
            model, ids, 1e-4 if weight.dtype == torch.float32 else 2e-2)

    @property
    def is_split(self) -> bool:
        """Whether the head runs on blocks of rows; otherwise one prompt runs at a time."""
        return self._parts is not None

    @torch.inference_mode()
    def score(self, prompts: list[list[int]]) -> list[PromptScores]:
        """The scores of prompts of at least one id each, which make one batch."""
        if self._parts is None:
            return [self._score_whole(ids) for ids in prompts]
        parts = self._parts
        longest = max(map(len, prompts))
        # Ids are padded on the right: with causal attention no real id sees what comes behind it.
        padded = torch.zeros((len(prompts), longest), dtype=torch.long)
        mask = torch.zeros((len(prompts), longest), dtype=torch.long)
        for row, ids in enumerate(prompts):
            padded[row, :len(ids)] = torch.tensor(ids)
            mask[row, :len(ids)] = 1
        is_even = all(len(ids) == longest for ids in prompts)
        padded = padded.to(self.device)
        try:
            hidden = parts.hidden(padded, None if is_even else mask.to(self.device))
            places = mask[:, 1:].reshape(-1).nonzero()[:, 0].to(self.device)
            rows = hidden[:, :-1].reshape(-1, hidden.shape[-1])
            targets = padded[:, 1:].reshape(-1)
            found = []
            for block in places.split(self._block_rows):
                logits = parts.logits(rows.index_select(0, block))
                found.append(gather(logits, targets.index_select(0, block)))
            return divide(found, [len(ids) - 1 for ids in prompts])
        finally:
            parts.release()

    def _score_whole(self, ids: list[int]) -> PromptScores:
        """The scores of one prompt by the model's own forward, with all of its logits."""
        batch = torch.tensor([ids], device=self.device)
        output = self._model(
            input_ids=batch, **accepted(self._model, {"use_cache": False, "return_dict": True}))
        logits = first_logits(output)[0, :-1]
        found = [gather(part, target) for part, target in zip(
            logits.split(self._block_rows), batch[0, 1:].split(self._block_rows))]
        return divide(found, [len(ids) - 1])[0]


def gather(logits: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-prob in float32 and rank of each row's target."""
    wide = logits.float()
    own = wide.gather(1, targets[:, None])
    # Rounding may lift the log-prob of a certain id above zero.
    logprobs = (own[:, 0] - wide.logsumexp(1)).clamp(max=0)
    if wide.is_cuda:
        return logprobs, (wide >= own).sum(1)
    # A CPU adds up floats four times as fast as truth values; every count is exact in float32.
    return logprobs, torch.ge(wide, own, out=torch.empty_like(wide)).sum(1).long()


def divide(
    found: list[tuple[torch.Tensor, torch.Tensor]], counts: list[int]
) -> list[PromptScores]:
    """Brings blocks off the device and gives each prompt its own."""
    logprobs = torch.cat([part for part, _ in found]).tolist() if found else []
    ranks = torch.cat([part for _, part in found]).tolist() if found else []
    scores, start = [], 0
    for count in counts:
        scores.append(PromptScores(logprobs[start:start + count], ranks[start:start + count]))
        start += count
    return scores
