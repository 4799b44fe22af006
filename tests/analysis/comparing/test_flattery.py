from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from suite.analysis import rendering
from suite.analysis.comparing.flattery import flattery
from suite.analysis.folder import reading
from suite.analysis.pages.certainty import certainty
from suite.analysis.table.columns import table
from suite.core.by_epoch import write_tested
from tests.analysis.conftest import Store


def looked(instance: Path, candidate: str, *courses: list[float | None]) -> None:
    for number, course in enumerate(courses):
        write_tested(instance / candidate / "tuned" / "final" / str(number), course)


def test_the_best_epoch_of_each_run_flatters(store: Store, described: Callable[..., Any]) -> None:
    instance = store.whole(described(tests_epochs=True))
    looked(instance, "lenet5", [0.5, 0.7, 0.6], [None, 0.55, 0.6], [0.4, 0.62, 0.6])
    looked(instance, "plain20", [0.5, 0.8])  # one of three runs
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    rows = table(read)
    found = flattery(read, rows)
    assert list(found.candidate) == ["lenet5"]
    row = found.iloc[0]
    assert (row["last"], row["best"]) == (pytest.approx(0.6), pytest.approx((0.7 + 0.6 + 0.62) / 3))
    assert row["flattery"] == pytest.approx((0.1 + 0.0 + 0.02) / 3)
    assert 0.0 == row["low"] < row["flattery"] < row["high"]
    assert row["epochs"] == 3
    (sure,) = certainty(read, rows)
    part = next(part for part in sure.parts if part.title == "What choosing by test would have given")
    assert part.table.iloc[0, 3].startswith("+4.00 (+0.00 to ")
    assert list(rows.test_error) == list(table(read).test_error), "no other figure knows of it"


def test_who_asked_no_longer_at_the_last_epoch_has_no_such_row(store: Store, described: Callable[..., Any]) -> None:
    """What stood at an earlier epoch is not the error of the last weights."""
    instance = store.whole(described(tests_epochs=True))
    looked(instance, "lenet5", [0.5, 0.7, None], [0.5, 0.55, 0.6], [0.4, 0.62, 0.6])
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    assert flattery(read, table(read)).empty


def test_who_did_not_ask_has_no_such_table(rendered: Path) -> None:
    read = reading.read(rendered)
    assert flattery(read, table(read)).empty
