#!/usr/bin/env python3
"""Writes Tests/Fixtures/parquet: small files by pyarrow, DuckDB and Polars, and their values.

    make_parquet_fixtures.py [--output Tests/Fixtures/parquet]

Needs pyarrow, duckdb and polars. Values stand beside each file as JSONL, a row a line, in the form
that `parquet-judge dump` prints; files named encodings-CODEC-VERSION have one list of values.
"""

from __future__ import annotations

import argparse
import datetime
import decimal
import json
import math
import random
import sys
import uuid
from pathlib import Path

import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.append(str(Path(__file__).resolve().parent))
from refinery_scripts.parquet_values import column_texts, is_flat, lines  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
ROWS = 70
CODECS = ("none", "snappy", "gzip", "brotli", "lz4", "zstd")
WORDS = ("Wasser", "water", "eau", "вода", "水", "ماء", "", "wat", "water\tand\nwine", "\u0000")


def numbers(rng: random.Random, low: int, high: int) -> list[int]:
    """Small steps, constants and extremes: what delta encoding has branches for."""
    values = [low, high, low, 0, high]
    while len(values) < ROWS - 20:
        values.append(rng.choice((rng.randint(low, high), rng.randint(-9, 9) if low else 3)))
    return values + [7] * (ROWS - len(values))


def floats(rng: random.Random) -> list[float]:
    values = [0.0, -0.0, math.inf, -math.inf, math.nan, 0.1, 1e-40, -3.5e38]
    return values + [rng.choice((1.5, rng.gauss(0, 1))) for _ in range(ROWS - len(values))]


def texts(rng: random.Random) -> list[str]:
    return [rng.choice(WORDS) + rng.choice(("", "/", "/path/" + str(rng.randint(0, 9))))
            for _ in range(ROWS)]


ENCODINGS = {
    "bool": (pa.bool_(), ("PLAIN", "RLE")),
    "int32": (pa.int32(), ("DICT", "PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT")),
    "int64": (pa.int64(), ("DICT", "PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT")),
    "float": (pa.float32(), ("DICT", "PLAIN", "BYTE_STREAM_SPLIT")),
    "double": (pa.float64(), ("DICT", "PLAIN", "BYTE_STREAM_SPLIT")),
    "string": (pa.string(), ("DICT", "PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY")),
    "fixed": (pa.binary(5), ("DICT", "PLAIN", "DELTA_BYTE_ARRAY", "BYTE_STREAM_SPLIT")),
}


def values_of(kind: str, rng: random.Random) -> list:
    return {
        "bool": lambda: [rng.random() < 0.3 for _ in range(ROWS)],
        "int32": lambda: numbers(rng, -2**31, 2**31 - 1),
        "int64": lambda: numbers(rng, -2**63, 2**63 - 1),
        "float": lambda: [min(max(v, -3e38), 3e38) if math.isfinite(v) else v
                          for v in floats(rng)],
        "double": lambda: floats(rng),
        "string": lambda: texts(rng),
        "fixed": lambda: [rng.choice((b"abcde", rng.randbytes(5))) for _ in range(ROWS)],
    }[kind]()


def encodings_table() -> tuple[pa.Table, dict, list]:
    """Every type in every encoding that it can have, required and optional."""
    rng = random.Random(20)
    fields, columns, encoding, dictionary = [], [], {}, []
    for kind, (arrow, names) in ENCODINGS.items():
        for name in names:
            for optional in (False, True):
                column = f"{kind}-{name}-{'optional' if optional else 'required'}"
                values = values_of(kind, rng)
                if optional:
                    values = [None if rng.random() < 0.25 else v for v in values]
                fields.append(pa.field(column, arrow, nullable=optional))
                columns.append(pa.array(values, arrow))
                if name == "DICT":
                    dictionary.append(column)
                else:
                    encoding[column] = name
    return pa.table(columns, schema=pa.schema(fields)), encoding, dictionary


def write_encodings(folder: Path) -> None:
    table, encoding, dictionary = encodings_table()
    for codec in CODECS:
        for version in ("1.0", "2.0"):
            path = folder / f"encodings-{codec}-v{version[0]}.parquet"
            pq.write_table(
                table, path, compression=codec, data_page_version=version,
                use_dictionary=dictionary, column_encoding=encoding, write_statistics=False,
                write_page_checksum=codec == "zstd", store_schema=False)
            found = {e for i in range(table.num_columns)
                     for e in pq.ParquetFile(path).metadata.row_group(0).column(i).encodings}
            wanted = {"PLAIN", "RLE", "RLE_DICTIONARY", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT",
                      "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"}
            assert wanted <= found, wanted - found
    rows = zip(*[column_texts(column) for column in table.columns])
    write_lines(folder / "encodings.jsonl", [json.dumps(list(row), ensure_ascii=False)
                                             for row in rows])


def types_table() -> pa.Table:
    """Types with a meaning, and nested columns between flat ones."""
    rng = random.Random(21)
    days = [0, -1, 19_000, -719_162, 2_932_896, 59, 11_016] + \
        [rng.randint(-700_000, 2_000_000) for _ in range(13)]
    moments = [0, -1, 1, 1_700_000_000_123, -62_135_596_800_000] + \
        [rng.randint(-10**12, 4 * 10**12) for _ in range(15)]
    nanos = [m * 1000 for m in moments if abs(m) < 9e15 / 1000]
    nanos = (nanos * 2)[:20]
    decimals = [None, "0.00", "-0.01", "12345.67", "-99999.99"] + \
        [f"{rng.randint(-99999, 99999)}.{rng.randint(0, 99):02}" for _ in range(15)]

    def dec(kind: pa.DataType) -> pa.Array:
        return pa.array([None if d is None else decimal.Decimal(d) for d in decimals], kind)

    large = [decimal.Decimal(rng.randint(-10**37, 10**37)).scaleb(-20) for _ in range(20)]
    decimal.getcontext().prec = 80
    huge = [decimal.Decimal(rng.randint(-10**75, 10**75)).scaleb(-10) for _ in range(20)]
    return pa.table({
        "list": pa.array([[1, 2], None, [], [3]] * 5, pa.list_(pa.int32())),
        "int8": pa.array([-128, 127, 0, None] * 5, pa.int8()),
        "uint8": pa.array([255, 0, 1, 200] * 5, pa.uint8()),
        "int16": pa.array([-32768, 32767, 0, None] * 5, pa.int16()),
        "uint16": pa.array([65535, 0, 1, 2] * 5, pa.uint16()),
        "uint32": pa.array([2**32 - 1, 0, 2**31, None] * 5, pa.uint32()),
        "uint64": pa.array([2**64 - 1, 0, 2**63, None] * 5, pa.uint64()),
        "struct": pa.array([{"a": 1, "b": "x"}, None] * 10,
                           pa.struct([("a", pa.int64()), ("b", pa.string())])),
        "half": pa.array([1.5, -2.25, float("nan"), None] * 5, pa.float32()).cast(pa.float16()),
        "date": pa.array(days, pa.date32()),
        "time-ms": pa.array([0, 1, 86_399_999, None] * 5, pa.time32("ms")),
        "time-us": pa.array([0, 1, 86_399_999_999, None] * 5, pa.time64("us")),
        "time-ns": pa.array([0, 1, 86_399_999_999_999, None] * 5, pa.time64("ns")),
        "timestamp-ms": pa.array(moments, pa.timestamp("ms")),
        "timestamp-ms-utc": pa.array(moments, pa.timestamp("ms", "UTC")),
        "timestamp-us": pa.array(nanos, pa.timestamp("us")),
        "timestamp-ns-utc": pa.array(nanos, pa.timestamp("ns", "UTC")),
        "map": pa.array([[("k", 1)], [], None, [("a", 2), ("b", 3)]] * 5,
                        pa.map_(pa.string(), pa.int32())),
        "decimal-7-2": dec(pa.decimal128(7, 2)),
        "decimal-12-2": dec(pa.decimal128(12, 2)),
        "decimal-38-20": pa.array(large, pa.decimal128(38, 20)),
        "decimal-76-10": pa.array(huge, pa.decimal256(76, 10)),
        "large": pa.array(["a", None, "ß" * 40, ""] * 5, pa.large_string()),
        "binary": pa.array([b"", b"\xff\x00", None, b"x"] * 5, pa.binary()),
        "null": pa.array([None] * 20, pa.null()),
        "category": pa.array(["x", "y", None, "x"] * 5).dictionary_encode(),
        "uuid": pa.array([uuid.UUID(int=rng.getrandbits(128)).bytes for _ in range(20)],
                         pa.uuid()),
        "end": pa.array(range(20), pa.int64()),
    })


def documents(count: int) -> pa.Table:
    rng = random.Random(22)
    return pa.table({
        "id": [f"doc-{i}" for i in range(count)],
        "text": [" ".join(rng.choice(WORDS[:6]) for _ in range(rng.randint(0, 30)))
                 for _ in range(count)],
        "domain": [rng.choice(("web", "code", None)) for _ in range(count)],
        "score": [rng.choice((None, rng.random())) for _ in range(count)],
        "tags": [["a"] * rng.randint(0, 3) for _ in range(count)],
        "tokens": [rng.randint(0, 5000) for _ in range(count)],
    })


def write_lines(path: Path, rows: list[str]) -> None:
    path.write_text("".join(row + "\n" for row in rows))


def write(folder: Path, name: str, table: pa.Table, **options) -> None:
    pq.write_table(table, folder / f"{name}.parquet", **options)
    write_lines(folder / f"{name}.jsonl", lines(str(folder / f"{name}.parquet")))


def write_arrow(folder: Path) -> None:
    types = types_table()
    write(folder, "types", types, write_statistics=False)
    flat = pa.table({name: types[name] for name in ("decimal-7-2", "decimal-12-2", "end")})
    write(folder, "decimals-as-integers", flat, store_decimal_as_integer=True)
    legacy = pa.table({"moment": types["timestamp-us"]})
    write(folder, "int96", legacy, use_deprecated_int96_timestamps=True)
    texts = documents(300)
    write(folder, "row-groups", texts.slice(0, 60), row_group_size=7, compression="zstd",
          write_statistics=False)
    write(folder, "pages", texts, data_page_size=200, write_batch_size=10, compression="snappy",
          write_page_checksum=True, write_page_index=True)
    write(folder, "fallback", texts, dictionary_pagesize_limit=500, data_page_size=600,
          write_batch_size=20, compression="zstd", data_page_version="2.0")
    write(folder, "no-rows", texts.slice(0, 0))
    nulls = pa.table({"a": pa.array([None] * 50, pa.int64()), "b": pa.array([None] * 50, pa.string()),
                      "c": pa.array(range(50), pa.int32())})
    write(folder, "nulls-v1", nulls, compression="snappy")
    write(folder, "nulls-v2", nulls, compression="snappy", data_page_version="2.0",
          use_dictionary=False)
    schema = texts.schema
    with pq.ParquetWriter(folder / "empty-row-group.parquet", schema) as writer:
        writer.write_table(texts.slice(0, 3))
        writer.write_table(texts.slice(0, 0))
        writer.write_table(texts.slice(3, 4))
    write_lines(folder / "empty-row-group.jsonl", lines(str(folder / "empty-row-group.parquet")))


def write_others(folder: Path) -> None:
    table = documents(120).append_column(
        "moment", pa.array([datetime.datetime(2024, 2, 29, 12, i % 60) for i in range(120)],
                           pa.timestamp("us")))
    connection = duckdb.connect()
    connection.register("documents", table)
    for codec, version in (("zstd", "V1"), ("snappy", "V2"), ("brotli", "V2"), ("lz4_raw", "V2")):
        name = f"duckdb-{codec}-{version.lower()}"
        connection.execute(
            f"COPY (SELECT *, tokens % 2 = 0 AS even, (tokens / 7)::DECIMAL(9, 3) AS part, "
            f"uuid_of(id) AS key FROM documents) TO '{folder / name}.parquet' "
            f"(FORMAT parquet, CODEC '{codec}', PARQUET_VERSION {version})"
            .replace("uuid_of(id)", "md5(id)::UUID"))
        write_lines(folder / f"{name}.jsonl", lines(f"{folder / name}.parquet"))
    frame = polars.from_arrow(table)
    for codec in ("zstd", "snappy", "lz4", "gzip", "brotli", "uncompressed"):
        path = folder / f"polars-{codec}.parquet"
        frame.write_parquet(path, compression=codec, row_group_size=50, data_page_size=700)
        write_lines(folder / f"polars-{codec}.jsonl", lines(str(path)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "Tests/Fixtures/parquet")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for old in options.output.iterdir():
        old.unlink()
    write_encodings(options.output)
    write_arrow(options.output)
    write_others(options.output)
    files = sorted(options.output.iterdir())
    print(f"{len(files)} files, {sum(f.stat().st_size for f in files):,} bytes, by pyarrow "
          f"{pa.__version__}, duckdb {duckdb.__version__}, polars {polars.__version__}")


if __name__ == "__main__":
    main()
