"""Lookahead: slow weights follow the trained ones, which every few steps go back to them.

After every `lookahead_steps` steps the slow weights keep a share of themselves and take the rest from the weights,
which are then set to them. Zhang et al. keep a half throughout; here, as Jordan has it, the share grows with the third
power of the training that is done, from nothing to `lookahead`: early steps are hardly held back, the last ones are
averaged. The training ends on the slow weights. Moving statistics of norms are not slow, which Jordan's are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.recipe.part import Number
from suite.training.updates import Update, unchanged


def _slow(t: Any, total: Any, numbers: Mapping[str, Any]) -> tuple[Any, Any]:
    from keras import ops

    due = ops.equal(ops.mod(t, float(numbers["lookahead_steps"])), 0.0)
    kept = numbers["lookahead"] * ops.power(t / total, 3.0)
    return ops.where(due, 1.0 - kept, 0.0), ops.logical_or(due, t >= total)


PART = Update(
    "lookahead",
    "Weights go back to slow ones every few steps",
    numbers=(
        Number("lookahead", 0.0, "switched", "share of themselves that slow weights keep at last", 0, 1, neutral=0.0),
        Number("lookahead_steps", 5, "structural", "steps from one return to the next", low=1, needs="lookahead"),
    ),
    source="Zhang et al., arXiv:1907.08610; Jordan 2024, arXiv:2404.00498",
    change=unchanged,
    slow=_slow,
    switch="lookahead",
)
