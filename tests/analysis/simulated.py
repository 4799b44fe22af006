"""Fabricated hits of candidates whose true accuracies are known: a probit model of skill, images, seeds and chance."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

IMAGE, OWN_IMAGE = 1.0, 0.3
"""How far images differ in difficulty for all candidates alike, and for each on its own; chance differs by 1."""

REGIMES = {"images": 0.02, "both": 0.06, "seeds": 0.15}
"""How far seeds differ in skill: an accuracy of 0.74 by 0.4, 1.3 and 3.1 points, its 500 images by 2 points."""


def draw(
    rng: np.random.Generator, skills: NDArray[np.float64], seeds: int, images: int, spread: NDArray[np.float64] | float
) -> list[NDArray[np.bool_]]:
    """For each candidate an (S, N) table of hits on the same images; `spread` of the seeds, one or one for each."""
    count = len(skills)
    spreads = np.broadcast_to(np.asarray(spread), (count,))
    easy = IMAGE * rng.standard_normal(images) + OWN_IMAGE * rng.standard_normal((count, 1, images))
    skilled = skills[:, None, None] + spreads[:, None, None] * rng.standard_normal((count, seeds, 1))
    return list(easy + skilled + rng.standard_normal((count, seeds, images)) > 0)


def accuracy(skill: float, spread: float) -> float:
    """What `draw` gives in the mean over all images and seeds."""
    return float(ndtr(skill / math.sqrt(IMAGE**2 + OWN_IMAGE**2 + spread**2 + 1)))
