#!/usr/bin/env python3
"""How far refinery is from float64: every family in every file form and weight type, as a table.

    matrix.py --refinectl PATH [--families llama,gpt2] [--kernels avx2,portable]

Makes a model of each family with random weights, 256 wide so that a row is a whole number of any
type's blocks, in each form and type. All matrices of a GGUF have that type, the embedding, routers
and GPT-2's positions too; its vectors are Float32. transformers scores
random_llama.py's documents in float64 on what the file stands for, a folder as it reads it and a
GGUF as PyPI's `gguf` dequantises it, and `refinectl score --per-token` scores the file itself.
Prints the greatest differences of a token and of a mean, over all --kernels (as REFINERY_KERNELS
has them; the machine's best where none is named). Exits 1 where a token's is beyond 1e-4 or a
mean's beyond 1e-5, or where a token id differs.

In a mixture of experts a token whose last expert is hardly more probable than the next one may go
elsewhere in float32 than in float64. The models of such seeds are left for those of the next seed,
which is printed: the seed is chosen in float64, before refinery is asked.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFReader
from gguf.quants import dequantize, quantize

import scripts_path  # noqa: F401
import random_families
from random_families import ROUTING_MARGIN, routing_margin
from random_llama import DOCUMENTS, DTYPES, UNQUANTISABLE
from refinery_scripts import family_gguf, family_model
from refinery_scripts.family_model import ROPE, SHAPE, Family
from refinery_scripts.judge_models import (
    load_model, load_tokenizer, sum_nll, token_nll, write_jsonl,
)
from refinery_scripts.random_blocks import random_weights
from refinery_scripts.small_tokenizer import tokenizer_json

TOKEN_TOLERANCE = 1e-4
MEAN_TOLERANCE = 1e-5
FOLDER, GGUF = "folder", "GGUF"
FLOATS = ("F32", "F16", "BF16")
QUANTISED = ("Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0", "IQ4_NL", "MXFP4", "Q6_K", "Q5_K", "Q4_K",
             "IQ4_XS", "Q3_K", "Q2_K")
FORMS = [(FOLDER, kind) for kind in FLOATS] + [(GGUF, kind) for kind in FLOATS + QUANTISED]
# Of the families of random_families.py those that stand for themselves, and how wide they are here.
NAMES = ("mistral", "qwen2", "qwen3", "gpt2", "gpt_neox", "olmo2", "phi3", "gemma2", "gemma3",
         "mixtral", "qwen3moe", "olmoe", "smollm3")
SIZES = {"hidden_size": 256, "n_embd": 256, "intermediate_size": 256, "n_inner": 256,
         "moe_intermediate_size": 256, "head_dim": 128, "query_pre_attn_scalar": 128}


def wide(family: Family) -> Family:
    sizes = family.shape | family.settings
    return replace(family, shape={}, settings={
        name: SIZES.get(name, value) for name, value in sizes.items()})


FAMILIES = [wide(family) for family in [
    Family("llama", "llama", {"tie_word_embeddings": False}, gguf="llama", shape=SHAPE | ROPE,
           seed=50),
    *(family for family in random_families.FAMILIES if family.name in NAMES)]]


def in_gguf(family: Family) -> Family:
    """The family as a GGUF has it: Mistral is a llama there, which knows no window."""
    if family.name != "mistral":
        return family
    return replace(family, gguf="llama", settings=family.settings | {"sliding_window": None})


@dataclass
class Document:
    id: str
    ids: list[int]


@dataclass
class Cell:
    """The greatest differences from float64 of a family's file."""

    token: float
    mean: float

    @property
    def good(self) -> bool:
        return self.token <= TOKEN_TOLERANCE and self.mean <= MEAN_TOLERANCE

    def __str__(self) -> str:
        """In millionths of a nat."""
        text = f"{self.token * 1e6:.0f} / {self.mean * 1e6:.1f}"
        return text if self.good else f"**{text}**"


def folder_model(family: Family, kind: str, path: Path):
    """Writes a folder and reads it."""
    family_model.write_hf(family, path, DTYPES[kind])
    return load_model(path, torch.float64)


def gguf_model(family: Family, kind: str, path: Path):
    """Writes a GGUF and makes the model whose matrices are what `gguf` says that it holds."""
    model = family_model.make(family, np.float32)
    rng = np.random.default_rng(family.seed)
    quantised = GGMLQuantizationType[kind]

    def encode(array: np.ndarray) -> tuple[np.ndarray, GGMLQuantizationType]:
        if kind not in UNQUANTISABLE:
            return quantize(array, quantised), quantised
        rows = array.reshape(-1, array.shape[-1])
        data = random_weights(kind, rows.shape, float(array.std()), rng, centred=True)
        return data.reshape(*array.shape[:-1], -1), quantised

    family_gguf.write(model, family.gguf, family.name, path, encode)
    take_matrices(model, family.gguf, path)
    model.set_attn_implementation("eager")
    model.set_experts_implementation("eager")
    return model.to(torch.float64).eval()


def take_matrices(model, architecture: str, path: Path) -> None:
    """Puts the file's matrices into the model: each number where the writer would take it from.

    That is told by converting a model whose numbers are their own places.
    """
    parameters = family_gguf.parameters(model)
    flat = np.concatenate([array.reshape(-1) for array in parameters.values()])
    ends = np.cumsum([array.size for array in parameters.values()])

    def split(numbers: np.ndarray) -> dict[str, np.ndarray]:
        parts = np.split(numbers, ends[:-1])
        return {name: part.reshape(array.shape)
                for (name, array), part in zip(parameters.items(), parts)}

    places = dict(family_gguf.tensors(architecture, model.config, split(np.arange(flat.size))))
    for tensor in GGUFReader(str(path)).tensors:
        place = places[tensor.name]
        if place.ndim > 1:
            flat[place] = dequantize(tensor.data, tensor.tensor_type).reshape(place.shape)
    with torch.no_grad():
        for name, values in split(flat).items():
            model.get_parameter(name).copy_(torch.from_numpy(values))


def settled(family: Family, form: str, kind: str, path: Path, documents: list[Document]):
    """The model of `path`, of the first seed that leaves no token between two experts."""
    make = folder_model if form == FOLDER else gguf_model
    for seed in count(family.seed):
        model = make(replace(family, seed=seed), kind, path)
        margin = min(routing_margin(model, document.ids) for document in documents)
        if margin >= ROUTING_MARGIN:
            return model
        print(f"{family.name}, {form}, {kind}: a margin of {margin:.1e} between experts with seed "
              f"{seed}, so the next", file=sys.stderr)
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def refinery_scores(refinectl: Path, path: Path, texts: Path, kernels: str | None) -> dict:
    environment = os.environ | ({"REFINERY_KERNELS": kernels} if kernels else {})
    lines = subprocess.run([refinectl, "score", path, texts, "--per-token"], check=True,
                           stdout=subprocess.PIPE, env=environment).stdout
    return {row["id"]: row for row in map(json.loads, lines.splitlines())}


def measure(family: Family, form: str, kind: str, refinectl: Path, texts: Path,
            documents: list[Document], kernels: Sequence[str | None]) -> Cell:
    cell = Cell(0, 0)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / ("model.gguf" if form == GGUF else "model")
        model = settled(in_gguf(family) if form == GGUF else family, form, kind, path, documents)
        expected = {document.id: token_nll(model, document.ids) for document in documents}
        for name in kernels:
            scores = refinery_scores(refinectl, path, texts, name)
            for document in documents:
                row, values = scores[document.id], expected[document.id]
                if row["token_ids"] != document.ids or row["tokens"] != len(values):
                    raise SystemExit(f"{family.name}, {form}, {kind}: other token ids")
                if not values:
                    continue
                pairs = zip(row["token_nll"], values, strict=True)
                cell.token = max(cell.token, *(abs(ours - theirs) for ours, theirs in pairs))
                cell.mean = max(cell.mean, abs(row["nll"] - sum_nll(values)) / len(values))
    return cell


def print_table(families: list[Family], cells: dict[tuple[str, str, str], Cell]) -> None:
    """Families side by side, so that the table is as high as there are types."""
    print("| | " + " | ".join(f"`{family.name}`" for family in families) + " |")
    print("|---|" + "---|" * len(families))
    for form, kind in FORMS:
        row = [str(cells[family.name, form, kind]) for family in families]
        print(f"| {form}, {kind} | {' | '.join(row)} |")


def check(refinectl: Path, families: list[Family] = FAMILIES,
          kernels: Sequence[str | None] = (None,)) -> bool:
    """Prints the table; whether every cell is within the tolerances."""
    with tempfile.TemporaryDirectory() as scratch:
        texts, vocabulary = Path(scratch) / "documents.jsonl", Path(scratch) / "tokenizer.json"
        write_jsonl(texts, DOCUMENTS)
        vocabulary.write_text(json.dumps(tokenizer_json()))
        tokenizer = load_tokenizer(vocabulary)
        documents = [
            Document(document["id"],
                     tokenizer.encode(document["text"], add_special_tokens=False).ids)
            for document in DOCUMENTS]
        cells = {(family.name, form, kind): measure(
                    family, form, kind, refinectl, texts, documents, kernels)
                 for family in families for form, kind in FORMS}
    print_table(families, cells)
    good = all(cell.good for cell in cells.values())
    print(f"\n{len(cells)} models: at most {max(cell.token for cell in cells.values()):.1e} nats a "
          f"token, {max(cell.mean for cell in cells.values()):.1e} a mean: "
          f"{'ok' if good else 'DIFFERS'}")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--refinectl", type=Path, required=True)
    parser.add_argument("--families", help="only these")
    parser.add_argument("--kernels", help="sets of kernels, as REFINERY_KERNELS names them")
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    names = arguments.families.split(",") if arguments.families else []
    if unknown := set(names) - {family.name for family in FAMILIES}:
        parser.error(f"unknown families {sorted(unknown)}")
    families = [family for family in FAMILIES if not names or family.name in names]
    kernels = arguments.kernels.split(",") if arguments.kernels else [None]
    return 0 if check(arguments.refinectl.resolve(), families, kernels) else 1


if __name__ == "__main__":
    sys.exit(main())
