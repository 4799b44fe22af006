"""Offsets of norms at another rate than all else: they are few, and set what an activation lets by.

A step at so many times the rate is so many times the step. Decay never acts on them, so that it does not grow with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.groups import is_norm_offset
from suite.training.recipe.part import Number
from suite.training.updates import Update, unchanged


def _share(variable: Any, numbers: Mapping[str, Any]) -> Any:
    return numbers["bias_rate"] if is_norm_offset(variable) else 1.0


PART = Update(
    "bias_rate",
    "Offsets of norms at a rate of their own",
    numbers=(
        Number("bias_rate", 1.0, "switched", "rate of norms' offsets over that of all else", 0, 10_000, neutral=1.0),
    ),
    source="Page 2019; Jordan 2024, arXiv:2404.00498, section 3.4",
    change=unchanged,
    share=_share,
    switch="bias_rate",
)
