"""What a report's folder gives back of a run's directory."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from suite.core.directories import EXAMPLE, EXAMPLE_PICTURE, LOOKED, RunKey
from suite.study.published import Published

KEY, OTHER = RunKey("a", "tuned", "final", 0), RunKey("b", "tuned", "final", 0)
PIXELS = np.arange(24, dtype=np.uint8).reshape(2, 2, 2, 3)


def published(**arrays: np.ndarray) -> Published:
    found = {name.replace("__", "/"): array for name, array in arrays.items()}
    return Published(Path(), "", {}, (), {}, None, found, latencies={})


def test_predictions_come_back_with_what_runs_share() -> None:
    own = {f"{KEY}/predicted": np.zeros(3), f"{KEY}/{LOOKED}": np.ones((2, 4, 4), np.uint8)}
    shared = {"labels": np.ones(3), "examples": np.array([0, 2]), "example_pictures": PIXELS}
    theirs = {f"{OTHER}/predicted": np.ones(3), f"{OTHER}/example_pictures": PIXELS[::-1]}
    folder = published(**own, **shared, **theirs)  # type: ignore[arg-type]
    found = folder.predictions(KEY)
    assert found.keys() == {"predicted", LOOKED, "label", EXAMPLE, EXAMPLE_PICTURE}
    np.testing.assert_array_equal(found[EXAMPLE_PICTURE], PIXELS)
    np.testing.assert_array_equal(folder.predictions(OTHER)[EXAMPLE_PICTURE], PIXELS[::-1])
    assert folder.predictions(OTHER).keys() == {"predicted", "label", EXAMPLE, EXAMPLE_PICTURE}


def test_folders_of_old_share_the_labels_alone() -> None:
    folder = published(**{f"{KEY}/predicted": np.zeros(3), "labels": np.ones(3)})
    assert folder.predictions(KEY).keys() == {"predicted", "label"}
    assert folder.predictions(RunKey("a", "tuned", "final", 1)) == {}


def test_what_an_epoch_took_is_one_of_its_figures_and_no_prediction() -> None:
    curves = {f"{KEY}/epoch": np.array([1, 2]), f"{KEY}/device_seconds": np.array([3.0, 4.0], np.float32)}
    assert published(**curves).predictions(KEY) == {}
