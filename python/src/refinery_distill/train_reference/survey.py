"""A first pass over a corpus, and the slice that follows from it (Training/SliceSurvey.swift)."""

from __future__ import annotations

from .corpus_slice import CorpusSlice
from .decimal_fraction import canonical, millionths
from .documents import Corpus
from .errors import TrainingError
from .request import Request
from .sizes import LEAST_TOKENS
from .teacher_tokenizer import TeacherTokenizer

SAMPLE_BYTES = 2 << 20
USUAL_SHARE, LARGEST_SHARE = 0.05, 0.5
LEAST_HELD_OUT, LARGEST_HELD_OUT = 0.005, 0.1


class Survey:
    """What a corpus holds, and how many bytes a token covers on a sample of it."""

    def __init__(self, corpus: Corpus, tokenizer: TeacherTokenizer) -> None:
        """Reads the corpus; raises TrainingError where it holds no document."""
        sample = TextSample(SAMPLE_BYTES)
        self.tally = corpus.read(sample.add)
        if self.tally.documents == 0:
            raise TrainingError("the files hold no document")
        texts = sample.texts()
        tokens = sum(len(tokenizer.encode(text)) for text in texts)
        self._bytes_per_token = max(1, sum(map(len, texts))) / max(1, tokens)

    def slice(self, request: Request) -> CorpusSlice:
        """The slice that a request makes of the corpus."""
        held = max(LEAST_HELD_OUT, min(LARGEST_HELD_OUT, 75 / max(1, self.tally.documents)))
        return CorpusSlice(
            request.seed,
            millionths(held) if request.held_out is None else canonical(request.held_out),
            self._share(request.tokens) if request.share is None else canonical(request.share))

    def _share(self, wanted: int | None) -> str:
        tokens = self.tally.textBytes / self._bytes_per_token
        share = (max(USUAL_SHARE, 1.1 * LEAST_TOKENS / max(tokens, 1)) if wanted is None
                 else wanted / tokens)
        return millionths(min(max(share, 0.000_001), LARGEST_SHARE))


class TextSample:
    """The different texts with the lowest hashes, up to some bytes: no file is preferred."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: list[tuple[bytes, bytes]] = []
        self._size = 0
        self._bound: bytes | None = None

    def add(self, text: bytes, digest: bytes) -> None:
        """Takes a text, where its hash is low enough."""
        if self._bound is not None and digest >= self._bound:
            return
        self._found.append((digest, text))
        self._size += len(text)
        if self._size > 2 * self._most:
            self._trim()

    def texts(self) -> list[bytes]:
        """The texts of the sample."""
        self._trim()
        return [text for _, text in self._found]

    def _trim(self) -> None:
        kept: list[tuple[bytes, bytes]] = []
        self._size = 0
        for digest, text in sorted(self._found, key=lambda one: one[0]):
            if kept and kept[-1][0] == digest:
                continue
            if kept and self._size >= self._most:
                self._bound = digest
                break
            kept.append((digest, text))
            self._size += len(text)
        self._found = kept
