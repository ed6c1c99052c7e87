#!/usr/bin/env python3
"""Parquet through refinectl: corpora of three writers in, a selection out, read by four readers.

    parquet_refine.py --refinectl PATH [--model FOLDER]

Writes the same documents by pyarrow, DuckDB and Polars, refines each with one small model in both
roles so that everything is kept, and compares the exports with the documents: texts, ids, domains,
other columns. The export as Parquet is read by pyarrow, DuckDB, Polars and datasets, and compared row
by row with the export as JSONL. Exits 1 when anything differs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import datasets
import duckdb
import polars
import pyarrow
import pyarrow.parquet

ROOT = Path(__file__).resolve().parents[2]


def documents() -> list[dict[str, object]]:
    lines = (ROOT / "Tests/Fixtures/models/documents.jsonl").read_text().splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    return [{
        "id": 1000 + number, "text": f"{number} {text}",
        "domain": None if number % 5 == 0 else f"domain {number % 3}",
        "language_score": number / 7, "clean": number % 2 == 0, "url": f"https://e.org/ä/{number}",
        "tags": [str(number)],
    } for number, text in enumerate(texts * 3) if text.strip()]


def write(rows: list[dict[str, object]], folder: Path) -> list[Path]:
    table = pyarrow.Table.from_pylist(rows)
    paths = [folder / f"{name}.parquet" for name in ["pyarrow", "duckdb", "polars"]]
    pyarrow.parquet.write_table(table, paths[0], compression="zstd", row_group_size=7)
    connection = duckdb.connect()
    connection.register("rows", table)
    connection.execute(f"COPY rows TO '{paths[1]}' (FORMAT parquet, COMPRESSION snappy)")
    polars.from_arrow(table).write_parquet(paths[2], compression="lz4")
    return paths


def refine(tool: str, model: Path, corpus: Path, output: Path) -> str:
    run = subprocess.run(
        [tool, "refine", str(corpus), "--teacher", str(model), "--reference", str(model),
         "--ratio", "1", "--no-guards", "--keep-duplicates", "--keep-fields", "--max-tokens", "256",
         "--output", str(output)], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"refinectl refine {corpus}: {run.stderr}")
    return run.stderr


def plain(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Rows with `fields` as an object, in whatever form a reader had it."""
    for row in rows:
        if isinstance(row["fields"], str):
            row["fields"] = json.loads(row["fields"])
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--refinectl", required=True)
    parser.add_argument("--model", type=Path, default=ROOT / "models/reference")
    arguments = parser.parse_args()
    rows = documents()
    differences = 0

    def check(what: str, good: bool) -> None:
        nonlocal differences
        if not good:
            print(f"differs: {what}")
            differences += 1

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for corpus in write(rows, folder):
            output = folder / f"{corpus.stem}-out.jsonl"
            said = refine(arguments.refinectl, arguments.model, corpus, output)
            check(f"{corpus.name}: the nested column is named", "column tags" in said)
            found: dict[str, list[dict[str, object]]] = {}
            for line in output.read_text().splitlines():
                row = json.loads(line)
                found.setdefault(row["id"], []).append(row)
            check(f"{corpus.name}: {len(rows)} documents", len(found) == len(rows))
            for row in rows:
                chunks = found.get(str(row["id"]), [])
                text = "".join(chunk["text"] for chunk in chunks)
                check(f"{corpus.name} {row['id']}: text", text == row["text"])
                check(f"{corpus.name} {row['id']}: domain",
                      all(chunk["domain"] == row["domain"] for chunk in chunks))
                others = {key: row[key] for key in ["language_score", "clean", "url"]}
                check(f"{corpus.name} {row['id']}: fields",
                      all(chunk["fields"] == others for chunk in chunks))
        # The same selection as Parquet.
        jsonl = [json.loads(line)
                 for line in (folder / "pyarrow-out.jsonl").read_text().splitlines()]
        output = folder / "out.parquet"
        refine(arguments.refinectl, arguments.model, folder / "pyarrow.parquet", output)
        readers = {
            "pyarrow": pyarrow.parquet.read_table(output).to_pylist(),
            "duckdb": duckdb.sql(f"SELECT * FROM '{output}'").to_arrow_table().to_pylist(),
            "polars": polars.read_parquet(output).to_dicts(),
            "datasets": list(datasets.load_dataset(
                "parquet", data_files=str(output), split="train", cache_dir=str(folder / "cache"))),
        }
        for reader, found_rows in readers.items():
            check(f"out.parquet by {reader}", plain(found_rows) == jsonl)
        manifest = json.loads((folder / "out.parquet.manifest.json").read_text())["output"]
        check("manifest", (manifest["format"], manifest["rows"], manifest["bytes"])
              == ("parquet", len(jsonl), output.stat().st_size))
        print(f"{len(rows)} documents by pyarrow {pyarrow.__version__}, duckdb {duckdb.__version__}, "
              f"polars {polars.__version__}; {len(jsonl)} rows out, read by these and datasets "
              f"{datasets.__version__}: {differences} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
