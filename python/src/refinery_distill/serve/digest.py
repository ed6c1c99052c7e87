"""The digest of a model's files, which tells a client that the weights are the same."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

WEIGHT_ENDINGS = (".safetensors", ".bin", ".gguf")
"""How the names of weight files end."""


def weights_digest(model: Path) -> str:
    """SHA-256 of a model's weights and configuration, with `sha256:` in front.

    A single file gives its own SHA-256. A folder gives what this prints:

        cd FOLDER && LC_ALL=C sha256sum config.json *.safetensors | sha256sum

    with the names in ascending order of their bytes. `.bin` files count only where a folder has no
    safetensors. Raises ValueError for a folder without weights.
    """
    if model.is_file():
        return "sha256:" + file_digest(model)
    files = weight_files(model)
    if not files:
        raise ValueError(f"{model} has no weights: no file ends in .safetensors or .bin")
    names = sorted([*(file.name for file in files), "config.json"], key=str.encode)
    with ThreadPoolExecutor(4) as pool:
        digests = list(pool.map(file_digest, (model / name for name in names)))
    lines = "".join(f"{digest}  {name}\n" for digest, name in zip(digests, names))
    return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def weight_files(folder: Path) -> list[Path]:
    """The files of a folder that transformers takes its weights from."""
    for ending in WEIGHT_ENDINGS:
        found = [path for path in folder.iterdir()
                 if path.name.endswith(ending) and not path.name.startswith("training_args")]
        if found:
            return found
    return []


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    buffer = bytearray(8 << 20)
    view = memoryview(buffer)
    with open(path, "rb", buffering=0) as file:
        while count := file.readinto(buffer):
            digest.update(view[:count])
    return digest.hexdigest()
