"""Requests of SGLang's `/generate` and `/tokenize`, checked before anything is done for them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .errors import RequestError


@dataclass(frozen=True)
class GenerateRequest:
    """A request for the log-probs of prompts."""

    prompts: list[list[int]]
    """The ids of each prompt."""
    is_batch: bool
    """Whether the client sent a list of prompts, and gets a list."""
    starts: list[int]
    """For each prompt the first id whose log-prob is wanted; −1 for none."""


@dataclass(frozen=True)
class RequestLimits:
    """What ids and prompts can be."""

    vocabulary: int
    max_context: int
    request_tokens: int


def parse_body(body: bytes) -> dict[str, Any]:
    """The JSON object of a body."""
    try:
        value = json.loads(body)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise RequestError(400, f"the body is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise RequestError(400, "the body must be a JSON object")
    return value


def parse_generate(value: dict[str, Any], limits: RequestLimits) -> GenerateRequest:
    """Checks a request of `/generate`.

    Raises RequestError (400) for what is wrong with it, or what this server does not do.
    """
    if "input_ids" not in value:
        raise RequestError(
            400, "input_ids is missing: this server scores ids; /tokenize gives those of a text")
    prompts, is_batch = parse_prompts(value["input_ids"])
    tokens = sum(map(len, prompts))
    if tokens > limits.request_tokens:
        raise RequestError(
            400, f"the request has {tokens} tokens, one may have {limits.request_tokens}")
    for number, ids in enumerate(prompts):
        check_ids(ids, f"prompt {number}" if is_batch else "the prompt", limits)
    check_sampling(value.get("sampling_params"))
    if per_prompt(value, "top_logprobs_num", 0, len(prompts), is_batch) != [0] * len(prompts):
        raise RequestError(
            400, "top_logprobs_num must be 0: only the log-probs of input_ids are given")
    if value.get("token_ids_logprob") not in (None, []):
        raise RequestError(400, "token_ids_logprob is not supported")
    if value.get("stream"):
        raise RequestError(400, "stream must be false")
    wanted = per_prompt(value, "return_logprob", False, len(prompts), is_batch)
    starts = per_prompt(value, "logprob_start_len", -1, len(prompts), is_batch)
    for start, ids in zip(starts, prompts):
        if not is_whole(start) or not -1 <= start < len(ids):
            raise RequestError(
                400, f"logprob_start_len is {start!r}; of a prompt of {len(ids)} tokens it can be "
                f"from -1 to {len(ids) - 1}")
    return GenerateRequest(
        prompts, is_batch, [start if want else -1 for start, want in zip(starts, wanted)])


def parse_prompts(value: Any) -> tuple[list[list[int]], bool]:
    """The prompts, and whether there was a list of them."""
    if not isinstance(value, list) or not value:
        raise RequestError(400, "input_ids must be a list of ids, or a list of such lists")
    is_batch = isinstance(value[0], list)
    prompts = value if is_batch else [value]
    for number, ids in enumerate(prompts):
        if not isinstance(ids, list) or not ids:
            raise RequestError(400, f"input_ids: prompt {number} must be a list of at least one id")
        if not all(type(one) is int for one in ids):
            raise RequestError(
                400, f"input_ids: prompt {number} has something that is no whole number")
    return prompts, is_batch


def check_ids(ids: list[int], which: str, limits: RequestLimits) -> None:
    """Refuses ids that the vocabulary does not have, and more than the context takes."""
    if len(ids) > limits.max_context:
        raise RequestError(
            400, f"{which} has {len(ids)} tokens, the model's context takes {limits.max_context}")
    if min(ids) < 0 or max(ids) >= limits.vocabulary:
        place = next(
            place for place, one in enumerate(ids) if not 0 <= one < limits.vocabulary)
        raise RequestError(
            400, f"{which} has the id {ids[place]} at place {place}; ids are from 0 to "
            f"{limits.vocabulary - 1}")


def check_sampling(value: Any) -> None:
    """Refuses to generate."""
    for one in value if isinstance(value, list) else [value]:
        if one is None:
            continue
        if not isinstance(one, dict):
            raise RequestError(400, "sampling_params must be an object")
        if one.get("max_new_tokens", 0) != 0:
            raise RequestError(
                400, "max_new_tokens must be 0: this server scores and does not generate")


def per_prompt(
    value: dict[str, Any], name: str, default: Any, count: int, is_batch: bool
) -> list[Any]:
    """A field that is one value for all prompts, or a list with one for each."""
    found = value.get(name, default)
    found = default if found is None else found
    if isinstance(found, list):
        if not is_batch or len(found) != count:
            raise RequestError(400, f"{name} has {len(found)} values for {count} prompts")
        return [default if one is None else one for one in found]
    return [found] * count


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number."""
    return type(value) is int


def parse_tokenize(value: dict[str, Any]) -> tuple[list[str], bool, bool]:
    """The texts of a request of `/tokenize`, whether they were a list, and add_special_tokens."""
    prompt = value.get("prompt", value.get("text"))
    is_batch = isinstance(prompt, list)
    texts: list[Any] = prompt if isinstance(prompt, list) else [prompt]
    if not all(isinstance(text, str) for text in texts):
        raise RequestError(400, "prompt must be a text, or a list of texts")
    special = value.get("add_special_tokens", True)
    if not isinstance(special, bool):
        raise RequestError(400, "add_special_tokens must be true or false")
    return texts, is_batch, special
