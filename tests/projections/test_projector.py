from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from suite.core.directories import RunKey
from suite.projections import Committed, Instance, Projection, ProjectionError, openers
from suite.projections.candidates import means
from suite.projections.mlflow import Tracker
from suite.projections.naming import of_epoch, of_run
from suite.projections.projector import GIVE_UP, Projector
from tests.projections.kept import Kept
from tests.study.made_up import made_up

KEYS = [RunKey("mlp", "tuned", "final", number) for number in (0, 1)]
ROW = {"epoch": 1, "timestamp_ms": 5, "val_accuracy": 0.5}


def committed(key: RunKey, **measured: Any) -> Committed:
    return Committed(made_up(key, **measured), Path("nowhere"), lambda: [ROW])


def test_orders_are_carried_out_in_order_and_what_is_whole_is_not_read_again() -> None:
    kept = Kept()
    projector = Projector({"kept": lambda: kept})
    projector.begin(KEYS[0], {}, [])
    projector.rows(KEYS[0], {}, [ROW])
    run = committed(KEYS[0], test_accuracy=0.5)
    projector.result(KEYS[0], lambda: run)
    assert projector.drain() is None
    assert kept.rows[str(KEYS[0])] == [ROW]

    def unread() -> list[dict[str, Any]]:
        raise AssertionError("the epochs of a run that is there")

    projector.result(KEYS[0], lambda: run._replace(rows=unread))
    projector.result(KEYS[1], lambda: None)  # set aside meanwhile
    assert projector.drain() is None
    assert set(kept.results) == {str(KEYS[0])}


def test_a_candidates_means_are_over_completed_runs_and_of_test_images() -> None:
    kept = Kept()
    projector = Projector({"kept": lambda: kept})
    results = [
        made_up(KEYS[0], test_accuracy=0.5, val_accuracy=0.9, device_seconds=3.0),
        made_up(KEYS[1], outcome="diverged", test_accuracy=None, device_seconds=1.0),
    ]
    projector.candidates(results)
    assert projector.drain() is None
    figures = kept.figures["mlp"]
    assert (figures["tuned_mean_test_accuracy"], figures["tuned_mean_device_seconds"]) == (0.5, 3.0)
    assert figures["tuned_final_runs"] == 1
    assert "tuned_mean_val_accuracy" not in figures
    assert means(results[:1])["macs"] is None


def test_a_store_that_cannot_be_opened_is_said_once_and_asked_for_nothing() -> None:
    def gone() -> Projection:
        raise ProjectionError("no route to the store")

    projector = Projector({"gone": gone})
    for key in KEYS:
        projector.rows(key, {}, [ROW])
    assert projector.drain() == "gone: no route to the store"


class Failing(Kept):
    """A store that was opened, and fails at every run that ends."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def result(self, key: str, run: Committed) -> None:
        self.asked += 1
        raise ValueError("no such table")


def test_a_projection_that_fails_keeps_none_of_the_others_back_and_is_caught_up_later() -> None:
    def gone() -> Projection:
        raise ProjectionError("no route to the store")

    failing, kept, keys = Failing(), Kept(), [RunKey("mlp", "tuned", "search", number) for number in range(4)]
    projector = Projector({"gone": gone, "failing": lambda: failing, "kept": lambda: kept})
    for key in keys:
        projector.result(key, lambda key=key: committed(key))  # type: ignore[misc]
    assert projector.drain() == "gone: no route to the store; failing: ValueError: no such table"
    assert failing.asked == GIVE_UP, "one that is gone is waited for no longer"
    assert set(kept.results) == set(map(str, keys))
    mended, unread = Kept(), Kept()
    unread.results = dict(kept.results)
    projector = Projector({"gone": lambda: mended, "kept": lambda: unread})
    for key in keys:
        projector.result(key, lambda key=key: committed(key))  # type: ignore[misc]
    assert projector.drain() is None
    assert set(mended.results) == set(map(str, keys))
    assert unread.rows == {}, "what is whole is not written again"


def test_another_projection_is_a_module_and_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import suite.projections

    opened = list[Instance]()
    module = ModuleType("suite.projections.third")
    module.open_projection = lambda instance: opened.append(instance) or Kept()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(suite.projections, "NAMES", ("optuna", "third"))
    instance = Instance(tmp_path, "tiny", "one", {})
    projector = Projector(openers(instance))
    projector.rows(KEYS[0], {}, [ROW])
    assert projector.drain() is None
    assert opened == [instance]


def test_figures_that_epochs_have_too_are_told_apart() -> None:
    result = made_up(
        KEYS[0], test_accuracy=0.5, val_loss=2.0, balanced_accuracy=0.25, macs=10, train_examples=7, device_seconds=3.0
    )
    assert of_run(result) == {
        "test_accuracy": 0.5, "final_val_loss": 2.0, "balanced_accuracy": 0.25, "macs": 10.0, "train_examples": 7.0,
        "final_device_seconds": 3.0,
    }  # fmt: skip
    assert of_epoch({**ROW, "val_loss": None}) == {"val_accuracy": 0.5}


def test_the_address_says_where_the_database_and_the_artifacts_lie(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.db"
    tracker = Tracker(f"sqlite:///{path}", "tiny", "one", {}, lambda files: {"shown.txt": "of the task"})
    run = Committed(made_up(KEYS[0], balanced_accuracy=0.25), tmp_path, lambda: [ROW])
    assert not tracker.is_whole(str(KEYS[0]), run)
    tracker.result(str(KEYS[0]), run)
    assert path.exists()
    (shown,) = tmp_path.glob("mlartifacts/tiny/*/artifacts/shown.txt")
    assert shown.read_text() == "of the task"
    stored = tracker._client.get_run(tracker._runs[str(KEYS[0])].info.run_id)
    assert stored.data.metrics["balanced_accuracy"] == 0.25, "any figure of a result, whoever declared it"
    assert tracker.is_whole(str(KEYS[0]), run)
    assert not list(tmp_path.glob(".partial*"))


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(ProjectionError, match=r"if mlflow\.db is damaged, move it away"):
        Tracker(f"sqlite:///{tmp_path / 'mlflow.db'}", "tiny", "one", {})


def test_a_candidates_figures_are_the_newest_also_where_they_are_over_fewer_runs(tmp_path: Path) -> None:
    """And projecting the same once more adds no row."""
    from mlflow.tracking import MlflowClient

    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    tracker = Tracker(uri, "tiny", "one", {})
    last = made_up(RunKey("mlp", "tuned", "final", 0))
    tracker.candidate(last, {"tuned_final_runs": 2.0, "tuned_mean_test_accuracy": 0.9})
    for _ in range(2):
        tracker.candidate(last, {"tuned_final_runs": 1.0, "tuned_mean_test_accuracy": 0.9})
    client = MlflowClient(uri)
    (run,) = client.search_runs([client.get_experiment_by_name("tiny").experiment_id])
    assert run.data.metrics == {"tuned_final_runs": 1.0, "tuned_mean_test_accuracy": 0.9}
    assert len(client.get_metric_history(run.info.run_id, "tuned_final_runs")) == 2
    assert len(client.get_metric_history(run.info.run_id, "tuned_mean_test_accuracy")) == 1
