from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.analysis import rendering
from suite.analysis.comparing.time_to_accuracy import LEVELS, SHOWN, Course, courses, how_many, levels, mean_time
from suite.analysis.folder import reading
from suite.analysis.table.columns import table
from suite.core.directories import RunKey
from tests.analysis.conftest import Store


def course(*accuracies: float) -> Course:
    """Epochs of 2 seconds."""
    return Course(np.array(accuracies), 2.0 * np.arange(1, len(accuracies) + 1))


def test_the_first_epoch_counts_even_if_later_ones_fall_back() -> None:
    run = course(0.5, 0.9, 0.8, 0.95)
    assert [run.time_to(accuracy) for accuracy in (0.4, 0.5, 0.9, 0.91)] == [2, 2, 4, 8]
    assert run.time_to(0.96) == math.inf


def test_the_lucky_seeds_alone_have_no_mean() -> None:
    runs = [course(0.5, 0.9), course(0.9, 0.9), course(0.5, 0.6)]
    assert mean_time(runs, 0.5) == 2
    assert mean_time(runs, 0.9) == math.inf
    assert [how_many(runs, accuracy) for accuracy in (0.6, 0.9, 0.95)] == [3, 2, 0]


@pytest.mark.parametrize(
    ("reached", "expected"),
    [
        ((0.91, 0.83, 0.62), [0.6, 0.8]),  # 0.9 is reached by one alone
        ((0.91, 0.91, 0.91), [0.9]),
        ((0.91,), [0.9]),
        ((0.3, 0.2), [0.2]),
        ((0.09, 0.08), []),
        ((), []),
    ],
)
def test_levels_are_those_that_tell_candidates_apart(reached: Sequence[float], expected: list[float]) -> None:
    assert levels({str(place): [course(0.05, best)] for place, best in enumerate(reached)}) == expected


def test_of_many_levels_the_highest_are_shown() -> None:
    assert levels({str(level): [course(level)] for level in LEVELS}) == list(LEVELS[-1 - SHOWN : -1])


def test_a_study_says_which_levels() -> None:
    assert levels({"one": [course(0.2)]}, (0.94, 0.9)) == [0.9, 0.94]


def test_times_are_those_of_the_runs(rendered: Path) -> None:
    read = reading.read(rendered)
    found = courses(read, table(read))
    assert sorted(found) == ["lenet5", "plain20", "resnet20"]
    own = read.runs[(read.runs.candidate == "lenet5") & (read.runs.phase == "final")]
    for run, seconds, number in zip(found["lenet5"], own.device_seconds, own.number, strict=True):
        assert run.seconds[-1] == pytest.approx(seconds)
        assert run.accuracy == pytest.approx(read.arrays[f"lenet5/tuned/final/{int(number)}/val_accuracy"])


def test_runs_without_validation_images_have_none(store: Store, described: Callable[..., Any]) -> None:
    store.whole(described())
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    del read.arrays["lenet5/tuned/final/1/val_accuracy"]  # type: ignore[attr-defined]
    assert sorted(courses(read, table(read))) == ["plain20", "resnet20"]


def test_times_of_two_kinds_are_not_compared(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    for number in range(3):
        store.run(study, RunKey("lenet5", "tuned", "final", number), threads=1)
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    assert courses(read, table(read)) == {}
