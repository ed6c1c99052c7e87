"""The queue between requests and the model: prompts are gathered into batches by their tokens."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from .errors import RequestError
from .scores import PromptScores

LOG = logging.getLogger("refinery_distill.serve")


class Scores(Protocol):
    """What the queue needs of a scorer."""

    def score(self, prompts: list[list[int]]) -> list[PromptScores]:
        """The scores of the prompts of one batch."""


class Job:
    """One request's prompts, and their scores as they arrive."""

    def __init__(self, prompts: list[list[int]]) -> None:
        self.prompts = prompts
        self.tokens = sum(map(len, prompts))
        """Tokens of all prompts."""
        self.scores: list[PromptScores | None] = [None] * len(prompts)
        """The scores of each prompt; None while it waits."""
        self.error: RequestError | None = None
        """Why the request failed; None where it did not."""
        self.is_abandoned = False
        """Whether nobody waits for the answer any more."""
        self._left = len(prompts)
        self._done = threading.Event()

    def wait(self, seconds: float) -> bool:
        """Waits so long at most; True once every prompt has its scores, or the job failed."""
        return self._done.wait(seconds)

    def take(self, index: int, scores: PromptScores) -> None:
        """Takes one prompt's scores."""
        self.scores[index] = scores
        self._left -= 1
        if self._left == 0:
            self._done.set()

    def fail(self, error: RequestError) -> None:
        """Ends the job with an error."""
        self.error = error
        self._done.set()


Item = tuple[Job, int]
"""A prompt: its job and its place there."""


class ScoringQueue:
    """Jobs in order of arrival, and the thread that scores them.

    What waits is taken as one window, and the next window begins only after it: so no prompt is
    passed over for ever. Within a window the longest prompts come first, so that a batch holds
    prompts of nearly one length.
    """

    def __init__(self, scorer: Scores, batch_tokens: int, queued_tokens: int) -> None:
        self._scorer = scorer
        self._batch_tokens = batch_tokens
        self._most = queued_tokens
        self._jobs: deque[Job] = deque()
        self._waiting = 0
        self._is_closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="scoring", daemon=True)
        self._thread.start()

    @property
    def waiting_tokens(self) -> int:
        """Tokens that wait or are being scored."""
        return self._waiting

    @property
    def is_alive(self) -> bool:
        """Whether the scoring thread runs."""
        return self._thread.is_alive()

    def submit(self, prompts: list[list[int]]) -> Job:
        """Puts a request's prompts into the queue.

        A queue that is empty takes a request of any size. Raises RequestError (503) where there is
        no room, and where the server is about to end.
        """
        job = Job(prompts)
        with self._changed:
            if self._is_closed:
                raise RequestError(503, "the server is shutting down", retry_after=30)
            if self._waiting > 0 and self._waiting + job.tokens > self._most:
                raise RequestError(
                    503, f"{self._waiting} tokens wait already, {self._most} may", retry_after=1)
            self._waiting += job.tokens
            self._jobs.append(job)
            self._changed.notify()
        return job

    def close(self, seconds: float) -> bool:
        """Takes no more jobs and waits for those that it has; False where time ran out."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._jobs:
                    if self._is_closed:
                        return
                    self._changed.wait()
                jobs = list(self._jobs)
                self._jobs.clear()
            items = [(job, index) for job in jobs for index in range(len(job.prompts))]
            for batch in batches(items, self._batch_tokens):
                self._score([item for item in batch if not self._is_over(item[0])])
            with self._changed:
                self._waiting -= sum(job.tokens for job in jobs)

    @staticmethod
    def _is_over(job: Job) -> bool:
        return job.is_abandoned or job.error is not None

    def _score(self, batch: list[Item]) -> None:
        if not batch:
            return
        try:
            found = self._scorer.score([job.prompts[index] for job, index in batch])
        except Exception as error:  # one batch must not end the thread
            self._recover(batch, error)
            return
        for (job, index), scores in zip(batch, found, strict=True):
            job.take(index, scores)

    def _recover(self, batch: list[Item], error: Exception) -> None:
        """Scores the halves of a batch for which there was no memory; fails any other."""
        if is_out_of_memory(error):
            release_memory()
            if len(batch) > 1:
                LOG.warning("no memory for a batch of %d prompts: scoring its halves", len(batch))
                half = len(batch) // 2
                self._score(batch[:half])
                self._score(batch[half:])
                return
            refused = RequestError(
                400, f"the device has no memory for a prompt of {prompt_length(batch[0])} tokens")
        else:
            LOG.error("a batch of %d prompts failed", len(batch), exc_info=error)
            refused = RequestError(500, f"scoring failed: {type(error).__name__}: {error}")
        for job, _ in batch:
            job.fail(refused)


def prompt_length(item: Item) -> int:
    """The tokens of a prompt."""
    job, index = item
    return len(job.prompts[index])


def batches(items: Sequence[Item], batch_tokens: int) -> list[list[Item]]:
    """Prompts in batches, the longest first, each of `batch_tokens` padded tokens at most.

    A prompt that is longer than that is a batch by itself.
    """
    ordered = sorted(items, key=prompt_length, reverse=True)
    found: list[list[Item]] = []
    width = 0
    for item in ordered:
        if not found or (len(found[-1]) + 1) * width > batch_tokens:
            found.append([])
            width = prompt_length(item)
        found[-1].append(item)
    return found


def is_out_of_memory(error: Exception) -> bool:
    """Whether a batch was too large for the device."""
    return type(error).__name__ == "OutOfMemoryError" or isinstance(error, MemoryError)


def _no_memory_to_release() -> None:
    """On a CPU the system takes memory back by itself."""


release_memory: Callable[[], None] = _no_memory_to_release
"""Gives cached device memory back; the server sets it where there is a GPU."""
