"""Projections that are made again show what they showed while the study ran."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import optuna
import pytest

from suite.core.addresses import VARIABLES
from suite.core.directories import RunKey
from suite.core.durable import write_json
from suite.projections import Committed, Instance, openers
from suite.projections.mlflow import Tracker
from suite.projections.optuna import Mirror
from suite.projections.projector import Projector
from suite.study import description
from suite.study.attempted import ATTEMPTS
from suite.study.ledger import Ledger
from suite.study.rebuilding import rebuild
from suite.study.search.replayed import Searches
from suite.study.session import followed
from suite.training import checkpoint
from suite.training.checkpoint import CHECKPOINTS
from tests.study.conftest import finish
from tests.study.search.test_replayed import TRIALS, trained

MakeLedger = Callable[..., Ledger]
GOING = RunKey("lenet5", "tuned", "search", 0)
ROW = {"epoch": 1, "timestamp_ms": 1_700_000_005_000, "val_accuracy": 0.5, "train_loss": 1.0}


@pytest.fixture(autouse=True)
def own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)


def shown(book: Ledger) -> list[tuple[float | None, float]]:
    name = f"{book.study.name}/{book.study.instance}/mlp/tuned"
    trials = optuna.load_study(study_name=name, storage=book.study.stores.optuna.text).trials
    return [(trial.value, trial.user_attrs["ended_at"]) for trial in trials]


def begun(book: Ledger, committed: bool) -> None:
    """A run that goes on since 1,700,000,000 s; with one committed epoch, or none."""
    book.open(GOING, {})
    write_json(book.path(GOING) / ATTEMPTS, [{"started_at": 1_700_000_000.0}, {"started_at": 1_700_000_100.0}])
    if committed:
        checkpoint.commit(book.path(GOING) / CHECKPOINTS, 8, "mine", {}, {"rows": [ROW]})


def of_mlflow(book: Ledger) -> tuple[int, dict[str, str]]:
    """When the run that goes on started (ms), and its tags, without the ids that MLflow gives."""
    tracker = Tracker(book.study.stores.mlflow, book.study.name, book.study.instance, {})
    run = tracker._runs[str(GOING)]
    ours = {name: value for name, value in run.data.tags.items() if name != "mlflow.parentRunId"}
    parent = tracker._client.get_run(run.data.tags["mlflow.parentRunId"])
    return run.info.start_time, {**ours, "of its candidate": parent.data.tags["architecture"]}


def instance(book: Ledger) -> Instance:
    return replace(followed(book.study), artifacts=None)


@pytest.mark.parametrize("committed", [True, False])
def test_a_run_that_goes_on_has_the_start_and_the_tags_of_a_living_one(ledger: MakeLedger, committed: bool) -> None:
    """Also where its candidate was dropped from the plan since."""
    book = ledger()
    begun(book, committed)
    projector = Projector(openers(instance(book)))
    projector.begin(GOING, book.fields(GOING), book.history(GOING))
    assert projector.drain() is None
    living = of_mlflow(book)
    assert living[0] == 1_700_000_000_000
    assert living[1]["architecture"] == living[1]["of its candidate"] == "lenet5"
    described: dict[str, Any] = description.write(book, "interrupted")
    del described["candidates"]["lenet5"]
    write_json(book.directory / "study.json", described)
    gone = Tracker(book.study.stores.mlflow, book.study.name, book.study.instance, {})
    assert gone.drop_unknown(set()) == 2, "the run and its candidate's"
    assert rebuild(book.study.workspace, book.directory, book.study.stores) == (0, None)
    assert of_mlflow(book) == living


@pytest.mark.slow
def test_rebuilding_shows_the_retrained_trial_and_forgets_searches_without_runs(ledger: MakeLedger) -> None:
    book = ledger()
    parameters, url = trained(book).of(TRIALS[0]).parameters(0), book.study.stores.optuna.text
    description.write(book, "interrupted")
    assert rebuild(book.study.workspace, book.directory, book.study.stores) == (2, None)
    assert shown(book) == [(0.5, 1010.0), (0.5, 1011.0)]
    gone = f"{book.study.name}/{book.study.instance}/gone/tuned"
    optuna.create_study(storage=url, study_name=gone)
    shutil.rmtree(book.path(TRIALS[0]))
    assert rebuild(book.study.workspace, book.directory, book.study.stores) == (1, None)
    assert shown(book) == [(0.5, 1011.0)], "its directory is gone: to be trained again"
    again = ledger()
    finish(again, TRIALS[0], parameters, val_accuracy=0.9, ended_at=2000.0)
    assert rebuild(book.study.workspace, book.directory, book.study.stores) == (2, None)
    assert shown(again) == [(0.9, 2000.0), (0.5, 1011.0)]
    assert gone not in optuna.get_all_study_names(url)


def test_the_next_session_finds_nothing_to_write(ledger: MakeLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    book = ledger()
    trained(book)
    description.write(book, "interrupted")
    assert rebuild(book.study.workspace, book.directory, book.study.stores) == (2, None)
    searches = Searches(ledger())

    def written(*_: Any, **__: Any) -> None:
        raise AssertionError("written again")

    monkeypatch.setattr(Mirror, "_show", written)
    projector = Projector(openers(instance(book)))
    for key in TRIALS:
        run = Committed(book.results[key], book.path(key), list, searches.ended(key))
        projector.result(key, lambda run=run: run)  # type: ignore[misc]
    assert projector.drain() is None


def test_a_projection_that_fails_is_named_and_the_other_made_all_the_same(ledger: MakeLedger) -> None:
    book = ledger()
    trained(book)
    description.write(book, "interrupted")
    (book.study.workspace / "mlflow.db").write_bytes(b"this is no database" * 100)
    runs, error = rebuild(book.study.workspace, book.directory, book.study.stores)
    assert runs == 2
    assert error is not None
    assert error.startswith("mlflow: ")
    assert "optuna" not in error
    assert shown(book) == [(0.5, 1010.0), (0.5, 1011.0)]
