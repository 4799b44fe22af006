from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from suite.analysis import rendering
from suite.analysis.comparing.differences import to_first
from suite.analysis.folder import reading
from suite.analysis.table.columns import table
from suite.core.directories import RunKey
from tests.analysis.conftest import Store


def test_each_is_compared_with_the_first(rendered: Path) -> None:
    read = reading.read(rendered)
    rows = table(read)
    behind = to_first(read, rows).set_index("candidate")
    assert list(behind.index) == ["plain20", "lenet5"]
    errors = rows.set_index("candidate").test_error
    for name in behind.index:
        assert behind.behind[name] == pytest.approx(errors[name] - errors["resnet20"])
        assert behind.low[name] < behind.behind[name] < behind.high[name]
    assert behind.decided["lenet5"]


def test_a_twin_is_not_decided(store: Store, described: Callable[..., Any]) -> None:
    study = described()
    store.whole(study)
    for number in range(3):
        store.run(study, RunKey("plain20", "tuned", "final", number), error=0.10)
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    behind = to_first(read, table(read)).set_index("candidate")
    assert not behind.decided.iloc[0]
    assert behind.decided["lenet5"]


def test_nothing_ranked_nothing_compared(store: Store, described: Callable[..., Any]) -> None:
    store.describe(described())
    read = reading.read(rendering.refresh(store.workspace, "fabricated"))
    assert to_first(read, table(read)).empty
