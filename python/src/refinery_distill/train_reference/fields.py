"""Reads dataclasses of numbers from JSON."""

from __future__ import annotations

import dataclasses
from typing import Any

from .errors import TrainingError


def read_fields(kind: type, value: Any, name: str) -> dict[str, Any]:
    """The fields of a dataclass of whole and other numbers, from a JSON object.

    Raises TrainingError for one that is missing or of another type.
    """
    if not isinstance(value, dict):
        raise TrainingError(f"{name} is no object")
    found: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        if field.name not in value:
            raise TrainingError(f"{name} has no {field.name}")
        number = value[field.name]
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise TrainingError(f"{name}.{field.name} is {number!r}, which is no number")
        if field.type == "int":
            if number != int(number):
                raise TrainingError(f"{name}.{field.name} is {number!r}, which is no whole number")
            found[field.name] = int(number)
        else:
            found[field.name] = float(number)
    return found
