"""What the server's paths do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from .. import __version__
from .answers import generate_answer
from .errors import RequestError
from .loading import LoadedModel
from .options import Limits
from .queue import Job, ScoringQueue
from .requests import RequestLimits, parse_body, parse_generate, parse_tokenize


class Service:
    """A loaded model behind its queue."""

    def __init__(
        self, model: LoadedModel, queue: ScoringQueue, served_name: str, limits: Limits
    ) -> None:
        self._model = model
        self._queue = queue
        self._name = served_name
        self._limits = limits
        self._request_limits = RequestLimits(
            vocabulary=model.vocabulary, max_context=model.max_context,
            request_tokens=limits.request_tokens)
        # A tokenizer of Rust changes its own state while it encodes.
        self._tokenizing = threading.Lock()

    def generate(self, body: bytes, wait: Callable[[Job], None]) -> bytes:
        """The log-probs of a request's prompts; `wait` returns once they are there."""
        request = parse_generate(parse_body(body), self._request_limits)
        wanted = [index for index, start in enumerate(request.starts) if start >= 0]
        scores: list[Any] = [None] * len(request.prompts)
        if wanted:
            job = self._queue.submit([request.prompts[index] for index in wanted])
            wait(job)
            if job.error is not None:
                raise job.error
            for index, found in zip(wanted, job.scores, strict=True):
                scores[index] = found
        return generate_answer(request, scores, self._model.digest)

    def tokenize(self, body: bytes) -> bytes:
        """The ids of texts."""
        texts, is_batch, special = parse_tokenize(parse_body(body))
        if self._model.tokenizer is None:
            raise RequestError(404, "this server has no tokenizer: start it with --tokenizer")
        with self._tokenizing:
            ids = [self._model.tokenizer.encode(text, add_special_tokens=special)
                   for text in texts]
        counts = [len(one) for one in ids]
        return encode({
            "tokens": ids if is_batch else ids[0],
            "count": counts if is_batch else counts[0],
            "max_model_len": self._model.max_context})

    def health(self) -> bytes:
        """An empty object while the model scores."""
        if not self._queue.is_alive:
            raise RequestError(503, "the scoring thread has ended", retry_after=30)
        return encode({"status": "ok"})

    def model_info(self) -> bytes:
        """What is served; `weight_version` is the digest of its files."""
        model = self._model
        return encode({
            "model_path": model.path,
            "tokenizer_path": model.tokenizer_path,
            "served_model_name": self._name,
            "is_generation": True,
            "weight_version": model.digest,
            "dtype": model.dtype,
            "device": model.device,
            "vocab_size": model.vocabulary,
            "max_model_len": model.max_context,
            "has_input_token_ranks": True})

    def server_info(self) -> bytes:
        """The same, the server's version, and how much waits."""
        return encode(json.loads(self.model_info()) | {
            "version": f"refinery-distill {__version__}",
            "context_length": self._model.max_context,
            "max_prefill_tokens": self._limits.batch_tokens,
            "max_queued_tokens": self._limits.queued_tokens,
            "waiting_tokens": self._queue.waiting_tokens})

    def models(self) -> bytes:
        """The list of models in OpenAI's shape."""
        return encode({"object": "list", "data": [{
            "id": self._name, "object": "model", "owned_by": "refinery-distill",
            "root": self._model.path, "max_model_len": self._model.max_context}]})


def encode(value: Any) -> bytes:
    """A value as JSON."""
    return json.dumps(value).encode()
