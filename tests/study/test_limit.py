from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from suite.core.directories import RunKey
from suite.core.metrics import CLOCKS, COSTS
from suite.study.ledger import Ledger
from suite.study.limit import Limit
from tests import studies
from tests.study.conftest import finish

ONE = {"learning_rate": 0.1, "weight_decay": 0.0005}


def first_round(ledger: Ledger, seconds: float) -> None:
    for name in ("mlp", "lenet5"):
        finish(ledger, RunKey(name, "tuned", "search", 0), ONE, device_seconds=seconds)


def test_without_a_limit_candidates_come_one_after_the_other(ledger: Callable[..., Ledger]) -> None:
    assert [key.candidate for key in Limit(ledger()).order()] == ["mlp"] * 4 + ["lenet5"] * 4


def test_with_a_limit_the_search_goes_in_rounds(ledger: Callable[..., Ledger]) -> None:
    book = ledger("limit=1h")
    limit = Limit(book)
    assert [(key.candidate, key.phase) for key in limit.order()[:2]] == [("mlp", "search"), ("lenet5", "search")]
    assert (limit.admitted, limit.decided) == (1, False), "one round at a time, and no final run before it is settled"
    first_round(book, seconds=1.0)
    limit.decide(lambda _: None)
    assert [key.candidate for key in limit.order()[:4]] == ["mlp", "lenet5", "mlp", "lenet5"]
    assert [key.phase for key in limit.order()] == ["search"] * 4 + ["final"] * 4
    assert limit.decided


def test_the_search_stops_in_time_for_the_final_runs_after_equal_trials(ledger: Callable[..., Ledger]) -> None:
    book, said = ledger("limit=100s"), list[str]()
    first_round(book, seconds=20.0)  # two more trials and four final runs of 20 s do not fit into 100 s
    limit = Limit(book)
    limit.decide(said.append)
    assert limit.describe() == {"seconds": 100.0, "search_stopped_after": 1}
    assert "1 trials of each candidate" in said[0]
    assert sum(key.phase == "search" for key in limit.order()) == 2
    assert Limit(ledger("limit=100s")).stopped_after == 1, "a resumed study keeps the decision"
    assert limit.trials("tuned") == 1
    assert Limit(ledger("limit=2h")).stopped_after is None, "another limit decides anew"


@pytest.mark.parametrize("clock", [metric.name for metric in (*COSTS, *CLOCKS) if metric.name.endswith("_seconds")])
def test_every_clock_of_a_run_is_part_of_what_it_takes(ledger: Callable[..., Ledger], clock: str) -> None:
    book = ledger("limit=100s")
    for name in ("mlp", "lenet5"):
        finish(book, RunKey(name, "tuned", "search", 0), ONE, **{"device_seconds": 1.0, clock: 20.0})
    limit = Limit(book)
    limit.decide(lambda _: None)
    assert limit.stopped_after == 1


def test_a_night_between_two_attempts_is_no_time_that_a_run_takes(ledger: Callable[..., Ledger]) -> None:
    book = ledger("limit=100s")
    for name in ("mlp", "lenet5"):
        finish(book, RunKey(name, "tuned", "search", 0), ONE, device_seconds=1.0, started_at=0.0, ended_at=40_000.0)
    limit = Limit(book)
    limit.decide(lambda _: None)
    assert limit.stopped_after is None


@pytest.mark.parametrize(("clock", "after"), [("device_seconds", 1), ("compile_seconds", None)])
def test_final_runs_take_as_much_longer_as_trials_are_short(
    ledger: Callable[..., Ledger], clock: str, after: int | None
) -> None:
    book = ledger("limit=100s", "search.length=0.25")
    for name in ("mlp", "lenet5"):  # four final runs of 20 s and two trials of 5 s do not fit, six runs of 5 s do
        finish(book, RunKey(name, "tuned", "search", 0), ONE, **{"device_seconds": 0.0, clock: 5.0})
    limit = Limit(book)
    limit.decide(lambda _: None)
    assert limit.stopped_after == after


def test_final_runs_that_the_limit_cannot_hold_are_announced(ledger: Callable[..., Ledger]) -> None:
    book, said = ledger("limit=10s"), list[str]()
    first_round(book, seconds=20.0)  # four final runs of 20 s, with a margin of 15%
    Limit(book).decide(said.append)
    assert "the final runs will take about" in said[-1]


def test_with_several_workers_no_later_round_starts_before_it_is_admitted(ledger: Callable[..., Ledger]) -> None:
    book = ledger("limit=100s", "workers=2")
    finish(book, RunKey("mlp", "tuned", "search", 0), ONE, device_seconds=20.0)
    limit = Limit(book)
    limit.decide(lambda _: None)
    assert [key.number for key in limit.order() if key.phase == "search"] == [0, 0]


def test_what_fits_goes_on(ledger: Callable[..., Ledger]) -> None:
    book = ledger("limit=1h")
    first_round(book, seconds=20.0)
    limit = Limit(book)
    limit.decide(lambda _: None)
    assert limit.stopped_after is None


def test_nothing_is_decided_before_the_first_round(ledger: Callable[..., Ledger]) -> None:
    limit = Limit(ledger("limit=1s"))
    limit.decide(lambda _: None)
    assert limit.stopped_after is None


@pytest.mark.slow
def test_a_limit_stops_the_search_of_all_after_the_same_trials(tmp_path: Path) -> None:
    workspace = studies.workspace_with_study(tmp_path / "workspace")
    done = studies.command(workspace, "limit=1s", "seeds=1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "limit: the search stops after 1 trials of each candidate" in done.stdout
    assert set(studies.results(workspace)) == {
        f"{name}/tuned/{phase}/0" for name in ("mlp", "lenet5") for phase in ("search", "final")
    }
    status = subprocess.run(
        [*studies.module("suite.status"), "study=tiny"],
        cwd=workspace, env=studies.environment(), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert "search 1/1, final 1/1" in status.stdout
