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

Each export is checked by `refinectl verify`, and once more with a byte changed. A score file is made of
a small shard in both forms, and what pyarrow, DuckDB and Polars read of the Parquet is compared with the
lines. Exits 1 when anything differs. The formats whose readers need torch are judged by trainer_formats.py.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import datasets
import duckdb
import fasttext
import numpy
import polars
import pyarrow
import pyarrow.parquet
import scripts_path  # noqa: F401

from refinery_scripts.exports import Expected, Exporter, check, documents, judge, read
from refinery_scripts.paths import FIXTURES

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


DIFFERENCE = """
    SELECT domain, avg(({reference}nll - {teacher}nll) / {teacher}tokens) AS difference
    FROM {source}
    WHERE "row" = 'chunk' AND {teacher}outcome = 'scored' AND {reference}outcome = 'scored'
    GROUP BY domain ORDER BY domain"""


def flat(line: str) -> dict[str, object]:
    """A line of a score file as columns."""
    row: dict[str, object] = {}
    for name, value in json.loads(line).items():
        if isinstance(value, dict):
            row |= {f"{name}_{part}": inner for part, inner in value.items()}
        else:
            row[name] = value
    return row


def scores(export: Exporter, _: Expected) -> None:
    shard = export.folder / "shard.jsonl"
    rows = [row | {"domain": f"domain {place % 3}"} for place, row in enumerate(documents()[:60])]
    shard.write_text("no json\n" + "".join(json.dumps(row) + "\n" for row in rows)
                     + '{"text":"A document without an id."}\n{"id":"short","text":"a"}\n')
    folder = export.folder / "scores"
    folder.mkdir()

    def score(name: str) -> tuple[int, str]:
        run = subprocess.run(
            [export.tool, "score-shard", str(shard), "--teacher", str(FIXTURES / "models/pair.gguf"),
             "--reference", str(FIXTURES / "models/pair"), "--max-tokens", "64",
             "--output", str(folder / name)], capture_output=True, text=True)
        return run.returncode, run.stderr

    lines, table = folder / "scores.jsonl", folder / "scores.parquet"
    for path in [lines, table]:
        status, errors = score(path.name)
        check(f"scores: {path.name} {errors if status else ''}", status, 0)
    header, *rows, trailer = lines.read_text().splitlines()
    read_back = pyarrow.parquet.read_table(table, page_checksum_verification=True)
    names = read_back.column_names
    wanted = [{name: row.get(name) for name in names} for row in map(flat, rows)]
    check("scores: no member is without a column",
          set().union(*map(flat, rows)) - set(names), set())
    check("scores: chunks of each outcome, and a reject",
          {row["teacher_outcome"] for row in wanted}, {"scored", "too_short", None})
    check(f"scores: pyarrow, {len(wanted)} rows", read_back.to_pylist(), wanted)
    check("scores: types", {str(type) for type in read_back.schema.types},
          {"string", "int64", "double"})
    check("scores: Polars", polars.read_parquet(table).to_dicts(), wanted)
    cursor = duckdb.execute(f"SELECT * FROM '{table}'")
    check("scores: DuckDB", [dict(zip(names, row)) for row in cursor.fetchall()], wanted)
    metadata = duckdb.execute(
        f"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{table}')").fetchall()
    check("scores: header and trailer", dict(metadata),
          {"refinery.header": header, "refinery.trailer": trailer})
    means = duckdb.execute(DIFFERENCE.format(
        source=f"'{table}'", teacher="teacher_", reference="reference_")).fetchall()
    check("scores: domains", len(means) >= 3, True)
    check("scores: the means of DuckDB", means, duckdb.execute(DIFFERENCE.format(
            source=f"read_json('{lines}', format = 'newline_delimited', union_by_name = true)",
            teacher="teacher.", reference="reference.")).fetchall())

    # The rows count, and not who wrote the file.
    pyarrow.parquet.write_table(read_back, folder / "again.parquet", compression="snappy")
    status, errors = score("again.parquet")
    check("scores: what pyarrow has written again is the same file",
          (status, "nothing to do" in errors), (0, True))
    place = names.index("teacher_nll")
    values = read_back.column(place).to_pylist()
    first = next(row for row, value in enumerate(values) if value is not None)
    values[first] *= 1.0000001
    damaged = read_back.set_column(
        place, read_back.schema.field(place), pyarrow.array(values, pyarrow.float64()))
    pyarrow.parquet.write_table(damaged, folder / "damaged.parquet")
    pyarrow.parquet.write_table(read_back.replace_schema_metadata(None), folder / "other.parquet")
    for name in ["damaged.parquet", "other.parquet"]:
        before = (folder / name).read_bytes()
        status, errors = score(name)
        check(f"scores: {name} is refused, and stays",
              (status, f"{folder / name}: " in errors, (folder / name).read_bytes() == before),
              (1, True, True))


if __name__ == "__main__":
    judge([jsonl, parquet, nanogpt, labelled, scores], __doc__)
