"""A decimal number from 0 to 1, digit by digit (Sources/Refinery/DecimalFraction.swift)."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal, InvalidOperation
from fractions import Fraction

from .errors import TrainingError


def canonical(text: str) -> str:
    """The number in its shortest form, such as `0.29`; raises TrainingError for what is none."""
    try:
        number = Decimal(text)
        is_share = text.isascii() and not text.strip("0123456789.eE+-") and 0 <= number <= 1
    except InvalidOperation:
        is_share = False
    if not is_share or len(text) > 1000 or text.startswith(("+", "-")):
        raise TrainingError(f"a share must be a decimal number from 0 to 1, not {text[:60]!r}")
    found = f"{number:f}"
    return (found.rstrip("0").rstrip(".") or "0") if "." in found else found


def floor_times(share: str, number: int) -> int:
    """⌊share × number⌋, exactly."""
    product = Fraction(share) * number
    return product.numerator // product.denominator


def millionths(share: float) -> str:
    """A share in whole millionths, rounded up."""
    millions = Decimal(share * 1e6).to_integral_value(ROUND_CEILING)
    return canonical(f"{float(millions) / 1e6:.6f}")
