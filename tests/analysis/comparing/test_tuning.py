from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from suite.analysis import rendering
from suite.analysis.comparing.tuning import best_so_far, courses, optimism
from suite.analysis.folder import reading
from suite.core.directories import RunKey
from tests.analysis.conftest import Store


def test_the_best_trial_is_held_against_fresh_seeds(rendered: Path) -> None:
    read = reading.read(rendered)
    found = optimism(read, "tuned").set_index("candidate")
    assert list(found.trials) == [4, 4, 4]
    own = read.of("resnet20", "tuned", "search").val_accuracy
    fresh = read.of("resnet20", "tuned", "final").val_accuracy
    row = found.loc["resnet20"]
    assert (row.best, row.fresh) == (pytest.approx(own.max()), pytest.approx(fresh.mean()))
    assert row.flattery == pytest.approx(own.max() - fresh.mean())
    assert row.low == pytest.approx(row.best - row.fresh_high)
    assert row.low < row.flattery < row.high


def test_trials_that_were_shorter_are_not_compared(store: Store, described: Callable[..., Any]) -> None:
    store.whole(described(search_length=0.5))
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    found = optimism(read, "tuned")
    assert found.flattery.isna().all()
    assert found.low.isna().all()
    assert found.fresh.notna().all()


def test_without_a_search_there_is_nothing_to_flatter(store: Store, described: Callable[..., Any]) -> None:
    store.whole(described(tracks=["shared"]))
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    assert optimism(read, "shared").empty
    assert courses(read, "shared") == best_so_far(read, "shared") == {}


def test_a_failed_trial_was_spent(store: Store, described: Callable[..., Any]) -> None:
    study = described(trials=3)
    store.whole(study)
    for number, (outcome, score) in enumerate([("completed", 0.8), ("pruned", 0.6), ("diverged", None)]):
        store.run(study, RunKey("lenet5", "tuned", "search", number), outcome=outcome, val_accuracy=score)
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    course = courses(read, "tuned")["lenet5"]
    # 0.8, 0.6 and, of the one that failed, the lowest: 0.6
    assert course[0] == pytest.approx(2 / 3 * 0.6 + 1 / 3 * 0.8)
    assert len(course) == 3
    assert np.all(np.diff(course) > 0)
    assert not math.isnan(course[-1])
    assert optimism(read, "tuned").set_index("candidate").best["lenet5"] == pytest.approx(0.8)


def test_the_best_so_far_is_of_trials_that_ran_to_the_end(store: Store, described: Callable[..., Any]) -> None:
    study = described(trials=5)
    store.whole(study)
    ends = [("pruned", 0.9), ("completed", 0.6), ("diverged", None), ("completed", 0.8), ("completed", 0.7)]
    for number, (outcome, score) in enumerate(ends):
        store.run(study, RunKey("lenet5", "tuned", "search", number), outcome=outcome, val_accuracy=score)
    (store.instance(study) / "plain20/tuned/search/4/result.json").unlink()  # still trains
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    found = best_so_far(read, "tuned")
    np.testing.assert_array_equal(found["lenet5"], [np.nan, 0.6, 0.6, 0.8, 0.8])
    assert len(found["plain20"]) == 4
    assert {name: len(best) for name, best in found.items()} == {
        name: len(course) for name, course in courses(read, "tuned").items()
    }
    best = optimism(read, "tuned").set_index("candidate").best
    assert {name: course[-1] for name, course in found.items()} == pytest.approx(best.to_dict())
