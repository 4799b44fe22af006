"""Cosines with warm restarts: the rate falls to zero on half a cosine, starts again at the peak, and so on.

Each cycle is `stretch` times as long as the one before; together they fill the training after the warm-up, so that the
last one ends with it. The paper sets the first cycle's length instead, and stops where a cycle ends.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from suite.training.recipe.part import Circumstances, Number
from suite.training.schedules import Schedule


def _traced(values: Mapping[str, Any], total: int) -> list[float]:
    """The ends of the cycles, as shares of what comes after the warm-up: 0 and then one for each."""
    lengths = [values["stretch"] ** cycle for cycle in range(values["cycles"])]
    return [sum(lengths[:count]) / sum(lengths) for count in range(values["cycles"] + 1)]


def _factor(t: Any, total: Any, start: Any, numbers: Any) -> Any:
    from keras import ops

    done = ops.clip((t - start) / ops.maximum(total - start, 1.0), 0.0, 1.0)
    # a step that floats put a hair before a cycle's end belongs to the next; the last one goes to the end
    past = ops.cast(done >= numbers[1:-1] - 1e-6, "int32")
    cycle = ops.sum(past)
    begin, end = ops.take(numbers, cycle), ops.take(numbers, cycle + 1)
    return 0.5 * (1.0 + ops.cos(math.pi * ops.clip((done - begin) / (end - begin), 0.0, 1.0)))


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    return "recipe.cycles=1 is one cosine, without a restart" if values["cycles"] == 1 else None


PART = Schedule(
    "restarts",
    "Half cosines to zero, one after the other",
    numbers=(
        Number("cycles", 3, "structural", "how many cosines there are", 1, 100),
        Number("stretch", 2.0, "traced", "length of a cycle over the one before", 1, 10),
    ),
    factor=_factor,
    traced=_traced,
    source="Loshchilov and Hutter, arXiv:1608.03983",
    idle=_idle,
)
