"""A first pass over a corpus, and the slice that follows from it (Training/SliceSurvey.swift)."""

from __future__ import annotations

from array import array

from .corpus_slice import CorpusSlice, millionth_of
from .decimal_fraction import canonical, floor_times, millionths
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

    def __init__(self, corpus: Corpus, tokenizer: TeacherTokenizer, request: Request) -> None:
        """Reads the corpus; raises TrainingError where it holds no document."""
        sample = TextSample(SAMPLE_BYTES)
        # Bytes of the texts whose places lie in each millionth: documents are of such different
        # lengths that a share of them says little of their bytes.
        self._bytes = array("q", bytes(8_000_000))

        def take(text: bytes, digest: bytes) -> None:
            sample.add(text, digest)
            self._bytes[millionth_of(digest, request.seed)] += len(text)

        self.tally = corpus.read(take)
        if self.tally.documents == 0:
            raise TrainingError("the files hold no document")
        texts = sample.texts()
        tokens = sum(len(tokenizer.encode(text)) for text in texts)
        self.bytes_per_token = max(1, sum(map(len, texts))) / max(1, tokens)

    def slice(self, request: Request, bytes_per_token: float) -> CorpusSlice:
        """The slice that a request makes of the corpus."""
        held = max(LEAST_HELD_OUT, min(LARGEST_HELD_OUT, 75 / max(1, self.tally.documents)))
        held_out = (
            millionths(held) if request.held_out is None else canonical(request.held_out))
        return CorpusSlice(
            request.seed, held_out,
            self._share(request.tokens, held_out, bytes_per_token) if request.share is None
            else canonical(request.share))

    def larger(
        self, than: CorpusSlice, tokens: int, request: Request,
    ) -> CorpusSlice | None:
        """A slice that has the tokens which the one before lacked; None where there is none.

        The sample says too little of texts that differ much; the slice itself says how many bytes
        its tokens cover.
        """
        wanted = LEAST_TOKENS if request.tokens is None else request.tokens // 10 * 9
        if request.share is not None or tokens >= wanted:
            return None
        first = _count(than.held_out)
        own = sum(self._bytes[first:first + _count(than.share)])
        other = self.slice(request, 1.01 * max(1, own) / max(1, tokens))
        return other if _count(other.share) > _count(than.share) else None

    def _share(self, wanted: int | None, held_out: str, bytes_per_token: float) -> str:
        needed = (1.1 * LEAST_TOKENS if wanted is None else wanted) * bytes_per_token
        first = _count(held_out)
        most = min(int(LARGEST_SHARE * 1e6), len(self._bytes) - first)
        total = count = 0
        while count < most and total < needed:
            total += self._bytes[first + count]
            count += 1
        return millionths(max(1e-6, USUAL_SHARE if wanted is None else 0, count / 1e6))


def _count(share: str) -> int:
    """The millionths that a share has, the last one counted whole."""
    return (floor_times(share, 1_000_000_000) + 999) // 1000


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
