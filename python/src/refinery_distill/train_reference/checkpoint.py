"""A run's state in a file, in the native trainer's form (Run/Checkpoint.swift).

`RFNCKPT1`, length of the identity, steps done, trained numbers, SHA-256 of the identity, the
identity as `name=value` lines, zero up to a multiple of eight, weights and both moments in float32,
SHA-256 of everything before. No pickle is read. The identity names torch and the dtype, so that
neither trainer goes on with the other's checkpoint.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .durable import write_durably
from .errors import TrainingError
from .settings import Settings
from .shape import Shape

MAGIC = b"RFNCKPT1"
HEADER = 64
Floats = npt.NDArray[np.float32]


def identity(shape: Shape, settings: Settings, data: str, dtype: str) -> str:
    """Everything that decides the weights of a run, a line each."""
    fields = {
        "layers": shape.layers, "width": shape.width, "heads": shape.heads,
        "kv_heads": shape.kvHeads, "head_size": shape.headSize,
        "feed_forward": shape.feedForward, "vocabulary": shape.vocabulary,
        "context": shape.context, "rope_theta": shape.ropeTheta,
        "norm_epsilon": shape.normEpsilon, "seed": settings.seed, "steps": settings.steps,
        "batch_tokens": settings.batchTokens, "learning_rate": settings.learningRate,
        "warmup_steps": settings.warmupSteps, "decay_steps": settings.decaySteps,
        "weight_decay": settings.weightDecay, "beta1": settings.beta1, "beta2": settings.beta2,
        "epsilon": settings.epsilon, "clip_norm": settings.clipNorm, "data_sha256": data,
        "trainer": "torch", "dtype": dtype}
    return "".join(f"{name}={value}\n" for name, value in fields.items())


def write_checkpoint(path: Path, identity: str, step: int, tensors: Sequence[Floats]) -> None:
    """Writes the state after so many steps; an older checkpoint stays where that fails.

    `tensors` are the weights, then the first moments, then the second moments.
    """
    text = identity.encode()
    count = sum(tensor.size for tensor in tensors) // 3
    digest = hashlib.sha256()

    def content() -> Iterator[bytes | memoryview]:
        yield (MAGIC + struct.pack("<QQQ", len(text), step, count)
               + hashlib.sha256(text).digest() + text + bytes(-len(text) % 8))
        for tensor in tensors:
            yield np.ascontiguousarray(tensor).reshape(-1).view(np.uint8).data

    def all_of_it() -> Iterator[bytes | memoryview]:
        for part in content():
            digest.update(part)
            yield part
        yield digest.digest()

    write_durably(path, all_of_it())


def read_checkpoint(path: Path, identity: str) -> tuple[int, Floats] | None:
    """Steps done, and weights and moments in one run of numbers; None where there is no file.

    Raises TrainingError for a file that is damaged, or of another run.
    """
    if not path.exists():
        return None
    data: npt.NDArray[np.uint8] = np.memmap(path, np.uint8, "r")
    if len(data) < HEADER + 32 or data[:8].tobytes() != MAGIC:
        raise TrainingError(f"{path} is no checkpoint: RFNCKPT1 does not begin it",
                            "remove it to begin anew")
    length, step, count = struct.unpack("<QQQ", data[8:32].tobytes())
    start = HEADER + length + -length % 8
    if len(data) != start + 12 * count + 32:
        raise TrainingError(f"{path} is a damaged checkpoint: it has {len(data)} bytes",
                            "remove it to begin anew")
    digest = hashlib.sha256()
    for first in range(0, len(data) - 32, 8 << 20):
        digest.update(data[first:min(first + (8 << 20), len(data) - 32)].tobytes())
    if digest.digest() != data[-32:].tobytes():
        raise TrainingError(f"{path} is a damaged checkpoint: its checksum is of other bytes",
                            "remove it to begin anew")
    found = data[HEADER:HEADER + length].tobytes().decode()
    if found != identity:
        raise TrainingError(
            f"{path} is a checkpoint of another run: {differences(identity, found)}",
            "train with the same settings and data, or remove it to begin anew")
    return step, data[start:start + 12 * count].view("<f4")


def differences(here: str, there: str) -> str:
    """What two identities differ in."""
    sides = [dict(line.partition("=")[::2] for line in text.splitlines()) for text in (here, there)]
    return ", ".join(
        f"{name} is {sides[1].get(name, 'not set')} there and {sides[0].get(name, 'not set')} here"
        for name in {**sides[0], **sides[1]} if sides[0].get(name) != sides[1].get(name))
