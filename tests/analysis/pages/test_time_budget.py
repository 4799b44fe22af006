from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from suite.analysis import power
from suite.analysis.pages import method
from suite.analysis.pages.time_budget import lengths, more_time
from suite.analysis.statistics.deciding import Components, smallest_difference
from tests.analysis.conftest import Store
from tests.analysis.pages.test_method import read_back

PINNED = (power.PINNED, 4)


def allotment(**changes: Any) -> dict[str, Any]:
    one = {"images_seen": 60_000, "epochs": 3.25, "train_examples": 18_461, "images_per_second": 1234.5}
    found = {
        "time": "45m", "seconds": 2700.0, "equal": "images", "trials": 4, "trials_asked": 4, "seeds": 3, "workers": 2,
        "threads": 1, "device": "A processor (2 cores)", "candidates": {"resnet20": one, "lenet5": one},
    }  # fmt: skip
    return {**found, **changes}


def test_what_a_time_gave_is_told() -> None:
    text = lengths(allotment())
    assert "A budget of 45 min gave each candidate 60,000 images (3.25 epochs) in each run" in text
    assert "resnet20 1,234, lenet5 1,234" in text
    assert "given up" not in text
    assert "2 of 4 search trials were given up" in lengths(allotment(trials=2))


def test_equal_seconds_are_told_with_each_candidates_images() -> None:
    found = allotment(equal="seconds")
    found["candidates"]["lenet5"] = {**found["candidates"]["lenet5"], "images_seen": 90_000}
    text = lengths(found)
    assert "gave each candidate the same seconds in each run (resnet20 60,000 images, lenet5 90,000 images)" in text


def test_the_report_has_it(store: Store, described: Callable[..., Any]) -> None:
    study = described(tracks=["shared"], allotment=allotment())
    store.describe(study)
    terms = dict(method.measured(read_back(store, study)))
    assert terms["Time"].startswith("A budget of 45 min gave each candidate")
    assert "What more time would buy: by the spread pinned" in terms["Time"]
    typed, _ = method.commands({**study, "command": ""})
    assert "time=2700s equal=images" in typed


def test_more_time_is_held_against_the_next_smaller_difference() -> None:
    now = smallest_difference(*power.PINNED.variance(10, 10_000))
    assert 0.005 < now < 0.01
    text = more_time(PINNED, images=10_000, seeds=10, trials=4, tracks=1, seconds=2700)
    assert f"10 seeds show a difference of {100 * now:.1f} points" in text
    assert "times the time" in text


@pytest.mark.parametrize(("seeds", "words"), [(1, "a second seed"), (900, "more seeds are not what it lacks")])
def test_what_needs_no_arithmetic(seeds: int, words: str) -> None:
    assert words in more_time(PINNED, images=10_000_000, seeds=seeds, trials=0, tracks=1, seconds=60)


def test_few_test_images_are_no_matter_of_seeds() -> None:
    assert "no number of seeds on 50 test images" in more_time(PINNED, 50, seeds=3, trials=0, tracks=1, seconds=60)


def test_trials_that_are_short_take_less_of_the_time(
    store: Store, described: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(power, "PINNED", Components(image=0.016, seed=1.3e-3, rest=0.24))  # seeds can decide more

    def said(**changes: Any) -> str:
        study = described(tracks=["tuned"], trials=8, allotment=allotment(), **changes)
        store.describe(study)
        return dict(method.measured(read_back(store, study)))["Time"]

    assert said() != said(search_length=0.1)
