"""Rare classes are shown more often, and common ones less, in an epoch of as many images as ever.

A class's share of the epoch is in proportion to its number of images to the power 1 - oversample: its own share at 0,
the same for all classes at 1, in proportion to square roots at 0.5. Within a class every image is shown equally often,
give or take one time, and others are left out in the next epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suite.training.recipe.part import Circumstances, Number
from suite.training.sampling import Sampling


def shares(counts: Any, power: float) -> Any:
    """How many images of each class an epoch shows, of as many as there are.

    counts: of the classes' images, (classes,); a class without any is not shown.
    """
    import numpy as np

    counts = np.asarray(counts)
    wanted = np.where(counts > 0, np.maximum(counts, 1).astype("float64") ** (1 - power), 0.0)
    wanted *= counts.sum() / wanted.sum()
    whole = np.floor(wanted).astype("int64")
    largest = np.argsort(-(wanted - whole), kind="stable")
    whole[largest[: counts.sum() - whole.sum()]] += 1
    return whole


def _draw(labels: Any, generator: Any, values: Mapping[str, Any]) -> Any:
    import numpy as np

    drawn = []
    for label, wanted in enumerate(shares(np.bincount(labels), values["oversample"])):
        own = np.flatnonzero(labels == label)
        times = -(-wanted // max(len(own), 1))
        drawn.append(np.concatenate([generator.permutation(own) for _ in range(times)] or [own])[:wanted])
    return generator.permutation(np.concatenate(drawn))


def _idle(values: Mapping[str, Any], circumstances: Circumstances) -> str | None:
    images = circumstances.images_of_a_class
    return f"classes of {images} training images are shown as often as ever" if images else None


PART = Sampling(
    "oversampling",
    "Rare classes shown more often",
    numbers=(
        Number("oversample", 0.0, "traced", "0: each class by its images; 1: all classes alike", 0, 1, neutral=0.0),
    ),
    source="Buda et al., arXiv:1710.05381; Mahajan et al., arXiv:1805.00932, for the square root",
    idle=_idle,
    draw=_draw,
    switch="oversample",
)
