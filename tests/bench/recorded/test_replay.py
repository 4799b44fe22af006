"""Searches on the curves that are kept: what is counted, what is judged, and what is asked of the suite's search."""

from __future__ import annotations

import pytest

from suite.bench.recorded import comparing
from suite.bench.recorded.comparing import LARGEST_LOSS, LARGEST_SHARE, RANDOM, UNPRUNED, compare, together
from suite.bench.recorded.curves import RecordedCurves
from suite.bench.recorded.networks import EPOCHS, NETWORKS
from suite.bench.recorded.replay import Setting, never, random_search, suite_search
from suite.bench.search.__main__ import main
from suite.config.files import budget_values

LAPTOP = Setting(**{"length": 1.0, **budget_values("laptop")["search"]})


@pytest.fixture(scope="module")
def every() -> list[RecordedCurves]:
    return [RecordedCurves(network) for network in NETWORKS.values()]


def test_an_unpruned_search_costs_all_its_epochs(every: list[RecordedCurves]) -> None:
    for curves in every:
        whole = suite_search(curves, Setting(4, rule=never), repeat=0)
        assert whole.epochs <= 4 * EPOCHS
        half = suite_search(curves, Setting(4, length=0.5, rule=never), repeat=0)
        assert half.epochs <= 2 * EPOCHS
    assert suite_search(every[1], Setting(4, rule=never), repeat=0).epochs == 4 * EPOCHS, "none of these fails"


def test_one_trial_is_the_recipe_as_it_stands_judged_by_a_training_that_the_search_has_not_seen(
    every: list[RecordedCurves],
) -> None:
    for curves in every:
        for repeat in range(2):
            found = suite_search(curves, Setting(1, rule=never), repeat)
            assert found.final == curves.curve(0, 1.0, 1 - repeat).end
            assert random_search(curves, EPOCHS, repeat, recipe_first=True).final == found.final


def test_random_search_costs_what_it_is_given_in_the_mean(every: list[RecordedCurves]) -> None:
    costs = [random_search(every[1], 2.5 * EPOCHS, repeat).epochs for repeat in range(100)]
    assert set(costs) == {2 * EPOCHS, 3 * EPOCHS}
    assert sum(costs) / 100 == pytest.approx(2.5 * EPOCHS, rel=0.06)


def test_the_laptop_s_search_costs_half_and_finds_as_much(every: list[RecordedCurves]) -> None:
    found = together([compare(curves, LAPTOP, repeats=20) for curves in every])
    assert found.share <= LARGEST_SHARE
    assert found.ahead(UNPRUNED)[0] >= -LARGEST_LOSS
    assert found.ahead(RANDOM)[0] > 0


def test_the_command_says_what_is_asked_and_what_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["repeats=2", "trials=2", "length=1"]) == 0
    text = capsys.readouterr().out
    assert all(text.count(f"\n{name} ") == 4 for name in NETWORKS)
    assert "2 trials of 100% of a final run's length, 2 repeats" in text
    assert "against the unpruned search +0.00 points (asked: at least -0.2) at 100% of its epochs" in text


def test_differences_by_hand() -> None:
    import numpy as np

    names = (comparing.SUITE, UNPRUNED)
    figures = comparing.Figures(
        "made up",
        {name: np.array(values, float) for name, values in zip(names, ([4, 6], [10, 10]), strict=True)},
        {name: np.array(values) for name, values in zip(names, ([0.5, 0.6], [0.52, 0.58]), strict=True)},
    )
    assert figures.share == 0.5
    assert figures.ahead(UNPRUNED) == (pytest.approx(0.0), pytest.approx(0.02))
