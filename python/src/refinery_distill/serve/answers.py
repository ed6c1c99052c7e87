"""Answers in the shape of SGLang's."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from .errors import RequestError
from .requests import GenerateRequest
from .scores import PromptScores


def generate_answer(
    request: GenerateRequest, scores: Sequence[PromptScores | None], weight_version: str
) -> bytes:
    """The answer of `/generate`.

    Beside SGLang's `input_token_logprobs` there is `input_token_ranks`, of as many entries, the
    first null. Raises RequestError (400) where the model gives an id no number.
    """
    version = json.dumps(weight_version)
    parts = [
        prompt_answer(number, ids, start, found, version)
        for number, (ids, start, found) in enumerate(
            zip(request.prompts, request.starts, scores, strict=True))]
    text = "[" + ",".join(parts) + "]" if request.is_batch else parts[0]
    return text.encode()


def prompt_answer(
    number: int, ids: list[int], start: int, scores: PromptScores | None, version: str
) -> str:
    """The answer for one prompt."""
    fields = (f'"prompt_tokens":{len(ids)},"completion_tokens":0,"cached_tokens":0,'
              f'"weight_version":{version},"finish_reason":{{"type":"length","length":0}}')
    if start >= 0 and scores is not None:
        fields += score_fields(number, ids, start, scores)
    return f'{{"text":"","output_ids":[],"meta_info":{{{fields}}}}}'


def score_fields(number: int, ids: list[int], start: int, scores: PromptScores) -> str:
    """The log-probs and ranks of the ids from `start` on, of which the first has none."""
    if not all(map(math.isfinite, scores.logprobs)):
        place = next(
            place for place, one in enumerate(scores.logprobs) if not math.isfinite(one))
        raise RequestError(
            400, f"prompt {number}: the model's log-prob of the id {ids[place + 1]} at place "
            f"{place + 1} is {scores.logprobs[place]}")
    # Nine digits tell every float32 from its neighbours.
    logprobs = [f"[null,{ids[start]},null]"]
    logprobs += [f"[{logprob:.9g},{one},null]" for logprob, one in zip(
        scores.logprobs[start:], ids[start + 1:], strict=True)]
    ranks = ",".join(["null", *map(str, scores.ranks[start:])])
    return (f',"input_token_logprobs":[{",".join(logprobs)}],"input_token_ranks":[{ranks}],'
            '"output_token_logprobs":[]')
