"""Scores on corrupted test images, from a run's directory into the records of a report.

Of each final run that was evaluated on all copies that its study asks for, records.npz holds

    <run>/corrupted          (N,) the mean score of each test image over the copies
    <run>/corruption_error   (kinds, strengths) the error on each copy
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suite.core import directories
from suite.core.evaluation import FIGURE, read_evaluation

SCORES, ERRORS = "corrupted", FIGURE


def arrays(study: Mapping[str, Any], directory: Path, ended_at: float | None) -> Iterator[tuple[str, NDArray[Any]]]:
    """The two arrays of a run, where it was evaluated on all that its study asks for."""
    asked = study.get("corruptions")
    evaluated = read_evaluation(directory, ended_at) if asked else None
    if not asked or evaluated is None:
        return
    names = {tuple(name.split("/")[:2]): name for name in evaluated["errors"]}
    wanted = [(kind, str(strength)) for kind in asked["kinds"] for strength in asked["strengths"]]
    if not all(copy in names for copy in wanted):
        return
    try:
        with np.load(directory / directories.CORRUPTED, allow_pickle=False) as saved:
            if SCORES in saved.files:  # of a run that was taken over from such records: the arrays as they stood there
                if wanted == list(names):
                    yield SCORES, saved[SCORES]
                    yield ERRORS, saved[ERRORS]
                return
            scores = np.stack([saved[names[copy]] for copy in wanted]).astype(np.float64)
    except (FileNotFoundError, ValueError, KeyError, zipfile.BadZipFile):
        return  # deleted or damaged: as if it had not been measured
    shape = len(asked["kinds"]), len(asked["strengths"])
    yield SCORES, scores.mean(axis=0).astype(np.float32)
    yield ERRORS, (1 - scores.mean(axis=1)).reshape(shape).astype(np.float32)
