#!/usr/bin/env python3
"""Exports for trainers, read by the trainers' own readers and compared with the JSONL one by one.

    trainer_formats.py --refinectl PATH [--model FOLDER] [--store STORE] [--tokenizer FOLDER]

Refines documents with one small model in both roles so that everything is kept, or takes a STORE that
`refine --store` or a daemon left (with --tokenizer, and refineryd beside refinectl). The selection is
written as JSONL and in each format. Ids are compared with those of PyPI's tokenizers, end-of-text only
where a document ends:

- megatron: megatron-core's IndexedDataset, in one pair, sharded, and with a sequence length;
- nanogpt: numpy.memmap;
- nanoset: datatrove's DatatroveFolderDataset with and without positions;
- mds: mosaicml-streaming's StreamingDataset, in order, shuffled, and resumed in mid-epoch;
- fasttext: PyPI's fasttext trains on it and tells the labels apart.

Each export is checked by `refinectl verify`, and once more with a byte changed. The same selection is
exported by 1 and by 3 threads and compared byte by byte. Exits 1 when anything differs.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import fasttext
import numpy
from datatrove.utils.dataset import DatatroveFolderDataset
from megatron.core.datasets.indexed_dataset import IndexedDataset
from streaming import StreamingDataset
from streaming.base.util import clean_stale_shared_memory
from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parents[2]
SEQUENCE = 64
failures = 0


def check(what: str, found: object, expected: object) -> None:
    global failures
    if isinstance(found, numpy.ndarray) or isinstance(expected, numpy.ndarray):
        same = numpy.array_equal(found, expected)
    else:
        same = found == expected
    print(f"{'ok  ' if same else 'FAIL'} {what}")
    if not same:
        failures += 1
        print(f"     found {str(found)[:300]}\n     expected {str(expected)[:300]}")


class Exporter:
    """`refinectl export` or `refine` with everything that is the same for all formats."""

    def __init__(self, tool: str, folder: Path, model: Path, store: Path | None,
                 tokenizer: Path) -> None:
        self.tool, self.folder, self.tokenizer = tool, folder, tokenizer
        if store is not None:
            copy = folder / "store.db"
            for suffix in ["", "-wal"]:
                if Path(f"{store}{suffix}").exists():
                    shutil.copy(f"{store}{suffix}", f"{copy}{suffix}")
            self.command = ["export", "--store", str(copy)]
        else:
            corpus = folder / "corpus.jsonl"
            corpus.write_text("".join(json.dumps(row) + "\n" for row in documents()))
            self.command = ["refine", str(corpus), "--teacher", str(model), "--reference", str(model),
                            "--max-tokens", "64", "--store", str(folder / "store.db")]

    def run(self, *arguments: str, keep: str = "1", expected: int = 0) -> str:
        run = subprocess.run(
            [self.tool, *self.command, "--ratio", keep, "--no-guards", "--keep-duplicates",
             *arguments], capture_output=True, text=True)
        if run.returncode != expected:
            sys.exit(f"refinectl {' '.join(arguments)} ended with {run.returncode}: {run.stderr}")
        return run.stderr

    def tokens(self, name: str, format_name: str, *arguments: str) -> Path:
        path = self.folder / name
        self.run("--format", format_name, "--tokenizer", str(self.tokenizer), "--output", str(path),
                 *arguments)
        self.verify(path)
        return path

    def verify(self, path: Path) -> None:
        manifest = f"{path}.manifest.json"
        run = subprocess.run([self.tool, "verify", manifest], capture_output=True, text=True)
        check(f"{path.name}: verify, {run.stdout.strip()}", run.returncode, 0)
        output = json.loads(Path(manifest).read_text())["output"]
        place = path if output.get("folder") else path.parent
        for name in [file["file"] for file in output.get("files", [output])][:4]:
            damaged = place / name
            content = damaged.read_bytes()
            if not content:
                continue
            middle = len(content) // 2
            damaged.write_bytes(
                content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:])
            run = subprocess.run([self.tool, "verify", manifest], capture_output=True, text=True)
            check(f"{path.name}: verify names {name} with a byte changed",
                  (run.returncode, str(damaged) in run.stdout), (1, True))
            damaged.write_bytes(content)


def documents() -> list[dict[str, object]]:
    lines = (ROOT / "Tests/Fixtures/models/documents.jsonl").read_text().splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    return [{
        "id": str(1000 + number), "text": " ".join([f"{number} {text}"] * (1 + number % 7)),
        "domain": None if number % 5 == 0 else f"domain {number % 3}", "number": number,
    } for number, text in enumerate(texts * 4) if text.strip()]


class Expected:
    """What each format is to hold, by the JSONL and PyPI's tokenizers."""

    def __init__(self, rows: list[dict], tokenizer: Path) -> None:
        self.rows = rows
        encoder = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))
        encoder.encode_special_tokens = True
        config = json.loads((tokenizer / "tokenizer_config.json").read_text())
        end = config["eos_token"]
        self.end = encoder.token_to_id(end if isinstance(end, str) else end["content"])
        self.vocabulary = encoder.get_vocab_size()
        self.ids, self.begins = [], []
        before: dict | None = None
        for row in rows:
            ids = encoder.encode(row["text"], add_special_tokens=False).ids
            self.ids.append(ids + ([self.end] if row["final"] else []))
            self.begins.append(before is None or before["final"] or before["id"] != row["id"]
                               or before["end"] != row["start"])
            before = row
        self.flat = numpy.array([id for ids in self.ids for id in ids], dtype=numpy.int64)

    def text_ends(self) -> list[int]:
        """How many rows there are up to the end of each text."""
        return [index for index in range(1, len(self.rows)) if self.begins[index]] + [len(self.rows)]


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


def nanogpt(export: Exporter, expected: Expected) -> None:
    path = export.tokens("train.bin", "nanogpt")
    check("nanogpt: ids", numpy.memmap(path, dtype=numpy.uint16, mode="r"), expected.flat)


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
            str(folder), SEQUENCE, filename_pattern=str(folder / "*.ds"), token_size=size,
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


def labelled(export: Exporter, expected: Expected) -> None:
    path = export.folder / "train.txt"
    export.run("--format", "fasttext", "--output", str(path), "--name", "ends", keep="0.3")
    export.verify(path)
    lines = path.read_text().splitlines()
    manifest = json.loads(Path(f"{path}.manifest.json").read_text())
    texts = {}
    for label, order in [("keep", "--no-guards"), ("drop", "--ascending")]:
        rows = export.folder / f"{label}.jsonl"
        export.run("--output", str(rows), order, keep="0.3")
        texts[label] = [f"__label__{label} " + " ".join(re.split(r"[ \t\n\v\f\r\0]+", text.strip(
            " \t\n\v\f\r\0"))) for text in (row["text"] for row in read(rows))]
        found = [line for line in lines if line.startswith(f"__label__{label} ")]
        check(f"fasttext: the lines to {label}", found, texts[label])
    check("fasttext: no other lines", len(lines), sum(map(len, texts.values())))
    check("fasttext: counts", (manifest["output"]["counts"]["kept"],
                               manifest["output"]["counts"]["dropped"]),
          (len(texts["keep"]), len(texts["drop"])))
    model = fasttext.train_supervised(str(path), epoch=50, thread=1, dim=20, verbose=0)
    check("fasttext: labels", sorted(model.labels), ["__label__drop", "__label__keep"])
    count, precision, _ = model.test(str(path))
    check(f"fasttext: reads every line and tells labels apart, {precision:.2f} of {count}",
          (count, precision > 0.6), (len(lines), True))
    refused = export.folder / "refused.txt"
    message = export.run("--format", "fasttext", "--output", str(refused), keep="0.9", expected=1)
    check("fasttext: ends that overlap are refused",
          ("in common" in message, refused.exists()), (True, False))


def threads(export: Exporter) -> None:
    found = []
    for count in ["1", "3"]:
        folder = export.tokens(f"threads-{count}", "nanoset", "--threads", count)
        found.append({path.name: path.read_bytes() for path in folder.iterdir()})
    check("1 and 3 threads write the same bytes", found[0] == found[1], True)


def read(path: Path) -> Iterator[dict]:
    with path.open() as lines:
        for line in lines:
            yield json.loads(line)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--refinectl", required=True)
    parser.add_argument("--model", type=Path, default=ROOT / "models/reference")
    parser.add_argument("--store", type=Path)
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokenizer = arguments.tokenizer or arguments.model
        export = Exporter(arguments.refinectl, folder, arguments.model, arguments.store, tokenizer)
        rows = folder / "rows.jsonl"
        export.run("--output", str(rows), "--keep-fields")
        export.verify(rows)
        for ending in ["jsonl.gz", "jsonl.zst", "parquet"]:
            export.run("--output", str(folder / f"rows.{ending}"))
            export.verify(folder / f"rows.{ending}")
        expected = Expected(list(read(rows)), tokenizer)
        print(f"{len(expected.rows)} rows, {len(expected.flat)} tokens, "
              f"{len(expected.text_ends())} texts")
        for judge in [megatron, nanogpt, nanoset, mds, labelled]:
            if arguments.only in judge.__name__:
                judge(export, expected)
        threads(export)
    print(f"{failures} differ" if failures else "nothing differs")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
