"""Sequences and settings of the trainer's tests."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import tempfile
from dataclasses import asdict
from pathlib import Path

from refinery_distill.train_reference.counter_random import CounterRandom
from refinery_distill.train_reference.settings import Settings
from refinery_distill.train_reference.shape import Shape
from refinery_distill.train_reference.token_file import TokenSequences, TokenSequencesWriter

SHAPE = Shape(layers=2, width=48, heads=4, kvHeads=2, headSize=12, feedForward=96, vocabulary=1200,
              context=256)
SETTINGS = Settings(seed=7, steps=200, batchTokens=400, learningRate=1e-3, warmupSteps=20,
                    decaySteps=60)
JUDGE = os.environ.get("REFINERY_TRAINING_JUDGE")
"""The native trainer's tool `training-judge`, where there is one."""


def write_sequences(path: Path, vocabulary: int = 1200, count: int = 300) -> TokenSequences:
    """Sequences of 2 to 119 ids, of which low ones are frequent."""
    random = CounterRandom(5, 0)
    drawn = iter(range(10**9))
    writer = TokenSequencesWriter(path, vocabulary)
    for _ in range(count):
        length = 2 + random.below(118, next(drawn))
        writer.append([
            random.below(1 + random.below(1 + random.below(vocabulary, next(drawn)), next(drawn)),
                         next(drawn)) for _ in range(length)])
    writer.finish()
    return TokenSequences(path)


def native(tokens: Path, shape: Shape = SHAPE, settings: Settings = SETTINGS, **more) -> list[dict]:
    """What the native trainer says of every step."""
    names = {"kvHeads": "kv_heads", "headSize": "head_size", "feedForward": "feed_forward"}
    spec = {
        "shape": {names.get(name, name): value for name, value in asdict(shape).items()},
        "settings": {"seed": settings.seed, "steps": settings.steps,
                     "batch_tokens": settings.batchTokens,
                     "learning_rate": settings.learningRate,
                     "warmup_steps": settings.warmupSteps, "decay_steps": settings.decaySteps},
        "tokens": str(tokens), "threads": 1, **more}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(spec, file)
        file.flush()
        output = subprocess.run(
            [JUDGE, "train", file.name], check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in output.splitlines()]


def ours(folder: Path, *arguments: str) -> tuple[int, str]:
    """The trainer's command in this process, in a folder: its exit status and what it said."""
    from refinery_distill.train_reference.__main__ import main

    said = io.StringIO()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before = Path.cwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            try:
                status = main(["--threads", "1", *map(str, arguments)])
            except SystemExit as ended:
                status = int(ended.code or 0)
    finally:
        os.chdir(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return status, said.getvalue()


WORDS = ("the", "of", "naïve", "Zürich,", "(see", "below)", "x =", "f(x)", "“Yes.”", "No!", "why?",
         "北京", "。", "它很长", "！", "نص", "عربي؟", "हिन्दी।", "🙂", "\t", "\n", "\n\n", "\r\n", "  ",
         "\u00a0", "\u3000", "\u2029", "end.", "e.g.", "<|endoftext|>", "0123456789", "----")


def write_corpus(folder: Path) -> Path:
    """Documents of every kind that the chunker treats in its own way, always the same."""
    random = CounterRandom(11, 1)
    drawn = iter(range(10**9))
    lines = []
    for number in range(160):
        length = 1 + random.below(1 + random.below(900, next(drawn)), next(drawn))
        between = "" if number % 7 == 3 else " "
        words = [WORDS[random.below(len(WORDS), next(drawn))] for _ in range(length)]
        if number % 11 == 5:
            words = [f"word{random.below(1000, next(drawn))}" * 3 for _ in range(length)]
        lines.append(json.dumps({"text": f"{number}{between}" + between.join(words)},
                                ensure_ascii=number % 2 == 0))
    lines += ["not json", '{"text": 3}', '{"text": NaN}', "", "[1]", '{"text": "\\ud800"}',
              '{"text": "x", "domain": 3}', '{"id": 1.5, "text": "taken"}', '{"text": " \\u3000"}',
              '{"text": "A"}', '{"text": "A"}']
    folder.mkdir(exist_ok=True)
    (folder / "b.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "a.txt").write_bytes("\ufeffA text.\nWith lines.\n".encode() * 30)
    (folder / ".hidden.jsonl").write_text('{"text": "not read"}\n')
    (folder / "notes.md").write_text("not read")
    return folder
