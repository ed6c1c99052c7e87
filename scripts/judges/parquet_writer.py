#!/usr/bin/env python3
"""Reads files that the target Parquet wrote with pyarrow, DuckDB and Polars, and compares.

    parquet_writer.py --tool PATH/parquet-judge [--rows 30000]

A table of texts, integers, doubles and booleans, with and without nulls, is written by pyarrow and
copied by `parquet-judge copy` in several shapes of pages and row groups. pyarrow checks the
checksums; statistics are compared with the values of each row group, and a filter by each engine
with the same filter in Python. Exits 1 when anything differs.
"""

from __future__ import annotations

import argparse
import math
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq

SHAPES = ((), (3, 1 << 20, 1 << 18), (1, 300, 40_000), (19, 5_000, 1 << 30))


def table(rows: int) -> pa.Table:
    rng = random.Random(23)
    words = ["", "web", "code", "ärger", "水", "\u0000", "a" * 300]

    def some(make, share: float = 0.2) -> list:
        return [None if rng.random() < share else make(i) for i in range(rows)]

    def text(i: int) -> str:
        return f"{i} " + " ".join(rng.choice(words) for _ in range(rng.randint(0, 20)))

    def number(_: int) -> int:
        return rng.choice((-2**63, 2**63 - 1, 0, rng.randint(-9, 9)))

    def double(_: int) -> float:
        return rng.choice((math.nan, math.inf, -math.inf, 0.0, -0.0, rng.gauss(0, 1)))

    full = {
        "id": [f"doc-{i}" for i in range(rows)], "text": [text(i) for i in range(rows)],
        "domain": [rng.choice(words) for _ in range(rows)], "n": [number(i) for i in range(rows)],
        "sorted": list(range(rows)), "x": [double(i) for i in range(rows)],
        "even": [i % 2 == 0 for i in range(rows)],
    }
    optional = {
        "text?": some(text), "domain?": some(lambda i: rng.choice(words)), "n?": some(number),
        "x?": some(double), "even?": some(lambda i: i % 2 == 0), "never?": [None] * rows,
        "seldom?": some(lambda i: i, 0.999),
    }
    kinds = {"n": pa.int64(), "x": pa.float64(), "e": pa.bool_(), "t": pa.string(),
             "d": pa.string(), "i": pa.string(), "s": pa.int64()}
    names = list(full) + list(optional)
    fields = [pa.field(name, pa.string() if name == "never?" else kinds[name[0]],
                       nullable=name in optional) for name in names]
    return pa.table([pa.array({**full, **optional}[f.name], f.type) for f in fields],
                    schema=pa.schema(fields))


def plain(values: list) -> list:
    """Values that compare as they are written: a NaN is like another, -0.0 is not like 0.0."""
    return [("float", "nan" if v != v else v.hex()) if isinstance(v, float) else v for v in values]


def statistics_faults(path: Path, source: pa.Table) -> list[str]:
    """Where minimum, maximum or nulls of a column chunk are not those of its values."""
    faults, start = [], 0
    metadata = pq.ParquetFile(path).metadata
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        for index, name in enumerate(source.column_names):
            values = source[name].slice(start, rows).to_pylist()
            there = [v for v in values if v is not None and v == v]
            found = metadata.row_group(group).column(index).statistics
            if found is None or found.null_count != values.count(None):
                faults.append(f"row group {group}, {name}: nulls {found and found.null_count}")
            elif there and not isinstance(there[0], str):
                if not found.has_min_max or (found.min, found.max) != (min(there), max(there)):
                    faults.append(f"row group {group}, {name}: {found}")
            elif found.has_min_max:
                faults.append(f"row group {group}, {name}: has {found.min}, {found.max}")
        start += rows
    return faults


def faults_of(path: Path, source: pa.Table) -> list[str]:
    """What differs in a file, by engine."""
    found = {
        "pyarrow": pq.read_table(path, page_checksum_verification=True).to_pydict(),
        "duckdb": duckdb.sql(f"SELECT * FROM '{path}'").to_arrow_table().to_pydict(),
        "polars": polars.read_parquet(path).to_dict(as_series=False),
    }
    expected = {name: plain(values) for name, values in source.to_pydict().items()}
    faults = [f"{engine}: {name}" for engine, columns in found.items()
              for name in expected if plain(columns.get(name, [])) != expected[name]]
    schema = pq.read_schema(path)
    faults += [f"schema: {f.name}" for f in source.schema
               if schema.field(f.name).type != f.type or schema.field(f.name).nullable != f.nullable]
    few = [v for v in source["sorted"].to_pylist() if 70 <= v < 90]
    filters = {
        "pyarrow": pq.read_table(path, columns=["sorted"], filters=[
            ("sorted", ">=", 70), ("sorted", "<", 90)])["sorted"].to_pylist(),
        "duckdb": [r[0] for r in duckdb.connect().execute(
            f"SELECT \"sorted\" FROM '{path}' WHERE \"sorted\" BETWEEN 70 AND 89 "
            "ORDER BY 1").fetchall()],
        "polars": polars.scan_parquet(path).filter(
            polars.col("sorted").is_between(70, 89)).select("sorted").collect()["sorted"].to_list(),
    }
    faults += [f"{engine}: filter gives {len(v)} rows" for engine, v in filters.items() if v != few]
    return faults + statistics_faults(path, source)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", required=True)
    parser.add_argument("--rows", type=int, default=30_000)
    options = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for rows in (options.rows, 1, 0):
            source = table(rows)
            original, copy = Path(folder, "source.parquet"), Path(folder, "copy.parquet")
            pq.write_table(source, original, store_schema=False)
            for shape in SHAPES:
                subprocess.run([options.tool, "copy", original, copy, *map(str, shape)],
                               check=True, stdout=subprocess.DEVNULL)
                faults = faults_of(copy, source)
                bad += len(faults)
                metadata = pq.ParquetFile(copy).metadata
                print(f"{rows} rows, shape {shape}: {metadata.num_row_groups} row groups, "
                      f"{copy.stat().st_size:,} bytes, {len(faults)} differences")
                for fault in faults[:10]:
                    print(f"    {fault}")
    print(f"{bad} differences, by pyarrow {pa.__version__}, duckdb {duckdb.__version__}, "
          f"polars {polars.__version__}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
