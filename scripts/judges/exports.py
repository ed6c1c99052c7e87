#!/usr/bin/env python3
"""Exports read by the programs that they are for, and compared with the store's rows one by one.

    exports.py --refinectl PATH [--model FOLDER] [--store STORE] [--tokenizer FOLDER]

Refines documents with one small model in both roles so that everything is kept, or takes a STORE that
`refine --store` or a daemon left (with --tokenizer, and refineryd beside refinectl). The selection is
written in each format:

- jsonl, .gz and .zst: datasets and Polars;
- parquet: pyarrow, DuckDB, Polars and datasets;
- nanogpt: numpy.memmap, ids compared with those of PyPI's tokenizers;
- fasttext: PyPI's fasttext trains on it and tells the labels apart.

Each export is checked by `refinectl verify`, and once more with a byte changed. Exits 1 when anything
differs. The formats whose readers need torch are judged by trainer_formats.py.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import datasets
import duckdb
import fasttext
import numpy
import polars
import pyarrow.parquet
import scripts_path  # noqa: F401

from refinery_scripts.exports import Expected, Exporter, check, judge, read

datasets.disable_progress_bars()

COLUMNS = ["id", "chunk", "text", "domain", "score", "teacher_nll", "reference_nll", "tokens", "rank",
           "start", "end", "final"]


def same_rows(what: str, found: list[dict], expected: Expected) -> None:
    check(what, [[row[name] for name in COLUMNS] for row in found],
          [[row[name] for name in COLUMNS] for row in expected.rows])


def jsonl(export: Exporter, expected: Expected) -> None:
    for ending in ["jsonl", "jsonl.gz", "jsonl.zst"]:
        path = export.folder / f"lines.{ending}"
        export.run("--output", str(path))
        export.verify(path)
        same_rows(f"{ending}: datasets", list(datasets.load_dataset(
            "json", data_files=str(path), split="train",
            cache_dir=str(export.folder / f"cache-{ending}"))), expected)
        same_rows(f"{ending}: Polars",
                  polars.read_ndjson(path, infer_schema_length=None).to_dicts(), expected)


def parquet(export: Exporter, expected: Expected) -> None:
    path = export.folder / "rows.parquet"
    export.run("--output", str(path))
    export.verify(path)
    same_rows("parquet: pyarrow", pyarrow.parquet.read_table(path).to_pylist(), expected)
    same_rows("parquet: Polars", polars.read_parquet(path).to_dicts(), expected)
    cursor = duckdb.execute(f"SELECT * FROM '{path}'")
    names = [column[0] for column in cursor.description]
    same_rows("parquet: DuckDB", [dict(zip(names, row)) for row in cursor.fetchall()], expected)
    same_rows("parquet: datasets", list(datasets.load_dataset(
        "parquet", data_files=str(path), split="train",
        cache_dir=str(export.folder / "cache-parquet"))), expected)


def nanogpt(export: Exporter, expected: Expected) -> None:
    path = export.tokens("train.bin", "nanogpt")
    check("nanogpt: ids", numpy.memmap(path, dtype=numpy.uint16, mode="r"), expected.flat)


def labelled(export: Exporter, expected: Expected) -> None:
    path = export.folder / "train.txt"
    # Both models are the same one, so that differences would be 0 everywhere.
    order = ["--score", "teacher_loss"]
    export.run("--format", "fasttext", "--output", str(path), "--name", "ends", *order, keep="0.3")
    export.verify(path)
    lines = path.read_text().splitlines()
    manifest = json.loads(Path(f"{path}.manifest.json").read_text())
    texts = {}
    for label, end in [("keep", []), ("drop", ["--ascending"])]:
        rows = export.folder / f"{label}.jsonl"
        export.run("--output", str(rows), *order, *end, keep="0.3")
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
    message = export.run("--format", "fasttext", "--output", str(refused), *order, keep="0.9",
                         expected=64)
    check("fasttext: a rule without two ends is refused",
          ("does not tell apart" in message, refused.exists()), (True, False))


if __name__ == "__main__":
    judge([jsonl, parquet, nanogpt, labelled], __doc__)
