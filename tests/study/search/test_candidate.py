from __future__ import annotations

from typing import Any

import pytest

from suite.study.search.candidate import CandidateSearch
from suite.study.search.space import distributions, quasi_random

SPACE = {"learning_rate": {"low": 0.01, "high": 1.0, "log": True}, "momentum": {"low": 0.5, "high": 0.9}}
START = {"learning_rate": 0.1, "momentum": 0.9}


def search(epochs: int = 4, seed: int = 7) -> CandidateSearch:
    return CandidateSearch(SPACE, START, seed, lambda parameters: epochs)


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


def train(s: CandidateSearch, number: int, curve: tuple[float, ...]) -> list[bool]:
    """Ask for a trial, report its whole curve, and end it; returns what was answered after each epoch."""
    s.ask(number)
    answers = [s.report(number, epoch, value) for epoch, value in enumerate(curve, start=1)]
    s.tell(number, "completed", curve[-1])
    return answers


GOOD = [(0.3, 0.5, 0.6, 0.7), (0.31, 0.52, 0.62, 0.71), (0.3, 0.51, 0.61, 0.7)]
HOPELESS = (0.1, 0.1, 0.1, 0.1)


def test_a_hopeless_trial_stops_at_the_first_rung_once_three_others_are_known() -> None:
    s = search(epochs=4)
    answers = [train(s, number, curve) for number, curve in enumerate([*GOOD, HOPELESS])]
    assert answers == [[False] * 4] * 3 + [[False, True, True, False]]


def test_the_recipe_as_it_stands_is_judged_like_any_other_trial() -> None:
    """What is spared are the first three of which something is known, whichever they are."""
    s = search(epochs=4)
    answers = [train(s, number, curve) for number, curve in enumerate([HOPELESS, *GOOD, HOPELESS])]
    assert [any(answer) for answer in answers] == [False, False, False, False, True]


def test_a_trial_that_failed_is_no_rival() -> None:
    s = search(epochs=4)
    for number, curve in enumerate(GOOD[:2]):
        train(s, number, curve)
    s.ask(2)
    s.report(2, 1, 0.3)
    s.report(2, 2, 0.5)
    s.tell(2, "diverged", None)
    assert train(s, 3, HOPELESS) == [False] * 4


def test_a_repeated_report_repeats_its_answer() -> None:
    s = search(epochs=4)
    for number, curve in enumerate(GOOD):
        train(s, number, curve)
    s.ask(3)
    assert [s.report(3, 2, 0.1), s.report(3, 2, 0.1)] == [True, True]


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_a_value_that_is_no_number_never_wins(value: float | None) -> None:
    s = search()
    s.ask(0)
    s.tell(0, "completed", value)
    assert s.finished()[0].value is None


@pytest.mark.parametrize("outcome", ["diverged", "out_of_memory", "error"])
def test_the_model_turns_away_from_where_training_fails(outcome: str) -> None:
    """All that lies in the lower half fails, and what is left is equally good: TPE must know of the failures."""
    space = {"momentum": {"low": 0.0, "high": 1.0}}
    s = CandidateSearch(space, {"momentum": 0.9}, 7, lambda parameters: 4)

    def end(number: int) -> float:
        momentum = float(s.ask(number)["momentum"])
        s.tell(number, *((outcome, None) if momentum < 0.5 else ("completed", 0.7)))
        return momentum

    first = [end(number) for number in range(10)]
    later = [end(number) for number in range(10, 30)]
    assert sum(momentum < 0.5 for momentum in first) >= 4
    assert sum(momentum < 0.5 for momentum in later) <= 4


def test_what_failed_is_worse_to_the_model_than_what_was_stopped() -> None:
    s = search()
    for number, (outcome, value) in enumerate((("completed", 0.2), ("pruned", None), ("diverged", None))):
        s.ask(number)
        s.report(number, 1, 0.15)
        s.tell(number, outcome, value)
    assert [trial.value for trial in s._study.trials] == [0.2, 0.15, float("-inf")]


def test_what_has_ended_is_listed_with_outcome_reason_and_end() -> None:
    s = search()
    for number, outcome in enumerate(("completed", "pruned", "diverged", "out_of_memory", "error")):
        s.ask(number)
        s.report(number, 1, 0.5)
        reason = None if outcome == "completed" else f"because {outcome}"
        s.tell(number, outcome, 0.5 if outcome == "completed" else None, reason, 100.0 + number)
    s.ask(5)  # still running: nothing to show
    trials = s.finished()
    assert [trial.outcome for trial in trials] == ["completed", "pruned", "diverged", "out_of_memory", "error"]
    assert (trials[2].number, trials[2].reason, trials[2].ended_at) == (2, "because diverged", 102.0)
    assert [trial.value for trial in trials] == [0.5, None, None, None, None]
    assert trials[0].reason is None
    assert trials[0].parameters == START
    assert trials[1].curve == {1: 0.5}
    assert trials[0].dimensions == {name: {"log": False, **dimension} for name, dimension in SPACE.items()}


def test_a_search_rebuilt_from_its_records_is_the_same_search() -> None:
    """Parameters, answers and what is shown; with a pruned and a failed trial among them, and one that goes on."""
    whole, rebuilt, records = search(epochs=4), search(epochs=4), []
    curves = [*GOOD, HOPELESS, GOOD[1], *[GOOD[n % 3] for n in range(7)]]
    for number, curve in enumerate(curves[:11]):
        parameters, rows, outcome = whole.ask(number), [], "diverged" if number == 4 else "completed"
        for epoch, value in enumerate(curve, start=1):
            rows.append({"epoch": epoch, "val_accuracy": value})
            if whole.report(number, epoch, value):
                outcome = "pruned"
                break
        result = {"outcome": outcome, "val_accuracy": rows[-1]["val_accuracy"], "reason": None, "ended_at": 1.0}
        whole.tell(number, outcome, rows[-1]["val_accuracy"], None, 1.0)
        records.append((parameters, rows, result))
    for number, record in enumerate(records):
        rebuilt.replay(number, *record)
    assert [trial.outcome for trial in whole.finished()][3:5] == ["pruned", "diverged"]
    assert rebuilt.finished() == whole.finished()
    assert rebuilt.ask(11) == whole.ask(11)
    assert rebuilt.report(11, 2, 0.1) is whole.report(11, 2, 0.1) is True


def test_records_of_another_metric_are_replayed() -> None:
    s = CandidateSearch(SPACE, START, 7, lambda parameters: 4, metric="val_loss")
    s.replay(0, None, [{"epoch": 1, "val_loss": 0.4}], {"outcome": "completed", "val_loss": 0.3, "reason": None})
    assert (s.finished()[0].value, s.finished()[0].curve) == (0.3, {1: 0.4})


def test_choices_and_whole_numbers() -> None:
    s = CandidateSearch(
        {"batch_size": {"low": 16, "high": 64}, "flip": {"choices": [True, False]}},
        {"batch_size": 32, "flip": True},
        0,
        lambda parameters: 4,
    )
    for number in range(6):
        point = complete(s, number, 0.5)
        assert isinstance(point["batch_size"], int)
        assert point["flip"] in (True, False)
    dimensions = s.finished()[0].dimensions
    assert dimensions == {
        "batch_size": {"low": 16, "high": 64, "log": False},
        "flip": {"choices": [True, False]},
    }
    assert isinstance(dimensions["batch_size"]["low"], int)


def test_ends_may_come_in_any_order() -> None:
    """Four trials run at the same time, and the first of them is the last: the others are its rivals all the same."""
    s = search(epochs=4)
    for number in range(4):
        s.ask(number)
    for number, curve in enumerate(GOOD, start=1):
        for epoch, value in enumerate(curve, start=1):
            s.report(number, epoch, value)
        s.tell(number, "completed", curve[-1])
    assert [s.report(0, epoch, value) for epoch, value in enumerate(HOPELESS, start=1)] == [False, True, True, False]


def test_trials_of_searched_length_are_judged_along_their_own_and_by_their_equals() -> None:
    s = CandidateSearch({"epochs": {"low": 2, "high": 8}}, {"epochs": 8}, 7, lambda parameters: parameters["epochs"])

    def trained(number: int, epochs: int, curve: tuple[float, ...]) -> list[bool]:
        s.ask(number, {"epochs": epochs})
        answers = [s.report(number, epoch, value) for epoch, value in enumerate(curve, start=1)]
        s.tell(number, "completed", curve[-1])
        return answers

    for number, curve in enumerate(GOOD):
        trained(number, 4, curve)
    assert trained(3, 8, HOPELESS * 2) == [False] * 8, "no other is as long"
    assert trained(4, 4, HOPELESS) == [False, True, True, False], "the rungs of 4 epochs, not of the recipe's 8"


def test_a_prior_takes_the_second_trial_s_place_alone() -> None:
    known = {"learning_rate": 0.03, "momentum": 0.7}
    with_prior = CandidateSearch(SPACE, START, 7, lambda parameters: 4, prior=known)
    points, others = ([complete(s, number, 0.5) for number in range(4)] for s in (with_prior, search()))
    assert points[1] == known != others[1]
    assert points[:1] + points[2:] == others[:1] + others[2:]
