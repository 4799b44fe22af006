"""Of how many test images the prediction of a candidate's seeds together has changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from suite.analysis.folder.reading import Records


@dataclass(frozen=True)
class Flips:
    """flipped: test images whose majority prediction is another class; righted, wronged: those among them that became
    right and wrong; the others of the flipped were wrong and are wrong in another way."""

    flipped: int
    righted: int
    wronged: int
    images: int


def majority(predicted: NDArray[np.integer], confidence: NDArray[np.floating]) -> NDArray[np.int64]:
    """The class that most seeds predict for each image, (N,), from (S, N) classes and their confidences.

    Of classes with equally many seeds the one whose confidences sum to more; of equal sums the lowest.
    """
    classes = int(predicted.max()) + 1
    votes = np.zeros((predicted.shape[1], classes))
    images = np.arange(predicted.shape[1])
    for own, sure in zip(predicted, confidence, strict=True):
        votes[images, own] += 1 + np.asarray(sure, dtype=np.float64) / (2 * len(predicted))
    return votes.argmax(axis=1)


def flips(before: NDArray[np.integer], after: NDArray[np.integer], labels: NDArray[np.integer]) -> Flips:
    """From the majority predictions of the same images and their labels, (N,) each."""
    other = before != after
    return Flips(
        flipped=int(other.sum()),
        righted=int((other & (after == labels)).sum()),
        wronged=int((other & (before == labels)).sum()),
        images=len(labels),
    )


def voted(records: Records, candidate: str, track: str) -> NDArray[np.int64]:
    """The majority prediction of a candidate's completed final runs, of which there is one or more; (N,)."""
    names = records.finals(candidate, track)
    predicted, confidence = (
        np.stack([records.arrays[f"{name}/{kept}"] for name in names]) for kept in ("predicted", "confidence")
    )
    return majority(predicted, confidence)
