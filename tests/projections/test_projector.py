from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from suite.config.stores import stores_from
from suite.core.directories import RunKey
from suite.projections import Committed, Instance, Projection, ProjectionError, openers
from suite.projections import projector as projector_module
from suite.projections.candidates import means
from suite.projections.naming import of_epoch, of_run
from suite.projections.projector import GIVE_UP, TRIES, Projector
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


def test_a_candidates_means_are_over_completed_runs() -> None:
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
    assert figures["tuned_mean_val_accuracy"] == 0.9
    assert kept.winners["mlp"] == results[:1]
    assert means(results[:1])["macs"] is None


def test_a_reports_intervals_stand_among_a_candidates_figures(tmp_path: Path) -> None:
    """By track, as table.csv has them; a row without an interval has none."""
    lines = ["track,candidate,test_error,test_error_low,test_error_high,rank", "tuned,mlp,0.5,0.25,0.75,1"]
    (tmp_path / "table.csv").write_text("\n".join([*lines, "shared,mlp,0.5,,,", "tuned,lenet5,0.1,,,2", ""]))
    kept = Kept()
    projector = Projector({"kept": lambda: kept})
    projector.candidates([made_up(KEYS[0], test_accuracy=0.5)], tmp_path)
    assert projector.drain() is None
    told = {name: value for name, value in kept.figures["mlp"].items() if "mean" not in name and "runs" not in name}
    assert told == {
        "tuned_test_error": 0.5, "tuned_test_error_low": 0.25, "tuned_test_error_high": 0.75, "tuned_rank": 1.0,
        "shared_test_error": 0.5,
    }  # fmt: skip
    projector.candidates([made_up(KEYS[0], test_accuracy=0.5)], tmp_path / "none")
    assert projector.drain() is None
    assert "tuned_rank" not in kept.figures["mlp"]


class Door:
    """Opens a projection, unless it is shut."""

    def __init__(self, kept: Projection, shut: bool = False) -> None:
        self.kept, self.shut, self.tried = kept, shut, 0

    def __call__(self) -> Projection:
        self.tried += 1
        if self.shut:
            raise ProjectionError("no route to the store")
        return self.kept


class Failing(Kept):
    """A store that is open, and fails while `refusing` says so of a run that ends."""

    def __init__(self, refusing: Callable[[str], bool] = lambda key: True) -> None:
        super().__init__()
        self.refusing, self.asked = refusing, 0

    def result(self, key: str, run: Committed) -> None:
        self.asked += 1
        if self.refusing(key):
            raise ValueError("no such table at postgresql://me:canary@host/db")
        super().result(key, run)


def test_a_store_that_is_away_is_said_once_and_catches_up_when_it_is_back() -> None:
    door, said = Door(Kept(), shut=True), list[str]()
    projector = Projector({"kept": door}, said.append, pause=0.05)
    for key in KEYS:
        projector.begin(key, {}, [])
        for epoch in range(1, 4):
            projector.rows(key, {}, [{**ROW, "epoch": epoch}])
    until = time.monotonic() + 10
    while door.tried < 3 and time.monotonic() < until:
        time.sleep(0.01)
    assert len(said) == 1
    assert said[0].startswith("kept is away: no route to the store. Training goes on; what is missing there is written")
    door.shut = False
    while not door.kept.rows and time.monotonic() < until:  # without a word from anybody
        time.sleep(0.01)
    assert projector.drain() is None
    assert said[1:] == ["kept is back; what it missed is being written"]
    assert door.kept.rows == {str(key): [{**ROW, "epoch": epoch} for epoch in (1, 2, 3)] for key in KEYS}


def test_nobody_waits_for_a_store_that_is_away_and_little_waits_for_it() -> None:
    """Each order costs its sender nothing, the store is asked ever more seldom, and a run that is over waits once."""
    door = Door(Kept(), shut=True)
    projector = Projector({"kept": door}, pause=0.2)
    (follower,) = projector._followers
    before = time.monotonic()
    for number in range(100):
        key = RunKey("mlp", "tuned", "final", number)
        for epoch in range(20):
            projector.rows(key, {}, [{**ROW, "epoch": epoch}])
        projector.result(key, lambda key=key: committed(key))  # type: ignore[misc]
    assert time.monotonic() - before < 1.0
    assert projector.drain() == "kept: no route to the store"
    assert len(follower._waiting) == 100
    time.sleep(0.7)
    assert door.tried <= 6
    door.shut = False
    assert projector.drain() is None, "at the end of the session it is tried at once"
    assert len(door.kept.results) == 100


def test_a_store_that_never_answers_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projector_module, "PATIENCE", 1.0)
    monkeypatch.setattr(projector_module, "NOTICE", 0.1)
    silence = threading.Event()

    def silent() -> Projection:
        silence.wait()
        raise AssertionError("never reached")

    kept = Kept()
    projector = Projector({"silent": silent, "dumb": silent, "kept": lambda: kept})
    projector.rows(KEYS[0], {}, [ROW])
    before = time.monotonic()
    assert projector.drain() == "silent: it does not answer; dumb: it does not answer"
    assert 1.0 <= time.monotonic() - before < 1.8, "both are waited for together"
    assert kept.rows, "another store is not kept back"


def test_a_store_that_is_slow_is_waited_for_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projector_module, "PATIENCE", 0.6)
    monkeypatch.setattr(projector_module, "NOTICE", 0.1)

    class Slow(Kept):
        def epochs(self, key: str, fields: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> None:
            time.sleep(0.2)
            super().epochs(key, fields, rows)

    slow, said = Slow(), list[str]()
    projector = Projector({"slow": lambda: slow}, said.append)
    for _ in range(6):  # longer than its patience in all
        projector.rows(KEYS[0], {}, [ROW])
    assert projector.drain() is None
    assert len(slow.rows[str(KEYS[0])]) == 6
    assert len(said) == 1
    assert said[0].startswith("waiting for slow, which has ")


def test_one_run_that_a_store_refuses_keeps_no_other_back() -> None:
    failing = Failing(lambda key: key == str(KEYS[0]))
    projector = Projector({"failing": lambda: failing})
    for key in KEYS:
        projector.result(key, lambda key=key: committed(key))  # type: ignore[misc]
    assert projector.drain() == "failing: ValueError: no such table at postgresql://me:***@host/db"
    assert set(failing.results) == {str(KEYS[1])}


def test_what_a_store_refuses_again_and_again_is_skipped_after_a_while() -> None:
    failing = Failing(lambda key: key == str(KEYS[0]))
    projector = Projector({"failing": lambda: failing}, pause=0.01)
    for key in KEYS:
        projector.result(key, lambda key=key: committed(key))  # type: ignore[misc]
    until = time.monotonic() + 10
    while not failing.results and time.monotonic() < until:
        time.sleep(0.01)
    assert failing.asked == 2 * TRIES + 1, "each time once more with the store opened anew"
    assert set(failing.results) == {str(KEYS[1])}
    assert projector.drain() is not None, "it is not forgotten"


def test_a_store_that_breaks_for_a_moment_after_it_was_opened_loses_nothing() -> None:
    """Say, of a server whose connections to its database are stale, one after the other."""
    failing = Failing(lambda key: failing.asked <= 3)
    projector = Projector({"failing": lambda: failing}, pause=0.01)
    for key in KEYS:
        projector.result(key, lambda key=key: committed(key))  # type: ignore[misc]
    until = time.monotonic() + 10
    while len(failing.results) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert projector.drain() is None
    assert set(failing.results) == set(map(str, KEYS))


def test_epochs_that_were_refused_are_made_good_by_their_runs_end() -> None:
    class Picky(Kept):
        def epochs(self, key: str, fields: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> None:
            raise ValueError("not now")

    kept = Picky()
    projector = Projector({"kept": lambda: kept})
    projector.rows(KEYS[0], {}, [ROW])
    assert projector.drain() == "kept: ValueError: not now"
    projector.result(KEYS[0], lambda: committed(KEYS[0]))
    assert projector.drain() is None
    assert kept.rows == {str(KEYS[0]): [ROW]}


def test_what_is_half_written_when_a_store_breaks_is_written_again() -> None:
    failing = Failing(lambda key: failing.asked == 1)
    projector = Projector({"failing": lambda: failing})
    projector.result(KEYS[0], lambda: committed(KEYS[0]))
    assert projector.drain() is None
    assert set(failing.results) == {str(KEYS[0])}


def test_a_projection_that_fails_keeps_none_of_the_others_back_and_is_caught_up_later() -> None:
    failing, kept, keys = Failing(), Kept(), [RunKey("mlp", "tuned", "search", number) for number in range(4)]
    projector = Projector({"gone": Door(kept, shut=True), "failing": lambda: failing, "kept": lambda: kept}, pause=60.0)
    for key in keys:
        projector.result(key, lambda key=key: committed(key))  # type: ignore[misc]
    wrong = projector.drain()
    assert wrong is not None
    assert wrong.startswith("gone: no route to the store; failing: ValueError: no such table")
    assert failing.asked <= 4 * GIVE_UP, "one that refuses everything is left alone for a while"
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
    instance = Instance(tmp_path, stores_from(tmp_path), "tiny", "one", {})
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
