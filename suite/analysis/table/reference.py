"""What guessing gets: a row that nobody trained, where the test images are of unbalanced classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from suite.analysis.folder.reading import Records
from suite.core.balance import majority

CLASS, ERROR, BALANCED_ERROR = COLUMNS = ("majority_class", "majority_error", "majority_balanced_error")
"""The table has these columns where classes are unbalanced: the largest class, and what always naming it errs on."""

BALANCED = "test_balanced_accuracy"
"""The figure that stands beside the error there: with two classes guessing has a half of it, whatever their sizes."""

INDEX = "reference"
"""The label of such a row in a presented frame."""


def columns(records: Records, candidate: str, track: str) -> dict[str, Any]:
    """What always guessing the largest class errs on, of a candidate's test images; nothing for balanced ones."""
    labels = records.labels(candidate, track)
    if labels is None or "test_accuracy" not in records.task.judged:  # a guessed class has no place
        return {}
    names = records.study["data"]["class_names"]
    counts = np.bincount(labels, minlength=len(names))
    found = majority(counts)
    if found is None:
        return {}
    label, error = found
    return {CLASS: names[label], ERROR: round(error, 8), BALANCED_ERROR: round(1 - 1 / np.count_nonzero(counts), 8)}


def unbalanced(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get(CLASS), str)


def guesses(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The first of the rows of each study that are tested on images of unbalanced classes, of which guessing is one."""
    found = {
        (row["study"], row[CLASS], row[ERROR], row["test_images"]): row for row in reversed(rows) if unbalanced(row)
    }
    return list(reversed(found.values()))
