"""How far guessing gets: what always naming the largest class errs on, where classes are unbalanced."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

UNBALANCED = 1.5
"""From this many times its fair share on, the largest class makes guessing worth a row beside what was trained."""


def majority(counts: npt.NDArray[np.integer]) -> tuple[int, float] | None:
    """The largest class of `counts` (C,) images, and the share of the images that always naming it errs on.

    None where it has at most UNBALANCED times its fair share, or there are no images.
    """
    total = int(counts.sum())
    if not total or counts.max() * len(counts) <= UNBALANCED * total:
        return None
    return int(counts.argmax()), float(1 - counts.max() / total)
