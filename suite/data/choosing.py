"""Some classes of a set that is cached whole, and how far guessing gets with them."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from suite.core.balance import majority
from suite.data.cache import Entry
from suite.data.dataset import Indices
from suite.data.layouts.classes import chosen
from suite.data.targets import LABEL, Targets

NOWHERE = 255
"""Beside TRAIN, VALIDATION and TEST: images of classes that are not used."""


def chosen_classes(entry: Entry, wanted: tuple[str, ...] | int | None) -> Entry:
    """The set with the classes that `data.classes` names; the images stay where they are, for they are a map.

    Folders are read with these classes alone, so that nothing is left to choose, nor to change their hash. Raises
    Refusal for a class that is not there.
    """
    if wanted is None or (not isinstance(wanted, int) and len(entry.class_names) == len(wanted)):
        return entry
    names = chosen(entry.class_names, wanted)
    if names == entry.class_names:
        return entry
    number = np.full(len(entry.class_names), -1, np.int32)
    number[[entry.class_names.index(name) for name in names]] = np.arange(len(names))
    labels = number[entry.targets.labels]
    whole = hashlib.blake2b("".join((entry.hash, *(f"{len(name)}:{name}" for name in names))).encode(), digest_size=16)
    note = f"{len(names)} of {len(entry.class_names)} classes are used (data.classes)"
    return replace(
        entry,
        targets=Targets({**entry.targets.arrays, LABEL: np.maximum(labels, 0)}),
        part=np.where(labels < 0, np.uint8(NOWHERE), entry.part),
        class_names=names,
        notes=(*entry.notes, note),
        hash=whole.hexdigest(),
    )


def guessing(entry: Entry, test: Indices) -> tuple[str, ...]:
    """A note where always guessing one class is far better than with balanced classes."""
    counts = np.bincount(entry.targets.labels[test], minlength=len(entry.class_names))
    found = majority(counts)
    if found is None:
        return ()
    (label, error), classes = found, len(entry.class_names)
    return (
        f"always guessing {entry.class_names[label]!r} errs on {error:.1%} of the test images ({counts[label]:,} of "
        f"{counts.sum():,} are of it), where balanced classes would make it {1 - 1 / classes:.1%}: read errors beside "
        "that, and balanced errors, which the report's table has too",
    )
