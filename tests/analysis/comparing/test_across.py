from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from suite.analysis import rendering
from suite.analysis.comparing.across import across, results
from suite.analysis.folder import reading
from suite.core.directories import RunKey
from tests.analysis.conftest import Store

Read = Callable[..., reading.Records]


@pytest.fixture
def read(store: Store, described: Callable[..., Any]) -> Read:
    """Makes the records of a whole study of this name, with changes; `without`: a candidate that it lacks."""

    def make(name: str, without: str = "", failed: RunKey | None = None, **changes: Any) -> reading.Records:
        study = described(study=name, tracks=["shared"], claims=[], **changes)
        study["candidates"].pop(without, None)
        store.whole(study)
        if failed:
            store.run(study, failed, outcome="diverged")
        return reading.read(rendering.refresh(store.workspace, name))

    return make


def test_those_that_all_have_make_one_table(read: Read) -> None:
    studies = [read("one"), read("two", without="lenet5", dataset="mnist")]
    (found,) = across(studies)
    assert (found.track, found.studies, found.runs) == ("shared", ["one", "two"], 3)
    assert list(found.tables) == ["resnet20", "plain20"]
    assert found.left_out == {"lenet5": "not in two"}
    own = studies[1].of("plain20", "shared", "final").test_accuracy
    assert list(found.tables["plain20"][:, 1]) == list(own)


def test_who_lacks_a_seed_is_left_out_and_not_filled_in(read: Read) -> None:
    studies = [read("one"), read("two", failed=RunKey("plain20", "shared", "final", 1))]
    (found,) = across(studies)
    assert list(found.tables) == ["resnet20", "lenet5"]
    assert found.left_out == {"plain20": "1 diverged in two"}


def test_one_name_for_two_networks_is_no_candidate(read: Read, described: Callable[..., Any]) -> None:
    candidates = described()["candidates"]
    candidates["lenet5"]["options"] = {"width": 2}
    (found,) = across([read("one"), read("two", candidates=candidates)])
    assert found.left_out == {"lenet5": "built in different ways"}


def test_one_study_is_not_several(read: Read) -> None:
    assert across([read("one")]) == []


def test_results_have_a_row_for_each_run(read: Read) -> None:
    studies = [read("one"), read("two", without="lenet5")]
    rows = results(studies, across(studies))
    assert len(rows) == 2 * 2 * 3
    assert set(rows.task) == {"one", "two"}
    one = rows[(rows.method == "plain20") & (rows.task == "two") & (rows.seed == 2)]
    assert float(one.metric_error.iloc[0]) == pytest.approx(
        1 - float(studies[1].of("plain20", "shared", "final").test_accuracy.iloc[2])
    )
    assert rows.time_train_s.min() > 12.0
