#!/usr/bin/env python3
"""Exports for trainers that need torch, read by the trainers' own readers and compared one by one.

    trainer_formats.py --refinectl PATH [--model FOLDER] [--store STORE] [--tokenizer FOLDER]

Refines documents with one small model in both roles so that everything is kept, or takes a STORE that
`refine --store` or a daemon left (with --tokenizer, and refineryd beside refinectl). The selection is
written as JSONL and in each format. Ids are compared with those of PyPI's tokenizers, end-of-text only
where a document ends:

- megatron: megatron-core's IndexedDataset, in one pair, sharded, and with a sequence length;
- nanoset: datatrove's DatatroveFolderDataset with and without positions;
- mds: mosaicml-streaming's StreamingDataset, in order, shuffled, and resumed in mid-epoch;
- Examples/train-student: the student's losses are the same from the store, JSONL, Parquet, nanoGPT's
  and Megatron's files.

Each export is checked by `refinectl verify`, and once more with a byte changed. The same selection is
exported by 1 and by 3 threads and compared byte by byte. Exits 1 when anything differs. The formats
whose readers are small are judged by exports.py, which `make test` runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import scripts_path  # noqa: F401
from datatrove.utils.dataset import DatatroveFolderDataset
from megatron.core.datasets.indexed_dataset import IndexedDataset
from streaming import StreamingDataset
from streaming.base.util import clean_stale_shared_memory

from refinery_scripts.exports import Expected, Exporter, check, judge
from refinery_scripts.paths import ROOT

SEQUENCE = 64


def shards(folder: Path, ending: str) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name.endswith(ending))


def megatron(export: Exporter, expected: Expected) -> None:
    prefix = export.tokens("megatron", "megatron")
    dataset = IndexedDataset(str(prefix))
    check("megatron: type", dataset.index.dtype,
          numpy.uint16 if expected.vocabulary < 65500 else numpy.int32)
    check("megatron: a sequence a row", [list(map(int, dataset[index]))
                                         for index in range(len(dataset))], expected.ids)
    check("megatron: documents", list(map(int, dataset.document_indices)),
          [0, *expected.text_ends()])
    dataset = IndexedDataset(str(export.tokens(
        "megatron-64", "megatron", "--sequence-length", str(SEQUENCE))))
    lengths = [len(dataset[index]) for index in range(len(dataset))]
    check("megatron: sequences of one length", set(lengths[:-1]), {SEQUENCE})
    check("megatron: the same ids in them",
          numpy.concatenate([dataset[index] for index in range(len(dataset))]), expected.flat)
    folder = export.tokens("megatron-shards", "megatron", "--shard-size", "1M")
    found = [list(map(int, row)) for path in shards(folder, ".idx")
             for dataset in [IndexedDataset(str(path)[:-4])] for row in dataset[0:len(dataset)]]
    check("megatron: shards", found, expected.ids)


def nanoset(export: Exporter, expected: Expected) -> None:
    size = 2 if expected.vocabulary <= 65536 else 4
    ends = numpy.cumsum([len(ids) for ids in expected.ids])
    for name, arguments in [("nanoset", []), ("nanoset-64", ["--sequence-length", str(SEQUENCE)]),
                            ("nanoset-shards", ["--sequence-length", str(SEQUENCE), "--shard-size",
                                                "1M"])]:
        folder = export.tokens(name, "nanoset", *arguments)
        files = shards(folder, ".ds")
        raw = numpy.concatenate(
            [numpy.fromfile(path, f"uint{8 * size}") for path in files])
        check(f"{name}: ids", raw, expected.flat)
        dataset = DatatroveFolderDataset(
            str(folder), SEQUENCE, filename_pattern="*.ds", token_size=size,
            return_positions=True)
        found = [dataset[index] for index in range(len(dataset))]
        ids = numpy.concatenate([item["input_ids"].numpy() for item in found])
        whole = len(expected.flat) // (SEQUENCE + 1) * (SEQUENCE + 1)
        check(f"{name}: datatrove's windows", ids, expected.flat[:whole])
        if len(files) > 1:
            continue
        begins = {0, *(int(ends[row - 1]) for row in expected.text_ends())}
        positions, place = [], 0
        for token in range(whole):
            place = 0 if token in begins or token % (SEQUENCE + 1) == 0 else place + 1
            positions.append(place)
        check(f"{name}: positions begin anew with each text",
              numpy.concatenate([item["positions"].numpy() for item in found]),
              numpy.array(positions))
        lines = (folder / "00000.ds.metadata").read_text().splitlines()
        check(f"{name}: metadata", (lines[0].rsplit("|", 1)[1], int(lines[1])),
              (str(size), len(expected.flat)))


def mds(export: Exporter, expected: Expected) -> None:
    def row(sample: dict) -> tuple:
        return (sample["id"], sample["text"], sample["domain"], float(sample["score"]),
                int(sample["tokens"]), sample["fields"])

    for name, arguments in [("mds", []), ("mds-zstd", ["--zstd"])]:
        folder = export.folder / name
        export.run("--format", "mds", "--keep-fields", "--shard-size", "1M", "--output", str(folder),
                   *arguments)
        export.verify(folder)
        wanted = [(line["id"], line["text"], line["domain"] or "", line["score"], line["tokens"],
                   line["fields"]) for line in expected.rows]

        def dataset(shuffle: bool) -> StreamingDataset:
            clean_stale_shared_memory()
            # zstd's shards are inflated beside a copy, so that the export stays as it is.
            return StreamingDataset(
                remote=str(folder), local=tempfile.mkdtemp(dir=export.folder), shuffle=shuffle,
                shuffle_seed=7, batch_size=1, num_canonical_nodes=1, validate_hash="sha256",
                keep_zip=True)

        ordered = dataset(shuffle=False)
        check(f"{name}: rows", [row(ordered[index]) for index in range(len(ordered))], wanted)
        check(f"{name}: rows in order", [row(sample) for sample in ordered], wanted)
        shuffled = dataset(shuffle=True)
        first = [row(sample) for sample in shuffled]
        check(f"{name}: shuffled is another order of the same rows",
              (first != wanted, sorted(first, key=str)), (True, sorted(wanted, key=str)))
        half = dataset(shuffle=True)
        seen, samples = [], iter(half)
        for _ in range(len(wanted) // 2):
            seen.append(row(next(samples)))
        state = half.state_dict(len(seen), from_beginning=True)
        del samples, half
        resumed = dataset(shuffle=True)
        resumed.load_state_dict(state)
        seen += [row(sample) for sample in resumed]
        check(f"{name}: resumed in mid-epoch", seen, first)


def threads(export: Exporter, expected: Expected) -> None:
    found = []
    for count in ["1", "3"]:
        folder = export.tokens(f"threads-{count}", "nanoset", "--threads", count)
        found.append({path.name: path.read_bytes() for path in folder.iterdir()})
    check("1 and 3 threads write the same bytes", found[0] == found[1], True)


def students(export: Exporter, expected: Expected) -> None:
    folder = export.folder
    export.run("--output", str(folder / "student.jsonl"), "--name", "student")
    export.run("--output", str(folder / "student.parquet"))
    export.tokens("student.bin", "nanogpt")
    export.tokens("student-megatron", "megatron")
    losses = {}
    for source, arguments in [
            ("store", [str(folder / "store.db"), "--selection", "student"]),
            ("jsonl", [str(folder / "student.jsonl")]),
            ("parquet", [str(folder / "student.parquet")]),
            ("nanogpt", [str(folder / "student.bin")]),
            ("megatron", [str(folder / "student-megatron")])]:
        run = subprocess.run(
            [sys.executable, str(ROOT / "Examples/train-student/train_student.py"), source,
             *arguments, "--tokenizer", str(export.tokenizer), "--steps", "40"],
            capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT / "python/src")})
        if run.returncode:
            sys.exit(f"the student of {source} ended with {run.returncode}: {run.stderr}")
        losses[source] = run.stdout
    for source, lines in losses.items():
        check(f"student: the same losses from {source}", lines, losses["store"])
    first, last = [float(line.split()[-1]) for line in losses["store"].splitlines()[1:]]
    check(f"student: it learns, {first:.2f} to {last:.2f}", last < first - 0.5, True)
    print(losses["store"], end="")


if __name__ == "__main__":
    judge([megatron, nanoset, mds, threads, students], __doc__)
