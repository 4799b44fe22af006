"""Dividing a set into train, validation and test, and taking smaller parts: stratified, and nested.

All of it rests on one order, in which every beginning holds the classes in their proportions. A part is a beginning,
so that 1,000 images of a set are among its 10,000, and comparisons over the training-set size differ in nothing else.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from suite.core.refusals import Refusal
from suite.data.contents import TEST, TRAIN, VALIDATION
from suite.data.dataset import DataSpec, Indices
from suite.data.groups import dealt
from suite.data.targets import Labels

TEST_SEED = 0
"""Test sets never depend on a seed of the study: rows are comparable only on the same test images."""


def stratified_order(labels: Labels, seed: int) -> Indices:
    """A permutation of range(len(labels)) of which every beginning is stratified.

    The k-th of a class's n images, in an order drawn from `seed`, stands at k/n; ties are broken by a drawn order of
    the classes. So each class has, in the first m of N images, between its share of m and one more than that, give or
    take one for ties, and every class is there once m reaches the number of classes.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    classes, members = np.unique(labels, return_inverse=True)
    positions = np.empty(len(labels))
    for number in range(len(classes)):
        own = np.flatnonzero(members == number)
        positions[generator.permutation(own)] = np.arange(len(own)) / len(own)
    ties = generator.permutation(len(classes))[members]
    return np.lexsort((ties, positions)).astype(np.int64)


def held_out(labels: Labels, fraction: float, seed: int) -> tuple[Indices, Indices]:
    """Divide range(len(labels)) into (kept, held out), the second with about `fraction` of the images, stratified.

    Both come in a stratified order. Every class has an image held out, and one kept unless `fraction` is near 1.
    """
    order = stratified_order(labels, seed)
    count = max(round(fraction * len(labels)), len(np.unique(labels)))
    return order[count:], order[:count]


def dealt_alone(labels: Labels, folds: int, seed: int) -> Indices:
    """(N,) the fold of each image: each class, in a drawn order, is dealt round; the next goes on where it ended."""
    generator = np.random.Generator(np.random.PCG64(seed))
    found = np.empty(len(labels), np.int64)
    begin = 0
    for label in np.unique(labels):
        own = generator.permutation(np.flatnonzero(labels == label))
        found[own] = (begin + np.arange(len(own))) % folds
        begin += len(own)
    return found


def divide(
    labels: Labels,
    part: npt.NDArray[np.uint8],
    class_names: tuple[str, ...],
    spec: DataSpec,
    groups: Indices | None = None,
) -> tuple[Indices, Indices, Indices, tuple[str, ...]]:
    """(train, validation, test, notes) as `spec` asks for, from the publisher's division.

    groups: (N,) of each image, none of which is divided between train and validation. Raises Refusal when a class has
    too few images, or fewer images are asked for than there are classes.
    """
    pool, validation, test = (np.flatnonzero(part == wanted) for wanted in (TRAIN, VALIDATION, TEST))
    notes: list[str] = []
    _refuse_small_classes(labels[pool], class_names, 1 if len(validation) else 2)
    if len(validation):
        train = pool[stratified_order(labels[pool], spec.split_seed)]
        validation = validation[stratified_order(labels[validation], spec.split_seed)]
    elif groups is not None:
        train, validation = _by_groups(labels, pool, groups, spec)
        if absent := len(class_names) - len(np.unique(labels[validation])):
            notes.append(f"validation lacks {absent} of the {len(class_names)} classes: they have too few groups")
    else:
        kept, out = held_out(labels[pool], spec.validation_fraction, spec.split_seed)
        train, validation = pool[kept], pool[out]
        _refuse_missing_classes(labels[train], class_names, spec.validation_fraction)
        train = train[_rare_first(labels[train], len(class_names), spec.split_seed)]
    test = test[stratified_order(labels[test], TEST_SEED)]

    parts = []
    for name, indices in (("train", train), ("validation", validation), ("test", test)):
        wanted = getattr(spec, f"{name}_examples")
        if wanted is not None and wanted < len(class_names):
            raise Refusal(
                f"data.{name}_examples={wanted}: {spec.name} has {len(class_names)} classes, and a stratified part "
                f"needs an image of each; ask for {len(class_names)} or more"
            )
        if wanted is not None and wanted > len(indices):
            notes.append(f"{name}: all {len(indices):,} images are used; study and budget allow {wanted:,}")
        parts.append(indices[:wanted].astype(np.int64))
    return parts[0], parts[1], parts[2], tuple(notes)


def _by_groups(labels: Labels, pool: Indices, groups: Indices, spec: DataSpec) -> tuple[Indices, Indices]:
    """(train, validation) of the images at `pool`, each in a stratified order. Raises Refusal where one is empty."""
    shares = (1 - spec.validation_fraction, spec.validation_fraction)
    sides = dealt(labels[pool], groups[pool], shares, spec.split_seed)
    for side, part in enumerate(("train", "validate")):
        if not (sides == side).any():
            raise Refusal(
                f"data.group={spec.group} leaves nothing to {part} on: {len(np.unique(groups[pool]))} groups are not "
                "the test set's; more groups are needed, or another pattern"
            )
    train, validation = (
        own[stratified_order(labels[own], spec.split_seed)] for own in (pool[sides == 0], pool[sides == 1])
    )
    return train, validation


def _rare_first(labels: Labels, classes: int, seed: int) -> Indices:
    """The order in which any beginning of a training set has every class.

    What `held_out` leaves of a class of a few images may come late: then all are put in stratified order once more.
    Whether that is so depends on the set alone, so that smaller parts stay parts of larger ones.
    """
    if len(np.unique(labels[:classes])) == classes:
        return np.arange(len(labels))
    return stratified_order(labels, seed)


def _refuse_small_classes(labels: Labels, class_names: tuple[str, ...], least: int) -> None:
    counts = np.bincount(labels, minlength=len(class_names))
    small = [f"{class_names[k]} ({counts[k]})" for k in np.flatnonzero(counts < least)]
    if small:
        raise Refusal(
            f"classes with too few training images to divide (at least {least} are needed): {', '.join(small[:10])}"
            f"{', …' if len(small) > 10 else ''}; add images or take these classes out"
        )


def _refuse_missing_classes(labels: Labels, class_names: tuple[str, ...], fraction: float) -> None:
    missing = np.flatnonzero(np.bincount(labels, minlength=len(class_names)) == 0)
    if len(missing):
        raise Refusal(
            f"data.validation_fraction={fraction} leaves no training image of {class_names[missing[0]]!r}; "
            "lower it or add images"
        )
