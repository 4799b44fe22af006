from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from suite.analysis import rendering
from suite.analysis.comparing.spreads import Lending, spreads
from suite.analysis.folder import reading
from suite.analysis.folder.reading import Records
from suite.analysis.pages import method
from suite.analysis.statistics.intervals import mean_squares
from suite.core.directories import RunKey
from suite.core.metrics import by_name
from tests.analysis.conftest import Store


def records(store: Store, study: dict[str, Any]) -> Records:
    store.whole(study)
    return reading.read(rendering.refresh(store.workspace, study["study"]))


def test_comparable_candidates_lend_each_other(store: Store, described: Callable[..., Any]) -> None:
    read = records(store, described())
    metric = by_name(read.task.metrics)["test_accuracy"]
    found = spreads(read, "tuned", metric)
    assert set(found) == {"resnet20", "plain20", "lenet5"}
    assert {spread.pool for spread in found.values()} == {6}
    own = [mean_squares(read.scores(name, "tuned", metric)).seed for name in found]  # type: ignore[arg-type]
    assert min(own) < min(s.square for s in found.values()) <= max(s.square for s in found.values()) < max(own)
    assert Lending(read).of("plain20", "tuned", metric) == found["plain20"]


def test_what_is_one_number_a_run_is_lent_too(store: Store, described: Callable[..., Any]) -> None:
    read = records(store, described())
    found = spreads(read, "tuned", by_name(read.task.metrics)["test_loss"])
    losses = read.runs[read.runs.phase == "final"].groupby("candidate").test_loss.var(ddof=1)
    assert losses.min() <= min(spread.square for spread in found.values())
    assert all(spread.degrees > 2 for spread in found.values())


def test_who_is_not_comparable_neither_lends_nor_borrows(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    study["candidates"]["lenet5"]["recipe"]["epochs"] = 9
    read = records(store, study)
    found = spreads(read, "tuned", by_name(read.task.metrics)["test_accuracy"])
    assert set(found) == {"resnet20", "plain20"}
    assert found["resnet20"].pool == 4


def test_who_lacks_seeds_neither_lends_nor_borrows(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    store.run(study, RunKey("plain20", "tuned", "final", 1), outcome="diverged", reason="nan")
    read = reading.read(rendering.refresh(store.workspace, study["study"]))
    assert set(spreads(read, "tuned", by_name(read.task.metrics)["test_accuracy"])) == {"resnet20", "lenet5"}


@pytest.mark.parametrize(("changes", "lent"), [({}, True), ({"intervals": "own"}, False), ({"seeds": 1}, False)])
def test_only_where_the_study_says_so_and_has_seeds(
    store: Store, described: Callable[..., Any], changes: dict[str, Any], lent: bool
) -> None:
    read = records(store, described(**changes))
    assert bool(spreads(read, "tuned", by_name(read.task.metrics)["test_accuracy"])) == lent
    said = "lend each other" in dict(method.measured(read))["Intervals"]
    assert said == (changes.get("intervals") != "own")
