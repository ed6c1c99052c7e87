"""Makes a plan: reads the corpus, decides slice, shape and steps, writes the slice as tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .chunker import cut
from .corpus_slice import CorpusSlice
from .documents import Corpus, Tally
from .errors import TrainingError
from .plan import Plan
from .request import Request
from .sizes import (
    LEAST_TOKENS,
    automatic,
    count_epochs,
    make_settings,
    make_shape,
    teacher_operations,
)
from .survey import Survey
from .teacher_tokenizer import TeacherTokenizer
from .token_file import TokenSequences, TokenSequencesWriter
from .trigram import Trigrams
from .work_folder import WorkFolder


def make_plan(
    work: WorkFolder, corpus: Corpus, teacher: Path, context: str, tokenizer_digest: str,
    request: Request, say: Callable[[str], None],
) -> Plan:
    """Plans a training; raises TrainingError for a corpus that is too small."""
    tokenizer = TeacherTokenizer(teacher, context)
    work.copy_tokenizer(teacher)
    say("reading the corpus")
    survey = Survey(corpus, tokenizer, request)
    tally = survey.tally
    corpus_slice, counts = choose_slice(work, corpus, survey, tokenizer, request, say)
    for part, words, option in (
        ("held out", "is held out", "--held-out"), ("trained", "trains", "--share"),
    ):
        if counts[part]["tokens"] == 0:
            raise TrainingError(f"no document of {tally.documents} {words}",
                                f"give more documents, or a larger {option}")
    tokens = counts["trained"]["tokens"]
    if tokens < LEAST_TOKENS and not request.anyway:
        raise TrainingError(
            f"the slice has {tokens} tokens, and a reference that is trained on fewer than "
            f"{LEAST_TOKENS} cannot judge text",
            "give more text or a larger --share, or train all the same with --anyway")
    training, held_out = TokenSequences(work.training), TokenSequences(work.held_out)
    epochs = count_epochs(tokens, request.epochs)
    length = max(2, tokens // max(1, counts["trained"]["chunks"]))
    shape = (
        make_shape(request.layers, request.width, tokenizer.vocabulary, request.max_tokens + 1)
        if request.layers is not None and request.width is not None
        else automatic(
            tokens * epochs, teacher_operations(teacher, tokenizer.vocabulary, length), length,
            tokenizer.vocabulary, request.max_tokens + 1))
    settings = make_settings(shape, training, request.seed, epochs)
    value: dict[str, Any] = {
        "request": request.value(), "tokenizer": tokenizer_digest, "corpus": asdict(tally),
        "slice": corpus_slice.value(), "training": counts["trained"],
        "heldOut": counts["held out"], "trigramLoss": Trigrams(training).loss(held_out),
        "epochs": epochs, "shape": asdict(shape), "settings": asdict(settings)}
    if tokenizer.context_token is not None:
        value["contextToken"] = tokenizer.context_token
    plan = Plan.of(value)
    work.write_plan(plan)
    return plan


def choose_slice(
    work: WorkFolder, corpus: Corpus, survey: Survey, tokenizer: TeacherTokenizer,
    request: Request, say: Callable[[str], None],
) -> tuple[CorpusSlice, dict[str, dict[str, int]]]:
    """Decides the slice and writes it; again with a larger one where it has too few tokens."""
    corpus_slice = survey.slice(request, survey.bytes_per_token)
    while True:
        say(f"{survey.tally.documents:,} documents; writing the slice of {corpus_slice.share}")
        tally, counts = write_slice(work, corpus, corpus_slice, tokenizer, request.max_tokens)
        if tally != survey.tally:
            raise TrainingError("the corpus changed while it was read",
                                "train once its files are complete")
        larger = survey.larger(corpus_slice, counts["trained"]["tokens"], request)
        if larger is None:
            return corpus_slice, counts
        corpus_slice = larger


def write_slice(
    work: WorkFolder, corpus: Corpus, corpus_slice: CorpusSlice, tokenizer: TeacherTokenizer,
    max_tokens: int,
) -> tuple[Tally, dict[str, dict[str, int]]]:
    """Writes what trains and what is held out: each chunk as scoring cuts and tokenises it."""
    writers = {"trained": TokenSequencesWriter(work.training, tokenizer.vocabulary),
               "held out": TokenSequencesWriter(work.held_out, tokenizer.vocabulary)}
    counts = {part: {"documents": 0, "chunks": 0, "tokens": 0} for part in writers}
    context = [] if tokenizer.context_token is None else [tokenizer.context_token]

    def take(text: bytes, digest: bytes) -> None:
        part = corpus_slice.part(digest)
        if part == "candidate":
            return
        count = counts[part]
        count["documents"] += 1
        for piece in cut(text, tokenizer, max_tokens):
            ids = context + tokenizer.encode(text[piece.start:piece.end])
            # A chunk that is too short to score is too short to learn from.
            if len(ids) >= 2:
                writers[part].append(ids)
                count["chunks"] += 1
                count["tokens"] += len(ids) - 1

    tally = corpus.read(take)
    for writer in writers.values():
        writer.finish()
    return tally, counts
