"""One cycle: the rate rises on half a cosine from a fraction of its peak, then falls on another to almost nothing.

The paper's cycle is linear, and its momentum falls as the rate rises; this is the form with cosines that became usual,
with a constant momentum. The rise is a part of the schedule: a warm-up, where the recipe has one, comes before it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from suite.training.recipe.part import Circumstances, Number
from suite.training.schedules import Schedule

LAST = 1e-4
"""The rate at the end, as a share of the one at the beginning."""


def _traced(values: Mapping[str, Any], total: int) -> list[float]:
    return [values["rise"], 1.0 / values["rise_from"]]


def _factor(t: Any, total: Any, start: Any, numbers: Any) -> Any:
    """Up: low + (1 - low) (1 - cos(pi s / r)) / 2, s the share of the steps after the warm-up that is done, r the rise.

    Then the same way down, from 1 to low * LAST.
    """
    from keras import ops

    rise, low = numbers[0], numbers[1]
    done = ops.clip((t - start) / ops.maximum(total - start - 1.0, 1.0), 0.0, 1.0)
    up = 0.5 - 0.5 * ops.cos(math.pi * ops.minimum(done / rise, 1.0))
    down = 0.5 + 0.5 * ops.cos(math.pi * ops.clip((done - rise) / (1.0 - rise), 0.0, 1.0))
    return ops.where(done < rise, low + (1.0 - low) * up, low * LAST + (1.0 - low * LAST) * down)


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    return "recipe.rise_from=1 stays at the peak instead of rising to it" if values["rise_from"] == 1 else None


PART = Schedule(
    "one_cycle",
    "Up to the peak and down to almost nothing, on half cosines",
    numbers=(
        Number("rise", 0.3, "traced", "fraction of the training at which the peak is reached", 0.001, 0.999),
        Number("rise_from", 25.0, "traced", "the peak divided by the rate at the beginning", low=1),
    ),
    factor=_factor,
    beginning=lambda numbers: numbers[1],
    traced=_traced,
    source="Smith and Topin, arXiv:1708.07120",
    idle=_idle,
)
