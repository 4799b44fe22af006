"""Half a cosine from the peak to zero: (1 + cos(pi * (t - w) / (T - w))) / 2 after a warm-up of w steps of T."""

from __future__ import annotations

import math
from typing import Any

from suite.training.schedules import Schedule


def _factor(t: Any, total: Any, start: Any, numbers: Any) -> Any:
    from keras import ops

    progress = ops.clip((t - start) / ops.maximum(total - start, 1.0), 0.0, 1.0)
    return 0.5 * (1.0 + ops.cos(math.pi * progress))


PART = Schedule(
    "cosine", "Half a cosine to zero, no restarts", factor=_factor, source="Loshchilov and Hutter, arXiv:1608.03983"
)
