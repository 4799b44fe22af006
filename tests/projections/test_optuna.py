from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from suite.config.stores import stores_from
from suite.core.addresses import Address
from suite.core.directories import RunKey
from suite.projections import Committed, Instance, ProjectionError, Trial
from suite.projections.optuna import Mirror, open_projection
from tests.servers import PASSWORD, Postgres, free_port
from tests.study.made_up import made_up

NAME = "study/digits-laptop/mlp/tuned"
DIMENSIONS = {"learning_rate": {"low": 0.01, "high": 1.0, "log": True}}
ENDED = {True: "completed", False: "diverged"}


def trial(number: int, ended_at: float | None, value: float | None = 0.5, outcome: str | None = None) -> Trial:
    reason = None if value is not None else "because"
    outcome = outcome or ENDED[value is not None]
    return Trial(number, {"learning_rate": 0.1}, DIMENSIONS, {1: 0.4}, value, outcome, reason, ended_at)


def mirror(address: Address, trials: Sequence[Trial], instance: str = "digits-laptop") -> Mirror:
    """Project the end of the last trial, as the coordinator does; returns the projection."""
    projection, (key, run) = Mirror(address, "study", instance), ended(trials)
    projection.result(key, run)
    assert projection.is_whole(key, run)
    return projection


def ended(trials: Sequence[Trial]) -> tuple[str, Committed]:
    key = RunKey("mlp", "tuned", "search", trials[-1].number)
    return str(key), Committed(made_up(key), Path("nowhere"), list, lambda: list(trials))


def shown(address: Address, name: str = NAME) -> list[tuple[int, str, float | None]]:
    trials = optuna.load_study(study_name=name, storage=address.text).trials
    return [(trial.user_attrs["number"], trial.state.name, trial.value) for trial in trials]


def test_finished_trials_are_added_once(address: Address) -> None:
    first = [trial(0, 10.0), trial(1, 20.0, None)]
    mirror(address, first)
    mirror(address, first)
    mirror(address, [*first, trial(2, 30.0, 0.7)])
    assert shown(address) == [(0, "COMPLETE", 0.5), (1, "FAIL", None), (2, "COMPLETE", 0.7)]
    assert optuna.load_study(study_name=NAME, storage=address.text).trials[0].intermediate_values == {1: 0.4}


def test_outcomes_become_states_for_people_with_reason_and_end(address: Address) -> None:
    outcomes = ("completed", "pruned", "diverged", "out_of_memory", "error", "completed")
    trials = [
        trial(number, 100.0 + number, None if number else 0.5, outcome) for number, outcome in enumerate(outcomes)
    ]
    mirror(address, trials)
    found = optuna.load_study(study_name=NAME, storage=address.text).trials
    assert [one.state.name for one in found] == ["COMPLETE", "PRUNED", "FAIL", "FAIL", "FAIL", "FAIL"]
    assert found[2].user_attrs == {"number": 2, "outcome": "diverged", "reason": "because", "ended_at": 102.0}
    assert "reason" not in found[0].user_attrs
    assert found[0].distributions == {"learning_rate": FloatDistribution(0.01, 1.0, log=True)}


def test_whole_numbers_choices_and_values_that_are_none_come_through(address: Address) -> None:
    one = trial(0, 10.0)._replace(
        parameters={"batch_size": 32, "flip": False},
        dimensions={"batch_size": {"low": 16, "high": 64, "log": True}, "flip": {"choices": [True, False]}},
        curve={1: float("nan")},
    )
    before = mirror(address, [one])
    (found,) = optuna.load_study(study_name=NAME, storage=address.text).trials
    assert found.distributions == {
        "batch_size": IntDistribution(16, 64, log=True),
        "flip": CategoricalDistribution((True, False)),
    }
    assert found.params == {"batch_size": 32, "flip": False}
    assert before.is_whole(*ended([one])), "NaN or not"


def test_what_is_there_already_is_not_written_again(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror(address, [trial(0, 10.0)])
    monkeypatch.delattr(optuna, "delete_study")
    mirror(address, [trial(0, 10.0), trial(1, 20.0)])
    assert [number for number, *_ in shown(address)] == [0, 1]


def test_a_search_is_read_once_and_each_trial_looked_at_once(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the coordinator goes through it: while it trains, and when it starts again with all of them over."""
    count, looked, read = 12, Counter[str](), optuna.Study.get_trials

    def counted(study: optuna.Study, *arguments: Any, **named: Any) -> Any:
        looked["trials read"] += len(found := read(study, *arguments, **named))
        return found

    def made(*arguments: Any, **named: Any) -> Any:
        looked["trials made"] += 1
        return create(*arguments, **named)

    create = optuna.create_trial
    monkeypatch.setattr(optuna.Study, "get_trials", counted)
    monkeypatch.setattr(optuna, "create_trial", made)
    trials = [trial(number, 10.0 + number) for number in range(count)]
    projection = Mirror(address, "study", "digits-laptop")
    for over in range(1, count + 1):
        key, run = ended(trials[:over])
        projection.drop(key)
        assert not projection.is_whole(key, run)
        projection.result(key, run)
    assert looked == {"trials made": count}
    again = Mirror(address, "study", "digits-laptop")
    for over in range(1, count + 1):
        assert again.is_whole(ended(trials[:over])[0], ended(trials)[1])
    assert looked == {"trials made": 2 * count, "trials read": count}


def test_a_database_that_is_taken_away_between_two_trials_is_made_again(address: Address) -> None:
    projection, trials = mirror(address, [trial(0, 10.0), trial(1, 20.0)]), [trial(n, 10.0 + n) for n in range(4)]
    if address.sqlite_file is not None:
        address.sqlite_file.unlink()
    else:
        optuna.delete_study(study_name=NAME, storage=address.text)
    projection.result(*ended(trials[:3]))
    assert [number for number, *_ in shown(address)] == [0, 1, 2]
    study = optuna.load_study(study_name=NAME, storage=address.text)
    study.add_trial(optuna.create_trial(value=9.0))  # somebody else's
    projection.result(*ended(trials))
    assert [number for number, *_ in shown(address)] == [0, 1, 2, 3]


def test_a_trial_that_was_trained_again_takes_the_old_one_s_place(address: Address) -> None:
    mirror(address, [trial(0, 10.0), trial(1, 20.0), trial(2, 30.0)])
    mirror(address, [trial(0, 10.0), trial(1, 99.0, 0.8), trial(2, 30.0)])
    assert shown(address) == [(0, "COMPLETE", 0.5), (1, "COMPLETE", 0.8), (2, "COMPLETE", 0.5)]


def test_a_trial_that_is_gone_goes_and_one_that_ended_late_stands_in_its_place(address: Address) -> None:
    mirror(address, [trial(0, 10.0), trial(2, 20.0)])
    mirror(address, [trial(0, 10.0), trial(1, 30.0), trial(2, 20.0)])
    assert [number for number, *_ in shown(address)] == [0, 1, 2]
    mirror(address, [trial(0, 10.0)])
    assert [number for number, *_ in shown(address)] == [0]


def test_what_is_shown_otherwise_than_it_was_recorded_is_replaced(address: Address) -> None:
    mirror(address, [trial(0, None)])
    mirror(address, [trial(0, 10.0, 0.9)])
    assert shown(address) == [(0, "COMPLETE", 0.9)]
    optuna.delete_study(study_name=NAME, storage=address.text)
    mirror(address, [trial(0, 10.0, 0.1)])
    mirror(address, [trial(0, 10.0, 0.9)])
    assert shown(address) == [(0, "COMPLETE", 0.9)], "of the same end"


def test_a_trial_that_starts_from_nothing_goes_and_leaves_the_others(address: Address) -> None:
    projection = mirror(address, [trial(0, 10.0), trial(1, 20.0)])
    projection.drop("mlp/tuned/search/0")
    projection.drop("mlp/tuned/search/7")
    assert shown(address) == [(1, "COMPLETE", 0.5)]


def test_what_no_directory_stands_behind_goes_and_other_instances_stay(address: Address) -> None:
    projection = mirror(address, [trial(0, 10.0), trial(1, 20.0)])
    mirror(address, [trial(0, 10.0)], "digits-laptop-2")
    assert projection.drop_unknown({"mlp/tuned/search/1", "mlp/tuned/final/0"}) == 1
    assert shown(address) == [(1, "COMPLETE", 0.5)]
    assert projection.drop_unknown({"mlp/tuned/final/0"}) == 1
    assert optuna.get_all_study_names(address.text) == ["study/digits-laptop-2/mlp/tuned"]


def test_looking_makes_no_file_and_a_final_run_has_nothing_to_show(tmp_path: Path) -> None:
    projection = open_projection(Instance(tmp_path, stores_from(tmp_path), "study", "digits-laptop", {}))
    key = RunKey("mlp", "tuned", "final", 0)
    run = Committed(made_up(key), tmp_path, list)
    projection.drop("mlp/tuned/search/0")
    assert projection.drop_unknown(set()) == 0
    assert projection.is_whole(str(key), run)
    projection.result(str(key), run)
    assert not (tmp_path / "optuna.db").exists()


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "optuna.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(ProjectionError, match=r"^optuna\.db: .*; if it is damaged, delete it and rebuild again"):
        mirror(Address(f"sqlite:///{tmp_path / 'optuna.db'}"), [trial(0, 10.0)])


def test_what_two_people_keep_in_one_database_stays_apart(address: Address) -> None:
    mine, yours = (Mirror(address, "study", "digits-laptop", owner) for owner in ("me-1", "you-2"))
    for projection, value in ((mine, 0.1), (yours, 0.9), (mine, 0.1)):
        projection.result(*ended([trial(0, 10.0, value)]))
    assert yours.drop_unknown(set()) == 1
    assert shown(address, f"me-1/{NAME}") == [(0, "COMPLETE", 0.1)]


@pytest.mark.slow
def test_a_database_that_is_away_is_named_at_once_and_without_its_password(postgres: Postgres) -> None:
    address = Address(f"postgresql+psycopg2://me:{PASSWORD}@127.0.0.1:{free_port()}/x")
    before = time.monotonic()
    with pytest.raises(ProjectionError) as refused:
        Mirror(address, "study", "digits-laptop")
    assert time.monotonic() - before < 5.0
    assert str(refused.value) == f"{address} does not answer (connection refused)"
    wrong = Address(postgres.address("postgres").replace(PASSWORD, "canary-wrong"))
    with pytest.raises(ProjectionError, match="password authentication failed") as refused:
        Mirror(wrong, "study", "digits-laptop")
    assert "canary" not in str(refused.value)
