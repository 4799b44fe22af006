from __future__ import annotations

from pathlib import Path

import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import FrozenTrial, TrialState

from suite.projections.optuna import default_url, drop_mirrors, mirror, mirror_name, open_mirror

NAME = mirror_name("study", "digits-laptop", "mlp", "tuned")


def trial(number: int, ended_at: float | None, value: float | None = 0.5) -> FrozenTrial:
    return optuna.create_trial(
        state=TrialState.FAIL if value is None else TrialState.COMPLETE,
        value=value,
        params={"learning_rate": 0.1},
        distributions={"learning_rate": FloatDistribution(0.01, 1.0)},
        user_attrs={"number": number, "outcome": "diverged" if value is None else "completed", "ended_at": ended_at},
        intermediate_values={1: 0.4},
    )


def shown(url: str, name: str = NAME) -> list[tuple[int, str, float | None]]:
    return [(trial.user_attrs["number"], trial.state.name, trial.value) for trial in open_mirror(url, name).trials]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return default_url(tmp_path)


def test_finished_trials_are_added_once(url: str, tmp_path: Path) -> None:
    first = [trial(0, 10.0), trial(1, 20.0, None)]
    mirror(url, NAME, first)
    mirror(url, NAME, first)
    mirror(url, NAME, [*first, trial(2, 30.0, 0.7)])
    assert shown(url) == [(0, "COMPLETE", 0.5), (1, "FAIL", None), (2, "COMPLETE", 0.7)]
    assert open_mirror(url, NAME).trials[0].intermediate_values == {1: 0.4}
    assert (tmp_path / "optuna.db").exists()


def test_what_is_there_already_is_not_written_again(url: str) -> None:
    mirror(url, NAME, [trial(0, 10.0)])
    before = open_mirror(url, NAME)._study_id
    mirror(url, NAME, [trial(0, 10.0), trial(1, 20.0)])
    assert open_mirror(url, NAME)._study_id == before


def test_a_trial_that_was_trained_again_takes_the_old_one_s_place(url: str) -> None:
    mirror(url, NAME, [trial(0, 10.0), trial(1, 20.0), trial(2, 30.0)])
    mirror(url, NAME, [trial(0, 10.0), trial(1, 99.0, 0.8), trial(2, 30.0)])
    assert shown(url) == [(0, "COMPLETE", 0.5), (1, "COMPLETE", 0.8), (2, "COMPLETE", 0.5)]


def test_a_trial_that_is_gone_goes_and_one_that_ended_late_stands_in_its_place(url: str) -> None:
    mirror(url, NAME, [trial(0, 10.0), trial(2, 20.0)])
    mirror(url, NAME, [trial(0, 10.0), trial(1, 30.0), trial(2, 20.0)])
    assert [number for number, *_ in shown(url)] == [0, 1, 2]
    mirror(url, NAME, [trial(0, 10.0)])
    assert [number for number, *_ in shown(url)] == [0]


def test_trials_of_a_mirror_that_knows_no_ends_are_replaced(url: str) -> None:
    old = trial(0, None)
    del old.user_attrs["ended_at"]
    mirror(url, NAME, [old])
    mirror(url, NAME, [trial(0, 10.0, 0.9)])
    assert shown(url) == [(0, "COMPLETE", 0.9)]


def test_dropping_an_instance_leaves_the_others(url: str) -> None:
    other = mirror_name("study", "digits-laptop-2", "mlp", "tuned")
    for name in (NAME, other):
        mirror(url, name, [trial(0, 10.0)])
    drop_mirrors(url, "study", "digits-laptop")
    assert [summary.study_name for summary in optuna.get_all_study_summaries(url)] == [other]


def test_dropping_makes_no_file(url: str, tmp_path: Path) -> None:
    drop_mirrors(url, "study", "digits-laptop")
    assert not (tmp_path / "optuna.db").exists()
