"""Training sets that are made harder on purpose: rare classes and wrong labels. Validation and test stay as they are.

`data.imbalance=0.01`: the last class has a hundredth of its training images and the others lie between, on the
exponential profile of CIFAR-LT (Cui et al. 2019, arXiv:1901.05555): class c of C keeps imbalance ** (c / (C - 1)).
`data.label_noise=0.2`: of one fifth of the training images the label is replaced by another class's, drawn evenly among
them (symmetric noise, Patrini et al. 2017, arXiv:1609.03683). Which and by which depends on the set's split seed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from suite.data.dataset import DataSpec, Indices
from suite.data.targets import LABEL, Labels, Targets

OFF = {"imbalance": 1.0, "label_noise": 0.0}
"""At these the set is as it is: descriptions leave them out, as those that were written before they existed."""

NOISE_STREAM = 0x6E6F6973
"""Beside the split seed, so that noise shares no random numbers with the division."""


def harder(train: Indices, targets: Targets, classes: int, spec: DataSpec) -> tuple[Indices, Targets, tuple[str, ...]]:
    """(train, targets, notes) as `spec` asks for; what it is given where it asks for nothing.

    train: positions in the order of the division; what is kept of a class is its beginning.
    """
    notes: list[str] = []
    if spec.imbalance != 1:
        kept = imbalanced(targets.labels[train], classes, spec.imbalance)
        counts = np.bincount(targets.labels[train[kept]], minlength=classes)
        notes.append(f"train: {len(kept)} of {len(train)} images, from {counts[0]} to {counts[-1]} of a class")
        train = train[kept]
    if spec.label_noise:
        labels, wrong = noisy(targets.labels, train, classes, spec.label_noise, spec.split_seed)
        targets = Targets({**targets.arrays, LABEL: labels})
        notes.append(f"train: {wrong} of {len(train)} labels are wrong on purpose")
    return train, targets, tuple(notes)


def imbalanced(labels: Labels, classes: int, factor: float) -> npt.NDArray[np.int64]:
    """Positions within `labels` that are kept, in their order: of class c the first n * factor ** (c / (classes - 1)).

    At least one of each class is kept.
    """
    kept = []
    for label in range(classes):
        own = np.flatnonzero(labels == label)
        share = factor ** (label / max(classes - 1, 1))
        kept.append(own[: max(1, int(len(own) * share + 1e-9))])  # 500 * 0.01 may come to 4.999...
    return np.sort(np.concatenate(kept)).astype(np.int64)


def noisy(labels: Labels, train: Indices, classes: int, share: float, seed: int) -> tuple[Labels, int]:
    """All labels, those of round(share * n) training images replaced by another class; and how many these are."""
    if classes < 2:
        return labels, 0
    generator: Any = np.random.default_rng((seed, NOISE_STREAM))
    wrong = np.sort(generator.permutation(train)[: round(share * len(train))])
    changed = labels.copy()
    changed[wrong] = (labels[wrong] + generator.integers(1, classes, len(wrong))) % classes
    return changed, len(wrong)
