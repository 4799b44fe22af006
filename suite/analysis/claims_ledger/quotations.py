"""Whether a figure quoted of an architecture is what is recorded of it: counts as built, errors as published."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from suite.core.refusals import Refusal, unknown
from suite.models import facts

PROVEN, MISQUOTED, REFUTED = "proven", "misquoted", "refuted"
"""The figure is right; it is published, of several networks and not of one; it is neither. Worse ones come later."""

FACTS = ("parameters", "depth", "year")
ERRORS = {"top5_error": "top5_error", "top1_accuracy": "top1_error"}
NOT_OF_ONE = "entry"
"""Key of a quotation that speaks of a competition's entry, and not of one network."""

_NUMBER = re.compile(r"(\d+)(?:\.(\d+))? ?([KM%]?)")
_UNITS = {"K": 1e3, "M": 1e6}


@dataclass(frozen=True)
class Comparison:
    """A quoted figure beside what is recorded."""

    verdict: str
    said: str  # what is recorded, in words


def compare(quotation: Mapping[str, Any]) -> Comparison:
    """All figures of `{of: ARCHITECTURE, parameters: 60M, depth: 8, year: 2012, top5_error: 16.4%}` together.

    The worst verdict counts. Raises Refusal for another key, a figure that is none, and an unknown architecture.
    """
    name = str(quotation.get("of"))
    known = facts(name)
    figures = {key: str(text) for key, text in quotation.items() if key not in ("of", NOT_OF_ONE)}
    found = []
    for key, text in figures.items():
        if key in ERRORS:
            found.append(_error(known, key, text, bool(quotation.get(NOT_OF_ONE))))
        elif key in FACTS:
            found.append(_fact(known, key, text))
        else:
            raise unknown("figure of a quotation", key, (*FACTS, *ERRORS, NOT_OF_ONE))
    if not found:
        raise Refusal(f"a quotation of {name} quotes no figure")
    order = (PROVEN, MISQUOTED, REFUTED)
    worst = max((comparison.verdict for comparison in found), key=order.index)
    return Comparison(worst, f"{name}: {'; '.join(comparison.said for comparison in found)}")


def agrees(value: float, quoted: str) -> bool:
    """Whether a quoted figure is a value, rounded or cut to the quoted digits. Raises Refusal for what is no figure."""
    match = _NUMBER.fullmatch(quoted)
    if not match:
        raise Refusal(f"{quoted!r} is no figure as the ledger writes them: 138M, 60K, 7.3%, 16")
    unit = _UNITS.get(match[3], 1.0) / 10 ** len(match[2] or "")
    beyond = value - float(quoted.rstrip(" KM%")) * _UNITS.get(match[3], 1.0)
    slack = 1e-6 * unit
    return abs(beyond) <= unit / 2 + slack or 0 <= beyond < unit - slack


def _fact(known: Mapping[str, Any], key: str, quoted: str) -> Comparison:
    if key == "parameters":
        built, published = known["trainable_params"], known["published"].get("params")
        values = [value for value in dict.fromkeys((built, published)) if value is not None]
        said = " as built, ".join(f"{value:,}" for value in values) + (" as published" if len(values) > 1 else "")
        return Comparison(_is(any(agrees(value, quoted) for value in values)), f"{said} parameters")
    if key == "depth":
        return Comparison(_is(str(known["depth"]) == quoted), f"{known['depth']} layers")
    venue = known["published"].get("paper", {}).get("venue", "")
    said = f"first seen in {known['year']}" + (f", {venue}" if venue and str(known["year"]) not in venue else "")
    return Comparison(_is(quoted == str(known["year"]) or quoted in venue), said)


def _is(right: bool) -> str:
    return PROVEN if right else REFUTED


def _error(known: Mapping[str, Any], key: str, quoted: str, entry: bool) -> Comparison:
    errors = [e for e in known["published"].get("errors", []) if e["dataset"] == "imagenet" and ERRORS[key] in e]
    if not errors:
        raise Refusal(f"nothing is recorded of {known['name']}'s {key}")

    def value(error: Mapping[str, Any]) -> float:
        return float(error[ERRORS[key]] if key.endswith("error") else round(100 - error[ERRORS[key]], 6))

    same = [error for error in errors if agrees(value(error), quoted)]
    of_one = [error for error in same if error.get("models") == 1]
    several = [error for error in same if error.get("models") != 1]
    if entry and several:
        right = next((error for error in several if "test" in error["split"]), several[0])
        return Comparison(PROVEN, _said(value(right), right))
    if of_one:
        return Comparison(PROVEN, _said(value(of_one[0]), of_one[0]))
    first = _said(value(errors[0]), errors[0])
    if several:
        return Comparison(MISQUOTED, f"{_said(value(several[0]), several[0])}; one network: {first}")
    return Comparison(REFUTED, f"none published is {quoted}; {first}")


def _said(value: float, error: Mapping[str, Any]) -> str:
    return f"{value:g}% ({error['condition']}; {error['split']}; {error['source']})"
