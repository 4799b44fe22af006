"""Numbers as people read them, each with its unit; what is missing is a dash."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

MISSING = "–"


def percent(fraction: float) -> str:
    """A fraction in percent, without the sign: `8.75`."""
    return f"{100 * fraction:.2f}"


def whole(value: Any) -> str:
    """A whole number with its thousands apart."""
    return MISSING if missing(value) else f"{int(value):,}"


def plain(value: Any) -> str:
    """A value as it is."""
    return MISSING if missing(value) or value == "" else str(value)


def scaled(value: Any) -> str:
    """Multiply-adds with a decimal prefix: `40.6 M`."""
    if missing(value):
        return MISSING
    for size, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g} {prefix}"
    return f"{value:.0f}"


def duration(value: Any) -> str:
    """Seconds as a person says them: `41 s`, `12.5 min`, `3.1 h`."""
    if missing(value):
        return MISSING
    if value < 100:
        return f"{value:.3g} s"
    return f"{value / 60:.3g} min" if value < 6000 else f"{value / 3600:.3g} h"


def digits(value: float) -> str:
    """Three digits of a number that may be large: `12,300`, `45.6`."""
    return f"{float(f'{value:.3g}'):,.0f}" if value >= 100 else f"{value:.3g}"


def milliseconds(value: Any) -> str:
    """Seconds as milliseconds: `1.23 ms`."""
    return MISSING if missing(value) else f"{digits(1000 * value)} ms"


def missing(value: Any) -> bool:
    """Whether a cell of a data frame holds nothing: None, NaN or pandas' NA."""
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def points(fraction: float) -> str:
    """A difference of fractions in percentage points, with its sign."""
    return f"{100 * fraction:+.2f}".replace("-", "−")


def lead(mean: float, low: float, high: float) -> str:
    """A difference of fractions in points, with its interval: `+0.19 points (−2.43 to +2.80)`."""
    return f"{points(mean)} points ({points(low)} to {points(high)})"


def signed(value: float) -> str:
    """A number with its sign, to four digits."""
    return f"{value:+.4g}".replace("-", "−")


def chance(probability: float) -> str:
    """A p value to two digits: `0.012`, `<0.0001`."""
    if missing(probability):
        return MISSING
    return "<0.0001" if probability < 1e-4 else f"{probability:.2g}"
