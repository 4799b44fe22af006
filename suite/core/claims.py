"""The forms of claims: which keys name the candidates that a claim is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.core.metrics import SIZES

FORMS = {
    "better": ("better", "than"),
    "at_least": ("at_least", "as"),
    "equal": ("equal",),
    "rising": ("rising",),
    "gap_grows": ("gap_grows",),
}
"""By the key that a claim of the form has: the keys that name candidates, one each or a list.

    better, than       the one is better than the other, by more than `margin`
    at_least, as       at least as good, within `margin`; and where it says so, `with_less` of what it costs
    equal              two that differ by less than `margin`
    rising             each of the list is better than the one before it, by more than `margin`: monotone along an axis
    gap_grows          of each pair of the list, the second's lead over the first is larger than in the pair before it,
                       by more than `margin`: a gap that grows along an axis
"""

TIME = "device_seconds"
CHEAPER_IN = (*(metric.name for metric in SIZES), TIME)
"""What `with_less` may name: parameters, multiply-adds, the time of training."""


def form_of(claim: Mapping[str, Any]) -> str | None:
    """The form whose key a claim has; None where it has none or several."""
    found = [form for form in FORMS if form in claim]
    return found[0] if len(found) == 1 else None


def candidates_of(claim: Mapping[str, Any]) -> tuple[str, ...]:
    """The candidates that a claim of a known form is about, in its order, those of pairs one after the other."""
    return tuple(name for key in FORMS[str(form_of(claim))] for name in _names(claim[key]))


def _names(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [name for part in value for name in _names(part)]
