"""What a Parquet file's values are by pyarrow, in the form that `parquet-judge dump` prints."""

from __future__ import annotations

import json
import struct

import pyarrow as pa
import pyarrow.parquet as pq

DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def date_text(days: int) -> str:
    """Days since 1970 as ISO 8601, also beyond Python's year 9999."""
    shifted = days + 719_468
    era = shifted // 146_097
    of_era = shifted - era * 146_097
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    year += era * 400 + (month <= 2)
    return f"{'-' if year < 0 else ''}{abs(year):04}-{month:02}-{day:02}"


def time_text(value: int, unit: str) -> str:
    seconds, fraction = divmod(value, PER_SECOND[unit])
    digits = f".{fraction:0{DIGITS[unit]}}" if DIGITS[unit] else ""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{digits}"


def timestamp_text(value: int, unit: str, zone: bool) -> str:
    days, rest = divmod(value, 86_400 * PER_SECOND[unit])
    return f"{date_text(days)}T{time_text(rest, unit)}{'Z' if zone else ''}"


def bits(value: float) -> str:
    """The bits of a double; those of a NaN are no one's to choose."""
    return "nan" if value != value else struct.pack(">d", value).hex()


def decimal_text(value) -> str:
    return f"{value:f}"


def column_texts(column: pa.ChunkedArray) -> list[str | None]:
    """A column's values as texts, null as None."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return column_texts(column.cast(kind.value_type))
    if isinstance(kind, pa.BaseExtensionType):
        storage = pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type)
        if kind.extension_name == "arrow.uuid":
            return [None if v is None else "-".join(
                (h := v.hex(), h[:8], h[8:12], h[12:16], h[16:20], h[20:])[1:])
                for v in storage.to_pylist()]
        return column_texts(storage)
    if pa.types.is_timestamp(kind):
        return [None if v is None else timestamp_text(v, kind.unit, kind.tz is not None)
                for v in column.cast(pa.int64()).to_pylist()]
    if pa.types.is_date32(kind):
        return [None if v is None else date_text(v) for v in column.cast(pa.int32()).to_pylist()]
    if pa.types.is_time(kind):
        raw = column.cast(pa.int32() if kind.bit_width == 32 else pa.int64()).to_pylist()
        return [None if v is None else time_text(v, kind.unit) for v in raw]
    if pa.types.is_decimal(kind):
        return [None if v is None else decimal_text(v) for v in column.to_pylist()]
    if pa.types.is_boolean(kind):
        return [None if v is None else str(v).lower() for v in column.to_pylist()]
    if pa.types.is_floating(kind):
        return [None if v is None else bits(float(v)) for v in column.to_pylist()]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) \
            or pa.types.is_fixed_size_binary(kind):
        return [None if v is None else v.hex() for v in column.to_pylist()]
    if pa.types.is_null(kind):
        return [None] * len(column)
    return [None if v is None else str(v) for v in column.to_pylist()]


def is_flat(kind: pa.DataType) -> bool:
    return not pa.types.is_nested(kind)


def rows(path: str) -> list[list[str | None]]:
    """Every flat column's value of every row."""
    table = pq.ParquetFile(path).read()
    columns = [column_texts(column) for column in table.columns if is_flat(column.type)]
    return [list(row) for row in zip(*columns)]


def lines(path: str) -> list[str]:
    """The rows as JSON, a line each."""
    return [json.dumps(row, ensure_ascii=False) for row in rows(path)]
