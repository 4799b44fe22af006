from __future__ import annotations

from pathlib import Path
from typing import Any

import optuna
import pytest

from suite.core.refusals import Refusal
from suite.study.search.candidate import CandidateSearch, distributions, mirror_name, open_mirror, quasi_random

SPACE = {"learning_rate": {"low": 0.01, "high": 1.0, "log": True}, "momentum": {"low": 0.5, "high": 0.9}}
START = {"learning_rate": 0.1, "momentum": 0.9}


def search(epochs: int = 4, seed: int = 7) -> CandidateSearch:
    return CandidateSearch(SPACE, START, seed, epochs)


def complete(s: CandidateSearch, number: int, value: float) -> dict[str, Any]:
    parameters = s.ask(number)
    s.tell(number, "completed", value)
    return parameters


def test_trial_0_is_the_recipe_as_it_stands() -> None:
    assert search().ask(0) == START


def test_the_next_points_are_quasi_random_and_lie_within() -> None:
    s = search()
    points = [complete(s, number, 0.5) for number in range(8)][1:]
    assert all(0.01 <= p["learning_rate"] <= 1.0 and 0.5 <= p["momentum"] <= 0.9 for p in points)
    halves = [p["learning_rate"] < 0.1 for p in points]  # the middle of the logarithmic range
    assert 2 <= sum(halves) <= 5, "a low-discrepancy sequence fills both halves"


def test_a_rebuilt_search_asks_what_the_uninterrupted_one_asks() -> None:
    whole, cut = search(), search()
    asked = [complete(whole, number, 0.1 * (number % 5)) for number in range(12)]
    for number in range(11):
        cut.ask(number, asked[number])
        cut.tell(number, "completed", 0.1 * (number % 5))
    assert cut.ask(11) == asked[11]


def test_from_the_tenth_trial_on_the_model_follows_what_was_good() -> None:
    s = search()
    for number in range(10):
        parameters = s.ask(number)
        s.tell(number, "completed", -abs(parameters["momentum"] - 0.6))
    later = [complete(s, number, 0.0)["momentum"] for number in range(10, 16)]
    uniform = [quasi_random(distributions(SPACE, START), 3, n)["momentum"] for n in range(1, 7)]
    assert sum(abs(m - 0.6) for m in later) < sum(abs(m - 0.6) for m in uniform)


def test_successive_halving_works_with_four_trials() -> None:
    s = search(epochs=4)
    stopped = {}
    for number, value in enumerate((0.5, 0.4, 0.6, 0.3)):
        s.ask(number)
        stopped[number] = s.report(number, 1, value)
        s.tell(number, "pruned" if stopped[number] else "completed", None if stopped[number] else value)
    assert stopped == {0: False, 1: True, 2: False, 3: True}


def test_a_repeated_report_repeats_its_answer() -> None:
    s = search()
    s.ask(0)
    s.report(0, 1, 0.5)
    s.tell(0, "completed", 0.5)
    s.ask(1)
    assert s.report(1, 1, 0.4) is True
    assert s.report(1, 1, 0.4) is True


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_a_value_that_is_no_number_never_wins(value: float | None, tmp_path: Path) -> None:
    s = search()
    s.ask(0)
    s.tell(0, "completed", value)
    s.mirror(tmp_path / "optuna.db", "x")
    assert open_mirror(tmp_path / "optuna.db", "x").trials[0].state == optuna.trial.TrialState.FAIL


def test_outcomes_become_states_in_the_mirror_and_mirroring_twice_adds_nothing(tmp_path: Path) -> None:
    s, database = search(), tmp_path / "optuna.db"
    for number, outcome in enumerate(("completed", "pruned", "diverged", "out_of_memory")):
        s.ask(number)
        s.report(number, 1, 0.5)
        s.tell(number, outcome, 0.5 if outcome == "completed" else None)
    name = mirror_name("study", "instance", "candidate", "tuned")
    s.mirror(database, name)
    s.mirror(database, name)
    trials = open_mirror(database, name).trials
    assert [trial.state.name for trial in trials] == ["COMPLETE", "PRUNED", "FAIL", "FAIL"]
    assert [trial.user_attrs["outcome"] for trial in trials] == ["completed", "pruned", "diverged", "out_of_memory"]
    assert trials[0].params == START
    assert trials[1].intermediate_values == {1: 0.5}


def test_the_range_grows_to_hold_the_recipe() -> None:
    space = distributions({"learning_rate": {"low": 0.2, "high": 1.0}}, {"learning_rate": 0.1})
    assert space["learning_rate"].low == 0.1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("dimension", "start", "said"),
    [
        ({"low": 1e-5, "high": 1e-3, "log": True}, 0.0, "logarithmic"),
        ({"low": 1.0}, 1.0, "expected low and high"),
        ({"from": 1.0, "to": 2.0}, 1.0, "expected low and high"),
    ],
)
def test_a_space_that_cannot_hold_is_refused(dimension: dict[str, Any], start: float, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        distributions({"weight_decay": dimension}, {"weight_decay": start})


def test_choices_and_whole_numbers() -> None:
    s = CandidateSearch(
        {"batch_size": {"low": 16, "high": 64}, "flip": {"choices": [True, False]}},
        {"batch_size": 32, "flip": True},
        0,
        4,
    )
    for number in range(6):
        point = complete(s, number, 0.5)
        assert isinstance(point["batch_size"], int)
        assert point["flip"] in (True, False)


def test_a_trial_that_runs_again_meets_only_the_rivals_that_it_had() -> None:
    s = search(epochs=4)
    curves = {0: (0.2, 0.3), 1: (0.5, 0.6), 2: (0.6, 0.7)}
    s.ask(0)
    first = [s.report(0, epoch, value) for epoch, value in enumerate(curves[0], start=1)]
    again = search(epochs=4)
    for number in (0, 1, 2):
        again.ask(number)
    for number in (1, 2):
        for epoch, value in enumerate(curves[number], start=1):
            again.report(number, epoch, value)
    assert [again.report(0, epoch, value) for epoch, value in enumerate(curves[0], start=1)] == first == [False, False]


def test_the_reason_of_a_failure_is_mirrored(tmp_path: Path) -> None:
    s = search()
    s.ask(0)
    s.tell(0, "diverged", None, "the training loss is not finite")
    s.mirror(tmp_path / "optuna.db", "x")
    assert open_mirror(tmp_path / "optuna.db", "x").trials[0].user_attrs["reason"] == "the training loss is not finite"
