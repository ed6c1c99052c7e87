#!/usr/bin/env python3
"""Trains a small student on a selection, from any of five places that hold it. Plain PyTorch.

    train_student.py SOURCE PATH --tokenizer FOLDER [--selection NAME] [--steps 200] [--seed 0]

SOURCE is store (a store of refinery, read by refinery_distill), jsonl, parquet, nanogpt (a .bin of
`refinectl export --format nanogpt`) or megatron (what .bin and .idx are put behind). FOLDER is a
Hugging Face folder with the tokenizer.json of the student; token files must be made with it.

Whatever the source is, the student sees the same tokens: the rows in the order of the corpus, each
tokenised by itself, with end-of-text behind the row that ends a document. So the same seed prints the
same losses. It prints a line every twenty steps: the step, and the mean loss in nats a token since the
line before.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy
import torch
from torch import nn
from torch.nn import functional


# Sources. Each gives the ids of the whole selection.


def rows_of_store(path: str, selection: str | None) -> Iterator[tuple[str, bool]]:
    from refinery_distill import Selection

    for row in Selection(path, selection):
        yield row.text, row.final


def rows_of_jsonl(path: str) -> Iterator[tuple[str, bool]]:
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["text"], row["final"]


def rows_of_parquet(path: str) -> Iterator[tuple[str, bool]]:
    import pyarrow.parquet

    for batch in pyarrow.parquet.ParquetFile(path).iter_batches(columns=["text", "final"]):
        for row in batch.to_pylist():
            yield row["text"], row["final"]


def tokenised(rows: Iterable[tuple[str, bool]], folder: Path) -> numpy.ndarray:
    """The ids of rows, end-of-text only where a document ends."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    # A control token that is spelled out in a text stays text.
    tokenizer.encode_special_tokens = True
    name = json.loads((folder / "tokenizer_config.json").read_text())["eos_token"]
    end_of_text = tokenizer.token_to_id(name if isinstance(name, str) else name["content"])
    ids: list[int] = []
    for text, is_final in rows:
        ids += tokenizer.encode(text, add_special_tokens=False).ids
        if is_final:
            ids.append(end_of_text)
    return numpy.array(ids, dtype=numpy.int64)


def ids_of_nanogpt(path: str) -> numpy.ndarray:
    return numpy.memmap(path, dtype=numpy.uint16, mode="r").astype(numpy.int64)


def ids_of_megatron(prefix: str) -> numpy.ndarray:
    from megatron.core.datasets.indexed_dataset import IndexedDataset

    dataset = IndexedDataset(prefix)
    return numpy.concatenate([dataset[place] for place in range(len(dataset))]).astype(numpy.int64)


def read(source: str, path: str, selection: str | None, tokenizer: Path) -> numpy.ndarray:
    if source == "nanogpt":
        return ids_of_nanogpt(path)
    if source == "megatron":
        return ids_of_megatron(path)
    if source == "store":
        return tokenised(rows_of_store(path, selection), tokenizer)
    rows = {"jsonl": rows_of_jsonl, "parquet": rows_of_parquet}[source](path)
    return tokenised(rows, tokenizer)


# The student: a Transformer decoder as small as one can learn from.


class Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_mlp = nn.RMSNorm(width), nn.RMSNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        q, k, v = (part.view(batch, length, self.heads, -1).transpose(1, 2)
                   for part in self.qkv(self.before_attention(x)).chunk(3, dim=-1))
        seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).reshape(batch, length, width))
        return x + self.mlp(self.before_mlp(x))


class Student(nn.Module):
    def __init__(self, vocabulary: int, length: int, width: int = 96, layers: int = 2) -> None:
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList(Block(width, heads=4) for _ in range(layers))
        self.norm = nn.RMSNorm(width)
        nn.init.normal_(self.tokens.weight, std=0.02)
        nn.init.normal_(self.places.weight, std=0.02)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.tokens(ids) + self.places(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.norm(x) @ self.tokens.weight.T


def train(ids: numpy.ndarray, vocabulary: int, steps: int, seed: int, length: int = 128,
          batch: int = 8) -> Iterator[tuple[int, float]]:
    """Trains and gives the mean loss of every twenty steps."""
    if len(ids) <= length:
        raise SystemExit(f"the selection has {len(ids)} tokens, and a sequence has {length}")
    torch.manual_seed(seed)
    random = numpy.random.default_rng(seed)
    student = Student(vocabulary, length)
    optimizer = torch.optim.AdamW(student.parameters(), lr=3e-3, betas=(0.9, 0.95),
                                  weight_decay=0.1)
    losses: list[float] = []
    for step in range(1, steps + 1):
        starts = random.integers(0, len(ids) - length, batch)
        window = torch.from_numpy(numpy.stack([ids[start:start + length + 1] for start in starts]))
        logits = student(window[:, :-1])
        loss = functional.cross_entropy(logits.flatten(0, 1), window[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if step % 20 == 0 or step == steps:
            yield step, sum(losses) / len(losses)
            losses.clear()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", choices=["store", "jsonl", "parquet", "nanogpt", "megatron"])
    parser.add_argument("path")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--selection", help="of a store: its name (default: the newest)")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    ids = read(arguments.source, arguments.path, arguments.selection, arguments.tokenizer)
    vocabulary = len(json.loads(
        (arguments.tokenizer / "tokenizer.json").read_text())["model"]["vocab"])
    vocabulary = max(vocabulary, int(ids.max()) + 1)
    print(f"{len(ids)} tokens")
    for step, loss in train(ids, vocabulary, arguments.steps, arguments.seed):
        print(f"step {step}: loss {loss:.6f}", flush=True)


if __name__ == "__main__":
    main()
